/* augment.c: the table of augmentations, applied to the rows of a batch. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/augment/augment.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/vocab/vocab.h"

#define SHARDS 16
#define SERIAL_MAX 4096 /* numbers of a batch up to which one thread is faster */

const struct augment *const augment_table[] = {
#define AUGMENT(id) &augment_##id,
#include "retort/data/augment/augments.def"
};
const size_t augment_count = sizeof augment_table / sizeof *augment_table;

bool
augment_is_on(const struct augment *a, const struct knobs *k)
{
	return *(const double *)((const char *)k + a->on) > 0;
}

const struct augment *
augment_of_knob(const struct knob *k)
{
	for (size_t i = 0; i < augment_count; i++) {
		size_t len = strlen(augment_table[i]->name);

		if (strncmp(k->name, augment_table[i]->name, len) == 0 && k->name[len] == '-')
			return augment_table[i];
	}
	return NULL;
}

static bool
is_applied(const struct augment *a, const struct knobs *k, enum dataset_kind kind)
{
	return a->kinds & 1u << kind && augment_is_on(a, k);
}

bool
augment_any(const struct knobs *k, enum dataset_kind kind)
{
	for (size_t i = 0; i < augment_count; i++)
		if (is_applied(augment_table[i], k, kind))
			return true;
	return false;
}

bool
augment_is_same(const struct knobs *a, const struct knobs *b, enum dataset_kind kind)
{
	if (memcmp(a, b, sizeof *a) == 0 || (!augment_any(a, kind) && !augment_any(b, kind)))
		return true;
	for (size_t i = 0; i < knob_count; i++)
		if (augment_of_knob(&knob_table[i]) &&
		    knob_value(a, &knob_table[i]) != knob_value(b, &knob_table[i]))
			return false;
	return true;
}

static const char *
knob_of(const struct augment *a)
{
	for (size_t i = 0; i < knob_count; i++)
		if (knob_table[i].offset == a->on)
			return knob_table[i].name;
	return a->name;
}

int
augment_fits(const struct knobs *k, const struct dataset *ds, const struct round_trip *round_trip,
	     const struct wordnet *wn, struct err *e)
{
	static const char *const rows[] = { "a table of numbers", "images", "tokens" };

	for (size_t i = 0; i < augment_count; i++) {
		const struct augment *a = augment_table[i];

		if (!augment_is_on(a, k))
			continue;
		if (!is_applied(a, k, ds->kind))
			return err_set(e, "%s: %s, but %s is %s; `set %s 0`", knob_of(a), a->what,
				       ds->name, rows[ds->kind], knob_of(a));
		if (a->wordnet && !wn)
			return err_set(
				e, "%s: no WordNet has been read; `augment %s rate 0.1` reads it",
				knob_of(a), a->name);
		if (a->wordnet && !ds->tokenizer)
			return err_set(e, "%s: %s, but %s has ids without a tokenizer; `set %s 0`",
				       knob_of(a), a->what, ds->name, knob_of(a));
	}
	if (augment_is_on(&augment_backtranslate, k) && !round_trip)
		return err_set(e,
			       "backtranslate-rate: no text of %s has been translated; `augment "
			       "backtranslate via spa` translates",
			       ds->name);
	if (ds->kind == DATASET_TOKENS && augment_is_on(&augment_mask, k) &&
	    k->mask_token >= (int64_t)ds->vocab)
		return err_set(e, "invalid mask-token %lld (expected 0 to %zu)",
			       (long long)k->mask_token, ds->vocab - 1);
	return 0;
}

int
augment_open(struct augmenter *a, const struct dataset *ds, const uint32_t *rows, size_t n_rows,
	     struct pool *pool, struct err *e)
{
	size_t threads = pool ? (size_t)pool_threads(pool) : 1;

	*a = (struct augmenter){
		.ds = ds, .rows = rows, .n_rows = n_rows, .pool = pool, .blank = -1, .end = -2
	};
	if (ds->kind == DATASET_IMAGE && !(a->spare = mem_try(threads * ds->d, sizeof *a->spare)))
		return err_set(e, "no memory for %zu warped images", threads);
	if (ds->kind != DATASET_TOKENS)
		return 0;
	a->kind = mem_try(ds->vocab, sizeof *a->kind);
	if (!a->kind)
		return err_set(e, "no memory for a vocabulary of %zu tokens", ds->vocab);
	words_kinds(ds, a->kind);
	a->blank = words_blank(ds);
	a->mask = words_mask(ds);
	if (ds->tokenizer && ds->tokenizer->special[TOKENIZER_END] >= 0)
		a->end = ds->tokenizer->special[TOKENIZER_END];
	return 0;
}

int
augment_learn(struct augmenter *a, const struct wordnet *wn, struct err *e)
{
	size_t threads = a->pool ? (size_t)pool_threads(a->pool) : 1, room;

	if (!wn || !a->ds || a->ds->kind != DATASET_TOKENS || !a->ds->tokenizer)
		return 0;
	room = a->ds->length + 1;
	mem_free(a->tokens);
	a->tokens = mem_try(threads * room, sizeof *a->tokens);
	if (!a->tokens)
		return err_set(e, "no memory for %zu rows of %zu tokens", threads, room);
	synonyms_release(&a->synonyms);
	synonyms_init(&a->synonyms, wn, a->ds, a->kind, a->rows, a->n_rows);
	return 0;
}

void
augment_close(struct augmenter *a)
{
	mem_free(a->kind);
	mem_free(a->spare);
	mem_free(a->tokens);
	synonyms_release(&a->synonyms);
	memset(a, 0, sizeof *a);
}

struct job {
	const struct augmenter *a;
	const struct knobs *knobs;
	uint64_t seed, step;
	struct batch *b;
	size_t shards;
};

static void
augment_row(const struct job *j, size_t i)
{
	const struct dataset *ds = j->a->ds;
	bool tokens = ds->kind == DATASET_TOKENS;
	struct augment_row r = {
		.a = j->a,
		.knobs = j->knobs,
		.row = (uint32_t)batch_i32(j->b, BATCH_ROW)[i],
		.x = tokens ? NULL : batch_f32(j->b, BATCH_INPUT) + i * ds->d,
		.ids = tokens ? batch_i32(j->b, BATCH_IDS) + i * ds->length : NULL,
		.label = ds->next_token ? batch_i32(j->b, BATCH_LABEL) + i * ds->length : NULL,
		.label_weight = ds->next_token
					? batch_f32(j->b, BATCH_LABEL_WEIGHT) + i * ds->length
					: NULL,
		.spare = j->a->spare ? j->a->spare + (size_t)pool_worker() * ds->d : NULL,
		.tokens = j->a->tokens ? j->a->tokens + (size_t)pool_worker() * (ds->length + 1)
				       : NULL,
	};

	for (size_t k = 0; k < augment_count; k++) {
		const struct augment *a = augment_table[k];

		if (!a->row || !is_applied(a, j->knobs, ds->kind))
			continue;
		r.rng = rng_stream(j->seed, a->name, j->step,
				   (uint64_t)batch_i32(j->b, BATCH_DRAW)[i]);
		a->row(&r);
	}
}

static void
augment_shard(void *arg, int index)
{
	const struct job *j = arg;
	size_t to = j->b->rows * (size_t)(index + 1) / j->shards;

	for (size_t i = j->b->rows * (size_t)index / j->shards; i < to; i++)
		augment_row(j, i);
}

void
augment_batch(const struct augmenter *a, const struct knobs *k, uint64_t seed, uint64_t step,
	      struct batch *b)
{
	struct job j = { a, k, seed, step, b, 1 };

	b->augmented = augment_any(k, a->ds->kind);
	if (!b->augmented)
		return;
	if (b->rows * a->ds->d > SERIAL_MAX)
		j.shards = b->rows < SHARDS ? b->rows : SHARDS;
	pool_run(a->pool, (int)j.shards, augment_shard, &j);
	for (size_t i = 0; i < augment_count; i++)
		if (augment_table[i]->batch && is_applied(augment_table[i], k, a->ds->kind))
			augment_table[i]->batch(
				k, rng_stream(seed, augment_table[i]->name, step, UINT64_MAX), b);
}
