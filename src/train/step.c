/* step.c: the first spine: feed, student, samples. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/step.h"

#include <math.h>
#include <string.h>

#include "retort/lab/history.h"
#include "retort/train/eval.h"
#include "retort/train/feed.h"
#include "retort/train/freeze.h"
#include "retort/train/lr_schedule.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/stage.h"

bool
step_wanted(const struct trainer_state *w)
{
	return w->info.phase != LAB_IDLE && !w->info.paused;
}

static void
sample_step(struct trainer_state *w, const struct branch *b, const struct branch_result *r,
	    uint64_t step)
{
	trainer_state_sample(w, b->id, METRIC_TRAIN_LOSS, step, r->loss);
	for (int i = 0; i < b->n_terms; i++) {
		trainer_state_sample(w, b->id, b->term[i].train, step, r->raw[i]);
		if (b->id == BRANCH_STUDENT)
			trainer_state_sample(w, b->id, b->term[i].weighted, step, r->weighted[i]);
		if (b->term[i].told != METRIC_NONE)
			trainer_state_sample(w, b->id, b->term[i].told, step, r->told[i]);
	}
	if (!isnan(r->kl))
		trainer_state_sample(w, b->id, METRIC_TRAIN_KL, step, r->kl);
	if (!isnan(r->accuracy))
		trainer_state_sample(w, b->id, METRIC_TRAIN_ACCURACY, step, r->accuracy);
	trainer_state_sample(w, b->id, METRIC_LR, step, r->lr);
	trainer_state_sample(w, b->id, METRIC_GRAD_NORM, step, r->grad_norm);
}

/* What each teacher counted, where there are several. */
static void
sample_mix(struct trainer_state *w, const struct branch_feed *f, const struct branch_result *r,
	   uint64_t step)
{
	double share[TRAIN_TEACHERS] = { 0 };

	for (int k = 0; k < f->n_teachers; k++)
		share[f->t_index[k]] = r->share[k];
	for (int i = 0; i < w->info.n_teachers; i++) {
		w->info.teacher[i].teaching.share = share[i];
		if (w->info.n_teachers > 1)
			trainer_state_sample(w, BRANCH_STUDENT,
					     metric_teacher((unsigned)i, METRIC_TEACHER_SHARE),
					     step, share[i]);
	}
}

static enum step_outcome
diverged(struct trainer_state *w, const struct branch_result *r, uint64_t step, struct err *e)
{
	w->info.paused = true;
	w->diverged = true;
	err_set(e,
		"step %llu not applied: loss %.3g, gradient %.3g, lr %.3g; paused: undo, then go "
		"on",
		(unsigned long long)step + 1, r->loss, r->grad_norm, r->lr);
	return STEP_DIVERGED;
}

/* One step of branch `b` on feed `f`, with `k`, in a run from..until. False: not applied. */
static bool
advance(struct trainer_state *w, struct branch *b, const struct branch_feed *f,
	const struct knobs *k, uint64_t from, uint64_t until, struct branch_result *r)
{
	double lr = lr_schedule_at(k, b->state->step, from, until);

	branch_step(b, f, k, w->info.run.settings.map, lr, r);
	if (!r->applied)
		return false;
	sample_step(w, b, r, b->state->step);
	if (b->id == BRANCH_STUDENT)
		sample_mix(w, f, r, b->state->step);
	return true;
}

static void
evaluate_if_due(struct trainer_state *w, const struct branch *b, const struct knobs *k)
{
	if (b->state->step % (uint64_t)k->eval_every == 0)
		eval_branch(w, b->id);
}

/* The step was done, and no room was found for what a ramp makes of the next one. */
static enum step_outcome
stuck(struct trainer_state *w)
{
	w->info.paused = true;
	w->diverged = true;
	return STEP_DIVERGED;
}

static void
end_work(struct trainer_state *w, int id)
{
	eval_branch(w, id);
	eval_weights(w, id);
	w->info.phase = LAB_IDLE;
	w->info.paused = false;
	w->pause_at = UINT64_MAX;
	w->diverged = false;
	w->info.busy = -1;
}

static enum step_outcome
train(struct trainer_state *w, struct err *e)
{
	int k = w->info.busy, id = BRANCH_TEACHER(k);
	struct branch *b = w->teacher[k].branch;
	struct branch_result r;
	struct branch_feed f;

	if (b->state->step >= w->info.run.until) {
		w->info.teacher[k].ready = b->state->step > 0;
		end_work(w, id);
		w->info.run.step = w->student ? w->student->state->step : 0;
		return STEP_DONE;
	}
	if (b->state->step == w->info.run.from)
		eval_branch(w, id);
	feed_labelled(w, k, b->state->step, NULL, w->info.run.settings.set_weight, NULL,
		      &f); /* teachers learn from rows as they are */
	if (!advance(w, b, &f, &w->info.run.settings.knobs, w->info.run.from, w->info.run.until,
		     &r))
		return diverged(w, &r, b->state->step, e);
	evaluate_if_due(w, b, &w->info.run.settings.knobs);
	w->info.run.step = w->info.teacher[k].steps = b->state->step;
	return STEP_WENT;
}

static enum step_outcome
distil(struct trainer_state *w, struct err *e)
{
	struct branch *b = w->student;
	struct branch_result r;
	struct branch_feed f;

	if (b->state->step >= w->info.run.until) {
		end_work(w, BRANCH_STUDENT);
		stage_end(w);
		return STEP_DONE;
	}
	if (b->state->step == w->info.run.from)
		eval_branch(w, BRANCH_STUDENT);
	feed_main(w, b->state->step, &w->info.run.settings.knobs, &f);
	if (!advance(w, b, &f, &w->info.run.settings.knobs, w->info.run.from, w->info.run.until,
		     &r))
		return diverged(w, &r, b->state->step, e);
	w->info.run.step = w->info.run.student.steps = b->state->step;
	if (settings_change_follow(w, e) < 0)
		return stuck(w);
	evaluate_if_due(w, w->student,
			&w->info.run.settings.knobs); /* a ramp may have changed the student's
							 terms, and so its graph */
	return STEP_WENT;
}

static enum step_outcome
end_report(struct trainer_state *w, struct err *e)
{
	bool stopped = w->report_stopped;

	for (int i = 0; i < w->info.n_teachers; i++) {
		if (!w->info.teacher[i].ready)
			continue;
		if (w->teacher[i].file) {
			eval_answers(w, i);
			continue;
		}
		eval_branch(w, BRANCH_TEACHER(i));
		w->info.teacher[i].microseconds = 1e6 * eval_seconds(w, w->teacher[i].branch);
	}
	w->info.run.student.microseconds = 1e6 * eval_seconds(w, w->student);
	if (w->plain) {
		w->info.run.has_baseline = !stopped;
		w->info.run.baseline.microseconds = 1e6 * eval_seconds(w, w->plain);
		eval_branch(w, BRANCH_BASELINE);
		eval_weights(w, BRANCH_BASELINE);
	}
	end_work(w, BRANCH_STUDENT);
	w->info.run.step = w->student->state->step;
	if (stopped)
		err_set(e,
			"report: stopped before the student without a teacher had its %llu steps",
			(unsigned long long)w->info.run.step);
	return STEP_REPORTED;
}

/* The plain student catches up: the same start, rates and number of steps, labels alone. */
static enum step_outcome
report(struct trainer_state *w, struct err *e)
{
	struct branch *b = w->plain;
	struct branch_result r;
	struct branch_feed f;
	const struct history_entry *h;
	struct settings s;

	if (!b || w->report_stopped || b->state->step >= w->student->state->step)
		return end_report(w, e);
	if (b->state->step == 0)
		eval_branch(w, BRANCH_BASELINE);
	h = history_baseline(w, b->state->step, &s);
	freeze_set(b, s.frozen);
	feed_labelled(w, -1, b->state->step, &s.knobs, s.set_weight, s.remedy, &f);
	if (!advance(w, b, &f, &s.knobs, h->from, h->until, &r)) {
		w->report_stopped = true; /* it stays where it diverged, and the report says so */
		return STEP_WENT;
	}
	evaluate_if_due(w, b, &s.knobs);
	w->info.run.step = w->info.run.baseline.steps = b->state->step;
	return STEP_WENT;
}

enum step_outcome
step_run(struct trainer_state *w, struct err *e)
{
	switch (w->info.phase) {
	case LAB_TRAINING:
		return train(w, e);
	case LAB_DISTILLING:
		return distil(w, e);
	case LAB_REPORTING:
		return report(w, e);
	case LAB_IDLE:
		break;
	}
	return STEP_DONE;
}
