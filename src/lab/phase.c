/* phase.c: one step of the work at hand, its samples, its end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/phase.h"

#include <math.h>

#include "retort/lab/evaluate.h"
#include "retort/lab/history.h"
#include "retort/lab/leakage.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/stage.h"
#include "retort/lab/stop_rule.h"
#include "retort/train/eval.h"
#include "retort/train/feed.h"
#include "retort/train/step.h"

bool
phase_works(const struct trainer_state *w)
{
	return w->info.phase != LAB_IDLE && !w->info.paused;
}

static void
sample_step(struct trainer_state *w, const struct branch *b, const struct branch_result *r)
{
	uint64_t step = b->state->step;

	trainer_state_sample(w, b->id, METRIC_TRAIN_LOSS, step, r->loss);
	for (int i = 0; i < b->n_terms; i++) {
		trainer_state_sample(w, b->id, b->term[i].train, step, r->raw[i]);
		if (b->id == BRANCH_STUDENT)
			trainer_state_sample(w, b->id, b->term[i].weighted, step, r->weighted[i]);
		if (b->term[i].state_metric != METRIC_NONE)
			trainer_state_sample(w, b->id, b->term[i].state_metric, step,
					     r->state_metric[i]);
	}
	if (!isnan(r->kl))
		trainer_state_sample(w, b->id, METRIC_TRAIN_KL, step, r->kl);
	if (!isnan(r->accuracy))
		trainer_state_sample(w, b->id, METRIC_TRAIN_ACCURACY, step, r->accuracy);
	trainer_state_sample(w, b->id, METRIC_LR, step, r->lr);
	trainer_state_sample(w, b->id, METRIC_GRAD_NORM, step, r->grad_norm);
}

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

static enum phase_outcome
pause_diverged(struct trainer_state *w)
{
	w->info.paused = true;
	w->diverged = true;
	return PHASE_DIVERGED;
}

/* The step after `step` steps was not applied. */
static enum phase_outcome
refuse_step(struct trainer_state *w, const struct branch_result *r, uint64_t step, struct err *e)
{
	err_set(e,
		"step %llu not applied: loss %.3g, gradient norm %.3g, lr %.3g; paused: `undo` "
		"the change that caused it, then continue",
		(unsigned long long)step + 1, r->loss, r->grad_norm, r->lr);
	return pause_diverged(w);
}

/* Evaluate a network where it is due, or at the start of its work; its work can end by `rule`. */
static void
evaluate_if_due(struct trainer_state *w, const struct branch *b, const struct knobs *k,
		const struct stop_rule *rule, bool starts)
{
	if (!starts && b->state->step % (uint64_t)k->eval_every != 0)
		return;
	evaluate_branch(w, b->id);
	stop_rule_count(w, rule, b->id);
}

static void
end_work(struct trainer_state *w, int id)
{
	evaluate_branch(w, id);
	evaluate_weights(w, id);
	w->info.phase = LAB_IDLE;
	w->info.paused = false;
	w->pause_at = UINT64_MAX;
	w->diverged = false;
	w->info.busy = -1;
}

static struct step_span
span_of(const struct lab_run *r)
{
	return (struct step_span){ r->from, r->until };
}

static enum phase_outcome
train_teacher(struct trainer_state *w, struct err *e)
{
	int k = w->info.busy, id = BRANCH_TEACHER(k);
	const struct settings *s = &w->info.run->settings;
	struct branch *b = w->train.teacher[k].branch;
	struct branch_result r;

	if (b->state->step >= w->info.run->until) {
		w->info.teacher[k].ready = b->state->step > 0;
		end_work(w, id);
		w->info.run->step = settings_change_step(w);
		return PHASE_DONE;
	}
	if (b->state->step == w->info.run->from)
		evaluate_if_due(w, b, &s->knobs, &w->train_stop, true);
	step_teacher(&w->train, s, k, span_of(w->info.run), &r);
	if (!r.applied)
		return refuse_step(w, &r, b->state->step, e);
	sample_step(w, b, &r);
	evaluate_if_due(w, b, &s->knobs, &w->train_stop, false);
	w->info.run->step = w->info.teacher[k].steps = b->state->step;
	return PHASE_STEPPED;
}

static enum phase_outcome
train_student(struct trainer_state *w, struct err *e)
{
	const struct settings *s = &w->info.run->settings;
	struct branch *b = w->run->student;
	struct branch_result r;

	if (b->state->step >= w->info.run->until) {
		end_work(w, BRANCH_STUDENT);
		stage_end(w);
		return PHASE_DONE;
	}
	if (b->state->step == w->info.run->from || w->eval_missed)
		evaluate_if_due(w, b, &s->knobs, &s->stop, !w->eval_missed);
	w->eval_missed = false;
	if (b->state->step >=
	    w->info.run->until) /* by the rule, in the evaluation that was missed */
		return PHASE_STEPPED;
	step_student(&w->train, s, b, span_of(w->info.run), &r);
	if (!r.applied)
		return refuse_step(w, &r, b->state->step, e);
	sample_step(w, b, &r);
	sample_mix(w, &r);
	note_teachers(w);
	w->info.run->step = w->info.run->student.steps = b->state->step;
	if (settings_change_follow(w, e) < 0) { /* no memory for a loss that a ramp turns on */
		w->eval_missed = true;
		return pause_diverged(w);
	}
	/* a ramp may have replaced the branch */
	evaluate_if_due(w, w->run->student, &s->knobs, &s->stop, false);
	return PHASE_STEPPED;
}

/* Measure how long a network takes to predict a row, in batches and alone. */
static void
measure_speed(struct trainer_state *w, struct branch *b, struct net_info *info)
{
	const struct settings *s = &w->info.run->settings;

	info->batch = eval_speed(&w->train, s, b, train_batch(s));
	info->one = eval_speed(&w->train, s, b, 1);
}

static enum phase_outcome
end_report(struct trainer_state *w, struct err *e)
{
	bool stopped = w->report_stopped;

	for (int i = 0; i < w->info.n_teachers; i++) {
		if (!w->info.teacher[i].ready)
			continue;
		if (w->train.teacher[i].file) {
			evaluate_file(w, i);
			continue;
		}
		evaluate_branch(w, BRANCH_TEACHER(i));
		measure_speed(w, w->train.teacher[i].branch, &w->info.teacher[i]);
	}
	measure_speed(w, w->run->student, &w->info.run->student);
	if (w->run->baseline) {
		w->info.run->has_baseline = !stopped && !w->info.run->baseline_diverged;
		measure_speed(w, w->run->baseline, &w->info.run->baseline);
		evaluate_branch(w, BRANCH_BASELINE);
		evaluate_weights(w, BRANCH_BASELINE);
	}
	end_work(w, BRANCH_STUDENT);
	w->info.run->step = w->run->student->state->step;
	if (stopped)
		err_set(e, "report: stopped before step %llu of the baseline",
			(unsigned long long)w->info.run->step);
	return PHASE_REPORTED;
}

/* A step of the baseline: the start, rates and number of steps of the student, on labels alone. */
static enum phase_outcome
train_baseline(struct trainer_state *w, struct err *e)
{
	struct branch *b = w->run->baseline;
	const struct stop_rule none = { 0 };
	const struct history_entry *h;
	struct branch_result r;
	struct settings s;

	if (!b || w->report_stopped || w->info.run->baseline_diverged ||
	    b->state->step >= w->run->student->state->step)
		return end_report(w, e);
	if (b->state->step == 0)
		evaluate_branch(w, BRANCH_BASELINE);
	h = history_baseline(w, b->state->step, &s);
	step_baseline(&w->train, &s, b, (struct step_span){ h->from, h->until }, &r);
	if (!r.applied) {
		w->info.run->baseline_diverged = b->state->step + 1;
		return PHASE_STEPPED;
	}
	sample_step(w, b, &r);
	evaluate_if_due(w, b, &s.knobs, &none, false);
	w->info.run->step = w->info.run->baseline.steps = b->state->step;
	return PHASE_STEPPED;
}

enum phase_outcome
phase_step(struct trainer_state *w, struct err *e)
{
	if (w->info.phase != LAB_IDLE && settings_change_fit(w, e) < 0) {
		err_wrap(e, "paused");
		return pause_diverged(w);
	}
	switch (w->info.phase) {
	case LAB_TRAINING:
		return train_teacher(w, e);
	case LAB_DISTILLING:
		return train_student(w, e);
	case LAB_REPORTING:
		return train_baseline(w, e);
	case LAB_IDLE:
		break;
	}
	return PHASE_DONE;
}
