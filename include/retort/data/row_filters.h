/* The filters of the rows that one network was trained on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_ROW_FILTERS_H
#define RETORT_DATA_ROW_FILTERS_H

#include "retort/data/row_filter.h"

/* Shared by copies of the network. Trainer's thread. */
struct row_filters {
	int references;
	size_t n;
	struct row_filter *filter; /* owned [n] */
};

/* Another reference, or NULL of NULL; and the end of one. */
struct row_filters *row_filters_share(struct row_filters *f);
void row_filters_drop(struct row_filters *f);

/* Whether one of them has the row; false of NULL. */
bool row_filters_have(const struct row_filters *f, uint64_t hash);

#endif
