/* round_trip.c: back-translations of rows, as tokens. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/translate/round_trip.h"

#include "retort/base/mem.h"
#include "retort/data/read/corpus.h"
#include "retort/data/texts.h"

void
round_trip_free(struct round_trip *r)
{
	if (!r)
		return;
	mem_free(r->ids);
	mem_free(r->cosine);
	mem_free(r);
}

static struct round_trip *
allocate_rows(const struct dataset *ds, struct err *e)
{
	struct round_trip *r = mem_new(sizeof *r);

	r->n = ds->n;
	r->length = ds->length;
	r->ids = mem_try(ds->n * ds->length, sizeof *r->ids);
	r->cosine = mem_try(ds->n, sizeof *r->cosine);
	if (r->ids && r->cosine)
		return r;
	round_trip_free(r);
	err_set(e, "no memory for %zu translations of %zu tokens", ds->n, ds->length);
	return NULL;
}

static void
tokenize_row(struct round_trip *r, const struct dataset *ds, const struct bitext *b, size_t row,
	     struct tokenizer_ids *spare)
{
	const struct bitext_pair *p = bitext_find(b, texts_row(ds, row));

	r->cosine[row] = -1;
	r->found += p != NULL;
	if (!p || !bitext_differs(p))
		return;
	if (corpus_row(ds->tokenizer, p->after, ds->frame, ds->length, spare,
		       r->ids + row * r->length, NULL) < 0) {
		r->refused++;
		return;
	}
	r->cosine[row] = (float)p->cosine;
	r->rows++;
}

struct round_trip *
round_trip_new(const struct dataset *ds, const struct bitext *b, struct err *e)
{
	struct tokenizer_ids spare = { 0 };
	struct round_trip *r;

	if (!ds->texts.at) {
		err_set(e, "%s: not a table of texts", ds->name);
		return NULL;
	}
	r = allocate_rows(ds, e);
	if (!r)
		return NULL;
	for (size_t i = 0; i < ds->n; i++)
		tokenize_row(r, ds, b, i, &spare);
	mem_free(spare.id);
	if (r->rows || (r->found && !r->refused))
		return r;
	if (r->refused)
		err_set(e,
			"no translation can be tokenized: each has a character that is missing in "
			"the "
			"vocabulary of %s",
			ds->name);
	else
		err_set(e, "no translation of a text of %s", ds->name);
	round_trip_free(r);
	return NULL;
}
