/* augment_backtranslate.c: a text is replaced by its back-translation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/data/augment/augment.h"

static void
backtranslate_row(const struct augment_row *r)
{
	const struct round_trip *t = r->a->round_trip;

	if (!t || t->cosine[r->row] < 0 ||
	    (double)t->cosine[r->row] < r->knobs->backtranslate_keep ||
	    rng_unit(r->rng, 0) >= r->knobs->backtranslate_rate)
		return;
	memcpy(r->ids, t->ids + (size_t)r->row * t->length, t->length * sizeof *r->ids);
}

const struct augment augment_backtranslate = {
	.name = "backtranslate",
	.kinds = 1u << DATASET_TOKENS,
	.doc = "Replace a text by its back-translation.",
	.what = "texts are back-translated",
	.on = offsetof(struct knobs, backtranslate_rate),
	.row = backtranslate_row,
};
