/* augment_synonym.c: words are replaced by synonyms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/data/augment/augment.h"
#include "retort/data/vocab/vocab.h"

/* The new row, with one id more than a row holds: the label of the last position of next-token
 * rows. */
struct new_row {
	int32_t *ids; /* [room] */
	size_t n, room;
};

static void
append_ids(struct new_row *to, const int32_t *ids, size_t n)
{
	if (n > to->room - to->n)
		n = to->room - to->n;
	memcpy(to->ids + to->n, ids, n * sizeof *ids);
	to->n += n;
}

/* Whether the edge of the row may have truncated the word. */
static bool
may_be_truncated(const struct augment_row *r, size_t from, size_t end, size_t n, size_t body)
{
	return (end == body && n == r->a->ds->length) || (from == 0 && r->label);
}

/* For the word that begins at p, draw 2p decides whether it is replaced, 2p + 1 by which synonym.
 */
static bool
append_synonym(const struct augment_row *r, size_t from, size_t end, struct new_row *to)
{
	const struct synonyms *s = &r->a->synonyms;
	int32_t word;
	size_t others = synonyms_count(s, r->ids + from, end - from, &word), n;
	const int32_t *ids;

	if (others == 0 || rng_unit(r->rng, 2 * from) >= r->knobs->synonym_rate)
		return false;
	ids = synonyms_get(s, word, rng_below(r->rng, 2 * from + 1, (uint32_t)others), &n);
	append_ids(to, ids, n);
	return true;
}

/* The label of a token is the next one; that of the last is the first token cut off, or the old
 * one. */
static void
set_labels(const struct augment_row *r, size_t was, size_t n, const struct new_row *to)
{
	int32_t last = to->n > n ? to->ids[n] : r->label[was - 1];
	float weight = r->label_weight[was - 1];

	for (size_t p = 0; p < r->a->ds->length; p++) {
		r->label[p] = p + 1 < n ? r->ids[p + 1] : p + 1 == n ? last : -1;
		r->label_weight[p] = p < n ? weight : 0;
	}
}

static void
synonym_row(const struct augment_row *r)
{
	size_t length = r->a->ds->length, n = words_length(r->ids, length), end, at = 0, keep;
	struct new_row to = { r->tokens, 0, length + 1 };
	bool ends = n > 0 && r->ids[n - 1] == r->a->end, changed = false;
	size_t body = n - ends;

	for (size_t p = words_next(r->a->kind, r->ids, body, 0, &end); p < body;
	     p = words_next(r->a->kind, r->ids, body, end, &end)) {
		append_ids(&to, r->ids + at, p - at);
		at = p;
		if (may_be_truncated(r, p, end, n, body) || !append_synonym(r, p, end, &to))
			continue;
		at = end;
		changed = true;
	}
	if (!changed)
		return;
	append_ids(&to, r->ids + at, body - at);
	keep = to.n + ends < length ? to.n : length - ends;
	memcpy(r->ids, to.ids, keep * sizeof *to.ids);
	if (ends)
		r->ids[keep] = r->a->end;
	for (size_t p = keep + ends; p < length; p++)
		r->ids[p] = -1;
	if (r->label)
		set_labels(r, n, keep + ends, &to);
}

const struct augment augment_synonym = {
	.name = "synonym",
	.kinds = 1u << DATASET_TOKENS,
	.doc = "Replace words of a text by synonyms from WordNet.",
	.what = "words of a text are replaced by synonyms",
	.on = offsetof(struct knobs, synonym_rate),
	.row = synonym_row,
	.wordnet = true,
};
