/* split.c: training rows, held-out rows, visible labels. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/split.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/data/sets.h"

#define HELD 0.2 /* fraction of the rows that is held out */

struct draw {
	uint64_t hash;
	uint32_t row;
};

static int
compare_hashes(const void *a, const void *b)
{
	const struct draw *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : 1;
}

static void
divide_rows(const struct dataset *ds, uint64_t seed, struct split *s)
{
	struct rng r = rng_stream(seed, "split", 0, 0);
	double trains = 1 - HELD;

	for (int k = 0; k < ds->n_sets; k++)
		trains = ds->set[k].role == DATASET_HELD ? 1 : trains;
	for (uint32_t i = 0; i < ds->n; i++) {
		enum dataset_role role =
			ds->n_sets ? ds->set[sets_of_row(ds, i)].role : DATASET_MAIN;
		bool labelled = ds->y[i] >= 0;

		if (role == DATASET_TARGET && labelled)
			s->target[s->n_target++] = i;
		else if (labelled && (role == DATASET_HELD ||
				      (role == DATASET_MAIN && rng_unit(r, i) >= trains)))
			s->held[s->n_held++] = i;
		else if (sets_role_trains(role))
			s->train[s->n_train++] = i;
	}
}

/* Show `labels` of the `labelled` training rows of the data itself, those with the smallest hash;
 * if all are shown, nothing is sorted or allocated. */
static int
choose_labels(const struct dataset *ds, uint64_t seed, size_t labels, size_t labelled,
	      struct split *s, struct err *e)
{
	struct rng r = rng_stream(seed, "labels", 0, 0);
	struct draw *draw = labels < labelled ? mem_try(labelled, sizeof *draw) : NULL;
	size_t n = 0;

	if (labels < labelled && !draw)
		return err_set(e, "no memory for %zu labels", labelled);
	for (size_t i = 0; i < s->n_train; i++) {
		uint32_t row = s->train[i];

		if (ds->y[row] < 0)
			continue;
		if (row >= sets_main_rows(ds) || !draw)
			s->visible[row] = 1;
		else
			draw[n++] = (struct draw){ rng_bits(r, row), row };
	}
	if (draw)
		qsort(draw, n, sizeof *draw, compare_hashes);
	for (size_t i = 0; draw && i < labels; i++)
		s->visible[draw[i].row] = 1;
	mem_free(draw);
	return 0;
}

/* List the visible rows in file order. */
static void
list_shown(const struct dataset *ds, struct split *s)
{
	for (uint32_t i = 0; i < ds->n; i++)
		if (s->visible[i])
			s->shown[s->n_shown++] = i;
}

static int
alloc_split(struct split *s, size_t n, struct err *e)
{
	*s = (struct split){ .train = mem_try(n, sizeof *s->train),
			     .held = mem_try(n, sizeof *s->held),
			     .shown = mem_try(n, sizeof *s->shown),
			     .target = mem_try(n, sizeof *s->target),
			     .visible = mem_try(n, 1) };
	if (s->train && s->held && s->shown && s->target && s->visible)
		return 0;
	return err_set(e, "no memory to split %zu rows", n);
}

static int
fill_split(const struct dataset *ds, uint64_t seed, int64_t labels, struct split *s, struct err *e)
{
	size_t labelled = 0;

	if (alloc_split(s, ds->n, e) < 0)
		return -1;
	divide_rows(ds, seed, s);
	for (size_t i = 0; i < s->n_train; i++)
		labelled += ds->y[s->train[i]] >= 0 && s->train[i] < sets_main_rows(ds);
	if (s->n_held == 0 || s->n_train == 0)
		return err_set(e, "%zu rows: too few for a held-out fifth", ds->n);
	if (labels >= 0 && (labels == 0 || (uint64_t)labels > labelled))
		return err_set(e, "invalid labels %lld (expected 1 to %zu)", (long long)labels,
			       labelled);
	if (choose_labels(ds, seed, labels < 0 ? labelled : (size_t)labels, labelled, s, e) < 0)
		return -1;
	list_shown(ds, s);
	return 0;
}

int
split_make(const struct dataset *ds, uint64_t seed, int64_t labels, struct split *out,
	   struct err *e)
{
	struct split s;

	if (fill_split(ds, seed, labels, &s, e) < 0) {
		split_release(&s);
		return -1;
	}
	*out = s;
	return 0;
}

void
split_release(struct split *s)
{
	mem_free(s->train);
	mem_free(s->held);
	mem_free(s->shown);
	mem_free(s->target);
	mem_free(s->visible);
	memset(s, 0, sizeof *s);
}
