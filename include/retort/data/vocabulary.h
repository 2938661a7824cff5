/* The identity of a vocabulary: networks are saved with it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_VOCABULARY_H
#define RETORT_DATA_VOCABULARY_H

#include "retort/data/text/tokenizer.h"

/*
 * Write the SHA-256 of the tokens in the order of their ids, in hex, into buf[65] and return buf;
 * NULL where the tokenizer is NULL, unknown. A mask token that was added to bytes or characters
 * does not count.
 */
const char *vocabulary_hash(const struct tokenizer *t, char *buf);

#endif
