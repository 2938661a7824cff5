/* rewind.c: a run goes back to an earlier step. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/rewind.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/history.h"
#include "retort/lab/knob_changes.h"
#include "retort/lab/live_change.h"
#include "retort/lab/lockstep.h"
#include "retort/lab/past.h"
#include "retort/lab/past_state.h"
#include "retort/lab/runs.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/undo.h"
#include "retort/train/feed.h"
#include "retort/train/orders.h"

/* What the work at hand is, while the steps of one run are computed again. */
struct work {
	enum lab_phase phase;
	bool paused, diverged;
	uint64_t passes, pause_at;
	size_t n_samples;
	int n_notices;
	bool trains[LAB_RUNS];
};

static void
set_aside(struct trainer_state *w, struct work *was)
{
	*was = (struct work){ w->info.phase, w->info.paused, w->diverged,  w->passes,
			      w->pause_at,   w->n_samples,   w->n_notices, { false } };
	for (int i = 0; i < w->n_runs; i++) {
		was->trains[i] = w->runs[i]->about.trains;
		w->runs[i]->about.trains = w->runs[i] == w->run;
	}
	w->info.phase = LAB_DISTILLING;
	runs_share(w);
}

static void
take_up(struct trainer_state *w, const struct work *was)
{
	for (int i = 0; i < w->n_runs; i++)
		w->runs[i]->about.trains = was->trains[i];
	w->info.phase = was->phase;
	w->info.paused = was->paused;
	w->diverged = was->diverged;
	w->passes = was->passes;
	w->pause_at = was->pause_at;
	w->n_samples = was->n_samples;
	w->n_notices = was->n_notices;
	w->not_finite.msg[0] = '\0';
	runs_share(w);
}

/* Make the changes of the former history at the step of the run in hand again. */
static int
apply_history(struct trainer_state *w, const struct history_entry *h, size_t n, size_t *next,
	      struct err *e)
{
	uint64_t step = w->run->student->state->step;

	for (; *next < n && h[*next].step == step; (*next)++) {
		if (settings_change_put(w, &h[*next].settings, e) < 0)
			return -1;
		w->info.run->from = h[*next].from; /* schedules run over them */
		w->info.run->until = h[*next].until;
		history_add(w);
	}
	return 0;
}

/* Report how many steps are computed again, and whether to go on: -1 and an error where not. */
static int
check_cancelled(const struct trainer_state *w, uint64_t from, uint64_t step, struct err *e)
{
	uint64_t at = w->run->student->state->step;

	if (!w->again_cancelled || !w->again_cancelled(w->again_arg, at - from, step - from))
		return 0;
	return err_set(e, "cancelled at step %llu of %llu; the session is as it was before",
		       (unsigned long long)at, (unsigned long long)step);
}

/* Compute the steps up to `step` again, with the changes `h` that were made at them. */
static int
compute(struct trainer_state *w, uint64_t step, const struct history_entry *h, size_t n,
	struct err *e)
{
	int focus = w->focus;
	uint64_t from = w->run->student->state->step;
	size_t next = 0, samples = w->n_samples;
	enum phase_outcome outcome = PHASE_STEPPED;

	if (feed_prepare(&w->train, &w->info.run->settings, e) < 0)
		return -1;
	w->focus = runs_at(w);
	while (outcome == PHASE_STEPPED && w->run->student->state->step < step) {
		if (check_cancelled(w, from, step, e) < 0 || apply_history(w, h, n, &next, e) < 0)
			outcome = PHASE_DIVERGED;
		else
			outcome = lockstep_step(w, e);
		w->n_samples = samples;
	}
	w->focus = focus;
	if (outcome == PHASE_DONE)
		err_set(e, "the run ended at step %llu",
			(unsigned long long)w->run->student->state->step);
	return outcome == PHASE_STEPPED ? 0 : -1;
}

/* ---- a run and what it was ---- */

/* Move the run in hand to *was; in its place is a copy without states, whose student is the same.
 */
static void
hold(struct trainer_state *w, struct run *was)
{
	struct run *r = w->run;

	*was = *r;
	run_init(r, was->train);
	r->about = was->about;
	run_copy_plain(r, was);
	r->info.has_baseline = false;
	orders_copy(&r->orders, &was->orders, w->train.ds);
	r->student = was->student;
}

/* Put back what it was; `owned`: it has got a student of its own. */
static void
put_back(struct trainer_state *w, struct run *was, bool owned)
{
	if (!owned)
		w->run->student = NULL;
	run_release(w->run);
	*w->run = *was;
}

/* The run in hand stays at the step that it was brought to. */
static void
keep(struct trainer_state *w, struct run *was)
{
	w->run->past = was->past;
	memset(&was->past, 0, sizeof was->past);
	past_cut(&w->run->past, w->run->student->state->step);
	run_release(was);
}

/*
 * Bring the run in hand to `step`; *was becomes what it was, for keep() or put_back(). -1 and an
 * error: it is as it was.
 */
static int
bring_back(struct trainer_state *w, uint64_t step, struct run *was, uint64_t *again, struct err *e)
{
	const struct past_state *s;
	int at = runs_at(w), status = 0;
	struct work work;
	size_t kept;

	if (past_find(w, step, &s, e) < 0)
		return -1;
	*again = step - s->step;
	hold(w, was);
	if (past_state_restore(w, s, e) < 0) {
		past_unload(s);
		put_back(w, was, false);
		return -1;
	}
	past_unload(s);
	kept = w->run->n_history;
	if (kept && was->history[kept - 1].step == s->step) /* a change may have replaced it */
		kept--;
	set_aside(w, &work);
	if (*again)
		status = compute(w, step, was->history + kept, was->n_history - kept, e);
	take_up(w, &work);
	runs_take(w, at);
	if (status == 0) {
		undo_cut(w->run, s->n_log, step);
		knob_changes_begin(w->run); /* none in the answer, but what is undone now */
	} else {
		put_back(w, was, true);
	}
	return status;
}

int
rewind_run(struct trainer_state *w, uint64_t step, uint64_t *again, struct err *e)
{
	struct run *was = mem_new(sizeof *was);
	int status = bring_back(w, step, was, again, e);

	if (status == 0)
		keep(w, was);
	mem_free(was);
	return status;
}

/* ---- the request ---- */

static int
check_step(const struct trainer_state *w, uint64_t step, struct err *e)
{
	uint64_t now = w->run->student->state->step;

	if (step > now)
		return err_set(e, "step %llu is ahead; run %d is at step %llu",
			       (unsigned long long)step, w->run->about.number,
			       (unsigned long long)now);
	return 0;
}

/* The step that a request means, for the run in hand. */
static int
find_step(const struct trainer_state *w, const struct request *r, uint64_t *step, struct err *e)
{
	const struct run *run = w->run;
	uint64_t now = run->student->state->step;

	if (r->u.rewind.best && !run->student->best.known)
		return err_set(e, "no best evaluation yet");
	if (r->u.rewind.best)
		*step = run->student->best.step;
	else if (r->u.rewind.at >= 0)
		*step = (uint64_t)r->u.rewind.at;
	else if (r->u.rewind.change && run->n_undo == 0)
		return err_set(e, "no change to go back before");
	else if (r->u.rewind.change)
		*step = undo_last(run)->step;
	else if ((*step = past_before(&run->past, now)) == UINT64_MAX)
		return err_set(e, "no earlier state is kept yet");
	return 0;
}

/* Undo the change that the run in hand was to go back before, where that is in force still: it was
 * made before the first step of a run, which began with it. */
static int
undo_change(struct trainer_state *w, struct request *r, const struct run *was, struct err *e)
{
	const struct run_change *last = undo_last(w->run);
	char note[sizeof r->note];
	int status;

	if (!r->u.rewind.change || !last || last->step != w->run->student->state->step ||
	    w->run->n_undo != was->n_undo ||
	    w->run->undo[w->run->n_undo - 1] != was->undo[was->n_undo - 1])
		return 0;
	memcpy(note, r->note, sizeof note);
	status = live_change_undo(w, r, e);
	memcpy(r->note, note, sizeof note);
	r->u.rewind.undone = r->u.rewind.undone || status == 0;
	return status;
}

/* The run in hand, which was brought to a step, goes on from there. */
static void
go_on(struct trainer_state *w, struct request *r, const struct run *was)
{
	uint64_t from = was->student->state->step, step = w->run->student->state->step;
	size_t len = strlen(r->note);

	if (w->run->about.trains) { /* to the end of the work at hand */
		w->run->info.until = was->info.until;
		history_add(w);
	}
	if (step < w->run->about.fork)
		w->run->about.fork = step;
	if (!r->u.rewind.lockstep)
		w->run->about.lockstep = w->run->about.number;
	snprintf(r->note + len, sizeof r->note - len, "%srun %d goes back from step %llu to %llu",
		 len ? "; " : "", w->run->about.number, (unsigned long long)from,
		 (unsigned long long)step);
}

/* Whether run i of the list is one of those that go back. */
static bool
goes_back(const struct trainer_state *w, const struct request *r, int i, const struct run *first)
{
	return w->runs[i] == first || (r->u.rewind.lockstep && w->runs[i]->student &&
				       w->runs[i]->about.lockstep == first->about.lockstep);
}

/* Bring the runs that go back to a step: all, or none. was[i] is what run i was. */
static int
bring_all(struct trainer_state *w, struct request *r, uint64_t step, struct run *was, bool *moved,
	  struct err *e)
{
	const struct run *first = w->run;
	int status = 0;
	uint64_t again;

	for (int i = 0; status == 0 && i < w->n_runs; i++) {
		if (!goes_back(w, r, i, first))
			continue;
		runs_take(w, i);
		status = check_step(w, step, e);
		if (status == 0)
			status = bring_back(w, step, &was[i], &again, e);
		moved[i] = status == 0;
		r->again += status == 0 ? again : 0;
		if (status == 0 && undo_change(w, r, &was[i], e) < 0)
			status = -1;
	}
	for (int i = 0; status < 0 && i < w->n_runs; i++) {
		runs_take(w, i);
		if (moved[i])
			put_back(w, &was[i], true);
	}
	return status;
}

/* The run in hand, or all in lockstep with it, go on from a step. */
static int
go_back(struct trainer_state *w, struct request *r, uint64_t step, struct err *e)
{
	struct run *was = mem_array((size_t)w->n_runs, sizeof *was);
	bool moved[LAB_RUNS] = { false };
	int at = runs_at(w), status = bring_all(w, r, step, was, moved, e);

	for (int i = 0; status == 0 && i < w->n_runs; i++) {
		if (!moved[i])
			continue;
		runs_take(w, i);
		go_on(w, r, &was[i]);
		keep(w, &was[i]);
	}
	runs_take(w, at);
	runs_share(w);
	mem_free(was);
	return status;
}

int
rewind_request(struct trainer_state *w, struct request *r, struct err *e)
{
	uint64_t step = 0;
	int status;

	if (!w->run->student)
		return err_set(e, "rewind: no student yet; `student mlp 32` makes one");
	if (w->info.phase == LAB_TRAINING || w->info.phase == LAB_REPORTING)
		return err_set(e, "rewind: %s; `stop` first",
			       w->info.phase == LAB_TRAINING
				       ? "a teacher is training"
				       : "the baseline of `report` is training");
	if (find_step(w, r, &step, e) < 0)
		return err_wrap(e, "rewind");
	status = go_back(w, r, step, e);
	if (w->info.phase == LAB_DISTILLING &&
	    feed_prepare(&w->train, &w->info.run->settings, status < 0 ? NULL : e) < 0)
		status = -1;
	r->u.rewind.at = (int64_t)step;
	r->notable = true;
	return status < 0 ? err_wrap(e, "rewind") : 0;
}
