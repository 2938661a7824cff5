/* lockstep.c: runs trained together, step by step. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/lockstep.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/lab/leakage.h"
#include "retort/lab/runs.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/stage.h"
#include "retort/train/orders.h"
#include "retort/train/step.h"

/* A run that does this step, and its figures. */
struct member {
	int index;
	bool done;
	struct branch_result result;
};

struct pass {
	int n;
	struct member member[LAB_LOCKSTEP];
};

/* Shares of several teachers in the teaching signal of the step. */
static void
sample_mix(struct trainer_state *w, const struct branch_result *r)
{
	uint64_t step = w->run->student->state->step;

	for (int i = 0; i < w->info.n_teachers; i++) {
		w->info.run->teaching[i].share = r->share[i];
		if (w->info.n_teachers > 1)
			trainer_state_sample(w, BRANCH_STUDENT,
					     metric_teacher((unsigned)i, METRIC_TEACHER_SHARE),
					     step, r->share[i]);
	}
}

/* Note which teachers the student was trained by in this step. */
static void
note_teachers(struct trainer_state *w)
{
	unsigned taught = 0;

	for (int i = 0; i < w->info.n_teachers; i++)
		taught |= train_teaches(&w->train, &w->info.run->settings, i) ? 1u << i : 0;
	leakage_teach(w, taught);
}

/* The runs in training that are furthest behind. */
static void
find_members(const struct trainer_state *w, struct pass *p)
{
	uint64_t least = UINT64_MAX;

	p->n = 0;
	for (int i = 0; i < w->n_runs; i++)
		if (w->runs[i]->about.trains && w->runs[i]->student->state->step < least)
			least = w->runs[i]->student->state->step;
	for (int i = 0; i < w->n_runs; i++)
		if (w->runs[i]->about.trains && w->runs[i]->student->state->step == least) {
			p->member[p->n].index = i;
			p->member[p->n++].done = false;
		}
}

/* End the runs whose last step is done. */
static void
end_runs(struct trainer_state *w)
{
	for (int i = 0; i < w->n_runs; i++) {
		struct run *r = w->runs[i];

		if (!r->about.trains || r->student->state->step < r->info.until)
			continue;
		runs_take(w, i);
		phase_end_student(w);
		runs_share(w);
		if (runs_training(w) > 0)
			phase_notice(w, NULL);
	}
}

/* Evaluate a run at the start of its work, or where the evaluation of its last step was missed. */
static void
start_run(struct trainer_state *w)
{
	struct run *r = w->run;
	bool missed = r->eval_missed;

	if (r->begun && !missed)
		return;
	phase_evaluate(w, r->student, &r->info.settings.stop, !missed);
	r->begun = true;
	r->eval_missed = false;
}

/* Mark a fork whose rows are not those of the run that it was forked from. */
static void
compare_parent(struct trainer_state *w)
{
	struct lab_listed *about = &w->run->about;

	for (int i = 0; about->parent && !about->unpaired && i < w->n_runs; i++)
		if (w->runs[i]->about.number == about->parent)
			about->unpaired =
				!orders_same(&w->run->info.settings, &w->runs[i]->info.settings,
					     w->train.ds->kind);
}

static bool
share_batch(const struct trainer_state *w, const struct run *a, const struct run *b)
{
	return a->orders.main.rows == b->orders.main.rows &&
	       orders_same(&a->info.settings, &b->info.settings, w->train.ds->kind);
}

/* Take a member in hand and join it to the students of a batch. */
static void
join_member(struct trainer_state *w, struct member *m, struct step_student *out)
{
	const struct lab_run *r;

	runs_take(w, m->index);
	compare_parent(w);
	r = w->info.run;
	*out = (struct step_student){
		&r->settings, w->run->student, { r->from, r->until }, &m->result
	};
	m->done = true;
}

/* The steps of all members: batch after batch. */
static void
step_members(struct trainer_state *w, struct pass *p)
{
	struct step_student student[LAB_LOCKSTEP];

	for (int i = 0; i < p->n; i++) {
		int n = 0;

		if (p->member[i].done)
			continue;
		for (int k = i; k < p->n; k++)
			if (!p->member[k].done && share_batch(w, w->runs[p->member[i].index],
							      w->runs[p->member[k].index]))
				join_member(w, &p->member[k], &student[n++]);
		runs_take(w, p->member[i].index); /* its orders are those of the batch */
		step_students(&w->train, student, n);
	}
}

/* A step was not applied: the work pauses, or beside others the run stops alone. */
static enum phase_outcome
refuse_step(struct trainer_state *w, const struct branch_result *r, struct err *e)
{
	uint64_t step = w->run->student->state->step;
	struct err why;

	w->run->about.diverged = step + 1;
	if (runs_training(w) == 1)
		return phase_refuse(w, r, step, e);
	err_set(&why, "stops alone: step %llu not applied: loss %.3g, gradient norm %.3g, lr %.3g",
		(unsigned long long)step + 1, r->loss, r->grad_norm, r->lr);
	w->run->about.trains = false;
	w->run->about.lockstep = w->run->about.number;
	runs_share(w);
	phase_notice(w, &why);
	return PHASE_STEPPED;
}

/* What follows a step of the run in hand: samples, ramps, an evaluation. */
static enum phase_outcome
follow_step(struct trainer_state *w, const struct branch_result *r, struct err *e)
{
	struct lab_run *info = w->info.run;

	if (!r->applied)
		return refuse_step(w, r, e);
	w->run->about.diverged = 0;
	phase_sample(w, w->run->student, r);
	sample_mix(w, r);
	note_teachers(w);
	info->step = info->student.steps = w->run->student->state->step;
	if (settings_change_follow(w, e) < 0) { /* no memory for a loss that a ramp turns on */
		w->run->eval_missed = true;
		return phase_pause(w);
	}
	/* a ramp may have replaced the branch */
	phase_evaluate(w, w->run->student, &info->settings.stop, false);
	return PHASE_STEPPED;
}

/* What is due before the steps of the members. */
static int
prepare_members(struct trainer_state *w, const struct pass *p, struct err *e)
{
	for (int i = 0; i < p->n; i++) {
		runs_take(w, p->member[i].index);
		if (settings_change_fit(w, e) < 0)
			return err_wrap(e, "paused");
		start_run(w);
	}
	return 0;
}

/* Whether a member has no step left: by a rule, in the evaluation before its first step. */
static bool
any_ended(const struct trainer_state *w, const struct pass *p)
{
	for (int i = 0; i < p->n; i++) {
		const struct run *r = w->runs[p->member[i].index];

		if (r->info.until <= r->student->state->step)
			return true;
	}
	return false;
}

/*
 * End runs whose last step is done, and find those of the next step: its members. Both belong to
 * one call, so that between two calls every run in training has another step: a recording names
 * the moment of a command by it.
 */
static enum phase_outcome
begin_step(struct trainer_state *w, struct pass *p, struct err *e)
{
	do {
		end_runs(w);
		if (runs_training(w) == 0)
			return PHASE_DONE;
		find_members(w, p);
		if (prepare_members(w, p, e) < 0)
			return phase_pause(w);
	} while (any_ended(w, p));
	return PHASE_STEPPED;
}

/*
 * End the runs whose last step is done while others have steps left: at once, so that the step of a
 * run says whether it trains. The last ones end with the work, in the next call.
 */
static void
end_beside(struct trainer_state *w)
{
	bool left = false;

	for (int i = 0; i < w->n_runs; i++)
		left |= w->runs[i]->about.trains &&
			w->runs[i]->student->state->step < w->runs[i]->info.until;
	if (left)
		end_runs(w);
}

static enum phase_outcome
step_once(struct trainer_state *w, struct err *e)
{
	struct pass p;
	enum phase_outcome outcome = begin_step(w, &p, e), one;

	if (outcome != PHASE_STEPPED)
		return outcome;
	step_members(w, &p);
	for (int i = 0; i < p.n; i++) {
		runs_take(w, p.member[i].index);
		one = follow_step(w, &p.member[i].result, e);
		outcome = one == PHASE_STEPPED ? outcome : one;
	}
	end_beside(w);
	w->passes++;
	return outcome;
}

enum phase_outcome
lockstep_step(struct trainer_state *w, struct err *e)
{
	enum phase_outcome outcome = step_once(w, e);

	runs_take(w, w->focus);
	return outcome;
}
