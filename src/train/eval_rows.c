/* eval_rows.c: nll, right predictions, divergence from and agreement with teachers of each row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/eval_rows.h"

#include <math.h>

#include "retort/nn/gemm/shard.h"
#include "retort/nn/predict.h"
#include "retort/train/eval.h"
#include "retort/train/feed.h"
#include "retort/train/metric.h"

struct rows_job {
	struct train *train;
	const struct settings *settings;
	struct branch *b;
	struct eval_row *out;    /* of the first row of the chunk */
	uint32_t *count;         /* or NULL */
	bool taught;             /* compare with the teachers */
	struct branch_feed feed; /* their outputs for the chunk */
	/* the chunk */
	const real *logits;
	const int32_t *label;
	size_t rows, labels, classes;
	int pieces;
};

/* Index of the largest logit, and log p of the label. */
static size_t
score_label(const real *x, size_t classes, int32_t label, real *scratch, double *log_p)
{
	size_t best = 0;

	for (size_t c = 1; c < classes; c++)
		best = x[c] > x[best] ? c : best;
	loss_log_softmax(x, classes, 1, scratch);
	*log_p = (double)scratch[label];
	return best;
}

static void
score_row(const struct rows_job *j, size_t row, real *scratch)
{
	double nll = 0, kl = 0, log_p;
	uint32_t right = 0, agree = 0, count = 0;
	bool taught = j->taught && j->feed.n_teachers;

	for (size_t k = row * j->labels; k < (row + 1) * j->labels; k++) {
		int32_t label = j->label[k];
		const real *x = j->logits + k * j->classes;
		size_t mine;

		if (label < 0)
			continue;
		mine = score_label(x, j->classes, label, scratch, &log_p);
		right += mine == (size_t)label;
		nll -= log_p;
		if (taught) {
			kl += eval_kl(&j->feed, k, x, j->classes, scratch);
			agree += eval_mixed(&j->feed, k, j->classes, scratch) == mine;
		}
		count++;
	}
	j->out[row] = (struct eval_row){ (float)nll, (float)right, taught ? (float)kl : NAN,
					 taught ? (float)agree : NAN };
	if (j->count)
		j->count[row] = count;
}

static void
score_shard(void *arg, int index)
{
	const struct rows_job *j = arg;
	real *scratch = j->b->scratch + (size_t)pool_worker() * j->b->n_scratch;

	for (size_t i = shard_from(j->rows, j->pieces, index);
	     i < shard_from(j->rows, j->pieces, index + 1); i++)
		score_row(j, i, scratch);
}

static int
score_chunk(void *arg, const struct predict_chunk *c)
{
	struct rows_job *j = arg, chunk = *j;

	chunk.logits = c->logits;
	chunk.label = batch_i32(c->batch, BATCH_LABEL);
	chunk.rows = c->batch->rows;
	chunk.labels = batch_width(c->batch, BATCH_LABEL);
	chunk.classes = j->b->net->io.classes;
	chunk.out = j->out + c->at;
	chunk.count = j->count ? j->count + c->at : NULL;
	if (chunk.taught)
		feed_teachers(j->train, j->settings, false, &chunk.feed);
	chunk.pieces = shard_pieces(chunk.rows, chunk.labels * chunk.classes);
	pool_run(j->b->pool, chunk.pieces, score_shard, &chunk);
	return 0;
}

void
eval_rows(struct train *t, const struct settings *s, struct branch *b, const uint32_t *row,
	  size_t n, struct eval_row *out, uint32_t *count, bool taught)
{
	const struct predict_rows p = { .ds = t->ds,
					.row = row,
					.of = n,
					.n = n,
					.batch = &t->batch,
					.chunk = train_batch(s),
					.room = t->rows };
	struct rows_job j = {
		.train = t, .settings = s, .b = b, .out = out, .count = count, .taught = taught
	};

	predict_rows(b->net, &p, score_chunk, &j);
}

double
eval_rows_figure(const struct eval_row *r, unsigned metric)
{
	switch (metric) {
	case METRIC_VAL_ACCURACY:
		return (double)r->right;
	case METRIC_VAL_AGREEMENT:
		return (double)r->agree;
	case METRIC_VAL_KL:
		return (double)r->kl;
	}
	return (double)r->nll;
}
