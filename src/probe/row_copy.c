/* row_copy.c: copies of rows in batches. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/row_copy.h"

#include <string.h>

#include "retort/base/mem.h"

void
row_copy_release(struct row_copy *c)
{
	for (size_t i = 0; i < c->n; i++)
		batch_release(&c->batch[i]);
	mem_free(c->batch);
	memset(c, 0, sizeof *c);
}

int
row_copy_take(struct row_copy *c, const struct dataset *ds, const uint32_t *rows, size_t n,
	      size_t chunk, struct err *e)
{
	row_copy_release(c);
	c->batch = mem_array((n + chunk - 1) / chunk, sizeof *c->batch);
	for (size_t at = 0; at < n; at += chunk) {
		size_t here = n - at < chunk ? n - at : chunk;

		if (batch_init(&c->batch[c->n], here, ds, e) < 0) {
			row_copy_release(c);
			return -1;
		}
		batch_fill(&c->batch[c->n++], ds, rows + at, here, NULL);
	}
	c->rows = n;
	return 0;
}
