/* loss_minilm_relation.c: MiniLM: KL divergence between self-relations of queries, keys or values.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/losses/loss_table.h"

#include <math.h>

#include "retort/base/multi.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/vmath.h"
#include "retort/kd/token_mask.h"

#define BLOCK 64      /* queries computed together */
#define NONE (-1e30f) /* score of padding before the softmax: very small, but finite */

/* A relation head of a row. */
struct relation {
	const struct token_mask *tokens;
	size_t dim, ld; /* numbers of a token in the head; distance between tokens */
	const real *x;
	real *dx; /* NULL: value only */
	size_t t_dim, t_ld;
	const real *target;
	size_t length;
	double each;                   /* weight of a query */
	real step;                     /* the same times the scale of the gradient */
	real *score, *t_score, *share; /* [BLOCK,length], [BLOCK,length], [length] */
};

/* Number of relation heads. `agrees` refuses values that do not divide both widths; 1 if a ramp
 * sets such a value. */
static size_t
relation_heads(const struct loss_args *a)
{
	size_t heads = a->knobs->minilm_relation_heads > 0 ? (size_t)a->knobs->minilm_relation_heads
							   : a->heads;
	size_t width = a->width / a->positions, t_width = a->t_width / a->positions;

	return width % heads || t_width % heads ? 1 : heads;
}

MULTIVERSION static void
log_differences(real *restrict t, real t_log, const real *restrict s, real s_log, size_t n)
{
	for (size_t k = 0; k < n; k++)
		t[k] = (t[k] - t_log) - (s[k] - s_log);
}

MULTIVERSION static void
write_gradient(real *restrict s, const real *restrict p, real share, real step, size_t n)
{
	for (size_t k = 0; k < n; k++)
		s[k] = step * (s[k] - p[k] * share);
}

/* KL between the softmax of n scores t and that of s; s is replaced by its gradient, times step.
 * Overwrites t; p is scratch. */
static double
divergence(real *t, real *s, real *p, size_t n, real step)
{
	real t_most = vmath_max(t, n), s_most = vmath_max(s, n);
	real sum = vmath_exp_sum(t, n, t_most, 1, p),
	     s_log = s_most + REAL_LOG(vmath_exp_sum(s, n, s_most, 1, NULL));
	double value;

	log_differences(t, t_most + REAL_LOG(sum), s, s_log, n);
	value = (double)vmath_dot(p, t, n) / (double)sum;
	vmath_exp_sum(s, n, s_log, 1, s);
	write_gradient(s, p, 1 / sum, step, n);
	return value;
}

static void
compute_scores(const real *x, size_t dim, size_t ld, size_t from, size_t to, size_t keys, real *out,
	       size_t length)
{
	blas_one(&(struct blas_product){ .trans_b = true,
					 .m = to - from,
					 .n = keys,
					 .k = dim,
					 .a = x + from * ld,
					 .lda = ld,
					 .b = x,
					 .ldb = ld,
					 .c = out,
					 .ldc = length,
					 .alpha = (real)(1 / sqrt((double)dim)) });
}

/* Backward pass of the scores, which are products of tokens: to both factors. */
static void
back_scores(const struct relation *r, size_t from, size_t to, size_t keys)
{
	real alpha = (real)(1 / sqrt((double)r->dim));

	blas_one(&(struct blas_product){ .m = to - from,
					 .n = r->dim,
					 .k = keys,
					 .a = r->score,
					 .lda = r->length,
					 .b = r->x,
					 .ldb = r->ld,
					 .c = r->dx + from * r->ld,
					 .ldc = r->ld,
					 .alpha = alpha,
					 .beta = 1 });
	blas_one(&(struct blas_product){ .trans_a = true,
					 .m = keys,
					 .n = r->dim,
					 .k = to - from,
					 .a = r->score,
					 .lda = r->length,
					 .b = r->x + from * r->ld,
					 .ldb = r->ld,
					 .c = r->dx,
					 .ldc = r->ld,
					 .alpha = alpha,
					 .beta = 1 });
}

/* Sum of the divergences of queries from .. to - 1. */
static double
run_block(const struct relation *r, size_t from, size_t to)
{
	size_t keys = r->tokens->causal ? to : r->tokens->end;
	double sum = 0;

	compute_scores(r->x, r->dim, r->ld, from, to, keys, r->score, r->length);
	compute_scores(r->target, r->t_dim, r->t_ld, from, to, keys, r->t_score, r->length);
	for (size_t q = from; q < to; q++) {
		real *s = r->score + (q - from) * r->length,
		     *t = r->t_score + (q - from) * r->length;
		size_t n = token_mask_keys(r->tokens, q);

		token_mask_hide(r->tokens, s, n, (real)NONE);
		token_mask_hide(r->tokens, t, n, (real)NONE);
		if (n)
			sum += divergence(t, s, r->share, n, r->step);
		for (size_t k = n; k < keys; k++)
			s[k] = 0;
	}
	if (r->dx)
		back_scores(r, from, to, keys);
	return sum;
}

static double
run_row(const struct loss_args *a, const struct token_mask *t, size_t row)
{
	size_t heads = relation_heads(a), length = a->positions,
	       block = length < BLOCK ? length : BLOCK;
	struct relation r = {
		.tokens = t, .ld = a->width / length, .t_ld = a->t_width / length, .length = length
	};
	double sum = 0;

	r.dim = r.ld / heads;
	r.t_dim = r.t_ld / heads;
	r.each = (double)a->weight[row] / (double)(heads * t->n);
	r.step = (real)(r.each * a->scale);
	r.score = a->scratch;
	r.t_score = r.score + block * length;
	r.share = r.t_score + block * length;
	for (size_t h = 0; h < heads; h++) {
		r.x = a->x + row * a->width + h * r.dim;
		r.dx = a->dx ? a->dx + row * a->width + h * r.dim : NULL;
		r.target = a->target + row * a->t_width + h * r.t_dim;
		for (size_t from = 0; from < t->end; from += BLOCK)
			sum += run_block(&r, from, from + BLOCK < t->end ? from + BLOCK : t->end);
	}
	return r.each * sum;
}

static double
run(const struct loss_args *a)
{
	double sum = 0;

	for (size_t i = 0; i < a->rows; i++) {
		struct token_mask t = token_mask_of(a, i);

		if (a->weight[i] > 0 && t.n > 0)
			sum += run_row(a, &t, i);
	}
	return sum;
}

static size_t
scratch(const struct loss_shape *s)
{
	return (2 * (s->positions < BLOCK ? s->positions : BLOCK) + 1) * s->positions;
}

/* Greatest common divisor. */
static size_t
greatest_divisor(size_t a, size_t b)
{
	while (b) {
		size_t rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static int
agrees(const struct loss_shape *s, const struct knobs *k, struct err *e)
{
	size_t width = s->width / s->positions, t_width = s->t_width / s->positions,
	       heads = (size_t)k->minilm_relation_heads;

	if (heads == 0 && s->heads != s->t_heads)
		return err_set(e,
			       "%zu heads of the teacher, but %zu of the student; `set "
			       "minilm-relation-heads N` splits both into N",
			       s->t_heads, s->heads);
	if (heads > 0 && (width % heads || t_width % heads))
		return err_set(e,
			       "invalid minilm-relation-heads %zu for widths %zu and %zu (expected "
			       "a divisor of %zu)",
			       heads, t_width, width, greatest_divisor(t_width, width));
	return 0;
}

const struct loss loss_minilm_relation = {
	.name = "minilm-relation",
	.doc = "KL divergence between the relations among a student's queries, keys or values "
	       "(softmax of their scaled dot products) and those of a teacher.",
	.formula = "mean over heads and tokens of KL(R_t || R_s), R = softmax(V V' / "
		   "sqrt(d_head)), V: queries, keys or values",
	.reference = "Wang et al. 2020, MiniLM, eq. 6 to 8; Wang et al. 2021, MiniLMv2, eq. 4 to 6",
	.needs = LOSS_LAYER | LOSS_ROW | LOSS_WIDTHS,
	.on = 1u << MODEL_VALUE | 1u << MODEL_QUERY | 1u << MODEL_KEY,
	.scratch = scratch,
	.agrees = agrees,
	.run = run,
};
