/* Orders of rows of a run. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_ORDERS_H
#define RETORT_TRAIN_ORDERS_H

#include "retort/train/train.h"

void orders_release(struct train_orders *o);

/* Make orders that draw what `from` draws. `to` is empty. */
void orders_copy(struct train_orders *to, const struct train_orders *from,
		 const struct dataset *ds);

/*
 * Whether two settings draw and augment the same rows at every step, with the same weights: what is
 * learned from the rows does not count.
 */
bool orders_same(const struct settings *a, const struct settings *b, enum dataset_kind kind);

#endif
