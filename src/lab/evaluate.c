/* evaluate.c: figures of an evaluation, to the snapshot and to samples. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/evaluate.h"

#include <math.h>

#include "retort/train/best.h"
#include "retort/train/eval.h"

static struct net_info *
description(struct trainer_state *w, int id)
{
	if (id == BRANCH_STUDENT)
		return &w->info.run->student;
	if (id == BRANCH_BASELINE)
		return &w->info.run->baseline;
	return &w->info.teacher[id - BRANCH_TEACHER(0)];
}

static void
sample_shares(struct trainer_state *w)
{
	struct branch *b = w->run->student;
	double share[BRANCH_TERMS];

	eval_shares(&w->train, &w->info.run->settings, b, share);
	for (int i = 0; i < b->n_terms; i++)
		trainer_state_sample(w, BRANCH_STUDENT, b->term[i].share, b->state->step, share[i]);
}

/* Agreement with and divergence from each of several teachers; of a single one val-agreement and
 * val-kl are the same figures. */
static void
sample_teachers(struct trainer_state *w, const struct eval_result *r, uint64_t step)
{
	for (int i = 0; i < w->info.n_teachers; i++) {
		struct teaching *teaching = &w->info.run->teaching[i];

		teaching->agreement = r->agreement[i];
		teaching->kl = r->kl[i];
		if (w->info.n_teachers == 1 || isnan(teaching->kl))
			continue;
		trainer_state_sample(w, BRANCH_STUDENT,
				     metric_teacher((unsigned)i, METRIC_TEACHER_AGREEMENT), step,
				     teaching->agreement);
		trainer_state_sample(w, BRANCH_STUDENT,
				     metric_teacher((unsigned)i, METRIC_TEACHER_KL), step,
				     teaching->kl);
	}
}

static void
sample_held(struct trainer_state *w, int id, const struct scores *s)
{
	trainer_state_sample(w, id, METRIC_VAL_NLL, s->step, s->nll);
	trainer_state_sample(w, id, METRIC_VAL_ACCURACY, s->step, s->accuracy);
	trainer_state_sample(w, id, METRIC_VAL_ECE, s->step, s->ece);
	if (isnan(s->kl))
		return;
	trainer_state_sample(w, id, METRIC_VAL_AGREEMENT, s->step, s->agreement);
	trainer_state_sample(w, id, METRIC_VAL_KL, s->step, s->kl);
}

static void
sample_target(struct trainer_state *w, int id, const struct scores *s)
{
	trainer_state_sample(w, id, METRIC_TARGET_NLL, s->step, s->nll);
	trainer_state_sample(w, id, METRIC_TARGET_ACCURACY, s->step, s->accuracy);
	if (isnan(s->kl))
		return;
	trainer_state_sample(w, id, METRIC_TARGET_AGREEMENT, s->step, s->agreement);
	trainer_state_sample(w, id, METRIC_TARGET_KL, s->step, s->kl);
}

/* Return the name of a figure that is not finite, or NULL. Rows without labels have no figures, and
 * without a teacher there is none to agree with. */
static const char *
not_finite(const struct scores *s)
{
	if (isnan(s->accuracy))
		return NULL;
	return !isfinite(s->nll)                          ? "nll"
	       : !isfinite(s->ece)                        ? "ece"
	       : !isnan(s->agreement) && !isfinite(s->kl) ? "kl"
							  : NULL;
}

/* Report figures that are not finite, once until they are finite again: outputs can overflow
 * however finite the weights are. */
static void
check_finite(struct trainer_state *w, int id, const struct eval_result *r)
{
	const char *held = not_finite(&r->held),
		   *target = r->has_target ? not_finite(&r->target) : NULL;
	struct run_figures *f = trainer_state_figures(w, id);

	if ((held || target) && !f->overflows)
		err_set(&w->not_finite,
			"step %llu: %s-%s of %s is not finite: its outputs overflow; `undo` the "
			"change that caused it, or load other weights",
			(unsigned long long)r->held.step, held ? "val" : "target",
			held ? held : target,
			id == BRANCH_STUDENT ? "the student" : description(w, id)->name);
	f->overflows = held || target;
}

void
evaluate_branch(struct trainer_state *w, int id)
{
	struct branch *b = trainer_state_branch(w, id);
	struct net_info *info = description(w, id);
	struct run_figures *f = trainer_state_figures(w, id);
	unsigned metric = best_metric(&w->info.run->settings.knobs);
	struct eval_result r;

	if (f->evaluated == b->state->step)
		return;
	eval_branch(&w->train, &w->info.run->settings, b,
		    id == BRANCH_STUDENT || id == BRANCH_BASELINE, &r);
	sample_held(w, id, &r.held);
	check_finite(w, id, &r);
	if (r.has_target) {
		info->target = r.target;
		sample_target(w, id, &r.target);
	}
	if (id == BRANCH_STUDENT) {
		sample_teachers(w, &r, r.held.step);
		sample_shares(w);
	}
	info->last = r.held;
	if (isnan(info->best.nll) || r.held.nll < info->best.nll)
		info->best = r.held;
	best_offer(b, metric, f->last[metric]);
	f->evaluated = b->state->step;
}

void
evaluate_file(struct trainer_state *w, int i)
{
	struct net_info *info = &w->info.teacher[i];

	info->last = info->best = eval_file(&w->train, &w->info.run->settings, i, w->run->student);
}

void
evaluate_weights(struct trainer_state *w, int id)
{
	struct branch *b = trainer_state_branch(w, id);

	trainer_state_sample(w, id, METRIC_WEIGHTS, b->state->step, eval_weights(b));
}
