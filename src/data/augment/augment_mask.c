/* augment_mask.c: random masking of whole words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/augment/augment.h"
#include "retort/data/vocab/vocab.h"

/* Draw a token with its frequency in the data: at a random position of a random training row. */
static int32_t
draw_token(const struct augmenter *a, struct rng rng, uint64_t i, int32_t otherwise)
{
	const int32_t *ids = a->ds->ids + (size_t)a->rows[rng_below(rng, i, (uint32_t)a->n_rows)] *
						  a->ds->length;
	size_t n = words_length(ids, a->ds->length);

	return n ? ids[rng_below(rng, i + 1, (uint32_t)n)] : otherwise;
}

/* Draws 4p and 4p + 1 belong to the word that begins at p, 4p + 2 and 4p + 3 to the token at p. */
static void
mask_word(const struct augment_row *r, size_t from, size_t to)
{
	double u = rng_unit(r->rng, 4 * from + 1), keep = r->knobs->mask_keep,
	       random = keep + r->knobs->mask_random;
	int32_t mask = r->knobs->mask_token < 0 ? r->a->mask : (int32_t)r->knobs->mask_token;

	if (u < keep)
		return;
	for (size_t p = from; p < to; p++)
		r->ids[p] = u < random ? draw_token(r->a, r->rng, 4 * p + 2, r->ids[p]) : mask;
}

static void
mask_row(const struct augment_row *r)
{
	size_t n = words_length(r->ids, r->a->ds->length), end;

	for (size_t p = words_next(r->a->kind, r->ids, n, 0, &end); p < n;) {
		size_t to = end, next = words_next(r->a->kind, r->ids, n, to,
						   &end); /* before the word changes */

		if (rng_unit(r->rng, 4 * p) < r->knobs->mask_rate)
			mask_word(r, p, to);
		p = next;
	}
}

const struct augment augment_mask = {
	.name = "mask",
	.kinds = 1u << DATASET_TOKENS,
	.doc = "Mask whole words of a text, or replace them by random tokens.",
	.what = "words of a text are masked",
	.on = offsetof(struct knobs, mask_rate),
	.row = mask_row,
};
