/* Models of SentencePiece: vocabulary and normalization in a protobuf; private to vocabfile. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_SPMODEL_H
#define RETORT_DATA_TEXT_SPMODEL_H

#include "retort/data/text/tokenizer.h"

/* Whether it begins with a piece of such a model. */
bool spmodel_is(const char *bytes, size_t size);

/*
 * Fill an initialized tokenizer: a model. The caller then calls
 * tokenizer_finish, or tokenizer_release after an error, which has the byte of a damaged field.
 */
int spmodel_parse(const char *bytes, size_t size, struct tokenizer *t, struct err *e);

#endif
