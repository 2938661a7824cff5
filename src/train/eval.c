/* eval.c: a full pass over the held-out rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/eval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mono.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/predict.h"
#include "retort/train/feed.h"
#include "retort/train/branch_step.h"

static size_t
argmax(const real *x, size_t n)
{
	size_t best = 0;

	for (size_t i = 1; i < n; i++)
		best = x[i] > x[best] ? i : best;
	return best;
}

static void
add_calibration(struct eval_tally *t, double confidence, bool right)
{
	int bin = (int)ceil(confidence * EVAL_BINS) - 1; /* (lo, hi] */

	bin = bin < 0 ? 0 : bin >= EVAL_BINS ? EVAL_BINS - 1 : bin;
	t->bin_rows[bin]++;
	t->bin_right[bin] += right;
	t->bin_confidence[bin] += confidence;
}

/* Add the probabilities at temperature 1 of a teacher's largest logits to mix. */
static void
add_top_k(const struct loss_top *top, size_t row, double weight, real *log_p, real *mix)
{
	size_t k = top->k;

	for (size_t c = 0; c < k; c++)
		log_p[c] = top->logit[row * k + c];
	log_p[k] = top->tail[row];
	loss_log_softmax(log_p, k + 1, 1, log_p);
	for (size_t c = 0; c < k; c++)
		mix[top->id[row * k + c]] += (real)weight * REAL_EXP(log_p[c]);
}

/* KL from one teacher's row to x at temperature 1. */
static double
kl_of(const struct branch_feed *f, int k, size_t row, const real *x, size_t classes, real *scratch)
{
	const real one = 1;
	struct loss_args a = { .rows = 1,
			       .width = classes,
			       .x = x,
			       .weight = &one,
			       .temperature = 1,
			       .scratch = scratch };

	a.top = f->t_top[k];
	if (!a.top.k) {
		a.target = f->t_logits[k] + row * classes;
		return loss_kd.run(&a);
	}
	a.top.id += row * a.top.k;
	a.top.logit += row * a.top.k;
	a.top.tail += row;
	return loss_kd.run(&a);
}

static size_t
prediction_of(const struct branch_feed *f, int k, size_t row, size_t classes)
{
	return f->t_top[k].k ? (size_t)f->t_top[k].id[row * f->t_top[k].k] /* largest first */
			     : argmax(f->t_logits[k] + row * classes, classes);
}

/* The sum of the teachers' weights. */
static double
total_weight(const struct branch_feed *f)
{
	double total = 0;

	for (int k = 0; k < f->n_teachers; k++)
		total += f->t_weight[k];
	return total;
}

/* What teacher k counts in their mean: its part of the sum of weights; alike where that is 0. */
static double
weight_of(const struct branch_feed *f, int k, double total)
{
	return total > 0 ? f->t_weight[k] / total : 1.0 / f->n_teachers;
}

double
eval_kl(const struct branch_feed *teachers, size_t row, const real *x, size_t classes,
	real *scratch)
{
	double total = total_weight(teachers), kl = 0;

	for (int k = 0; k < teachers->n_teachers; k++)
		kl += weight_of(teachers, k, total) * kl_of(teachers, k, row, x, classes, scratch);
	return kl;
}

size_t
eval_mixed(const struct branch_feed *f, size_t row, size_t classes, real *scratch)
{
	real *mix = scratch, *log_p = scratch + classes;
	double total = total_weight(f);

	memset(mix, 0, classes * sizeof *mix);
	for (int k = 0; k < f->n_teachers; k++) {
		double weight = weight_of(f, k, total);

		if (f->t_top[k].k) {
			add_top_k(&f->t_top[k], row, weight, log_p, mix);
			continue;
		}
		loss_log_softmax(f->t_logits[k] + row * classes, classes, 1, log_p);
		for (size_t c = 0; c < classes; c++)
			mix[c] += (real)weight * REAL_EXP(log_p[c]);
	}
	return argmax(mix, classes);
}

/* Add KL from each teacher's row, by weight, and whether the mixed teacher predicts class `mine`.
 */
static void
add_teachers(struct eval_tally *t, const struct branch_feed *f, size_t row, const real *x,
	     size_t classes, size_t mine, real *scratch)
{
	double total = total_weight(f);

	for (int k = 0; k < f->n_teachers; k++) {
		double kl = kl_of(f, k, row, x, classes, scratch);

		t->kl += weight_of(f, k, total) * kl;
		t->kl_of[k] += kl;
		t->agree_with[k] += prediction_of(f, k, row, classes) == mine;
	}
	t->agree += eval_mixed(f, row, classes, scratch) == mine;
}

/* Rows from..to; scratch [3 * classes + 2]. */
static void
add_rows(struct eval_tally *t, const real *z, const int32_t *label, size_t from, size_t to,
	 size_t classes, const struct branch_feed *teachers, real *scratch)
{
	for (size_t i = from; i < to; i++) {
		const real *x = z + i * classes;
		size_t mine;

		if (label[i] < 0)
			continue;
		mine = argmax(x, classes);
		loss_log_softmax(x, classes, 1, scratch);
		t->nll -= (double)scratch[label[i]];
		t->right += (int32_t)mine == label[i];
		add_calibration(t, exp((double)scratch[mine]), (int32_t)mine == label[i]);
		if (teachers->n_teachers)
			add_teachers(t, teachers, i, x, classes, mine, scratch);
		t->rows++;
	}
}

struct tally_job {
	struct eval_tally *part; /* [pieces] */
	const real *z;
	const int32_t *label;
	size_t n, classes;
	const struct branch_feed *teachers;
	int pieces;
	struct branch *b;
};

static void
tally_shard(void *arg, int index)
{
	const struct tally_job *j = arg;

	memset(&j->part[index], 0, sizeof j->part[index]);
	add_rows(&j->part[index], j->z, j->label, shard_from(j->n, j->pieces, index),
		 shard_from(j->n, j->pieces, index + 1), j->classes, j->teachers,
		 j->b->scratch + (size_t)pool_worker() * j->b->n_scratch);
}

static void
add_tally(struct eval_tally *t, const struct eval_tally *part)
{
	t->rows += part->rows;
	t->right += part->right;
	t->agree += part->agree;
	t->nll += part->nll;
	t->kl += part->kl;
	for (int k = 0; k < TRAIN_TEACHERS; k++) {
		t->kl_of[k] += part->kl_of[k];
		t->agree_with[k] += part->agree_with[k];
	}
	for (int b = 0; b < EVAL_BINS; b++) {
		t->bin_rows[b] += part->bin_rows[b];
		t->bin_right[b] += part->bin_right[b];
		t->bin_confidence[b] += part->bin_confidence[b];
	}
}

void
eval_add(struct eval_tally *t, const real *z, const int32_t *label, size_t n, size_t classes,
	 const struct branch_feed *teachers, struct branch *b)
{
	struct eval_tally part[SHARD_PIECES];
	struct tally_job j = { part, z, label, n, classes, teachers, shard_pieces(n, classes), b };

	pool_run(b->pool, j.pieces, tally_shard, &j);
	for (int i = 0; i < j.pieces; i++)
		add_tally(t, &part[i]);
}

struct scores
eval_scores(const struct eval_tally *t, bool has_teachers)
{
	double n = (double)t->rows, ece = 0;

	for (int b = 0; b < EVAL_BINS; b++)
		ece += fabs(t->bin_confidence[b] - (double)t->bin_right[b]) / n;
	return (struct scores){
		.accuracy = (double)t->right / n,
		.nll = t->nll / n,
		.ece = ece,
		.agreement = has_teachers ? (double)t->agree / n : NAN,
		.kl = has_teachers ? t->kl / n : NAN,
	};
}

/* Agreement with and divergence from each teacher of the feed. */
static void
store_teachers(const struct eval_tally *tally, const struct branch_feed *f, struct eval_result *out)
{
	for (int k = 0; k < f->n_teachers; k++) {
		int i = f->t_index[k];

		out->agreement[i] = (double)tally->agree_with[k] / (double)tally->rows;
		out->kl[i] = tally->kl_of[k] / (double)tally->rows;
	}
}

/* Rows that an evaluation covers: eval-rows spread evenly, or all. */
static size_t
n_evaluated(const struct settings *s, size_t n_rows)
{
	size_t most = (size_t)s->knobs.eval_rows;

	return most && most < n_rows ? most : n_rows;
}

/* An evaluation under way. */
struct evaluation {
	struct train *train;
	const struct settings *settings;
	struct branch *b; /* evaluated; its workers and scratch are used */
	bool taught;      /* compare with the teachers */
	int file;         /* index of a teacher whose file of outputs is evaluated; -1: none */
	struct eval_tally tally;
	struct branch_feed feed;
};

static int
tally_chunk(void *arg, const struct predict_chunk *c)
{
	struct evaluation *v = arg;
	struct train *t = v->train;
	size_t labels = batch_width(c->batch, BATCH_LABEL), classes = v->b->net->io.classes;
	const real *logits = c->logits;

	if (v->taught)
		feed_teachers(t, v->settings, false, &v->feed);
	if (v->file >= 0) {
		logit_file_gather(t->teacher[v->file].file, batch_i32(c->batch, BATCH_ROW),
				  c->batch->rows, t->teacher_logits[v->file]);
		logits = t->teacher_logits[v->file];
	}
	eval_add(&v->tally, logits, batch_i32(c->batch, BATCH_LABEL), c->batch->rows * labels,
		 classes, &v->feed, v->b);
	return 0;
}

/* Evaluate rows in chunks of a batch. */
static void
evaluate_rows(struct evaluation *v, const uint32_t *rows, size_t n_rows)
{
	const struct predict_rows p = { .ds = v->train->ds,
					.row = rows,
					.of = n_rows,
					.n = n_evaluated(v->settings, n_rows),
					.batch = &v->train->batch,
					.chunk = train_batch(v->settings),
					.room = v->train->rows };

	predict_rows(v->file < 0 ? v->b->net : NULL, &p, tally_chunk, v);
}

void
eval_branch(struct train *t, const struct settings *s, struct branch *b, bool taught,
	    struct eval_result *out)
{
	struct evaluation held = { t, s, b, taught, -1, { 0 }, { 0 } }, target = held;

	for (int i = 0; i < TRAIN_TEACHERS; i++)
		out->agreement[i] = out->kl[i] = NAN;
	evaluate_rows(&held, t->split.held, t->split.n_held);
	store_teachers(&held.tally, &held.feed, out);
	out->held = eval_scores(&held.tally, held.feed.n_teachers > 0);
	out->held.step = b->state->step;
	out->has_target = t->split.n_target > 0;
	if (!out->has_target)
		return;
	evaluate_rows(&target, t->split.target, t->split.n_target);
	out->target = eval_scores(&target.tally, target.feed.n_teachers > 0);
	out->target.step = b->state->step;
}

void
eval_shares(struct train *t, const struct settings *s, struct branch *student, double *share)
{
	struct branch_feed f;

	feed_student(t, s, 0, false, &f);
	branch_step_shares(student, &f, &s->knobs, s->map, share);
}

struct scores
eval_file(struct train *t, const struct settings *s, int teacher, struct branch *b)
{
	struct evaluation v = { t, s, b, false, teacher, { 0 }, { 0 } };

	evaluate_rows(&v, t->split.held, t->split.n_held);
	return eval_scores(&v.tally, false);
}

double
eval_weights(const struct branch *b)
{
	struct hash h = hash_of(branch_value(b), b->net->layout.len * sizeof(real));

	return hash_number(&h);
}

#define PASSES 101          /* timed at most */
#define LEAST_PASSES 10     /* timed at least */
#define PASS_SECONDS 50e-6  /* of a timed pass, at least: predictions are repeated to fill it */
#define TOTAL_SECONDS 20e-3 /* for all of them */

static int
compare_double(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Seconds of `repeats` predictions of the batch. */
static double
time_pass(struct train *t, struct branch *b, size_t repeats)
{
	double start = mono_now();

	for (size_t i = 0; i < repeats; i++)
		predict_batch(b->net, &t->batch);
	return mono_now() - start;
}

struct net_speed
eval_speed(struct train *t, const struct settings *s, struct branch *b, size_t rows)
{
	double second[PASSES], once, spent = 0;
	size_t n = 0, repeats;

	rows = rows < train_batch(s) ? rows : train_batch(s);
	rows = rows < t->split.n_held ? rows : t->split.n_held;
	batch_fill(&t->batch, t->ds, t->split.held, rows, NULL);
	time_pass(t, b, 1); /* caches are cold, buffers are mapped */
	once = time_pass(t, b, 2) / 2;
	repeats = once < PASS_SECONDS ? (size_t)(PASS_SECONDS / fmax(once, 1e-8)) + 1 : 1;
	while (n < PASSES && (n < LEAST_PASSES || spent < TOTAL_SECONDS)) {
		second[n] = time_pass(t, b, repeats);
		spent += second[n++];
	}
	qsort(second, n, sizeof *second, compare_double);
	once = 1e6 / (double)(repeats * rows);
	return (struct net_speed){ .median = once * second[n / 2],
				   .spread = once * (second[3 * n / 4] - second[n / 4]) / 2,
				   .rows = rows };
}
