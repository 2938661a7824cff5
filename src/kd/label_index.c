/* label_index.c: visible labels by class. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/label_index.h"

#include <string.h>

#include "retort/base/mem.h"

/* Sort rows by class, in the order of the data set within a class. */
static void
sort_rows(struct label_index *k, size_t rows)
{
	size_t *next = mem_array((size_t)k->classes, sizeof *next);

	for (size_t i = 0; i < rows; i++)
		if (k->label[i] >= 0)
			k->from[k->label[i] + 1]++;
	for (int c = 0; c < k->classes; c++) {
		k->from[c + 1] += k->from[c];
		next[c] = k->from[c];
	}
	k->n = k->from[k->classes];
	k->row = mem_array(k->n, sizeof *k->row);
	for (size_t i = 0; i < rows; i++)
		if (k->label[i] >= 0)
			k->row[next[k->label[i]]++] = (uint32_t)i;
	mem_free(next);
}

void
label_index_init(struct label_index *k, const struct dataset *ds, const uint8_t *visible)
{
	memset(k, 0, sizeof *k);
	if (ds->next_token)
		return;
	k->classes = ds->classes;
	k->label = mem_array(ds->n, sizeof *k->label);
	k->from = mem_array((size_t)ds->classes + 1, sizeof *k->from);
	for (size_t i = 0; i < ds->n; i++)
		k->label[i] = visible[i] ? ds->y[i] : -1;
	sort_rows(k, ds->n);
}

void
label_index_release(struct label_index *k)
{
	mem_free(k->label);
	mem_free(k->row);
	mem_free(k->from);
	memset(k, 0, sizeof *k);
}

size_t
label_index_others(const struct label_index *k, int32_t label)
{
	return k->n - (k->from[label + 1] - k->from[label]);
}

uint32_t
label_index_other(const struct label_index *k, int32_t label, struct rng r, uint64_t i)
{
	size_t at = rng_below(r, i, (uint32_t)label_index_others(k, label));

	return k->row[at < k->from[label] ? at : at + (k->from[label + 1] - k->from[label])];
}
