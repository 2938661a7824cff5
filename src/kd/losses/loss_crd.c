/* loss_crd.c: contrastive representation distillation, with memory banks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "retort/nn/gemm/vmath.h"
#include "retort/kd/contrast.h"
#include "retort/kd/losses/loss_table.h"

#define EMBED CONTRAST_WIDTH
#define MOMENTUM ((real)0.5) /* of the old value in a bank */

/* Indices of the loss's own arrays, in the order of their table. */
enum { MATRIX, S_BANK, T_BANK, NORMS };

static int
matrix_shape(const struct loss_shape *s, size_t dim[2])
{
	dim[0] = s->t_channels;
	dim[1] = EMBED;
	return 2;
}

static int
bank_shape(const struct loss_shape *s, size_t dim[2])
{
	dim[0] = s->data_rows;
	dim[1] = EMBED;
	return 2;
}

static int
norms_shape(const struct loss_shape *s, size_t dim[2])
{
	(void)s;
	dim[0] = 3;
	return 1;
}

static size_t
scratch(const struct loss_shape *s)
{
	return s->rows * 2 * (EMBED + 1) + s->t_channels + 2 * EMBED;
}

/* Student or teacher. */
struct crd_side {
	real *embed;       /* [rows,EMBED] embeddings of unit norm */
	real *length;      /* [rows] their norms before normalisation */
	const real *other; /* [data rows,EMBED] memory bank of the other side */
	double log_norm;
	real *d; /* [EMBED] gradient of a row's embedding */
};

struct crd_run {
	const struct loss_args *a;
	struct crd_side s, t;
	real *mean; /* [t_channels] */
	double all; /* total weight of the rows in the loss */
	size_t k;   /* negatives drawn for each row */
	struct rng draws;
};

/* Class of row i if it is in the loss: its label is visible, and rows of other classes have labels;
 * else -1. */
static int32_t
class_of(const struct loss_args *a, size_t i)
{
	int32_t label = a->label_index->label[a->row[i]];

	return a->weight[i] > 0 && label >= 0 && label_index_others(a->label_index, label) > 0
		       ? label
		       : -1;
}

/* Mean over the positions of row i that are not padding, of n numbers each. */
static void
mean_of(const struct loss_args *a, const real *f, size_t i, size_t n, real *out)
{
	size_t count = 0;

	memset(out, 0, n * sizeof *out);
	for (size_t p = 0; p < a->positions; p++)
		if (loss_sees(a, i, p)) {
			vmath_add(f + p * n, n, out);
			count++;
		}
	if (count > 1)
		vmath_scale(out, n, 1 / (real)count);
}

static real
normalise(real *x)
{
	real length = REAL_SQRT(vmath_dot(x, x, EMBED));

	if (length > 0)
		vmath_scale(x, EMBED, 1 / length);
	return length;
}

static void
embed_row(const struct crd_run *w, size_t i)
{
	const struct loss_args *a = w->a;
	const real *matrix = a->own[MATRIX];
	real *s = w->s.embed + i * EMBED, *t = w->t.embed + i * EMBED;

	mean_of(a, a->x + i * a->width, i, EMBED, s);
	w->s.length[i] = normalise(s);
	mean_of(a, a->target + i * a->t_width, i, a->t_width / a->positions, w->mean);
	memset(t, 0, EMBED * sizeof *t);
	for (size_t c = 0; c < a->t_width / a->positions; c++)
		contrast_add_row(matrix + c * EMBED, w->mean[c], t);
	w->t.length[i] = normalise(t);
}

/* Row k of the bank for row i: its own for k = 0, then random rows of other classes. */
static size_t
draw_row(const struct crd_run *w, size_t i, int32_t label, size_t k)
{
	if (k == 0)
		return (size_t)w->a->row[i];
	return label_index_other(w->a->label_index, label, w->draws, i * w->k + k - 1);
}

static double
score(const struct crd_run *w, const struct crd_side *side, size_t i, size_t row)
{
	return (double)vmath_dot(side->embed + i * EMBED, side->other + row * EMBED, EMBED) /
	       w->a->knobs->crd_temperature;
}

/* Estimate the norms Z = n mean exp(score) of the two sides from this batch. */
static void
estimate_norms(struct crd_run *w)
{
	double s = 0, t = 0, count = 0, rows = (double)w->a->shape.data_rows;

	for (size_t i = 0; i < w->a->rows; i++) {
		int32_t label = class_of(w->a, i);

		for (size_t k = 0; label >= 0 && k <= w->k; k++, count++) {
			size_t row = draw_row(w, i, label, k);

			s += exp(score(w, &w->s, i, row));
			t += exp(score(w, &w->t, i, row));
		}
	}
	w->s.log_norm = log(rows * s / count);
	w->t.log_norm = log(rows * t / count);
}

/* Set the norms: estimated from the first batch, then constant. */
static void
find_norms(struct crd_run *w)
{
	real *saved = w->a->own[NORMS];

	if (saved[0] != 0) {
		w->s.log_norm = (double)saved[1];
		w->t.log_norm = (double)saved[2];
		return;
	}
	estimate_norms(w);
	if (!w->a->training)
		return;
	saved[0] = 1;
	saved[1] = (real)w->s.log_norm;
	saved[2] = (real)w->t.log_norm;
}

/* Some pairs of row i on one side; adds the gradient of its embedding to side->d. */
static double
run_draws(const struct crd_run *w, const struct crd_side *side, size_t i, const uint32_t *row,
	  size_t n, bool own)
{
	struct contrast_pairs p = {
		.x = side->embed + i * EMBED,
		.bank = side->other,
		.row = row,
		.n = n,
		.own = own,
		.temperature = w->a->knobs->crd_temperature,
		.shift = side->log_norm + log((double)w->k / (double)w->a->shape.data_rows),
	};

	return contrast_add(&p, w->a->dx ? side->d : NULL);
}

/* All pairs of row i on both sides. */
static double
run_sides(const struct crd_run *w, size_t i, int32_t label)
{
	uint32_t row[CONTRAST_PAIRS];
	double sum = 0;

	memset(w->s.d, 0, EMBED * sizeof *w->s.d);
	memset(w->t.d, 0, EMBED * sizeof *w->t.d);
	for (size_t from = 0; from <= w->k; from += CONTRAST_PAIRS) {
		size_t n = w->k + 1 - from < CONTRAST_PAIRS ? w->k + 1 - from : CONTRAST_PAIRS;

		for (size_t k = 0; k < n; k++)
			row[k] = (uint32_t)draw_row(w, i, label, from + k);
		sum += run_draws(w, &w->s, i, row, n, from == 0) +
		       run_draws(w, &w->t, i, row, n, from == 0);
	}
	return sum;
}

/* Backward pass of the normalisation: side->d becomes the gradient before it, times step. */
static void
back_length(const struct crd_run *w, const struct crd_side *side, size_t i, double step)
{
	const real *x = side->embed + i * EMBED;
	real along = vmath_dot(x, side->d, EMBED);
	real over =
		side->length[i] > 0
			? (real)(step / (w->a->knobs->crd_temperature * (double)side->length[i]))
			: 0;

	for (size_t e = 0; e < EMBED; e++)
		side->d[e] = over * (side->d[e] - x[e] * along);
}

static void
add_student(const struct crd_run *w, size_t i)
{
	const struct loss_args *a = w->a;
	size_t count = 0;

	for (size_t p = 0; p < a->positions; p++)
		count += loss_sees(a, i, p);
	for (size_t p = 0; p < a->positions; p++) {
		real *to = a->dx + i * a->width + p * EMBED;

		for (size_t e = 0; e < EMBED && loss_sees(a, i, p); e++)
			to[e] += w->s.d[e] / (real)count;
	}
}

static void
add_teacher(const struct crd_run *w, size_t i)
{
	const struct loss_args *a = w->a;
	size_t n = a->t_width / a->positions;

	mean_of(a, a->target + i * a->t_width, i, n, w->mean);
	for (size_t c = 0; c < n; c++)
		contrast_add_row(w->t.d, w->mean[c], a->own_grad[MATRIX] + c * EMBED);
}

static double
run_row(const struct crd_run *w, size_t i, int32_t label)
{
	double weight = (double)w->a->weight[i] / w->all, sum = run_sides(w, i, label);

	if (w->a->dx) {
		back_length(w, &w->s, i, weight * w->a->scale);
		add_student(w, i);
	}
	if (w->a->dx && w->a->own_grad[MATRIX]) {
		back_length(w, &w->t, i, weight * w->a->scale);
		add_teacher(w, i);
	}
	return weight * sum;
}

static void
update_bank(real *bank, const real *embed)
{
	for (size_t e = 0; e < EMBED; e++)
		bank[e] = MOMENTUM * bank[e] + (1 - MOMENTUM) * embed[e];
	normalise(bank);
}

static struct crd_run
make_run(const struct loss_args *a)
{
	struct crd_run w = { .a = a,
			     .draws = rng_stream(a->seed, "crd", a->step, 0),
			     .k = (size_t)a->knobs->crd_negatives };

	w.k = w.k < a->shape.data_rows ? w.k : a->shape.data_rows;
	w.s.embed = a->scratch;
	w.t.embed = w.s.embed + a->rows * EMBED;
	w.s.length = w.t.embed + a->rows * EMBED;
	w.t.length = w.s.length + a->rows;
	w.mean = w.t.length + a->rows;
	w.s.d = w.mean + a->t_width / a->positions;
	w.t.d = w.s.d + EMBED;
	w.s.other = a->own[T_BANK];
	w.t.other = a->own[S_BANK];
	for (size_t i = 0; a->label_index && a->label_index->n > 0 && i < a->rows; i++)
		w.all += class_of(a, i) >= 0 ? (double)a->weight[i] : 0;
	return w;
}

static double
run(const struct loss_args *a)
{
	struct crd_run w = make_run(a);
	double sum = 0;

	if (w.all <= 0)
		return 0; /* no visible labels, or of one class only */
	for (size_t i = 0; i < a->rows; i++)
		if (class_of(a, i) >= 0)
			embed_row(&w, i);
	find_norms(&w);
	for (size_t i = 0; i < a->rows; i++)
		if (class_of(a, i) >= 0)
			sum += run_row(&w, i, class_of(a, i));
	for (size_t i = 0; a->training && i < a->rows; i++)
		if (class_of(a, i) >= 0) {
			update_bank(a->own[S_BANK] + (size_t)a->row[i] * EMBED,
				    w.s.embed + i * EMBED);
			update_bank(a->own[T_BANK] + (size_t)a->row[i] * EMBED,
				    w.t.embed + i * EMBED);
		}
	return sum;
}

/* A memory bank: state, a row for each row of the data. */
#define BANK(bank)                                                                       \
	{                                                                                \
		.name = bank, .shape = bank_shape, .init = PARAM_UNIT, .is_state = true, \
		.by_row = true, .lr_factor = 1, .sign = 1                                \
	}

static const struct loss_own own[] = {
	[MATRIX] = { .name = "matrix",
		     .shape = matrix_shape,
		     .init = PARAM_XAVIER,
		     .lr_factor = 1,
		     .sign = 1 },
	[S_BANK] = BANK("s-bank"),
	[T_BANK] = BANK("t-bank"),
	[NORMS] = { .name = "norms",
		    .shape = norms_shape,
		    .init = PARAM_ZERO,
		    .is_state = true,
		    .lr_factor = 1,
		    .sign = 1 },
	{ .name = NULL },
};

const struct loss loss_crd = {
	.name = "crd",
	.doc = "Contrastive representation distillation: classifies the pair of a row's student "
	       "and teacher embeddings against pairs with crd-negatives rows of other classes from "
	       "memory banks; over rows with visible labels.",
	.formula = "mean over rows, sum over both banks, of -log h(positive) - sum over K "
		   "negatives of log(1 - h), h = P / (P + K/n), P = exp(s . t / T) / Z",
	.reference = "Tian et al. 2020, Contrastive Representation Distillation, eq. 17 to 19, "
		     "with its memory banks",
	.needs = LOSS_LAYER | LOSS_BATCH | LOSS_PROJECT | LOSS_LABELS,
	.on = 1u << MODEL_HIDDEN,
	.project = EMBED,
	.own = own,
	.scratch = scratch,
	.run = run,
};
