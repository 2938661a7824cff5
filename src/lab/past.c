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

/* Free the state of a run that is least missed, but no start of work and neither the first nor the
 * last. Return whether there was one. */
static bool
thin(struct past *p)
{
	size_t least = 0;
	uint64_t now = p->n ? p->state[p->n - 1]->step : 0;

	for (size_t i = 1; i + 1 < p->n; i++)
		if (!p->state[i]->starts && (!least || gap(p, i, now) < gap(p, least, now)))
			least = i;
	if (!least)
		return false;
	past_state_free(p->state[least]);
	memmove(&p->state[least], &p->state[least + 1], (p->n - least - 1) * sizeof *p->state);
	p->n--;
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

/* Free states until all runs together fit: of the run with the most bytes first; where only starts
 * of work are left, the oldest of that run. */
static void
fit_budget(struct trainer_state *w)
{
	size_t most = (size_t)w->info.run->settings.knobs.keep_mib << 20;

	while (past_bytes(w) > most) {
		struct past *large = &w->runs[0]->past;

		for (int i = 1; i < w->n_runs; i++)
			if (bytes_of(&w->runs[i]->past) > bytes_of(large))
				large = &w->runs[i]->past;
		if (thin(large))
			continue;
		past_state_free(large->state[0]);
		memmove(large->state, large->state + 1, --large->n * sizeof *large->state);
	}
}

void
past_keep(struct trainer_state *w, bool starts)
{
	struct past *p = &w->run->past;
	double from = mono_now();
	struct past_state *s;
	size_t starting = 0;

	if (w->info.run->settings.knobs.keep_mib == 0 ||
	    (!starts && p->n && from - p->kept < SHARE * p->cost))
		return;
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
	if (p->state[i]->step != step && p->state[i]->version != w->taught)
		return err_set(e,
			       "step %llu cannot be computed again, because teachers have changed "
			       "since (kept: %llu%s)",
			       (unsigned long long)step, (unsigned long long)p->state[i]->step,
			       i + 1 < p->n ? " and later steps" : "");
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
