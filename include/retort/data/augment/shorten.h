/* Removal of tokens from a row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_AUGMENT_SHORTEN_H
#define RETORT_DATA_AUGMENT_SHORTEN_H

#include "retort/data/augment/augment.h"

/*
 * Move the token at position `from` to position `to` <= from, for next-token rows with its label
 * and weight. After the last one, shorten_end pads the row from position n; the label of each token
 * becomes the token now after it.
 */
void shorten_move(const struct augment_row *r, size_t from, size_t to);
void shorten_end(const struct augment_row *r, size_t n);

#endif
