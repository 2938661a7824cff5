/* augment_synonym.c: words replaced by others that mean the same. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/data/augment/augment.h"
#include "retort/data/vocab/words.h"

/* The row as it becomes; one id more than a row holds, where the next token is to be told: what was
 * cut off first. */
struct new_row {
	int32_t *ids; /* [room] */
	size_t n, room;
};

static void
put(struct new_row *to, const int32_t *ids, size_t n)
{
	if (n > to->room - to->n)
		n = to->room - to->n;
	memcpy(to->ids + to->n, ids, n * sizeof *ids);
	to->n += n;
}

/* Whether a row's edge may have cut the word, so that it is perhaps another. */
static bool
is_cut(const struct augment_row *r, size_t from, size_t end, size_t n, size_t body)
{
	return (end == body && n == r->a->ds->length) || (from == 0 && r->label);
}

/* Draw 2p is whether the word that begins at p is replaced, 2p + 1 by which. */
static bool
put_other(const struct augment_row *r, size_t from, size_t end, struct new_row *to)
{
	const struct synonyms *s = &r->a->synonyms;
	int32_t word;
	size_t others = synonyms_count(s, r->ids + from, end - from, &word), n;
	const int32_t *ids;

	if (others == 0 || rng_unit(r->rng, 2 * from) >= r->knobs->synonym_rate)
		return false;
	ids = synonyms_get(s, word, rng_below(r->rng, 2 * from + 1, (uint32_t)others), &n);
	put(to, ids, n);
	return true;
}

/* Labels are the tokens behind; behind the last stands what was cut off, or what stood there
 * before. */
static void
put_labels(const struct augment_row *r, size_t was, size_t n, const struct new_row *to)
{
	int32_t last = to->n > n ? to->ids[n] : r->label[was - 1];
	float weight = r->label_weight[was - 1];

	for (size_t p = 0; p < r->a->ds->length; p++) {
		r->label[p] = p + 1 < n ? r->ids[p + 1] : p + 1 == n ? last : -1;
		r->label_weight[p] = p < n ? weight : 0;
	}
}

static void
row(const struct augment_row *r)
{
	size_t length = r->a->ds->length, n = words_length(r->ids, length), end, at = 0, keep;
	struct new_row to = { r->tokens, 0, length + 1 };
	bool ends = n > 0 && r->ids[n - 1] == r->a->end, changed = false;
	size_t body = n - ends;

	for (size_t p = words_next(r->a->kind, r->ids, body, 0, &end); p < body;
	     p = words_next(r->a->kind, r->ids, body, end, &end)) {
		put(&to, r->ids + at, p - at);
		at = p;
		if (is_cut(r, p, end, n, body) || !put_other(r, p, end, &to))
			continue;
		at = end;
		changed = true;
	}
	if (!changed)
		return;
	put(&to, r->ids + at, body - at);
	keep = to.n + ends < length ? to.n : length - ends;
	memcpy(r->ids, to.ids, keep * sizeof *to.ids);
	if (ends)
		r->ids[keep] = r->a->end;
	for (size_t p = keep + ends; p < length; p++)
		r->ids[p] = -1;
	if (r->label)
		put_labels(r, n, keep + ends, &to);
}

const struct augment augment_synonym = {
	.name = "synonym",
	.kinds = 1u << DATASET_TOKENS,
	.doc = "Words of a text become others that mean the same, by WordNet.",
	.what = "words of a text become others",
	.on = offsetof(struct knobs, synonym_rate),
	.row = row,
	.wordnet = true,
};
