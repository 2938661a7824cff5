/* work.c: when steps are done: stop, pause, single steps, pace. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/work.h"

#include "retort/lab/runs.h"

int
work_stop(struct trainer_state *w, struct request *r, struct err *e)
{
	(void)r;
	if (w->info.phase == LAB_IDLE)
		return err_set(e, "stop: nothing is running");
	if (w->info.phase == LAB_DISTILLING)
		runs_stop(w);
	else
		w->worker->info.until = w->worker->info.step;
	w->report_stopped = w->info.phase == LAB_REPORTING;
	w->info.paused = false;
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
