/* op_attention_map.c: the attention weights as values of their own, for losses that compare them.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/heads.h"
#include "retort/nn/ops/op_table.h"

#include <string.h>

/*
 * in, attr: those of the attention node whose weights are wanted
 * out: [rows, heads, positions, positions], query by key: the weights that attention multiplies the
 *      values with, to the bit, or, with ATTENTION_RAW, their scores before the softmax (Jiao et
 * al. 2020); 0 where masked
 *
 * A node of its own, built only where it is needed: attention itself avoids a buffer of this size.
 */
static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	struct heads h;

	(void)group;
	(void)saved;
	if (heads_check(g, n, &h, e) < 0)
		return -1;
	n->out.rank = 4;
	n->out.dim[0] = g->node[n->in[0]].out.dim[0];
	n->out.dim[1] = h.heads;
	n->out.dim[2] = n->out.dim[3] = h.length;
	n->n_scratch = heads_scratch(&h);
	return 0;
}

static void
forward_head(const void *arg, const struct heads_group *group, size_t head)
{
	const struct heads *h = group->h;
	size_t length = h->length;
	real *y = h->n->out.data + (group->row * h->heads + head) * length * length;

	(void)arg;
	for (size_t from = 0; from < group->keys; from += HEADS_BLOCK) {
		size_t to = from + HEADS_BLOCK < group->keys ? from + HEADS_BLOCK : group->keys;
		size_t keys = heads_keys(group, to);

		heads_scores(group, head, from, to, y + from * length, length);
		for (size_t t = from; t < to; t++)
			memset(y + t * length + keys, 0, (length - keys) * sizeof *y);
	}
	memset(y + group->keys * length, 0, (length - group->keys) * length * sizeof *y);
}

static void
forward_piece(void *arg, int index)
{
	heads_each(arg, index, false, forward_head, NULL);
}

static void
forward(struct graph *g, struct node *n)
{
	struct heads h = heads_of(g, n);

	pool_run(g->pool, h.pieces, forward_piece, &h);
}

static void
backward_head(const void *arg, const struct heads_group *group, size_t head)
{
	const struct heads *h = group->h;
	size_t length = h->length, at = (group->row * h->heads + head) * length * length;

	(void)arg;
	for (size_t from = 0; from < group->keys; from += HEADS_BLOCK) {
		size_t to = from + HEADS_BLOCK < group->keys ? from + HEADS_BLOCK : group->keys;

		heads_scores_back(group, head, from, to, h->n->out.data + at + from * length,
				  h->n->grad + at + from * length, length);
	}
}

static void
backward_piece(void *arg, int index)
{
	heads_each(arg, index, true, backward_head, NULL);
}

static void
backward(struct graph *g, struct node *n)
{
	struct heads h = heads_of(g, n);

	if (h.dqkv)
		pool_run(g->pool, h.pieces, backward_piece, &h);
}

static double
cost(const struct graph *g, const struct node *n)
{
	struct heads h = heads_of(g, n);

	return (double)h.heads * heads_count(&h) * (2 * (double)h.dim + (h.raw ? 0 : 5));
}

const struct op op_attention_map = {
	.name = "attention_map",
	.doc = "Attention maps or scores of an attention node, as a tensor to tap.",
	.n_in = 1,
	.n_more = 2,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
