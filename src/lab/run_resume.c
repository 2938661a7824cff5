/* run_resume.c: a run that was loaded in the middle of its work. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/run_resume.h"

#include "retort/lab/history.h"
#include "retort/lab/idle_change.h"
#include "retort/lab/past.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/settings_check.h"
#include "retort/lab/stage.h"
#include "retort/lab/stop_rule.h"
#include "retort/train/best.h"

int
run_resume_check(struct trainer_state *w, int64_t steps, struct err *e)
{
	struct settings now = settings_change_base(w);

	if (!w->run->student)
		return err_set(e, "run: no student yet; `student mlp 32` makes one");
	if (steps < 1 || steps > 1000000000 ||
	    w->run->student->state->step + (uint64_t)steps > UINT32_MAX - 1)
		return err_set(e, "run: invalid number of steps %lld (expected 1 to 1000000000)",
			       (long long)steps);
	for (int i = 0; i < w->info.n_teachers; i++)
		if (!w->info.teacher[i].ready && !w->info.run->settings.teacher_muted[i])
			return err_set(e,
				       "run: teacher %s has not been trained; `train %s` first, or "
				       "`teachers %s mute`",
				       w->info.teacher[i].name, w->info.teacher[i].name,
				       w->info.teacher[i].name);
	if (stop_rule_check(w, &now.stop, BRANCH_STUDENT, e) < 0)
		return err_wrap(e, "run: stop when");
	return settings_check_work(w, &now, e) < 0 ? err_wrap(e, "run") : 0;
}

int
run_resume_continue(struct trainer_state *w, struct request *r, struct err *e)
{
	struct lab_run *i = w->info.run;

	r->u.run.steps = (int64_t)(i->until - w->run->student->state->step);
	if (run_resume_check(w, r->u.run.steps, e) < 0)
		return -1;
	if (idle_change_prepare(w, e) < 0 || best_open(w->run->student, e) < 0)
		return err_wrap(e, "run");
	i->interrupted = false;
	i->step = w->run->student->state->step;
	w->info.phase = LAB_DISTILLING;
	w->info.paused = false;
	w->run->about.trains = true;
	history_add(w); /* settings may have been changed since it was loaded */
	past_keep(w, true);
	return 0;
}

bool
run_resume_end(struct trainer_state *w)
{
	if (!w->info.run->interrupted)
		return false;
	w->info.run->interrupted = false;
	stage_end(w);
	w->run->figures[BRANCH_STUDENT].ended[0] = '\0';
	return true;
}
