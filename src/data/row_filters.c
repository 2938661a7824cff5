/* row_filters.c: filters of one network, by count of references. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/row_filters.h"

#include "retort/base/mem.h"

struct row_filters *
row_filters_share(struct row_filters *f)
{
	if (f)
		f->references++;
	return f;
}

void
row_filters_drop(struct row_filters *f)
{
	if (!f || --f->references > 0)
		return;
	for (size_t i = 0; i < f->n; i++)
		row_filter_release(&f->filter[i]);
	mem_free(f->filter);
	mem_free(f);
}

bool
row_filters_have(const struct row_filters *f, uint64_t hash)
{
	for (size_t i = 0; f && i < f->n; i++)
		if (row_filter_has(&f->filter[i], hash))
			return true;
	return false;
}
