/* branch_step.c: forward, losses, backward, update of one network. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/branch_step.h"

#include <string.h>

#include "retort/base/thread.h"
#include "retort/train/freeze.h"
#include "retort/train/optim.h"
#include "retort/train/row_weights.h"
#include "retort/train/terms.h"

double
branch_step_weight(const struct branch *b, int term, const struct knobs *k,
		   const struct layer_pair *map)
{
	const struct branch_term *t = &b->term[term];

	if (b->id != BRANCH_STUDENT)
		return 1; /* teachers and the baseline train on labels alone */
	if (t->map >= 0)
		return map[t->map].weight;
	return loss_weight(t->loss, k);
}

/* Whether a term has a target in this feed: a teacher that teaches, or labels. */
static bool
has_target(const struct branch_term *t, const struct branch_feed *f)
{
	if (t->map >= 0)
		return f->t_layer[t->map] != NULL;
	return !(t->loss->needs & LOSS_LOGITS) || f->n_teachers > 0;
}

void
branch_step_weights(const struct branch *b, const struct branch_feed *f, const struct knobs *k,
		    const struct layer_pair *map, double *weight)
{
	double sum = 0;

	for (int i = 0; i < b->n_terms; i++) {
		weight[i] = branch_step_weight(b, i, k, map);
		sum += has_target(&b->term[i], f) ? weight[i] : 0;
	}
	if (!k->normalize || b->id != BRANCH_STUDENT || sum == 0)
		return;
	for (int i = 0; i < b->n_terms; i++)
		weight[i] /= sum;
}

static void
forward(struct branch *b, const struct branch_feed *f, bool training)
{
	struct graph *g = b->net->graph;

	g->training = training;
	g->saves = true;
	g->step = b->state->step;
	net_feed(b->net, f->batch);
	graph_forward(g, g->n_nodes - 1);
	row_weights_compute(b, f->batch);
}

enum copy { COPY_AWAY, COPY_BACK, COPY_FROZEN_BACK };

/*
 * Running statistics and memory banks change before it is known whether the step is applied. Their
 * slot of the first moment, which no optimizer uses, holds the former values: of a bank, those of
 * the rows of the batch, the only ones that change.
 */
static void
copy_state(const struct branch *b, const struct batch *batch, enum copy what)
{
	const int32_t *row = batch_i32(batch, BATCH_ROW);
	bool back = what != COPY_AWAY;

	for (size_t i = 0; i < b->net->layout.n; i++) {
		const struct param *p = &b->net->layout.param[i];
		real *value = branch_value(b) + p->offset, *was = branch_moment1(b) + p->offset;
		real *to = back ? value : was, *from = back ? was : value;
		size_t width = p->by_row ? p->len / p->dim[0] : p->len;

		if (!p->is_state || (what == COPY_FROZEN_BACK && !b->stands[i]))
			continue;
		for (size_t k = 0; k < (p->by_row ? batch->rows : 1); k++) {
			size_t at = p->by_row ? (size_t)row[k] * width : 0;

			memcpy(to + at, from + at, width * sizeof *to);
		}
	}
}

/* Value of the loss's own metric. */
static double
own_metric(const struct branch *b, const struct branch_term *t, const struct knobs *k)
{
	real *own[LOSS_OWN] = { NULL };

	for (int i = 0; i < LOSS_OWN; i++)
		if (t->own[i] >= 0)
			own[i] = branch_value(b) + b->net->layout.param[t->own[i]].offset;
	return t->loss->learned(k, own);
}

static void
run_terms(struct branch *b, const struct branch_feed *f, const struct knobs *k,
	  const struct layer_pair *map, struct branch_result *out)
{
	double weight[BRANCH_TERMS];
	struct terms_job job = { f, k, weight, -1, true, true };
	struct terms_result r;

	branch_step_weights(b, f, k, map, weight);
	terms_run(b, &job, &r);
	out->loss = 0;
	for (int i = 0; i < b->n_terms; i++) {
		out->raw[i] = r.raw[i];
		out->weighted[i] = weight[i] * r.raw[i];
		out->loss += out->weighted[i];
		if (b->term[i].state_metric != METRIC_NONE)
			out->state_metric[i] = own_metric(b, &b->term[i], k);
	}
	out->kl = b->id == BRANCH_STUDENT ? r.kl : NAN;
	memcpy(out->share, r.share, sizeof out->share);
	out->accuracy = r.accuracy;
}

void
branch_step(struct branch *b, const struct branch_feed *f, const struct knobs *k,
	    const struct layer_pair *map, double lr, struct branch_result *out)
{
	struct optim_slab slab = { &b->net->layout,
				   branch_value(b),
				   b->grad,
				   branch_moment1(b),
				   branch_moment2(b),
				   b->state->updates,
				   b->frozen ? b->stands : NULL };

	thread_flush_denormals(); /* the same floating-point mode as the workers */
	copy_state(b, f->batch, COPY_AWAY);
	forward(b, f, true);
	run_terms(b, f, k, map, out);
	out->lr = lr;
	graph_backward(b->net->graph);
	freeze_squares(b);
	out->grad_norm = optim_norm(b->pool, &b->net->layout, b->grad, b->square, b->partial);
	out->applied = isfinite(out->loss) && isfinite(out->grad_norm) &&
		       !optim_diverges(b->pool, &slab, k, lr, out->grad_norm, b->partial);
	if (!out->applied) {
		copy_state(b, f->batch, COPY_BACK);
		return;
	}
	optim_apply(b->pool, &slab, k, lr, out->grad_norm);
	if (b->frozen)
		copy_state(b, f->batch, COPY_FROZEN_BACK);
	b->state->step++;
}

void
branch_step_shares(struct branch *b, const struct branch_feed *f, const struct knobs *k,
		   const struct layer_pair *map, double *share)
{
	double sum = 0, weight[BRANCH_TERMS];

	branch_step_weights(b, f, k, map, weight);
	for (int i = 0; i < b->n_terms; i++) {
		struct terms_job job = { f, k, weight, i, true, false };
		struct terms_result r;

		share[i] = 0;
		if (weight[i] == 0)
			continue;
		forward(b, f, false);
		terms_run(b, &job, &r);
		graph_backward(b->net->graph);
		freeze_squares(b);
		share[i] = optim_norm(b->pool, &b->net->layout, b->grad, b->square, b->partial);
		sum += share[i];
	}
	for (int i = 0; i < b->n_terms && sum > 0; i++)
		share[i] /= sum;
}
