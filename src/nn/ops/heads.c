/* heads.c: attention weights of queries over keys, and their gradients. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ops/heads.h"

#include <string.h>

#include "retort/base/multi.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/ops/seq.h"
#include "retort/nn/gemm/vmath.h"

struct heads
heads_of(const struct graph *g, const struct node *n)
{
	const struct node *bias = heads_check_bias(g, n);
	struct heads h;
	struct err e;

	heads_check(g, n, &h, &e); /* cannot fail: checked in shape() */
	if (bias) {
		h.bias = bias->out.data;
		h.dbias = bias->grad;
		h.bias_adds = n->adds[2];
	}
	h.ids = seq_ids(g, n, 1);
	h.qkv = g->node[n->in[0]].out.data;
	h.dqkv = g->node[n->in[0]].grad;
	h.adds = n->adds[0];
	h.groups = g->rows * h.kv;
	h.pieces = shard_pieces(h.groups, h.per * h.length * (h.length + h.dim));
	return h;
}

size_t
heads_scratch(const struct heads *h)
{
	size_t block = h->length < HEADS_BLOCK ? h->length : HEADS_BLOCK;
	size_t rotary =
		h->turns ? SEQ_ANGLES(h->rope.width) + (3 * h->length + 2 * block) * h->dim : 0;

	return rotary + 2 * block * h->length;
}

/* Begin a piece of work: divide the scratch of this thread, compute the angles of positions. */
static void
open_group(const struct heads *h, struct heads_group *group)
{
	size_t block = h->length < HEADS_BLOCK ? h->length : HEADS_BLOCK, width = h->rope.width;
	real *scratch = graph_scratch(h->g);
	double *angle = (double *)(void *)scratch;

	memset(group, 0, sizeof *group);
	group->h = h;
	if (h->turns) {
		group->rotation = scratch + SEQ_ANGLES(width);
		group->rotated_k = group->rotation + h->length * width;
		group->dk = group->rotated_k + h->length * h->dim;
		group->turned_q = group->dk + h->length * h->dim;
		group->dq = group->turned_q + block * h->dim;
		scratch = group->dq + block * h->dim;
		for (size_t t = 0; t < h->length; t++) {
			seq_angles(angle, &h->rope, t, t == 0);
			for (size_t i = 0; i < width; i++)
				group->rotation[t * width + i] = (real)(angle[i] * h->gain);
		}
	}
	group->score = scratch;
	group->dscore = scratch + block * h->length;
}

/* Rotate the vectors of positions [from, to) by their angles: out [to - from, dim]. */
static void
rotate(const struct heads_group *group, const real *x, size_t from, size_t to, real *out)
{
	const struct heads *h = group->h;
	size_t half = h->rope.width / 2;

	for (size_t t = from; t < to; t++, out += h->dim) {
		const real *a = x + t * h->width, *b = a + half,
			   *c = group->rotation + t * h->rope.width, *s = c + half;

		for (size_t i = 0; i < half; i++) {
			out[i] = a[i] * c[i] - b[i] * s[i];
			out[i + half] = b[i] * c[i] + a[i] * s[i];
		}
		memcpy(out + 2 * half, a + 2 * half, (h->dim - 2 * half) * sizeof *out);
	}
}

/* Rotate gradients back and add them to dx. */
static void
rotate_back(const struct heads_group *group, const real *dout, size_t from, size_t to, real *dx)
{
	const struct heads *h = group->h;
	size_t half = h->rope.width / 2;

	for (size_t t = from; t < to; t++, dout += h->dim) {
		const real *c = group->rotation + t * h->rope.width, *s = c + half;
		real *a = dx + t * h->width, *b = a + half;

		for (size_t i = 0; i < half; i++) {
			a[i] += dout[i] * c[i] + dout[i + half] * s[i];
			b[i] += dout[i + half] * c[i] - dout[i] * s[i];
		}
		for (size_t i = 2 * half; i < h->dim; i++)
			a[i] += dout[i];
	}
}

static void
find_padding(struct heads_group *group)
{
	const struct heads *h = group->h;

	group->ids = h->ids ? h->ids + group->row * h->length : NULL;
	group->keys = h->length;
	group->holes = false;
	while (group->ids && group->keys > 0 && group->ids[group->keys - 1] < 0)
		group->keys--;
	for (size_t t = 0; group->ids && t < group->keys; t++)
		group->holes |= group->ids[t] < 0;
}

/* Bias of the first key for query t of a head, in `all`: h->bias or h->dbias. */
static real *
bias_at(const struct heads_group *group, const real *all, size_t head, size_t t)
{
	const struct heads *h = group->h;

	return (real *)all + (group->row * h->heads + head) * (2 * h->length - 1) + h->length - 1 -
	       t;
}

/* Set the gradients of the heads of the group to 0. */
static void
clear_gradients(const struct heads_group *group)
{
	const struct heads *h = group->h;
	real *d = h->dqkv + group->row * h->length * h->width;

	for (size_t t = 0; t < h->length; t++, d += h->width) {
		memset(d + group->kv * h->per * h->dim, 0, h->per * h->dim * sizeof *d);
		memset(d + (h->heads + group->kv) * h->dim, 0, h->dim * sizeof *d);
		memset(d + (h->heads + h->kv + group->kv) * h->dim, 0, h->dim * sizeof *d);
	}
}

/* Move to group `index` of h->groups. */
static void
enter_group(struct heads_group *group, size_t index, bool gradients)
{
	const struct heads *h = group->h;
	const real *k;

	group->row = index / h->kv;
	group->kv = index % h->kv;
	find_padding(group);
	k = h->qkv + group->row * h->length * h->width + (h->heads + group->kv) * h->dim;
	group->k = k;
	group->ldk = h->width;
	if (h->turns) {
		rotate(group, k, 0, group->keys, group->rotated_k);
		group->k = group->rotated_k;
		group->ldk = h->dim;
	}
	if (gradients && !h->adds)
		clear_gradients(group);
	if (gradients && h->dbias && !h->bias_adds) /* one after the other */
		memset(bias_at(group, h->dbias, group->kv * h->per, h->length - 1), 0,
		       h->per * (2 * h->length - 1) * sizeof *h->dbias);
	if (gradients && h->turns)
		memset(group->dk, 0, h->length * h->dim * sizeof *group->dk);
}

size_t
heads_keys(const struct heads_group *group, size_t to)
{
	return group->h->causal && to < group->keys ? to : group->keys;
}

/* The queries of a block, rotated where positions are rotary; *ld is set to their row stride. */
static const real *
queries(const struct heads_group *group, size_t head, size_t from, size_t to, size_t *ld)
{
	const struct heads *h = group->h;
	const real *q = h->qkv + group->row * h->length * h->width + head * h->dim;

	if (h->turns) {
		rotate(group, q, from, to, group->turned_q);
		*ld = h->dim;
		return group->turned_q;
	}
	*ld = h->width;
	return q + from * h->width;
}

static void
mask_padding(const struct heads_group *group, real *x, size_t n, real with)
{
	for (size_t k = 0; group->holes && k < n; k++)
		if (group->ids[k] < 0)
			x[k] = with;
}

/* In place; the largest is subtracted first, so that nothing overflows. */
static void
softmax(real *x, size_t n)
{
	vmath_scale(x, n, 1 / vmath_exp_sum(x, n, vmath_max(x, n), 1, x));
}

MULTIVERSION static void
subtract_sum(const real *p, real sum, size_t n, real *dp)
{
	for (size_t k = 0; k < n; k++)
		dp[k] = p[k] * (dp[k] - sum);
}

/* Turn dp into the gradient of the scores, p (dp - sum p dp). */
static void
softmax_back(const real *p, real *dp, size_t n)
{
	subtract_sum(p, vmath_dot(p, dp, n), n, dp);
}

/* The number of keys, of the first n, that query t attends to. */
static size_t
count_keys(const struct heads_group *group, size_t t, size_t n)
{
	if (group->ids && group->ids[t] < 0)
		return 0;
	return group->h->causal && t + 1 < n ? t + 1 : n;
}

/* The first key that query t attends to. */
static size_t
first_key(const struct heads_group *group, size_t t)
{
	size_t window = group->h->window;

	return window && t + 1 > window ? t + 1 - window : 0;
}

MULTIVERSION static void
add(const real *restrict x, size_t n, real *restrict to)
{
	for (size_t k = 0; k < n; k++)
		to[k] += x[k];
}

void
heads_scores(const struct heads_group *group, size_t head, size_t from, size_t to, real *out,
	     size_t ld)
{
	const struct heads *h = group->h;
	size_t n = heads_keys(group, to), ldq;
	const real *q = queries(group, head, from, to, &ldq);

	if (n)
		blas_one(&(struct blas_product){ .trans_b = true,
						 .m = to - from,
						 .n = n,
						 .k = h->dim,
						 .a = q,
						 .lda = ldq,
						 .b = group->k,
						 .ldb = group->ldk,
						 .c = out,
						 .ldc = ld,
						 .alpha = h->scale });
	for (size_t t = from; t < to; t++, out += ld) {
		size_t n_keys = count_keys(group, t, n), first = first_key(group, t);

		if (h->bias)
			add(bias_at(group, h->bias, head, t), n_keys, out);
		if (n_keys && !h->raw) {
			mask_padding(group, out, n_keys,
				     (real)-1e30); /* a query that is not padding attends at least
						      to itself */
			softmax(out + first, n_keys - first);
		}
		mask_padding(group, out, n_keys, 0);
		memset(out, 0, (first < n ? first : n) * sizeof *out);
		memset(out + n_keys, 0, (n - n_keys) * sizeof *out);
	}
}

/* Add dp, the gradients of the scores of queries [from, to) over n keys, to those of the bias. */
static void
bias_back(const struct heads_group *group, size_t head, size_t from, size_t to, size_t n,
	  const real *dp, size_t ld)
{
	for (size_t t = from; group->h->dbias && t < to; t++)
		add(dp + (t - from) * ld, n, bias_at(group, group->h->dbias, head, t));
}

/* Turn dp, the gradient of the weights p of queries [from, to) over n keys, into that of the
 * scores; 0 where masked. */
static void
weights_back(const struct heads_group *group, size_t from, size_t to, size_t n, const real *p,
	     real *dp, size_t ld)
{
	for (size_t t = from; t < to; t++) {
		real *row = dp + (t - from) * ld;
		size_t n_keys = count_keys(group, t, n), first = first_key(group, t);

		if (n_keys && !group->h->raw)
			softmax_back(p + (t - from) * ld + first, row + first, n_keys - first);
		mask_padding(group, row, n_keys, 0);
		memset(row, 0, (first < n ? first : n) * sizeof *row);
		memset(row + n_keys, 0, (n - n_keys) * sizeof *row);
	}
}

void
heads_scores_back(const struct heads_group *group, size_t head, size_t from, size_t to,
		  const real *p, real *dp, size_t ld)
{
	const struct heads *h = group->h;
	size_t n = heads_keys(group, to), ldq, ldd = h->turns ? h->dim : h->width;
	const real *q = queries(group, head, from, to, &ldq);
	real *d = h->dqkv + group->row * h->length * h->width, *dq = d + head * h->dim;
	real *dk = h->turns ? group->dk : d + (h->heads + group->kv) * h->dim;

	if (!n)
		return;
	weights_back(group, from, to, n, p, dp, ld);
	bias_back(group, head, from, to, n, dp, ld);
	blas_one(&(struct blas_product){ .m = to - from,
					 .n = h->dim,
					 .k = n,
					 .a = dp,
					 .lda = ld,
					 .b = group->k,
					 .ldb = group->ldk,
					 .c = h->turns ? group->dq : dq + from * h->width,
					 .ldc = ldd,
					 .alpha = h->scale,
					 .beta = h->turns ? 0 : 1 });
	if (h->turns)
		rotate_back(group, group->dq, from, to, dq);
	blas_one(&(struct blas_product){ .trans_a = true,
					 .m = n,
					 .n = h->dim,
					 .k = to - from,
					 .a = dp,
					 .lda = ld,
					 .b = q,
					 .ldb = ldq,
					 .c = dk,
					 .ldc = ldd,
					 .alpha = h->scale,
					 .beta = 1 });
}

/* Add the gradients of rotated keys to dqkv. */
static void
leave_group(const struct heads_group *group)
{
	const struct heads *h = group->h;

	if (h->turns)
		rotate_back(group, group->dk, 0, h->length,
			    h->dqkv + group->row * h->length * h->width +
				    (h->heads + group->kv) * h->dim);
}

void
heads_each(const struct heads *h, int index, bool gradients, heads_visit *visit, const void *arg)
{
	size_t to = shard_from(h->groups, h->pieces, index + 1);
	struct heads_group group;

	open_group(h, &group);
	for (size_t i = shard_from(h->groups, h->pieces, index); i < to; i++) {
		enter_group(&group, i, gradients);
		for (size_t k = 0; k < h->per; k++)
			visit(arg, &group, group.kv * h->per + k);
		if (gradients)
			leave_group(&group);
	}
}

double
heads_count(const struct heads *h)
{
	double sum = 0;

	for (size_t from = 0; from < h->length; from += HEADS_BLOCK) {
		size_t to = from + HEADS_BLOCK < h->length ? from + HEADS_BLOCK : h->length;

		sum += (double)(to - from) * (double)(h->causal ? to : h->length);
	}
	return sum;
}
