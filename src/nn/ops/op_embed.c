/* op_embed.c: embedding of token ids, positions and a token type. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph.h"
#include "retort/nn/ops/op_table.h"
#include "retort/nn/ops/seq.h"

#include <stdio.h>
#include <string.h>

/*
 * in[0]: ids
 * attr: EMBED_ in op_table.h
 * parameters: NAME.token [vocab, width]; NAME.position [first + length, width] where learned;
 * NAME.type [types, width] out: scale token[id] + position[first + t] + type[0]; 0 for padding,
 * which has no gradient either
 */
#define BASE 10000 /* of sines and cosines */

struct job {
	const struct graph *g;
	const struct node *n;
	const int32_t *ids;
	size_t length, width, first; /* first: row of the table of the first position */
	enum embed_positions positions;
	real scale;
	const real *token, *position, *type; /* NULL: none */
	real *dposition, *dtype;
	int pieces;
};

static struct job
job_of(struct graph *g, struct node *n)
{
	const struct param *p = g->layout->param;
	struct job j = { .g = g,
			 .n = n,
			 .ids = seq_ids(g, n, 0),
			 .length = n->out.dim[1],
			 .width = n->out.dim[2] };
	int i = 1;

	j.first = (size_t)n->attr[EMBED_FIRST];
	j.positions = (enum embed_positions)(int)n->attr[EMBED_POSITIONS];
	j.scale = n->attr[EMBED_SCALE] != 0 ? (real)n->attr[EMBED_SCALE] : 1;
	j.token = g->value + p[n->param[0]].offset;
	if (j.positions == EMBED_LEARNED) {
		j.position = g->value + p[n->param[i]].offset;
		j.dposition = g->grad ? g->grad + p[n->param[i]].offset : NULL;
		i++;
	}
	if (n->attr[EMBED_TYPES] != 0) {
		j.type = g->value + p[n->param[i]].offset;
		j.dtype = g->grad ? g->grad + p[n->param[i]].offset : NULL;
	}
	return j;
}

static int
check(const struct node *n, size_t length, struct err *e)
{
	const double *a = n->attr;

	if (!(a[EMBED_VOCAB] >= 1 && a[EMBED_VOCAB] <= 1 << 24))
		return err_set(e, "invalid vocabulary %g (expected 1 to %d)", a[EMBED_VOCAB],
			       1 << 24);
	if (!(a[EMBED_WIDTH] >= 1 && a[EMBED_WIDTH] <= 1 << 16))
		return err_set(e, "invalid width %g (expected 1 to %d)", a[EMBED_WIDTH], 1 << 16);
	if (a[EMBED_POSITIONS] == EMBED_LEARNED && a[EMBED_LENGTH] < 1)
		return err_set(e, "learned positions without a number of positions");
	if (!(a[EMBED_FIRST] >= 0 && a[EMBED_FIRST] <= 1 << 20))
		return err_set(e, "invalid first position %g (expected 0 to %d)", a[EMBED_FIRST],
			       1 << 20);
	if (a[EMBED_LENGTH] != 0 && (double)length > a[EMBED_LENGTH])
		return err_set(e,
			       "invalid length %zu (expected at most %g, the number of positions)",
			       length, a[EMBED_LENGTH]);
	return 0;
}

static void
add_table(struct graph *g, struct node *n, int group, const char *what, double rows)
{
	size_t dim[2] = { (size_t)rows, (size_t)n->attr[EMBED_WIDTH] };
	char name[PARAM_NAME + 16];

	snprintf(name, sizeof name, "%s.%s", n->name, what);
	n->param[n->n_params++] = param_add(g->layout, group, name, 2, dim, true, PARAM_NARROW);
}

static int
shape(struct graph *g, struct node *n, int group, size_t *saved, struct err *e)
{
	const struct tensor *ids = &g->node[n->in[0]].out;

	(void)saved;
	if (seq_check_ids(g, n, 0, 0, e) < 0 || check(n, ids->dim[1], e) < 0)
		return -1;
	n->out.rank = 3;
	n->out.dim[0] = ids->dim[0];
	n->out.dim[1] = ids->dim[1];
	n->out.dim[2] = (size_t)n->attr[EMBED_WIDTH];
	add_table(g, n, group, "token", n->attr[EMBED_VOCAB]);
	if (n->attr[EMBED_POSITIONS] == EMBED_LEARNED)
		add_table(g, n, group, "position", n->attr[EMBED_LENGTH] + n->attr[EMBED_FIRST]);
	if (n->attr[EMBED_TYPES] != 0)
		add_table(g, n, group, "type", n->attr[EMBED_TYPES]);
	n->n_scratch = SEQ_ANGLES(n->out.dim[2]) + n->out.dim[2];
	n->n_work = seq_table_work(ids->dim[0] * ids->dim[1]);
	return 0;
}

/* Compute the vector that is added to every token at position t. */
static void
place(const struct job *j, size_t t, bool fresh, real *sum)
{
	double *cosine = (double *)(void *)graph_scratch(j->g), *sine = cosine + (j->width + 1) / 2;

	memset(sum, 0, j->width * sizeof *sum);
	if (j->positions == EMBED_LEARNED)
		memcpy(sum, j->position + (t + j->first) * j->width, j->width * sizeof *sum);
	if (j->positions == EMBED_WAVES) {
		seq_angles(cosine, &(struct rope){ .base = BASE, .width = j->width }, t + j->first,
			   fresh);
		for (size_t k = 0; k < j->width; k++)
			sum[k] = (real)(k % 2 ? cosine[k / 2] : sine[k / 2]);
	}
	for (size_t k = 0; j->type && k < j->width; k++)
		sum[k] += j->type[k];
}

/* Some positions of all rows, so that the vector of a position is computed once. */
static void
forward_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->length, j->pieces, index),
	       to = shard_from(j->length, j->pieces, index + 1);
	real *sum = graph_scratch(j->g) + SEQ_ANGLES(j->width);

	for (size_t t = from; t < to; t++) {
		place(j, t, t == from, sum);
		for (size_t r = 0; r < j->g->rows; r++) {
			int32_t id = j->ids[r * j->length + t];
			const real *token = j->token + (size_t)(id < 0 ? 0 : id) * j->width;
			real *y = j->n->out.data + (r * j->length + t) * j->width;

			for (size_t k = 0; k < j->width; k++)
				y[k] = id < 0 ? 0 : j->scale * token[k] + sum[k];
		}
	}
}

static void
forward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);

	j.pieces = shard_pieces(j.length, g->rows * j.width);
	pool_run(g->pool, j.pieces, forward_piece, &j);
}

/* Compute the gradient of position t, a sum over rows in order. */
static void
position_piece(void *arg, int index)
{
	const struct job *j = arg;
	size_t from = shard_from(j->length, j->pieces, index),
	       to = shard_from(j->length, j->pieces, index + 1);

	for (size_t t = from; t < to; t++) {
		real *sum = j->dposition + (t + j->first) * j->width;

		memset(sum, 0, j->width * sizeof *sum);
		for (size_t r = 0; r < j->g->rows; r++) {
			const real *dy = j->n->grad + (r * j->length + t) * j->width;

			for (size_t k = 0; j->ids[r * j->length + t] >= 0 && k < j->width; k++)
				sum[k] += dy[k];
		}
	}
}

static void
type_gradient(const struct job *j)
{
	memset(j->dtype, 0, (size_t)j->n->attr[EMBED_TYPES] * j->width * sizeof(real));
	for (size_t i = 0; i < j->g->rows * j->length; i++)
		for (size_t k = 0; j->ids[i] >= 0 && k < j->width; k++)
			j->dtype[k] += j->n->grad[i * j->width + k];
}

/* Whether an unembed node has already written the whole gradient of the table in this backward
 * pass. */
static bool
is_written(const struct graph *g, const struct node *n)
{
	for (const struct node *m = n + 1; n->attr[EMBED_TIED] != 0 && m < g->node + g->n_nodes;
	     m++)
		if (m->op == &op_unembed && m->grad && &g->node[m->in[1]] == n)
			return true;
	return false;
}

static void
backward(struct graph *g, struct node *n)
{
	struct job j = job_of(g, n);
	struct seq_table t = { .rows = (size_t)n->attr[EMBED_VOCAB],
			       .width = j.width,
			       .work = n->work,
			       .row = j.ids,
			       .n = g->rows * j.length,
			       .share = 1,
			       .dy = n->grad,
			       .factor = j.scale };

	t.dw = g->grad + g->layout->param[n->param[0]].offset;
	t.most = n->out.dim[0] * j.length;
	t.adds = is_written(g, n);
	seq_table_add(g->pool, &t);
	if (j.dposition) {
		memset(j.dposition, 0,
		       (size_t)(n->attr[EMBED_LENGTH] + n->attr[EMBED_FIRST]) * j.width *
			       sizeof(real));
		j.pieces = shard_pieces(j.length, g->rows * j.width);
		pool_run(g->pool, j.pieces, position_piece, &j);
	}
	if (j.dtype)
		type_gradient(&j);
}

static double
cost(const struct graph *g, const struct node *n)
{
	(void)g;
	return 2 * (double)tensor_width(&n->out);
}

const struct op op_embed = {
	.name = "embed",
	.doc = "Embedding of token ids, positions and token types.",
	.n_in = 1,
	.shape = shape,
	.forward = forward,
	.backward = backward,
	.cost = cost,
};
