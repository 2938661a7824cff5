/* past.c: states of a run, kept in memory: dense near the present, sparse far back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/past.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/lab/past_budget.h"
#include "retort/lab/past_file.h"
#include "retort/lab/past_state.h"
#include "retort/lab/past_store.h"
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

void
past_keep(struct trainer_state *w, bool starts)
{
	struct past *p = &w->run->past;
	double from = mono_now();
	struct past_state *s;
	size_t starting = 0;

	if (w->run->measured)
		return;
	if (!starts && ((p->n && from - p->kept < SHARE * p->cost) || past_store_is_busy(w)))
		return;
	if (w->info.run->settings.knobs.keep_mib == 0) {
		past_budget_fit(w, starts); /* free those that there are */
		return;
	}
	past_cut(p, w->run->student->state->step);
	s = past_state_take(w, starts);
	if (!s)
		return; /* a run that cannot go back is still one that trains */
	s->order = w->n_kept++;
	while (p->n && p->state[p->n - 1]->step == s->step) {
		s->starts |= p->state[p->n - 1]->starts;
		past_state_free(p->state[--p->n]);
	}
	mem_grow(&p->state, &p->cap, p->n + 1, sizeof *p->state);
	p->state[p->n++] = s;
	for (size_t i = 0; i < p->n; i++)
		starting += p->state[i]->starts;
	while (p->n > STATES + starting && past_budget_thin(p, false))
		;
	past_budget_fit(w, starts);
	p->kept = mono_now();
	p->cost = p->kept - from;
}

void
past_follow(struct trainer_state *w)
{
	int at = runs_at(w);

	if (past_store_reap(w, false))
		past_budget_fit(w, false);
	for (int i = 0; w->info.phase == LAB_DISTILLING && i < w->n_runs; i++) {
		const struct run *r = w->runs[i];

		if (!r->about.trains ||
		    r->student->state->step % (uint64_t)r->info.settings.knobs.eval_every != 0)
			continue;
		runs_take(w, i);
		past_budget_fit_starts(w);
		past_keep(w, false);
	}
	runs_take(w, at);
}

void
past_anew(struct trainer_state *w)
{
	int at = runs_at(w);

	w->taught++;
	for (int i = 0; i < w->n_runs; i++) {
		runs_take(w, i);
		if (w->run->past.n)
			past_keep(w, true);
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

static int
refuse_find(const struct trainer_state *w, uint64_t step, struct err *e)
{
	const struct past *p = &w->run->past;

	if (p->n)
		return err_set(e,
			       "step %llu is no longer kept (the first is %llu; `set keep-mib` and "
			       "`set keep-files` keep more)",
			       (unsigned long long)step, (unsigned long long)p->state[0]->step);
	return err_set(e,
		       "no state of run %d is kept (`run` keeps some, within the memory of the "
		       "knob keep-mib)",
		       w->run->about.number);
}

/* Whether steps up to `step` can be computed again from a state. */
static int
check_version(const struct trainer_state *w, const struct past_state *s, uint64_t step,
	      struct err *e)
{
	if (s->version == w->taught || (s->step == step && s->starts))
		return 0;
	return err_set(e,
		       "step %llu cannot be computed again, because teachers have changed since; "
		       "only the first step of a run or stage before that is kept",
		       (unsigned long long)step);
}

/*
 * Read a state that is in a file; `i` becomes the index of the one before where that fails, with a
 * message. Not across a start of work: what begins there is not computed again.
 */
static int
load_state(struct trainer_state *w, size_t *i, struct err *e)
{
	struct past *p = &w->run->past;

	while (!past_state_is_loaded(p->state[*i])) {
		if (past_file_read(p->state[*i], e) == 0)
			return 0;
		if (p->state[*i]->starts || *i == 0)
			return err_wrap(e, "the kept state of step %llu cannot be read",
					(unsigned long long)p->state[*i]->step);
		err_set(&w->kept_notice, "%s; an earlier state is used", e->msg);
		--*i;
	}
	return 0;
}

int
past_find(struct trainer_state *w, uint64_t step, const struct past_state **found, struct err *e)
{
	const struct past *p = &w->run->past;
	size_t i = last_at(p, step);

	if (i == p->n)
		return refuse_find(w, step, e);
	if (check_version(w, p->state[i], step, e) < 0 || load_state(w, &i, e) < 0 ||
	    check_version(w, p->state[i], step, e) < 0)
		return -1;
	*found = p->state[i];
	return 0;
}

void
past_unload(const struct past_state *s)
{
	if (s->path && !s->writing)
		past_state_free_blocks((struct past_state *)s);
}
