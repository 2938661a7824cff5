/* rewind.c: a run goes back to an earlier step. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/rewind.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/history.h"
#include "retort/lab/lockstep.h"
#include "retort/lab/past.h"
#include "retort/lab/runs.h"
#include "retort/lab/settings_change.h"
#include "retort/train/feed.h"

/* What the work at hand is, while the steps of one run are computed again. */
struct work {
	enum lab_phase phase;
	bool paused, diverged;
	uint64_t passes;
	size_t n_samples;
	int n_notices;
	bool trains[LAB_RUNS];
};

static void
set_aside(struct trainer_state *w, struct work *was)
{
	*was = (struct work){ w->info.phase, w->info.paused, w->diverged, w->passes,
			      w->n_samples,  w->n_notices,   { false } };
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

/* Compute the steps up to `step` again, with the changes `h` that were made at them. */
static int
compute(struct trainer_state *w, uint64_t step, const struct history_entry *h, size_t n,
	struct err *e)
{
	int focus = w->focus;
	size_t next = 0, samples = w->n_samples;
	enum phase_outcome outcome = PHASE_STEPPED;

	if (feed_prepare(&w->train, &w->info.run->settings, e) < 0)
		return -1;
	w->focus = runs_at(w);
	while (outcome == PHASE_STEPPED && w->run->student->state->step < step) {
		if (apply_history(w, h, n, &next, e) < 0)
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

int
rewind_run(struct trainer_state *w, uint64_t step, uint64_t *again, struct err *e)
{
	size_t n = w->run->n_history, kept;
	struct history_entry *h = NULL;
	int at = runs_at(w), status = 0;
	struct work was;
	uint64_t found;

	if (past_find(w, step, &found, e) < 0)
		return -1;
	*again = step - found;
	if (n) {
		h = mem_array(n, sizeof *h);
		memcpy(h, w->run->history, n * sizeof *h);
	}
	if (past_restore(w, found, e) < 0) {
		mem_free(h);
		return -1;
	}
	kept = w->run->n_history;
	if (kept && h[kept - 1].step == found) /* may have been replaced by a change at that step */
		kept--;
	set_aside(w, &was);
	if (*again)
		status = compute(w, step, h + kept, n - kept, e);
	take_up(w, &was);
	runs_take(w, at);
	mem_free(h);
	return status;
}

/* ---- the request ---- */

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
		*step = run->undo[run->n_undo - 1].step;
	else if ((*step = past_before(&run->past, now)) == UINT64_MAX)
		return err_set(e, "no earlier state is kept yet");
	if (*step > now)
		return err_set(e, "step %llu is ahead; run %d is at step %llu",
			       (unsigned long long)*step, run->about.number,
			       (unsigned long long)now);
	return 0;
}

/* The run in hand goes on from a step. */
static int
go_back(struct trainer_state *w, struct request *r, uint64_t step, bool alone, struct err *e)
{
	uint64_t was = w->run->student->state->step, until = w->run->info.until, again;
	size_t len = strlen(r->note);

	if (rewind_run(w, step, &again, e) < 0)
		return -1;
	if (w->run->about.trains) { /* to the end of the work at hand */
		w->run->info.until = until;
		history_add(w);
	}
	if (step < w->run->about.fork)
		w->run->about.fork = step;
	if (alone)
		w->run->about.lockstep = w->run->about.number;
	snprintf(r->note + len, sizeof r->note - len, "%srun %d goes back from step %llu to %llu",
		 len ? "; " : "", w->run->about.number, (unsigned long long)was,
		 (unsigned long long)step);
	r->again += again;
	return 0;
}

static int
go_back_all(struct trainer_state *w, struct request *r, uint64_t step, struct err *e)
{
	int at = runs_at(w), lockstep = w->run->about.lockstep;
	uint64_t found;

	for (int i = 0; i < w->n_runs; i++) {
		if (w->runs[i]->about.lockstep != lockstep || !w->runs[i]->student)
			continue;
		runs_take(w, i);
		if (past_find(w, step, &found, e) < 0)
			return -1;
	}
	for (int i = 0; i < w->n_runs; i++)
		if (w->runs[i]->about.lockstep == lockstep && w->runs[i]->student) {
			runs_take(w, i);
			if (go_back(w, r, step, false, e) < 0)
				return -1;
		}
	runs_take(w, at);
	return 0;
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
	status = r->u.rewind.lockstep ? go_back_all(w, r, step, e) : go_back(w, r, step, true, e);
	if (w->info.phase == LAB_DISTILLING &&
	    feed_prepare(&w->train, &w->info.run->settings, status < 0 ? NULL : e) < 0)
		status = -1;
	r->u.rewind.at = (int64_t)step;
	r->notable = true;
	return status < 0 ? err_wrap(e, "rewind") : 0;
}
