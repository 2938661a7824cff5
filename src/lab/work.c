/* work.c: when steps are done: stop, pause, single steps, pace. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/work.h"

#include "retort/lab/runs.h"
#include "retort/lab/sweep.h"

int
work_stop(struct trainer_state *w, struct request *r, struct err *e)
{
	(void)r;
	if (w->info.phase == LAB_IDLE)
		return err_set(e, "stop: nothing is running");
	if (w->info.phase == LAB_DISTILLING)
		runs_stop(w);
	else if (w->info.phase == LAB_SWEEPING)
		w->sweep->stopped = true;
	else
		w->worker->info.until = w->worker->info.step;
	w->report_stopped = w->info.phase == LAB_REPORTING;
	w->info.paused = false;
	return 0;
}

/* The trainer has found it before, where steps are computed again; else there is nothing to end. */
int
work_cancel(struct trainer_state *w, struct request *r, struct err *e)
{
	(void)w;
	(void)r;
	(void)e;
	return 0;
}

/* PAUSE and RESUME. */
int
work_pause(struct trainer_state *w, struct request *r, struct err *e)
{
	if (w->info.phase == LAB_IDLE)
		return err_set(e, "nothing is running; `run` trains the student");
	w->info.paused = r->kind == REQUEST_PAUSE;
	w->diverged = false;
	w->pause_at = UINT64_MAX;
	return 0;
}

/* Decided here, where it is known how many of the steps asked for before it are done. */
int
work_toggle(struct trainer_state *w, struct request *r, struct err *e)
{
	bool stepping = w->pause_at != UINT64_MAX;

	if (w->info.phase != LAB_IDLE)
		r->kind = w->info.paused || stepping ? REQUEST_RESUME : REQUEST_PAUSE;
	return work_pause(w, r, e);
}

int
work_step(struct trainer_state *w, struct request *r, struct err *e)
{
	uint64_t from = w->pause_at != UINT64_MAX ? w->pause_at : w->passes;

	if (w->info.phase == LAB_IDLE)
		return err_set(e, "nothing is running; `run` trains the student");
	if (r->u.steps.n < 1)
		return err_set(e, "step: invalid number of steps %lld (expected at least 1)",
			       (long long)r->u.steps.n);
	w->info.paused = w->diverged = false;
	w->pause_at = from + (uint64_t)r->u.steps.n;
	return 0;
}

int
work_pace(struct trainer_state *w, struct request *r, struct err *e)
{
	(void)e;
	w->pace = r->u.steps.n;
	return 0;
}

/* The lab stays as it is: the line of a sweep is recorded behind all that came before its end. */
bool
work_allows(const struct request_row *row)
{
	static const enum request_kind allowed[] = { REQUEST_STOP,   REQUEST_PAUSE, REQUEST_RESUME,
						     REQUEST_TOGGLE, REQUEST_STEP,  REQUEST_PACE,
						     REQUEST_LIST };

	for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
		if (row == &request_table[allowed[i]])
			return true;
	return false;
}

int
work_refuse(const struct trainer_state *w, struct err *e)
{
	if (w->info.phase == LAB_TRAINING)
		return err_set(e, "%s is training (step %llu of %llu); `stop` first",
			       w->info.teacher[w->info.busy].name,
			       (unsigned long long)w->info.run->step,
			       (unsigned long long)w->info.run->until);
	if (w->info.phase == LAB_REPORTING)
		return err_set(e, "the baseline of `report` is training; `stop` first");
	if (w->info.phase == LAB_SWEEPING)
		return err_set(e, "a sweep is running; `stop` ends it with the points that are "
				  "finished");
	return err_set(e, "the student is training (step %llu of %llu); `stop` first",
		       (unsigned long long)w->info.run->step,
		       (unsigned long long)w->info.run->until);
}
