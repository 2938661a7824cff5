/* shorten.c: removal of tokens from a row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/augment/shorten.h"

void
shorten_move(const struct augment_row *r, size_t from, size_t to)
{
	r->ids[to] = r->ids[from];
	if (!r->label)
		return;
	r->label[to] = r->label[from];
	r->label_weight[to] = r->label_weight[from];
}

void
shorten_end(const struct augment_row *r, size_t n)
{
	for (size_t p = n; p < r->a->ds->length; p++)
		r->ids[p] = -1;
	if (!r->label)
		return;
	for (size_t p = 0; p + 1 < n; p++)
		r->label[p] = r->ids[p + 1];
	for (size_t p = n; p < r->a->ds->length; p++) {
		r->label[p] = -1;
		r->label_weight[p] = 0;
	}
}
