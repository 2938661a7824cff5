/* Which rows a network draws, in which order. Allocates nothing. Trainer's thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_FEED_ROWS_H
#define RETORT_TRAIN_FEED_ROWS_H

#include "retort/train/train.h"

/* Restrict an order to rows of the sets with a weight above 0. False: it has none of them, and rows
 * of all sets are drawn. */
bool feed_rows_restrict(const struct settings *s, struct sampler *order);

/* The order the student draws from: of selected rows, of labelled rows, or of all. */
struct sampler *feed_rows_student(struct train *t, const struct settings *s);

/* The same of the baseline: of selected rows, or of all labelled ones. */
struct sampler *feed_rows_baseline(struct train *t, const struct settings *s);

/* Rows of the batch of step `step`, from `order`, of sets with a weight above 0. rows [batch]. */
void feed_rows_draw(const struct settings *s, struct sampler *order, uint64_t step, uint32_t *rows);

/* Rows in an epoch of a teacher's own training, with the weights of sets as they are. */
size_t feed_rows_epoch(struct train *t, const struct settings *s, int teacher);

#endif
