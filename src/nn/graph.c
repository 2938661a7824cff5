/* graph.c: nodes in an array; forward for values, backward for gradients. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/graph.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "retort/nn/gemm/shard.h"
#include "retort/nn/graph_plan.h"

struct graph *
graph_new(size_t capacity, struct param_layout *layout, struct pool *pool)
{
	struct graph *g = mem_new(sizeof *g);

	g->capacity = capacity;
	g->layout = layout;
	g->pool = pool;
	return g;
}

void
graph_free(struct graph *g)
{
	if (!g)
		return;
	mem_arena_release(&g->arena);
	for (size_t i = 0; i < g->n_lists; i++)
		mem_free(g->list[i].x);
	mem_free(g->list);
	mem_free(g->node);
	mem_free(g);
}

static struct node *
append_node(struct graph *g, const struct op *op, const char *name)
{
	size_t cap = (size_t)g->cap_nodes;
	struct node *n;

	mem_grow(&g->node, &cap, (size_t)g->n_nodes + 1, sizeof *g->node);
	g->cap_nodes = (int)cap;
	n = &g->node[g->n_nodes];
	memset(n, 0, sizeof *n);
	n->op = op;
	snprintf(n->name, sizeof n->name, "%s", name);
	return n;
}

int
graph_input(struct graph *g, const char *name, int rank, const size_t *dim)
{
	struct node *n = append_node(g, &op_input, name);

	assert(rank + 1 <= TENSOR_RANK);
	n->out.rank = rank + 1;
	n->out.dim[0] = g->capacity;
	for (int i = 0; i < rank; i++)
		n->out.dim[i + 1] = dim[i];
	return g->n_nodes++;
}

static int32_t no_ids; /* marks an input of ids until graph_finish allocates its buffer */

int
graph_input_ids(struct graph *g, const char *name, size_t length)
{
	int i = graph_input(g, name, 1, &length);

	g->node[i].ids = &no_ids;
	return i;
}

int
graph_add(struct graph *g, const struct op *op, const char *name, int group, int n_in,
	  const int *in, const double *attr, struct err *e)
{
	struct node *n = append_node(g, op, name);
	size_t saved = 0;

	assert(n_in >= op->n_in && n_in <= op->n_in + op->n_more);
	n->n_in = n_in;
	for (int i = 0; i < n_in; i++) {
		assert(in[i] >= 0 && in[i] < g->n_nodes);
		n->in[i] = in[i];
	}
	if (attr)
		memcpy(n->attr, attr, sizeof n->attr);
	if (op->shape(g, n, group, &saved, e) < 0)
		return err_wrap(e, "%s %s", op->name, name);
	n->n_saved = saved;
	return g->n_nodes++;
}

int
graph_add_list(struct graph *g, const float *x, size_t n)
{
	struct graph_list list = { mem_array(n, sizeof *x), n };

	memcpy(list.x, x, n * sizeof *x);
	mem_grow(&g->list, &g->cap_lists, g->n_lists + 1, sizeof *g->list);
	g->list[g->n_lists++] = list;
	return (int)g->n_lists;
}

void
graph_tap(struct graph *g, int node)
{
	g->node[node].tapped = true;
}

void
graph_tap_positions(struct graph *g, int node)
{
	g->node[node].factor_tapped = true;
}

size_t
graph_room(const struct graph *g, bool gradients)
{
	return graph_plan_size(g, gradients);
}

int
graph_finish(struct graph *g, bool gradients, struct err *e)
{
	return graph_plan_allocate(g, gradients, e);
}

real *
graph_scratch(const struct graph *g)
{
	return g->scratch + (size_t)pool_worker() *
				    (mem_arena_round(g->n_scratch * sizeof(real)) / sizeof(real));
}

void
graph_bind(struct graph *g, real *value, real *grad)
{
	g->value = value;
	g->grad = grad;
}

void
graph_feed(struct graph *g, int node, const float *x, size_t rows)
{
	struct node *n = &g->node[node];
	size_t len = rows * tensor_width(&n->out);

	assert(rows <= g->capacity);
	for (size_t i = 0; i < len; i++)
		n->out.data[i] = (real)x[i];
	g->rows = rows;
}

void
graph_feed_ids(struct graph *g, int node, const int32_t *ids, size_t rows)
{
	struct node *n = &g->node[node];

	assert(rows <= g->capacity && n->ids);
	memcpy(n->ids, ids, rows * n->out.dim[1] * sizeof *ids);
	g->rows = rows;
}

void
graph_forward(struct graph *g, int last)
{
	graph_forward_from(g, 0, last);
}

void
graph_forward_from(struct graph *g, int from, int last)
{
	for (int i = from; i <= last; i++)
		g->node[i].op->forward(g, &g->node[i]);
}

void
graph_zero_node(struct graph *g, int node)
{
	const struct node *n = &g->node[node];

	if (n->tapped && n->grad)
		memset(n->grad, 0, g->rows * tensor_width(&n->out) * sizeof(real));
	if (n->grad_factor)
		memset(n->grad_factor, 0, g->rows * tensor_positions(&n->out) * sizeof(real));
}

void
graph_zero(struct graph *g)
{
	for (int i = 0; i < g->n_nodes; i++)
		graph_zero_node(g, i);
}

static int
factor_pieces(const struct graph *g, const struct node *n)
{
	return shard_pieces(g->rows, tensor_width(&n->out));
}

struct factor_job {
	const struct graph *g;
	const struct node *n;
};

static void
factor_piece(void *arg, int index)
{
	const struct factor_job *p = arg;
	const struct node *n = p->n;
	int pieces = factor_pieces(p->g, n);
	size_t places = tensor_positions(&n->out), channels = tensor_width(&n->out) / places;
	size_t to = shard_from(p->g->rows, pieces, index + 1) * places;

	for (size_t i = shard_from(p->g->rows, pieces, index) * places; i < to; i++) {
		const real *y = n->out.data + i * channels;
		real *dy = n->grad + i * channels, grad_factor = n->grad_factor[i];

		for (size_t k = 0; k < channels; k++)
			dy[k] = (n->grad_set ? dy[k] : 0) + grad_factor * y[k];
	}
}

static void
node_backward(struct graph *g, struct node *n)
{
	struct factor_job p = { g, n };

	if (n->grad_factor && !n->op->adds_grad_factor)
		pool_run(g->pool, factor_pieces(g, n), factor_piece, &p);
	n->op->backward(g, n);
}

void
graph_backward(struct graph *g)
{
	for (size_t i = 0; g->square && i < g->layout->n; i++)
		g->square[i] = NAN;
	for (int i = g->n_nodes - 1; i >= 0; i--)
		if (g->node[i].grad)
			node_backward(g, &g->node[i]);
}

double
graph_cost(const struct graph *g)
{
	double sum = 0;

	for (int i = 0; i < g->n_nodes; i++)
		sum += g->node[i].op->cost(g, &g->node[i]);
	return sum * (double)g->capacity;
}
