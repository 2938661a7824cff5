/* past_budget.c: states are thinned: dense near the present, sparse far back; the earliest in
 * files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/past_budget.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/past_store.h"

struct limits {
	size_t memory, files;
};

/* ---- one run ---- */

/* How little state i is missed: the distance of its neighbours, as a share of its age. */
static double
gap(const struct past *p, size_t i, uint64_t now)
{
	double age = (double)(now - p->state[i]->step) + 1;

	return (double)(p->state[i + 1]->step - p->state[i - 1]->step) / age;
}

/* Free states from .. until - 1. */
static void
remove_states(struct past *p, size_t from, size_t until)
{
	for (size_t i = from; i < until; i++)
		past_state_free(p->state[i]);
	memmove(&p->state[from], &p->state[until], (p->n - until) * sizeof *p->state);
	p->n -= until - from;
}

/* Whether a state may be thinned. */
static bool
is_spare(const struct past_state *s, bool filed)
{
	return !s->starts && (!filed || s->path);
}

bool
past_budget_thin(struct past *p, bool filed)
{
	size_t least = p->n;
	uint64_t now = p->n ? p->state[p->n - 1]->step : 0;

	for (size_t i = 1; i + 1 < p->n; i++)
		if (is_spare(p->state[i], filed) &&
		    (least == p->n || gap(p, i, now) < gap(p, least, now)))
			least = i;
	if (least == p->n && p->n && is_spare(p->state[p->n - 1], filed))
		least = p->n - 1;
	if (least == p->n)
		return false;
	remove_states(p, least, least + 1);
	return true;
}

/* ---- all runs ---- */

static struct past_budget_use
use_of(const struct past *p)
{
	struct past_budget_use use = { 0, 0 };

	for (size_t i = 0; i < p->n; i++) {
		size_t bytes = p->state[i]->bytes / (size_t)p->state[i]->holders;

		use.memory += p->state[i]->path ? 0 : bytes;
		use.files += p->state[i]->path ? bytes : 0;
	}
	return use;
}

/* What they take when the file that is being written is complete. */
static struct past_budget_use
use_of_all(const struct trainer_state *w)
{
	struct past_budget_use sum = { 0, 0 };

	for (int i = 0; i < w->n_runs; i++) {
		struct past_budget_use one = use_of(&w->runs[i]->past);

		sum.memory += one.memory;
		sum.files += one.files;
	}
	return sum;
}

struct past_budget_use
past_budget_use(const struct trainer_state *w)
{
	struct past_budget_use sum = use_of_all(w);

	for (int i = 0; i < w->n_runs; i++)
		for (size_t k = 0; k < w->runs[i]->past.n; k++) {
			const struct past_state *s = w->runs[i]->past.state[k];
			size_t bytes = s->writing ? s->bytes / (size_t)s->holders : 0;

			sum.memory += bytes;
			sum.files -= bytes;
		}
	return sum;
}

/* Thin the run whose states take the most bytes, or another. */
static bool
thin_any(struct trainer_state *w, bool filed)
{
	int large = 0;
	size_t most = 0;

	for (int i = 0; i < w->n_runs; i++) {
		struct past_budget_use use = use_of(&w->runs[i]->past);
		size_t bytes = use.files + (filed ? 0 : use.memory);

		if (bytes > most) {
			most = bytes;
			large = i;
		}
	}
	if (past_budget_thin(&w->runs[large]->past, filed))
		return true;
	for (int i = 0; i < w->n_runs; i++)
		if (past_budget_thin(&w->runs[i]->past, filed))
			return true;
	return false;
}

/* Free all states up to the start of work that was kept as number `order`, of every run that has
 * it: from one before it no steps can be computed that come after it. */
static void
remove_start(struct trainer_state *w, uint64_t order)
{
	for (int i = 0; i < w->n_runs; i++) {
		struct past *p = &w->runs[i]->past;

		for (size_t k = 0; k < p->n; k++)
			if (p->state[k]->order == order) {
				remove_states(p, 0, k + 1);
				break;
			}
	}
}

static struct limits
limits_of(const struct trainer_state *w)
{
	const struct knobs *k = &w->info.run->settings.knobs;
	struct limits l = { (size_t)k->keep_mib << 20, (size_t)k->keep_files << 20 };

	if (k->keep_mib == 0)
		l.files = 0;
	else if (past_store_has_failed(w) && use_of_all(w).files < l.files)
		l.files = use_of_all(w).files; /* those that there are */
	return l;
}

/* ---- starts of work ---- */

struct start {
	uint64_t order;
	size_t bytes;
};

static int
compare_starts(const void *a, const void *b)
{
	const struct start *x = a, *y = b;

	return x->order < y->order ? 1 : -(x->order > y->order);
}

/* The starts of work of all runs, the latest first, each once. Freed by the caller. */
static struct start *
list_starts(const struct trainer_state *w, size_t *n)
{
	struct start *list = NULL;
	size_t cap = 0, unique = 0;

	*n = 0;
	for (int i = 0; i < w->n_runs; i++)
		for (size_t k = 0; k < w->runs[i]->past.n; k++) {
			const struct past_state *s = w->runs[i]->past.state[k];

			if (!s->starts)
				continue;
			mem_grow(&list, &cap, *n + 1, sizeof *list);
			list[(*n)++] = (struct start){ s->order, s->bytes };
		}
	if (*n)
		qsort(list, *n, sizeof *list, compare_starts);
	for (size_t i = 0; i < *n; i++)
		if (i == 0 || list[i].order != list[unique - 1].order)
			list[unique++] = list[i];
	*n = unique;
	return list;
}

/* Bytes of all starts of work; a state that two runs keep counts twice. */
static size_t
starts_bytes(const struct trainer_state *w)
{
	size_t sum = 0;

	for (int i = 0; i < w->n_runs; i++)
		for (size_t k = 0; k < w->runs[i]->past.n; k++)
			sum += w->runs[i]->past.state[k]->starts ? w->runs[i]->past.state[k]->bytes
								 : 0;
	return sum;
}

void
past_budget_fit_starts(struct trainer_state *w)
{
	struct limits l = limits_of(w);
	size_t n, memory = 0, files = 0, fits = 0;
	struct start *list;

	if (starts_bytes(w) <= l.memory)
		return;
	list = list_starts(w, &n);
	while (fits < n && memory + list[fits].bytes <= l.memory)
		memory += list[fits++].bytes;
	while (fits < n && files + list[fits].bytes <= l.files)
		files += list[fits++].bytes;
	for (; fits < n; fits++)
		remove_start(w, list[fits].order);
	mem_free(list);
}

/* ---- files ---- */

/* The state in memory that was kept first; NULL: there is none. `starts`: of the starts of work. */
static struct past_state *
earliest(const struct trainer_state *w, bool starts)
{
	struct past_state *first = NULL;

	for (int i = 0; i < w->n_runs; i++)
		for (size_t k = 0; k < w->runs[i]->past.n; k++) {
			struct past_state *s = w->runs[i]->past.state[k];

			if (!s->path && (!starts || s->starts) &&
			    (!first || s->order < first->order))
				first = s;
		}
	return first;
}

enum moved { MOVED, NO_ROOM, BUSY };

/* Write the earliest state in memory to a file, where files have room. */
static enum moved
move_earliest(struct trainer_state *w, const struct limits *l, bool wait)
{
	struct past_state *s = earliest(w, false);

	if (!s || use_of_all(w).files + s->bytes > l->files)
		return NO_ROOM;
	if (past_store_is_busy(w)) {
		if (!wait)
			return BUSY;
		past_store_reap(w, true);
	}
	return past_store_has_failed(w) || past_store_write(w, s) < 0 ? NO_ROOM : MOVED;
}

/* Make room in memory: 0, or -1 where that has to wait for a file. */
static int
free_memory(struct trainer_state *w, const struct limits *l, bool wait)
{
	enum moved moved = move_earliest(w, l, wait);
	struct past_state *s;

	if (moved == BUSY)
		return -1;
	if (moved == MOVED || thin_any(w, false))
		return 0;
	s = wait ? earliest(w, true) : NULL; /* a file could not be written */
	if (!s)
		return -1;
	remove_start(w, s->order);
	return 0;
}

void
past_budget_fit(struct trainer_state *w, bool wait)
{
	struct limits l = limits_of(w);

	if (wait)
		past_budget_fit_starts(w);
	while (use_of_all(w).memory > l.memory && free_memory(w, &l, wait) == 0)
		l = limits_of(w); /* writing may have failed */
	while (use_of_all(w).files > l.files && thin_any(w, true))
		;
	if (wait)
		past_store_reap(w, true);
}
