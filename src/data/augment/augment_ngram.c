/* augment_ngram.c: a random n-gram of a text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/augment/shorten.h"
#include "retort/data/vocab/vocab.h"

static size_t
count_words(const struct augment_row *r, size_t n)
{
	size_t words = 0, end = 0;

	while (words_next(r->a->kind, r->ids, n, end, &end) < n)
		words++;
	return words;
}

/* Draw 0: whether to cut; 1: the number of words; 2: the first one. */
static void
ngram_row(const struct augment_row *r)
{
	size_t n = words_length(r->ids, r->a->ds->length), words, want, skip, from, end = 0, to = 0;

	if (rng_unit(r->rng, 0) >= r->knobs->ngram_rate)
		return;
	words = count_words(r, n);
	want = 1 + rng_below(r->rng, 1, (uint32_t)r->knobs->ngram_words);
	if (want >= words)
		return;
	skip = rng_below(r->rng, 2, (uint32_t)(words - want + 1));
	for (size_t i = 0; i < skip; i++)
		words_next(r->a->kind, r->ids, n, end, &end);
	from = words_next(r->a->kind, r->ids, n, end, &end);
	for (size_t i = 1; i < want; i++)
		words_next(r->a->kind, r->ids, n, end, &end);
	for (; from < end; from++)
		shorten_move(r, from, to++);
	shorten_end(r, to);
}

const struct augment augment_ngram = {
	.name = "ngram",
	.kinds = 1u << DATASET_TOKENS,
	.doc = "Replace a text by one of its n-grams.",
	.what = "texts are cut to n-grams",
	.on = offsetof(struct knobs, ngram_rate),
	.row = ngram_row,
};
