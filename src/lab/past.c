/* past.c: states of a run, kept in memory: dense near the present, sparse far back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/past.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/lab/past_state.h"
#include "retort/lab/runs.h"
#include "retort/lab/trainer_state.h"

#define STATES 64 /* of one run at most, besides the starts of work */
#define SHARE 100 /* the time between two copies is this many times that of one */

void
past_release(struct past *p)
{
	for (size_t i = 0; i < p->n; i++)
		past_state_free(p->state[i]);
	mem_free(p->state);
	memset(p, 0, sizeof *p);
}

void
past_cut(struct past *p, uint64_t step)
{
	while (p->n && p->state[p->n - 1]->step > step)
		past_state_free(p->state[--p->n]);
}

/* Index of the last state at or before a step; p->n: none. */
static size_t
last_at(const struct past *p, uint64_t step)
{
	size_t i = p->n;

	while (i > 0 && p->state[i - 1]->step > step)
		i--;
	return i ? i - 1 : p->n;
}

void
past_share(struct past *to, const struct past *from)
{
	mem_grow(&to->state, &to->cap, from->n, sizeof *to->state);
	for (to->n = 0; to->n < from->n; to->n++)
		to->state[to->n] = past_state_share(from->state[to->n]);
	to->kept = from->kept;
	to->cost = from->cost;
}

/* ---- thinned ---- */

/* How little state i is missed: the distance of its neighbours, as a share of its age. */
static double
gap(const struct past *p, size_t i, uint64_t now)
{
	double age = (double)(now - p->state[i]->step) + 1;

	return (double)(p->state[i + 1]->step - p->state[i - 1]->step) / age;
}

static void
remove_state(struct past *p, size_t i)
{
	past_state_free(p->state[i]);
	memmove(&p->state[i], &p->state[i + 1], (--p->n - i) * sizeof *p->state);
}

/* Free the state of a run that is least missed, but no start of work; the last one after all
 * others. Return whether there was one. */
static bool
thin(struct past *p)
{
	size_t least = p->n;
	uint64_t now = p->n ? p->state[p->n - 1]->step : 0;

	for (size_t i = 1; i + 1 < p->n; i++)
		if (!p->state[i]->starts && (least == p->n || gap(p, i, now) < gap(p, least, now)))
			least = i;
	if (least == p->n && p->n && !p->state[p->n - 1]->starts)
		least = p->n - 1;
	if (least == p->n)
		return false;
	remove_state(p, least);
	return true;
}

static size_t
bytes_of(const struct past *p)
{
	size_t sum = 0;

	for (size_t i = 0; i < p->n; i++)
		sum += p->state[i]->bytes / (size_t)p->state[i]->holders;
	return sum;
}

size_t
past_bytes(const struct trainer_state *w)
{
	size_t sum = 0;

	for (int i = 0; i < w->n_runs; i++)
		sum += bytes_of(&w->runs[i]->past);
	return sum;
}

/* The run whose states take the most bytes. */
static struct past *
largest(const struct trainer_state *w)
{
	struct past *large = &w->runs[0]->past;

	for (int i = 1; i < w->n_runs; i++)
		if (bytes_of(&w->runs[i]->past) > bytes_of(large))
			large = &w->runs[i]->past;
	return large;
}

static bool
thin_any(struct trainer_state *w)
{
	if (thin(largest(w)))
		return true;
	for (int i = 0; i < w->n_runs; i++)
		if (thin(&w->runs[i]->past))
			return true;
	return false;
}

/*
 * Free states until all runs together fit: starts of work after all others, the oldest first.
 * Which starts are kept follows from the session alone, not from its speed: a replay can go back
 * where the session could.
 */
static void
fit_budget(struct trainer_state *w)
{
	size_t most = (size_t)w->info.run->settings.knobs.keep_mib << 20;

	while (past_bytes(w) > most)
		if (!thin_any(w))
			remove_state(largest(w), 0);
}

void
past_keep(struct trainer_state *w, bool starts)
{
	struct past *p = &w->run->past;
	double from = mono_now();
	struct past_state *s;
	size_t starting = 0;

	if (!starts && p->n && from - p->kept < SHARE * p->cost)
		return;
	if (w->info.run->settings.knobs.keep_mib == 0) {
		fit_budget(w); /* free those that there are */
		return;
	}
	past_cut(p, w->run->student->state->step);
	s = past_state_take(w, starts);
	if (!s)
		return; /* a run that cannot go back is still one that trains */
	while (p->n && p->state[p->n - 1]->step == s->step) {
		s->starts |= p->state[p->n - 1]->starts;
		past_state_free(p->state[--p->n]);
	}
	mem_grow(&p->state, &p->cap, p->n + 1, sizeof *p->state);
	p->state[p->n++] = s;
	for (size_t i = 0; i < p->n; i++)
		starting += p->state[i]->starts;
	while (p->n > STATES + starting && thin(p))
		;
	fit_budget(w);
	p->kept = mono_now();
	p->cost = p->kept - from;
}

void
past_follow(struct trainer_state *w)
{
	int at = runs_at(w);

	for (int i = 0; w->info.phase == LAB_DISTILLING && i < w->n_runs; i++) {
		const struct run *r = w->runs[i];

		if (!r->about.trains ||
		    r->student->state->step % (uint64_t)r->info.settings.knobs.eval_every != 0)
			continue;
		runs_take(w, i);
		past_keep(w, false);
	}
	runs_take(w, at);
}

/* ---- found, restored ---- */

uint64_t
past_before(const struct past *p, uint64_t step)
{
	for (size_t i = p->n; i-- > 0;)
		if (p->state[i]->step < step)
			return p->state[i]->step;
	return UINT64_MAX;
}

int
past_find(const struct trainer_state *w, uint64_t step, uint64_t *found, struct err *e)
{
	const struct past *p = &w->run->past;
	size_t i = last_at(p, step);

	if (i == p->n && p->n)
		return err_set(e,
			       "step %llu is no longer kept (the first is %llu; `set keep-mib` "
			       "keeps more)",
			       (unsigned long long)step, (unsigned long long)p->state[0]->step);
	if (i == p->n)
		return err_set(
			e,
			"no state of run %d is kept (`run` keeps some, within the memory of the "
			"knob keep-mib)",
			w->run->about.number);
	if (p->state[i]->version != w->taught &&
	    (p->state[i]->step != step || !p->state[i]->starts))
		return err_set(e,
			       "step %llu cannot be computed again, because teachers have changed "
			       "since; only the first step of a run or stage before that is kept",
			       (unsigned long long)step);
	*found = p->state[i]->step;
	return 0;
}

int
past_restore(struct trainer_state *w, uint64_t found, struct err *e)
{
	struct past *p = &w->run->past;
	const struct past_state *s = p->state[last_at(p, found)];

	if (past_state_restore(w, s, e) < 0)
		return -1;
	past_cut(p, s->step);
	return 0;
}
