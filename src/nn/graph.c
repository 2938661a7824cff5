/* graph.c: nodes in an array; up for values, down for gradients. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/graph.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "retort/nn/gemm/shard.h"
#include "retort/nn/plan.h"

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

static int32_t no_ids; /* marks an input of ids until graph_finish gives it a place */

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
	struct node *n = append(g, op, name);
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

void
graph_tap(struct graph *g, int node)
{
	g->node[node].tapped = true;
}

void
graph_tap_places(struct graph *g, int node)
{
	g->node[node].pulled = true;
}

/* Which nodes need a gradient: those between something that learns and something that is looked at.
 */
static void
mark_gradients(const struct graph *g, bool *needs)
{
	for (int i = 0; i < g->n_nodes; i++) {
		const struct node *n = &g->node[i];

		needs[i] = n->n_params > 0 || (n->op == &op_input && n->tapped);
		for (int j = 0; j < n->n_in; j++)
			needs[i] |= needs[n->in[j]];
	}
	for (int i = g->n_nodes - 1; i >= 0; i--) {
		bool useful = g->node[i].tapped || g->node[i].pulled;

		for (int k = i + 1; k < g->n_nodes && !useful; k++)
			for (int j = 0; j < g->node[k].n_in; j++)
				useful |= g->node[k].in[j] == i && needs[k];
		needs[i] &= useful;
	}
}

/* Walking down, the first to reach an untapped node overwrites its gradient, later ones add. */
static void
mark_adds(struct graph *g)
{
	bool *reached = mem_array((size_t)g->n_nodes, sizeof *reached);

	for (int i = g->n_nodes - 1; i >= 0; i--) {
		struct node *n = &g->node[i];

		for (int j = 0; n->grad && j < n->n_in; j++) {
			int from = n->in[j];

			n->adds[j] = reached[from] || g->node[from].tapped;
			reached[from] = true;
		}
		n->met = reached[i] || n->tapped;
	}
	mem_free(reached);
}

/* The last node that reads node i; i itself when nobody does. */
static int
last_reader(const struct graph *g, int i)
{
	for (int k = g->n_nodes - 1; k > i; k--)
		for (int j = 0; j < g->node[k].n_in; j++)
			if (g->node[k].in[j] == i)
				return k;
	return i;
}

/*
 * Time in the plan: node i's forward is at i, its backward at 2 n - 1 - i. Losses stand between,
 * at n - 1/2; whatever they read or write lives there.
 */
static void
plan_node(const struct graph *g, struct plan *p, int i, bool gradients, bool needs)
{
	const struct node *n = &g->node[i];
	size_t rows = g->capacity, width = tensor_width(&n->out);
	int end = 2 * g->n_nodes, back = end - 1 - i, reader = last_reader(g, i);
	bool whole = n->op == &op_input; /* fed from outside, once for many passes */

	if (n->ids)
		return;
	plan_add(p, PLAN_VALUE, i, rows * width * sizeof(real), whole ? 0 : i,
		 n->tapped || whole ? end
		 : gradients        ? back
				    : reader);
	if (needs)
		plan_add(p, PLAN_GRAD, i, rows * width * sizeof(real),
			 n->tapped ? g->n_nodes - 1 : end - 1 - reader, back);
	if (needs && n->pulled)
		plan_add(p, PLAN_PULL, i, rows * tensor_places(&n->out) * sizeof(real),
			 g->n_nodes - 1, back);
	if (gradients && n->n_saved)
		plan_add(p, PLAN_SAVED, i, rows * n->n_saved * sizeof(real), i, back);
	if (gradients && n->n_work)
		plan_add(p, PLAN_WORK, i, n->n_work * sizeof(real), 0, end);
}

static void
plan_all(const struct graph *g, struct plan *p, bool gradients)
{
	bool *needs = mem_array((size_t)g->n_nodes + 1, sizeof *needs);

	if (gradients)
		mark_gradients(g, needs);
	for (int i = 0; i < g->n_nodes; i++)
		plan_node(g, p, i, gradients, needs[i]);
	plan_place(p);
	mem_free(needs);
}

/* Behind everything else, so that the number of threads moves nothing in memory. */
static size_t
scratch_room(const struct graph *g)
{
	size_t most = 0;

	for (int i = 0; i < g->n_nodes; i++)
		most = g->node[i].n_scratch > most ? g->node[i].n_scratch : most;
	return (size_t)pool_threads(g->pool) * mem_arena_round(most * sizeof(real));
}

static size_t
ids_room(const struct graph *g)
{
	size_t sum = 0;

	for (int i = 0; i < g->n_nodes; i++)
		if (g->node[i].ids)
			sum += mem_arena_round(g->capacity * g->node[i].out.dim[1] *
					       sizeof(int32_t));
	return sum;
}

size_t
graph_room(const struct graph *g, bool gradients)
{
	struct plan p = { 0 };
	size_t size;

	plan_all(g, &p, gradients);
	size = p.size + scratch_room(g) + ids_room(g);
	plan_release(&p);
	return size;
}

/* Point every node to its places in the arena. */
static void
hand_out(struct graph *g, const struct plan *p)
{
	char *base = mem_arena_take(&g->arena, p->size);

	for (size_t i = 0; i < p->n; i++) {
		struct node *n = &g->node[p->item[i].node];
		real *at = (real *)(base + p->item[i].offset);

		switch (p->item[i].what) {
		case PLAN_VALUE:
			n->out.data = at;
			break;
		case PLAN_GRAD:
			n->grad = at;
			break;
		case PLAN_PULL:
			n->pull = at;
			break;
		case PLAN_SAVED:
			n->saved = at;
			break;
		case PLAN_WORK:
			n->work = at;
			break;
		}
	}
	for (int i = 0; i < g->n_nodes; i++)
		if (g->node[i].ids)
			g->node[i].ids = mem_arena_take(
				&g->arena, g->capacity * g->node[i].out.dim[1] * sizeof(int32_t));
	for (int i = 0; i < g->n_nodes; i++)
		if (g->node[i].n_scratch > g->n_scratch)
			g->n_scratch = g->node[i].n_scratch;
	g->scratch = mem_arena_take(&g->arena, scratch_room(g));
}

int
graph_finish(struct graph *g, bool gradients, struct err *e)
{
	struct plan p = { 0 };
	size_t size;

	plan_all(g, &p, gradients);
	size = p.size + scratch_room(g) + ids_room(g);
	if (mem_arena_init(&g->arena, size) < 0) {
		plan_release(&p);
		return err_set(e, "no memory for activations: %zu bytes for %zu rows", size,
			       g->capacity);
	}
	hand_out(g, &p);
	mark_adds(g);
	plan_release(&p);
	return 0;
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
	if (n->pull)
		memset(n->pull, 0, g->rows * tensor_places(&n->out) * sizeof(real));
}

void
graph_zero(struct graph *g)
{
	for (int i = 0; i < g->n_nodes; i++)
		graph_zero_node(g, i);
}

static int
pull_pieces(const struct graph *g, const struct node *n)
{
	return shard_pieces(g->rows, tensor_width(&n->out));
}

struct pulling {
	const struct graph *g;
	const struct node *n;
};

static void
pull_piece(void *arg, int index)
{
	const struct pulling *p = arg;
	const struct node *n = p->n;
	int pieces = pull_pieces(p->g, n);
	size_t places = tensor_places(&n->out), channels = tensor_width(&n->out) / places;
	size_t to = shard_from(p->g->rows, pieces, index + 1) * places;

	for (size_t i = shard_from(p->g->rows, pieces, index) * places; i < to; i++) {
		const real *y = n->out.data + i * channels;
		real *dy = n->grad + i * channels, pull = n->pull[i];

		for (size_t k = 0; k < channels; k++)
			dy[k] = (n->met ? dy[k] : 0) + pull * y[k];
	}
}

static void
node_backward(struct graph *g, struct node *n)
{
	struct pulling p = { g, n };

	if (n->pull && !n->op->pulls)
		pool_run(g->pool, pull_pieces(g, n), pull_piece, &p);
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
