/* eval.c: a full pass over the held-out rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/learn/eval.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "retort/base/mono.h"
#include "retort/learn/feed.h"

#define BINS 15 /* Guo et al. 2017, On Calibration of Modern Neural Networks */

static size_t
largest(const real *x, size_t n)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++)
		best = x[i] > x[best] ? i : best;
	return best;
}

static void
add_calibration(struct eval_tally *t, double confidence, bool right)
{
	int bin = (int)ceil(confidence * BINS) - 1; /* (lo, hi] */

	bin = bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
	t->bin_rows[bin]++;
	t->bin_right[bin] += right;
	t->bin_confidence[bin] += confidence;
}

/* KL from each teacher's row, by weight, and whether the mixed teacher chooses class `mine`. */
static void
add_teachers(struct eval_tally *t, const struct branch_feed *f, size_t row, size_t classes, size_t mine,
	     const real *log_q, real *log_p, real *mix)
{
	double total = 0;

	for (int k = 0; k < f->n_teachers; k++)
		total += f->t_weight[k];
	memset(mix, 0, classes * sizeof *mix);
	for (int k = 0; k < f->n_teachers; k++) {
		double weight = total > 0 ? f->t_weight[k] / total : 1.0 / f->n_teachers, kl = 0;

		loss_log_softmax(f->t_logits[k] + row * classes, classes, 1, log_p);
		for (size_t c = 0; c < classes; c++) {
			real p = REAL_EXP(log_p[c]);

			kl += (double)(p * (log_p[c] - log_q[c]));
			mix[c] += (real)weight * p;
		}
		t->kl += weight * kl;
	}
	t->agree += largest(mix, classes) == mine;
}

void
eval_add(struct eval_tally *t, const real *z, const int32_t *label, size_t n, size_t classes,
	 const struct branch_feed *teachers, real *scratch)
{
	real *log_q = scratch, *log_p = scratch + classes, *mix = scratch + 2 * classes;

	for (size_t i = 0; i < n; i++) {
		size_t mine = largest(z + i * classes, classes);

		loss_log_softmax(z + i * classes, classes, 1, log_q);
		t->nll -= (double)log_q[label[i]];
		t->right += (int32_t)mine == label[i];
		add_calibration(t, exp((double)log_q[mine]), (int32_t)mine == label[i]);
		if (teachers->n_teachers)
			add_teachers(t, teachers, i, classes, mine, log_q, log_p, mix);
		t->rows++;
	}
}

struct lab_scores
eval_scores(const struct eval_tally *t, bool has_teachers)
{
	double n = (double)t->rows, ece = 0;

	for (int b = 0; b < BINS; b++)
		ece += fabs(t->bin_confidence[b] - (double)t->bin_right[b]) / n;
	return (struct lab_scores){
		.accuracy = (double)t->right / n,
		.nll = t->nll / n,
		.ece = ece,
		.agreement = has_teachers ? (double)t->agree / n : NAN,
		.kl = has_teachers ? t->kl / n : NAN,
	};
}

/* Held-out rows in chunks of a batch, with what the teachers say where `taught`. */
static struct lab_scores
pass(struct work *w, struct branch *b, bool taught)
{
	struct eval_tally tally = { 0 };
	struct branch_feed f = { 0 };
	size_t step = work_batch(w), classes = (size_t)w->ds->classes;

	for (size_t at = 0; at < w->split.n_held; at += step) {
		size_t n = w->split.n_held - at < step ? w->split.n_held - at : step;
		const uint32_t *rows = w->split.held + at;
		const real *z;

		f.n_teachers = 0;
		for (int i = 0; taught && i < w->info.n_teachers; i++) {
			if (!work_teaches(w, i))
				continue;
			teacher_fill(&w->teacher[i].says, w->info.teacher[i].n_layers - 1, rows, n, w->t_logits[i]);
			f.t_logits[f.n_teachers] = w->t_logits[i];
			f.t_weight[f.n_teachers++] = w->info.teacher[i].weight;
		}
		batch_fill(&w->batch, w->ds, rows, n, NULL);
		z = branch_logits(b, batch_f32(&w->batch, BATCH_INPUT), n);
		eval_add(&tally, z, batch_i32(&w->batch, BATCH_LABEL), n, classes, &f, b->scratch);
	}
	return eval_scores(&tally, f.n_teachers > 0);
}

static void
sample_shares(struct work *w)
{
	struct branch *b = w->student;
	struct branch_feed f;
	double share[2 + LAB_MAPS];

	feed_main(w, 0, &f); /* the fixed batch: the first of the first epoch */
	branch_shares(b, &f, &w->info.knobs, w->info.map, share);
	for (int i = 0; i < b->n_terms; i++)
		work_sample(w, LAB_MAIN, b->term[i].share, b->state->step, share[i]);
}

static struct lab_net *
net_info(struct work *w, int id)
{
	if (id == LAB_MAIN)
		return &w->info.student;
	if (id == LAB_PLAIN)
		return &w->info.plain;
	return &w->info.teacher[id - 2];
}

void
eval_branch(struct work *w, int id)
{
	struct branch *b = work_branch(w, id);
	struct lab_net *info = net_info(w, id);
	uint64_t step = b->state->step;
	bool taught = id == LAB_MAIN || id == LAB_PLAIN;
	struct lab_scores s;

	if (w->evaluated[id] == step)
		return;
	s = pass(w, b, taught);
	s.step = step;
	work_sample(w, id, METRIC_VAL_NLL, step, s.nll);
	work_sample(w, id, METRIC_VAL_ACCURACY, step, s.accuracy);
	work_sample(w, id, METRIC_VAL_ECE, step, s.ece);
	if (!isnan(s.kl)) {
		work_sample(w, id, METRIC_VAL_AGREEMENT, step, s.agreement);
		work_sample(w, id, METRIC_VAL_KL, step, s.kl);
	}
	if (id == LAB_MAIN)
		sample_shares(w);
	info->last = s;
	if (isnan(info->best.nll) || s.nll < info->best.nll)
		info->best = s;
	w->evaluated[id] = step;
}

void
eval_weights(struct work *w, int id)
{
	struct branch *b = work_branch(w, id);
	struct hash h = hash_of(branch_value(b), b->net->layout.len * sizeof(real));

	work_sample(w, id, METRIC_WEIGHTS, b->state->step, hash_number(&h));
}

double
eval_seconds(struct work *w, struct branch *b)
{
	size_t n = work_batch(w) < w->split.n_held ? work_batch(w) : w->split.n_held, rows = 0;
	double start, now;

	batch_fill(&w->batch, w->ds, w->split.held, n, NULL);
	branch_logits(b, batch_f32(&w->batch, BATCH_INPUT), n); /* warm */
	start = mono_now();
	do {
		branch_logits(b, batch_f32(&w->batch, BATCH_INPUT), n);
		rows += n;
		now = mono_now();
	} while (now - start < 0.01);
	return (now - start) / (double)rows;
}
