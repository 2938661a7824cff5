/* op_attention.c: softmax(Q K^T / sqrt(d)) V for every head (Vaswani et al. 2017), without storing
 * the scores. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/heads.h"
#include "retort/nn/ops/op_table.h"

#include <string.h>

/*
 * in[0]: qkv [rows, positions, (heads + 2 kv) d], see heads.h
 * in[1]: ids, optional; padding is masked and gets 0
 * in[2]: an attention_map node of the same inputs and attributes, optional; its weights are used,
 *        and its backward, which runs later, propagates their gradient from here and elsewhere;
 *        or a bias of the scores, see heads.h, which goes to that node where there is one
 * attr: ATTENTION_ in op_table.h; fewer key and value heads: Ainslie et al. 2023
 * out: [rows, positions, heads d]
 *
 * The scores of a block of queries are in scratch between two products, and backward computes them
 * again: cheaper than writing and reading a square of numbers for every head (Dao et al. 2022), and
 * memory grows with the length alone.
 */
struct job {
	struct heads h;
	const struct node *map; /* NULL: none */
	bool map_adds;
};

/* The node of the map; NULL: none. */
static const struct node *
map_of(const struct graph *g, const struct node *n)
{
	const struct node *map = n->n_in > 2 ? &g->node[n->in[2]] : NULL;

	return map && map->op == &op_attention_map ? map : NULL;
}

static struct job
job_of(const struct graph *g, const struct node *n)
{
	struct job j = { heads_of(g, n), map_of(g, n), n->adds[2] };

	return j;
}

/* Offset in the map of query `from` of a head; rows have h->length numbers. */
static size_t
map_at(const struct heads_group *group, size_t head, size_t from)
{
	const struct heads *h = group->h;

	return ((group->row * h->heads + head) * h->length + from) * h->length;
}

/* The attention weights of queries [from, to). */
static const real *
weights(const struct job *j, const struct heads_group *group, size_t head, size_t from, size_t to)
{
	if (j->map)
		return j->map->out.data + map_at(group, head, from);
	heads_scores(group, head, from, to, group->score, j->h.length);
	return group->score;
}

static int
check_map(const struct graph *g, const struct node *n, struct err *e)
{
	const struct node *map = map_of(g, n);

	if (!map)
		return 0;
	if (map->in[0] != n->in[0] || map->n_in < 2 || map->in[1] != n->in[1] ||
	    memcmp(map->attr, n->attr, sizeof n->attr) != 0 || n->attr[ATTENTION_RAW] != 0)
		return err_set(e, "%s: not the attention map of this node", map->name);
	return 0;
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	struct heads h;

	(void)group;
	(void)saved;
	if (heads_check(g, n, &h, e) < 0 || check_map(g, n, e) < 0)
		return -1;
	n->out = g->node[n->in[0]].out;
	n->out.dim[2] = h.heads * h.dim;
	n->n_scratch = heads_scratch(&h);
	return 0;
}

/* Offset of the values of the group; their row stride is h->width. */
static size_t
value_at(const struct heads_group *group)
{
	const struct heads *h = group->h;

	return group->row * h->length * h->width + (h->heads + h->kv + group->kv) * h->dim;
}

static void
forward_head(const void *arg, const struct heads_group *group, size_t head)
{
	const struct job *j = arg;
	const struct heads *h = group->h;
	size_t ld = h->heads * h->dim;
	real *y = h->n->out.data + group->row * h->length * ld + head * h->dim;

	for (size_t from = 0; from < group->keys; from += HEADS_BLOCK) {
		size_t to = from + HEADS_BLOCK < group->keys ? from + HEADS_BLOCK : group->keys;

		blas_one(&(struct blas_product){ .m = to - from,
						 .n = h->dim,
						 .k = heads_keys(group, to),
						 .a = weights(j, group, head, from, to),
						 .lda = h->length,
						 .b = h->qkv + value_at(group),
						 .ldb = h->width,
						 .c = y + from * ld,
						 .ldc = ld });
	}
	for (size_t t = group->keys; t < h->length; t++)
		memset(y + t * ld, 0, h->dim * sizeof *y);
}

static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;

	heads_each(&j->h, index, false, forward_head, j);
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	pool_run(g->pool, j.h.pieces, forward_piece, &j);
}

static void
backward_head(const void *arg, const struct heads_group *group, size_t head)
{
	const struct job *j = arg;
	const struct heads *h = group->h;
	size_t ld = h->heads * h->dim, v = value_at(group);
	const real *dy = h->n->grad + group->row * h->length * ld + head * h->dim;

	for (size_t from = 0; from < group->keys; from += HEADS_BLOCK) {
		size_t to = from + HEADS_BLOCK < group->keys ? from + HEADS_BLOCK : group->keys;
		size_t keys = heads_keys(group, to);
		const real *p = weights(j, group, head, from, to);

		blas_one(&(struct blas_product){
			.trans_b = true,
			.m = to - from,
			.n = keys,
			.k = h->dim,
			.a = dy + from * ld,
			.lda = ld,
			.b = h->qkv + v,
			.ldb = h->width,
			.c = j->map ? j->map->grad + map_at(group, head, from) : group->dscore,
			.ldc = h->length,
			.beta = j->map && j->map_adds ? 1 : 0 });
		blas_one(&(struct blas_product){ .trans_a = true,
						 .m = keys,
						 .n = h->dim,
						 .k = to - from,
						 .a = p,
						 .lda = h->length,
						 .b = dy + from * ld,
						 .ldb = ld,
						 .c = h->dqkv + v,
						 .ldc = h->width,
						 .beta = 1 });
		if (!j->map)
			heads_scores_back(group, head, from, to, p, group->dscore, h->length);
	}
}

static void
backward_piece(void *arg, int index)
{
	const struct job *j = arg;

	heads_each(&j->h, index, true, backward_head, j);
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	if (j.h.dqkv)
		pool_run(g->pool, j.h.pieces, backward_piece, &j);
}

/* Two products, and a softmax of about 5 operations a score; with a map one product alone. */
static double
cost(const struct graph *g, const struct node *n)
{
	struct heads h = heads_of(g, n);

	return (double)h.heads * heads_count(&h) *
	       (map_of(g, n) ? 2 * (double)h.dim : 4 * (double)h.dim + 5);
}

const struct op op_attention = {
	.name = "attention",
	.doc = "Multi-head attention: means of values, weighted by products of queries and keys.",
	.n_in = 1,
	.n_more = 2,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
