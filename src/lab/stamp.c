/* stamp.c: the step that a request falls in, or is to wait for. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/stamp.h"

#include <stdio.h>
#include <string.h>

#include "retort/lab/runs.h"

struct stamp_place
stamp_place(const struct trainer_state *w)
{
	const struct branch *b = w->info.phase == LAB_TRAINING
					 ? w->train.teacher[w->info.busy].branch
					 : w->run->student;

	return (struct stamp_place){ w->info.phase, w->info.busy, b ? b->state->step : 0 };
}

/* Name the run that a request acts on, or whose steps are counted. */
static void
add_run(const struct trainer_state *w, struct request *r)
{
	size_t len = strlen(r->stamp);

	if (!len && !request_is(r, REQUEST_IS_RUN))
		return;
	if (r->all)
		snprintf(r->stamp + len, sizeof r->stamp - len, "%sall:", len ? " " : "");
	else
		snprintf(r->stamp + len, sizeof r->stamp - len, "%srun %d:", len ? " " : "",
			 w->run->about.number);
}

void
stamp_request(const struct trainer_state *w, const struct stamp_place *p, struct request *r)
{
	unsigned long long step = (unsigned long long)p->step;

	r->step = p->step;
	r->branch = p->phase == LAB_TRAINING ? BRANCH_TEACHER(p->busy) : BRANCH_STUDENT;
	r->stamp[0] = '\0';
	r->run = r->run ? r->run : w->run->about.number;
	if (r->stamped)
		snprintf(r->stamp, sizeof r->stamp, r->owner[0] ? "@%s:%llu" : "@%s%llu", r->owner,
			 (unsigned long long)r->at);
	else if (p->phase == LAB_TRAINING)
		snprintf(r->stamp, sizeof r->stamp, "@%s:%llu", w->info.teacher[p->busy].name,
			 step);
	else if (p->phase == LAB_DISTILLING)
		snprintf(r->stamp, sizeof r->stamp, "@%llu", step);
	else if (w->run->student)
		r->step = w->run->student->state->step;
	if (w->n_runs > 1 && !r->owner[0] && p->phase != LAB_TRAINING)
		add_run(w, r);
}

uint64_t
stamp_owner_step(const struct trainer_state *w, const struct request *r)
{
	int k;

	if (!r->owner[0]) {
		k = r->target[0] ? runs_find(w, r->target, NULL) : w->focus;
		if (k < 0)
			return UINT64_MAX;
		return w->runs[k]->student ? w->runs[k]->student->state->step : 0;
	}
	k = lab_info_teacher(&w->info, r->owner, NULL);
	if (k >= 0 && !w->train.teacher[k].branch)
		return 0; /* a file of outputs */
	return k < 0 ? UINT64_MAX : w->train.teacher[k].branch->state->step;
}

bool
stamp_is_early(const struct trainer_state *w, const struct request *r)
{
	int k = r->target[0] ? runs_find(w, r->target, NULL) : w->focus;

	if (!r->stamped && !r->target[0] && !request_is(r, REQUEST_IS_RUN))
		return false; /* the step of the run that is furthest behind is recorded */
	if (r->owner[0] || k < 0 || !request_is(r, REQUEST_IS_RECORD) ||
	    r->kind == REQUEST_EXPECT || !runs_behind(w))
		return false; /* figures are compared at once: they are recorded as they come */
	if (!w->runs[k]->about.trains)
		return true;
	for (int i = 0; i < w->n_runs; i++)
		if (w->runs[i]->about.trains &&
		    w->runs[i]->student->state->step < w->runs[k]->student->state->step)
			return true;
	return false;
}

void
stamp_refuse_past(const struct trainer_state *w, struct request *r, uint64_t step)
{
	struct stamp_place here = stamp_place(w);

	stamp_request(w, &here, r);
	if (step == UINT64_MAX && !r->owner[0])
		runs_find(w, r->target, &r->err), r->status = -1;
	else if (step == UINT64_MAX)
		r->status = err_set(&r->err, "%s: no teacher '%s'", r->stamp, r->owner);
	else
		r->status =
			err_set(&r->err, "%s: the step is past; %s is at step %llu", r->stamp,
				r->owner[0] ? r->owner : "the student", (unsigned long long)step);
}

void
stamp_refuse_idle(const struct trainer_state *w, struct request *r)
{
	struct stamp_place here = stamp_place(w);

	stamp_request(w, &here, r);
	r->status = err_set(&r->err,
			    "step %llu is never reached: %s is at step %llu, and nothing above "
			    "trains it further",
			    (unsigned long long)r->at, r->owner[0] ? r->owner : "the student",
			    (unsigned long long)stamp_owner_step(w, r));
}
