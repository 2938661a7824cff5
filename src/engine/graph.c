/* graph.c: nodes in an array; up for values, down for gradients. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/engine/graph.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

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
	mem_free(g->node);
	mem_free(g);
}

static struct node *
append(struct graph *g, const struct op *op, const char *name)
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
	struct node *n = append(g, &op_input, name);

	assert(rank + 1 <= TENSOR_RANK);
	n->out.rank = rank + 1;
	n->out.dim[0] = g->capacity;
	for (int i = 0; i < rank; i++)
		n->out.dim[i + 1] = dim[i];
	return g->n_nodes++;
}

int
graph_add(struct graph *g, const struct op *op, const char *name, int group, int n_in, const int *in,
	  const double *attr, struct err *e)
{
	struct node *n = append(g, op, name);
	size_t saved = 0;

	assert(n_in == op->n_in);
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

void
graph_tap(struct graph *g, int node)
{
	g->node[node].tapped = true;
}

/* Which nodes need a gradient: those with parameters, and those above one. */
static void
mark_gradients(struct graph *g, bool *needs)
{
	for (int i = 0; i < g->n_nodes; i++) {
		needs[i] = g->node[i].n_params > 0;
		for (int j = 0; j < g->node[i].n_in; j++)
			needs[i] |= needs[g->node[i].in[j]];
	}
}

/* Walking down, the first to reach an untapped node overwrites its gradient, later ones add. */
static void
mark_adds(struct graph *g)
{
	bool *reached = mem_array((size_t)g->n_nodes, sizeof *reached);

	for (int i = g->n_nodes - 1; i >= 0; i--) {
		struct node *n = &g->node[i];

		for (int j = 0; j < n->n_in; j++) {
			int from = n->in[j];

			n->adds[j] = reached[from] || g->node[from].tapped;
			reached[from] = true;
		}
	}
	mem_free(reached);
}

static size_t
room(size_t rows, size_t width)
{
	return mem_arena_round(rows * width * sizeof(real));
}

/* Behind everything else, so that the number of threads moves nothing in memory. */
static size_t
scratch_room(struct graph *g)
{
	for (int i = 0; i < g->n_nodes; i++)
		if (g->node[i].n_scratch > g->n_scratch)
			g->n_scratch = g->node[i].n_scratch;
	return (size_t)pool_threads(g->pool) * mem_arena_round(g->n_scratch * sizeof(real));
}

int
graph_finish(struct graph *g, bool gradients, struct err *e)
{
	bool *needs = mem_array((size_t)g->n_nodes + 1, sizeof *needs);
	size_t size = 0, rows = g->capacity;

	if (gradients)
		mark_gradients(g, needs);
	for (int i = 0; i < g->n_nodes; i++) {
		size_t width = tensor_width(&g->node[i].out);

		size += room(rows, width) * (needs[i] ? 2 : 1) + room(rows, gradients ? g->node[i].n_saved : 0);
	}
	size += scratch_room(g);
	if (mem_arena_init(&g->arena, size) < 0) {
		mem_free(needs);
		return err_set(e, "no memory for activations: %zu bytes for %zu rows", size, rows);
	}
	for (int i = 0; i < g->n_nodes; i++) {
		struct node *n = &g->node[i];
		size_t width = tensor_width(&n->out);

		n->out.data = mem_arena_take(&g->arena, rows * width * sizeof(real));
		if (needs[i])
			n->grad = mem_arena_take(&g->arena, rows * width * sizeof(real));
		if (gradients && n->n_saved)
			n->saved = mem_arena_take(&g->arena, rows * n->n_saved * sizeof(real));
	}
	g->scratch = mem_arena_take(&g->arena, scratch_room(g));
	mark_adds(g);
	mem_free(needs);
	return 0;
}

real *
graph_scratch(const struct graph *g)
{
	return g->scratch + (size_t)pool_worker() * (mem_arena_round(g->n_scratch * sizeof(real)) / sizeof(real));
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
graph_forward(struct graph *g, int last)
{
	for (int i = 0; i <= last; i++)
		g->node[i].op->forward(g, &g->node[i]);
}

void
graph_zero(struct graph *g)
{
	for (int i = 0; i < g->n_nodes; i++) {
		struct node *n = &g->node[i];

		if (n->tapped && n->grad)
			memset(n->grad, 0, g->rows * tensor_width(&n->out) * sizeof(real));
	}
}

void
graph_backward(struct graph *g)
{
	for (int i = g->n_nodes - 1; i >= 0; i--)
		if (g->node[i].grad)
			g->node[i].op->backward(g, &g->node[i]);
}

double
graph_cost(const struct graph *g)
{
	double sum = 0;

	for (int i = 0; i < g->n_nodes; i++)
		sum += g->node[i].op->cost(g, &g->node[i]);
	return sum * (double)g->capacity;
}
