/* eval.c: a full pass over the held-out rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/eval.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "retort/base/mono.h"
#include "retort/nn/gemm/shard.h"
#include "retort/train/feed.h"

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

/* The teacher's probabilities at temperature 1 of its largest logits, added to mix. */
static void
mix_top(const struct loss_top *top, size_t row, double weight, real *log_p, real *mix)
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
choice_of(const struct branch_feed *f, int k, size_t row, size_t classes)
{
	const struct loss_top *top = &f->t_top[k];

	return top->k ? (size_t)top->id[row * top->k]
		      : largest(f->t_logits[k] + row * classes, classes); /* largest first */
}

/* KL from each teacher's row, by weight, and whether the mixed teacher chooses class `mine`. */
static void
add_teachers(struct eval_tally *t, const struct branch_feed *f, size_t row, const real *x,
	     size_t classes, size_t mine, real *scratch)
{
	real *mix = scratch, *log_p = scratch + classes;
	double total = 0;

	for (int k = 0; k < f->n_teachers; k++)
		total += f->t_weight[k];
	for (int k = 0; k < f->n_teachers; k++) {
		double kl = kl_of(f, k, row, x, classes, scratch);

		t->kl += (total > 0 ? f->t_weight[k] / total : 1.0 / f->n_teachers) * kl;
		t->kl_of[k] += kl;
		t->agree_with[k] += choice_of(f, k, row, classes) == mine;
	}
	memset(mix, 0, classes * sizeof *mix);
	for (int k = 0; k < f->n_teachers; k++) {
		double weight = total > 0 ? f->t_weight[k] / total : 1.0 / f->n_teachers;

		if (f->t_top[k].k) {
			mix_top(&f->t_top[k], row, weight, log_p, mix);
			continue;
		}
		loss_log_softmax(f->t_logits[k] + row * classes, classes, 1, log_p);
		for (size_t c = 0; c < classes; c++)
			mix[c] += (real)weight * REAL_EXP(log_p[c]);
	}
	t->agree += largest(mix, classes) == mine;
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
		mine = largest(x, classes);
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
tally_piece(void *arg, int index)
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
	for (int b = 0; b < BINS; b++) {
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

	pool_run(b->pool, j.pieces, tally_piece, &j);
	for (int i = 0; i < j.pieces; i++)
		add_tally(t, &part[i]);
}

struct scores
eval_scores(const struct eval_tally *t, bool has_teachers)
{
	double n = (double)t->rows, ece = 0;

	for (int b = 0; b < BINS; b++)
		ece += fabs(t->bin_confidence[b] - (double)t->bin_right[b]) / n;
	return (struct scores){
		.accuracy = (double)t->right / n,
		.nll = t->nll / n,
		.ece = ece,
		.agreement = has_teachers ? (double)t->agree / n : NAN,
		.kl = has_teachers ? t->kl / n : NAN,
	};
}

/* What became of each teacher's teaching. */
static void
hear_back(struct trainer_state *w, const struct eval_tally *t, const struct branch_feed *f)
{
	for (int i = 0; i < w->info.n_teachers; i++)
		w->info.teacher[i].teaching.agreement = w->info.teacher[i].teaching.kl = NAN;
	for (int k = 0; k < f->n_teachers; k++) {
		struct teaching *heard = &w->info.teacher[f->t_index[k]].teaching;

		heard->agreement = (double)t->agree_with[k] / (double)t->rows;
		heard->kl = t->kl_of[k] / (double)t->rows;
	}
}

/* As many rows as an evaluation looks at, spread evenly; all of them where none are left out. */
static size_t
some_rows(const struct trainer_state *w, size_t n_rows)
{
	size_t most = (size_t)w->info.run.settings.knobs.eval_rows;

	return most && most < n_rows ? most : n_rows;
}

/* Numbers at..at + n of these into w->rows. */
static void
draw(struct trainer_state *w, const uint32_t *rows, size_t n_rows, size_t at, size_t n)
{
	size_t of = some_rows(w, n_rows);

	for (size_t i = 0; i < n; i++)
		w->rows[i] = rows[(at + i) * n_rows / of];
}

/* Rows in chunks of a batch, with what the teachers say where `taught`. */
static struct scores
pass(struct trainer_state *w, struct branch *b, bool taught, const uint32_t *rows, size_t n_rows)
{
	struct eval_tally tally = { 0 };
	struct branch_feed f = { 0 };
	size_t step = trainer_state_batch(w), labels = batch_width(&w->batch, BATCH_LABEL),
	       of = some_rows(w, n_rows);

	for (size_t at = 0; at < of; at += step) {
		size_t n = of - at < step ? of - at : step;

		draw(w, rows, n_rows, at, n);
		batch_fill(&w->batch, w->ds, w->rows, n, NULL);
		if (taught)
			feed_teachers(w, false, &f);
		eval_add(&tally, branch_logits(b, &w->batch), batch_i32(&w->batch, BATCH_LABEL),
			 n * labels, b->net->io.classes, &f, b);
	}
	if (b->id == BRANCH_STUDENT && rows == w->split.held)
		hear_back(w, &tally, &f);
	return eval_scores(&tally, f.n_teachers > 0);
}

void
eval_shares(struct trainer_state *w, double *share)
{
	struct branch_feed f;

	feed_main(w, 0, NULL, &f); /* the fixed batch: the first of the first epoch */
	branch_shares(w->student, &f, &w->info.run.settings.knobs, w->info.run.settings.map, share);
}

static void
sample_shares(struct trainer_state *w)
{
	struct branch *b = w->student;
	double share[BRANCH_TERMS];

	eval_shares(w, share);
	for (int i = 0; i < b->n_terms; i++)
		trainer_state_sample(w, BRANCH_STUDENT, b->term[i].share, b->state->step, share[i]);
}

static void
sample_heard(struct trainer_state *w, uint64_t step)
{
	for (int i = 0; i < w->info.n_teachers; i++) {
		const struct teaching *heard = &w->info.teacher[i].teaching;

		if (w->info.n_teachers == 1 || isnan(heard->kl))
			continue; /* of one alone val-agreement and val-kl say it */
		trainer_state_sample(w, BRANCH_STUDENT,
				     metric_teacher((unsigned)i, METRIC_TEACHER_AGREEMENT), step,
				     heard->agreement);
		trainer_state_sample(w, BRANCH_STUDENT,
				     metric_teacher((unsigned)i, METRIC_TEACHER_KL), step,
				     heard->kl);
	}
}

static struct net_info *
net_info(struct trainer_state *w, int id)
{
	if (id == BRANCH_STUDENT)
		return &w->info.run.student;
	if (id == BRANCH_BASELINE)
		return &w->info.run.baseline;
	return &w->info.teacher[id - 2];
}

/* What the student will meet, where such rows are known. */
static void
eval_target(struct trainer_state *w, struct branch *b, bool taught)
{
	struct scores s;

	if (w->split.n_target == 0)
		return;
	s = pass(w, b, taught, w->split.target, w->split.n_target);
	s.step = b->state->step;
	net_info(w, b->id)->target = s;
	trainer_state_sample(w, b->id, METRIC_TARGET_NLL, b->state->step, s.nll);
	trainer_state_sample(w, b->id, METRIC_TARGET_ACCURACY, b->state->step, s.accuracy);
	if (isnan(s.kl))
		return;
	trainer_state_sample(w, b->id, METRIC_TARGET_AGREEMENT, b->state->step, s.agreement);
	trainer_state_sample(w, b->id, METRIC_TARGET_KL, b->state->step, s.kl);
}

void
eval_branch(struct trainer_state *w, int id)
{
	struct branch *b = trainer_state_branch(w, id);
	struct net_info *info = net_info(w, id);
	uint64_t step = b->state->step;
	bool taught = id == BRANCH_STUDENT || id == BRANCH_BASELINE;
	struct scores s;

	if (w->evaluated[id] == step)
		return;
	s = pass(w, b, taught, w->split.held, w->split.n_held);
	s.step = step;
	trainer_state_sample(w, id, METRIC_VAL_NLL, step, s.nll);
	trainer_state_sample(w, id, METRIC_VAL_ACCURACY, step, s.accuracy);
	trainer_state_sample(w, id, METRIC_VAL_ECE, step, s.ece);
	if (!isnan(s.kl)) {
		trainer_state_sample(w, id, METRIC_VAL_AGREEMENT, step, s.agreement);
		trainer_state_sample(w, id, METRIC_VAL_KL, step, s.kl);
	}
	eval_target(w, b, taught);
	if (id == BRANCH_STUDENT) {
		sample_heard(w, step);
		sample_shares(w);
	}
	info->last = s;
	if (isnan(info->best.nll) || s.nll < info->best.nll)
		info->best = s;
	w->evaluated[id] = step;
}

void
eval_answers(struct trainer_state *w, int teacher)
{
	struct net_info *info = &w->info.teacher[teacher];
	const struct logit_file *file = w->teacher[teacher].file;
	struct eval_tally tally = { 0 };
	struct branch_feed none = { 0 };
	size_t step = trainer_state_batch(w), of = some_rows(w, w->split.n_held);

	for (size_t at = 0; at < of; at += step) {
		size_t n = of - at < step ? of - at : step;

		draw(w, w->split.held, w->split.n_held, at, n);
		batch_fill(&w->batch, w->ds, w->rows, n, NULL);
		logit_file_gather(file, batch_i32(&w->batch, BATCH_ROW), n, w->t_logits[teacher]);
		eval_add(&tally, w->t_logits[teacher], batch_i32(&w->batch, BATCH_LABEL), n,
			 file->classes, &none, w->student);
	}
	info->last = info->best = eval_scores(&tally, false);
}

void
eval_weights(struct trainer_state *w, int id)
{
	struct branch *b = trainer_state_branch(w, id);
	struct hash h = hash_of(branch_value(b), b->net->layout.len * sizeof(real));

	trainer_state_sample(w, id, METRIC_WEIGHTS, b->state->step, hash_number(&h));
}

double
eval_seconds(struct trainer_state *w, struct branch *b)
{
	size_t n = trainer_state_batch(w) < w->split.n_held ? trainer_state_batch(w)
							    : w->split.n_held,
	       rows = 0;
	double start, now;

	batch_fill(&w->batch, w->ds, w->split.held, n, NULL);
	branch_logits(b, &w->batch); /* warm */
	start = mono_now();
	do {
		branch_logits(b, &w->batch);
		rows += n;
		now = mono_now();
	} while (now - start < 0.01);
	return (now - start) / (double)rows;
}
