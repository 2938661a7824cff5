/* mix.c: shares of several teachers over a batch, and mixed targets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/mix.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/nn/gemm/shard.h"
#include "retort/train/mix_share.h"

const char *
mix_needs_all(enum mix_mode mode)
{
	static const char *const why[] = {
		[MIX_PROBABILITIES] = "it needs the probability of every class",
		[MIX_LOGITS] = "it needs the logit of every class",
		[MIX_ENTROPY] = "it needs the entropy over all classes",
		[MIX_CONFIDENCE] =
			"it needs the probability of the true class, which may be missing",
		[MIX_GRADIENT] = "it needs the gradient of every logit",
		[MIX_RANDOM] = NULL,
	};

	return why[mode];
}

bool
mix_is_by_row(enum mix_mode mode)
{
	return mode == MIX_ENTROPY || mode == MIX_CONFIDENCE;
}

bool
mix_is_target(enum mix_mode mode)
{
	return mode == MIX_PROBABILITIES || mode == MIX_LOGITS;
}

static int
alloc_gradients(struct mix *m)
{
	m->row = mem_try(MIX_PIECES * 3 * m->classes, sizeof *m->row);
	m->gradient = mem_try(MIX_PIECES * TRAIN_TEACHERS * m->classes, sizeof *m->gradient);
	return m->row && m->gradient ? 0 : -1;
}

int
mix_init(struct mix *m, enum mix_mode mode, size_t positions, size_t classes, int targets)
{
	*m = (struct mix){
		.positions = positions, .classes = classes, .mode = mode, .targets = targets
	};
	if (mode == MIX_GRADIENT && alloc_gradients(m) < 0)
		return -1;
	if (mix_is_target(mode) &&
	    !(m->target = mem_try((size_t)targets * positions * classes, sizeof *m->target)))
		return -1;
	for (int k = 0; mix_is_by_row(mode) && k < TRAIN_TEACHERS; k++)
		if (!(m->weight[k] = mem_try(positions, sizeof *m->weight[k])))
			return -1;
	return 0;
}

void
mix_release(struct mix *m)
{
	for (int k = 0; k < TRAIN_TEACHERS; k++)
		mem_free(m->weight[k]);
	mem_free(m->target);
	mem_free(m->row);
	mem_free(m->gradient);
	memset(m, 0, sizeof *m);
}

struct run {
	struct mix *m;
	const struct mix_job *j;
	int pieces;
	real *out; /* the mixed target */
	double temperature;
};

/* Logits of all teachers at one position. */
static void
logits_at(const struct mix_job *j, size_t position, const real **logit)
{
	for (int k = 0; k < j->n; k++)
		logit[k] = j->logit[k] + position * j->classes;
}

static void
weigh_chunk(void *arg, int index)
{
	const struct run *r = arg;
	const struct mix_job *j = r->j;
	size_t to = shard_from(j->positions, r->pieces, index + 1);

	for (size_t i = shard_from(j->positions, r->pieces, index); i < to; i++) {
		const real *logit[TRAIN_TEACHERS];
		double share[TRAIN_TEACHERS] = { 0 };

		logits_at(j, i, logit);
		if (j->weight[i] > 0 && r->m->mode == MIX_ENTROPY)
			mix_share_entropy(logit, j->typed, j->n, j->classes, share);
		else if (j->weight[i] > 0)
			mix_share_confidence(logit, j->typed, j->n, j->classes,
					     j->label ? j->label[i] : -1, share);
		for (int k = 0; k < j->n; k++)
			r->m->weight[k][i] = j->weight[i] * (real)share[k];
	}
}

static void
weigh_rows(struct mix *m, const struct mix_job *j)
{
	struct run r = { .m = m, .j = j, .pieces = shard_pieces(j->positions, j->classes) };

	pool_run(j->pool, r.pieces, weigh_chunk, &r);
	for (int k = 0; k < j->n; k++) {
		m->factor[k] = 1; /* the shares are in the weights of rows */
		m->share[k] = 0;
		for (size_t i = 0; i < j->positions; i++)
			m->share[k] += (double)m->weight[k][i];
	}
}

/* Sums of weight times the difference of probabilities: the gradient of each teacher's divergence,
 * up to a common factor. */
static void
gradient_chunk(void *arg, int index)
{
	const struct run *r = arg;
	const struct mix_job *j = r->j;
	size_t to = shard_from(j->positions, r->pieces, index + 1), classes = j->classes;
	real *log = r->m->row + (size_t)index * 3 * r->m->classes, *q = log + r->m->classes,
	     *p = q + r->m->classes;
	double *sum = r->m->gradient + (size_t)index * TRAIN_TEACHERS * r->m->classes;

	memset(sum, 0, TRAIN_TEACHERS * r->m->classes * sizeof *sum);
	for (size_t i = shard_from(j->positions, r->pieces, index); i < to; i++) {
		if (j->weight[i] <= 0)
			continue;
		loss_softmax_rows(j->x + i * classes, 1, classes, j->temperature, log, q);
		for (int k = 0; k < j->n; k++) {
			if (j->typed[k] <= 0)
				continue;
			loss_softmax_rows(j->logit[k] + i * classes, 1, classes, j->temperature,
					  log, p);
			for (size_t c = 0; c < classes; c++)
				sum[(size_t)k * r->m->classes + c] +=
					(double)j->weight[i] * ((double)q[c] - (double)p[c]);
		}
	}
}

static double
dot(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Minimum norm over the teachers with a weight above 0. */
static void
solve_shares(struct mix *m, const struct mix_job *j)
{
	double gram[TRAIN_TEACHERS * TRAIN_TEACHERS], a[TRAIN_TEACHERS];
	int which[TRAIN_TEACHERS], n = 0;

	for (int k = 0; k < j->n; k++)
		if (j->typed[k] > 0)
			which[n++] = k;
	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++)
			gram[i * n + k] =
				dot(m->gradient + (size_t)which[i] * m->classes,
				    m->gradient + (size_t)which[k] * m->classes, j->classes);
	if (n)
		mix_share_min_norm(gram, n, j->most, a);
	for (int k = 0; k < j->n; k++)
		m->share[k] = 0;
	for (int i = 0; i < n; i++)
		m->share[which[i]] = j->typed[which[i]] * a[i];
	mix_share_normalise(m->share, j->n);
}

static void
weigh_gradients(struct mix *m, const struct mix_job *j)
{
	struct run r = { .m = m, .j = j, .pieces = shard_pieces(j->positions, j->classes) };
	size_t n = TRAIN_TEACHERS * m->classes;

	r.pieces = r.pieces < MIX_PIECES ? r.pieces : MIX_PIECES;
	pool_run(j->pool, r.pieces, gradient_chunk, &r);
	for (int p = 1; p < r.pieces; p++)
		for (size_t i = 0; i < n; i++)
			m->gradient[i] += m->gradient[(size_t)p * n + i];
	solve_shares(m, j);
	memcpy(m->factor, m->share, sizeof m->factor);
}

void
mix_run(struct mix *m, const struct mix_job *j)
{
	assert(j->n <= TRAIN_TEACHERS && j->positions <= m->positions);
	memcpy(m->share, j->typed, (size_t)j->n * sizeof *m->share);
	mix_share_normalise(m->share, j->n);
	memcpy(m->factor, m->mode == MIX_SUM ? j->typed : m->share,
	       (size_t)j->n * sizeof *m->factor);
	if (mix_is_by_row(m->mode))
		weigh_rows(m, j);
	else if (m->mode == MIX_GRADIENT)
		weigh_gradients(m, j);
}

/* Logits whose softmax at that temperature is the mean of the tempered probabilities. */
static void
mix_row(const struct run *r, const real *const *logit, real *out)
{
	const struct mix_job *j = r->j;
	double all[TRAIN_TEACHERS] = { 0 };

	for (int k = 0; k < j->n; k++) { /* scaled by the temperature */
		double most = (double)logit[k][0];

		for (size_t c = 1; c < j->classes; c++)
			most = fmax(most, (double)logit[k][c]);
		for (size_t c = 0; c < j->classes; c++)
			all[k] += exp(((double)logit[k][c] - most) / r->temperature);
		all[k] = most / r->temperature + log(all[k]);
	}
	for (size_t c = 0; c < j->classes; c++) {
		double largest = -INFINITY, sum = 0;

		for (int k = 0; k < j->n; k++)
			if (r->m->share[k] > 0)
				largest = fmax(largest,
					       (double)logit[k][c] / r->temperature - all[k]);
		for (int k = 0; k < j->n; k++)
			if (r->m->share[k] > 0)
				sum += r->m->share[k] *
				       exp((double)logit[k][c] / r->temperature - all[k] - largest);
		out[c] = (real)(r->temperature * (largest + log(sum)));
	}
}

static void
target_chunk(void *arg, int index)
{
	const struct run *r = arg;
	const struct mix_job *j = r->j;
	size_t to = shard_from(j->positions, r->pieces, index + 1);

	for (size_t i = shard_from(j->positions, r->pieces, index); i < to; i++) {
		const real *logit[TRAIN_TEACHERS];
		real *out = r->out + i * j->classes;

		logits_at(j, i, logit);
		if (r->m->mode == MIX_PROBABILITIES) {
			mix_row(r, logit, out);
			continue;
		}
		for (size_t c = 0; c < j->classes; c++) {
			double sum = 0;

			for (int k = 0; k < j->n; k++)
				sum += r->m->share[k] * (double)logit[k][c];
			out[c] = (real)sum;
		}
	}
}

const real *
mix_target(struct mix *m, const struct mix_job *j, int index, double temperature)
{
	struct run r = { .m = m,
			 .j = j,
			 .pieces = shard_pieces(j->positions, j->classes),
			 .temperature = temperature };

	assert(index < m->targets);
	r.out = m->target + (size_t)index * m->positions * m->classes;
	pool_run(j->pool, r.pieces, target_chunk, &r);
	return r.out;
}
