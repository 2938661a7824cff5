/* Rows of tokens made shorter. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_AUGMENT_SHORTEN_H
#define RETORT_DATA_AUGMENT_SHORTEN_H

#include "retort/data/augment/augment.h"

/*
 * Token `from` of a row is to stand at `to` <= from: with it go, where the next token is to be
 * told, its label and weight. After the last, shorten_end pads the row from `n` on; the label of a
 * token is then the one that now stands behind it.
 */
void shorten_move(const struct augment_row *r, size_t from, size_t to);
void shorten_end(const struct augment_row *r, size_t n);

#endif
