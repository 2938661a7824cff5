/* augment_delete.c: words are removed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/augment/shorten.h"
#include "retort/data/vocab/vocab.h"

/* Whether the word that begins at p is deleted: draw p. */
static bool
is_deleted(const struct augment_row *r, size_t p)
{
	return rng_unit(r->rng, p) < r->knobs->delete_rate;
}

static bool
all_deleted(const struct augment_row *r, size_t n)
{
	size_t end;

	for (size_t p = words_next(r->a->kind, r->ids, n, 0, &end); p < n;
	     p = words_next(r->a->kind, r->ids, n, end, &end))
		if (!is_deleted(r, p))
			return false;
	return true;
}

/* A word is deleted with the blank after it. A row that would become empty stays unchanged. */
static void
delete_row(const struct augment_row *r)
{
	size_t n = words_length(r->ids, r->a->ds->length), to = 0, from = 0, end;

	if (all_deleted(r, n))
		return;
	while (from < n) {
		size_t p = words_next(r->a->kind, r->ids, n, from, &end);
		bool out = p < n && is_deleted(r, p);

		for (; from < (out ? p : end); from++)
			shorten_move(r, from, to++);
		from = out && end < n && r->ids[end] == r->a->blank ? end + 1 : end;
	}
	shorten_end(r, to);
}

const struct augment augment_delete = {
	.name = "delete",
	.kinds = 1u << DATASET_TOKENS,
	.doc = "Delete words of a text.",
	.what = "words of a text are deleted",
	.on = offsetof(struct knobs, delete_rate),
	.row = delete_row,
};
