/* phase.c: one step of the work at hand, its samples, its end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/phase.h"

#include <math.h>
#include <string.h>

#include "retort/lab/evaluate.h"
#include "retort/lab/history.h"
#include "retort/lab/lockstep.h"
#include "retort/lab/runs.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/stage.h"
#include "retort/lab/stop_rule.h"
#include "retort/lab/sweep.h"
#include "retort/train/eval.h"
#include "retort/train/feed.h"
#include "retort/train/step.h"

bool
phase_works(const struct trainer_state *w)
{
	return w->info.phase != LAB_IDLE && !w->info.paused;
}

void
phase_sample(struct trainer_state *w, const struct branch *b, const struct branch_result *r)
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

enum phase_outcome
phase_pause(struct trainer_state *w)
{
	w->info.paused = true;
	w->diverged = true;
	return PHASE_DIVERGED;
}

enum phase_outcome
phase_refuse(struct trainer_state *w, const struct branch_result *r, uint64_t step, struct err *e)
{
	err_set(e,
		"step %llu not applied: loss %.3g, gradient norm %.3g, lr %.3g; paused: `undo` "
		"the change that caused it, then continue",
		(unsigned long long)step + 1, r->loss, r->grad_norm, r->lr);
	return phase_pause(w);
}

void
phase_evaluate(struct trainer_state *w, const struct branch *b, const struct stop_rule *rule,
	       bool starts)
{
	if (!starts && b->state->step % (uint64_t)w->info.run->settings.knobs.eval_every != 0)
		return;
	evaluate_branch(w, b->id);
	stop_rule_count(w, rule, b->id);
}

/* Evaluate a network at the end of its work. */
static void
end_network(struct trainer_state *w, int id)
{
	evaluate_branch(w, id);
	evaluate_weights(w, id);
}

static void
end_work(struct trainer_state *w)
{
	w->info.phase = LAB_IDLE;
	w->info.paused = false;
	w->pause_at = UINT64_MAX;
	w->diverged = false;
	w->info.busy = -1;
	w->worker = NULL;
}

/* Move the text of how the work of a network ended. */
static void
take_ended(struct trainer_state *w, int id, char *to)
{
	struct run_figures *f = trainer_state_figures(w, id);

	memcpy(to, f->ended, sizeof f->ended);
	f->ended[0] = '\0';
}

void
phase_end_student(struct trainer_state *w)
{
	end_network(w, BRANCH_STUDENT);
	w->run->about.trains = false;
	if (runs_training(w) == 0)
		end_work(w);
	stage_end(w);
	if (w->info.phase == LAB_IDLE)
		take_ended(w, BRANCH_STUDENT, w->ended);
}

void
phase_notice(struct trainer_state *w, const struct err *e)
{
	struct trainer_state_notice *n = &w->notice[w->n_notices++];

	n->run = w->run->about.number;
	n->step = w->run->student->state->step;
	n->err.msg[0] = '\0';
	if (e)
		n->err = *e;
	take_ended(w, BRANCH_STUDENT, n->note);
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
		end_network(w, id);
		end_work(w);
		take_ended(w, id, w->ended);
		w->info.run->step = settings_change_step(w);
		return PHASE_DONE;
	}
	if (b->state->step == w->info.run->from)
		phase_evaluate(w, b, &w->train_stop, true);
	step_teacher(&w->train, s, k, span_of(w->info.run), &r);
	if (!r.applied)
		return phase_refuse(w, &r, b->state->step, e);
	phase_sample(w, b, &r);
	phase_evaluate(w, b, &w->train_stop, false);
	w->info.run->step = w->info.teacher[k].steps = b->state->step;
	w->passes++;
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
	end_network(w, BRANCH_STUDENT);
	end_work(w);
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
	phase_sample(w, b, &r);
	if (b->state->step % (uint64_t)s.knobs.eval_every == 0)
		evaluate_branch(w, BRANCH_BASELINE);
	w->info.run->step = w->info.run->baseline.steps = b->state->step;
	w->passes++;
	return PHASE_STEPPED;
}

static enum phase_outcome
step_work(struct trainer_state *w, struct err *e)
{
	if (settings_change_fit(w, e) < 0) {
		err_wrap(e, "paused");
		return phase_pause(w);
	}
	return w->info.phase == LAB_TRAINING ? train_teacher(w, e) : train_baseline(w, e);
}

enum phase_outcome
phase_step(struct trainer_state *w, struct err *e)
{
	enum phase_outcome outcome;

	if (w->info.phase == LAB_IDLE)
		return PHASE_DONE;
	if (w->info.phase == LAB_DISTILLING)
		return lockstep_step(w, e);
	if (w->info.phase == LAB_SWEEPING)
		return sweep_step(w, e);
	runs_take_worker(w);
	outcome = step_work(w, e);
	runs_take(w, w->focus);
	return outcome;
}
