/* graph_plan.c: the memory of a graph, by how long each buffer is needed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/graph_plan.h"

#include "retort/base/mem.h"
#include "retort/nn/plan.h"

/* Set needs[i] of the nodes that need a gradient: those between a parameter (or a tapped input) and
 * a tapped node. */
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
		bool useful = g->node[i].tapped || g->node[i].factor_tapped;

		for (int k = i + 1; k < g->n_nodes && !useful; k++)
			for (int j = 0; j < g->node[k].n_in; j++)
				useful |= g->node[k].in[j] == i && needs[k];
		needs[i] &= useful;
	}
}

/* Set `adds` and `grad_set`: in backward the first node to reach an untapped input overwrites its
 * gradient, later ones add. */
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
		n->grad_set = reached[i] || n->tapped;
	}
	mem_free(reached);
}

/* The last node that reads node i; i where there is none. */
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
 * Add the buffers of node i. Time in the plan: forward of node i is at i, its backward at 2 n - 1 -
 * i, losses between them at n - 1/2; what they read or write has to live there.
 */
static void
plan_node(const struct graph *g, struct plan *p, int i, bool gradients, bool needs)
{
	const struct node *n = &g->node[i];
	size_t rows = g->capacity, width = tensor_width(&n->out);
	int end = 2 * g->n_nodes, back = end - 1 - i, reader = last_reader(g, i);
	bool lasts = n->op == &op_input; /* fed once for many passes */

	if (n->ids)
		return;
	plan_add(p, PLAN_VALUE, i, rows * width * sizeof(real), lasts ? 0 : i,
		 n->tapped || lasts ? end
		 : gradients        ? back
				    : reader);
	if (needs)
		plan_add(p, PLAN_GRAD, i, rows * width * sizeof(real),
			 n->tapped ? g->n_nodes - 1 : end - 1 - reader, back);
	if (needs && n->factor_tapped)
		plan_add(p, PLAN_PULL, i, rows * tensor_positions(&n->out) * sizeof(real),
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

/* Allocated after everything else, so that no address depends on the number of threads. */
static size_t
scratch_size(const struct graph *g)
{
	size_t most = 0;

	for (int i = 0; i < g->n_nodes; i++)
		most = g->node[i].n_scratch > most ? g->node[i].n_scratch : most;
	return (size_t)pool_threads(g->pool) * mem_arena_round(most * sizeof(real));
}

static size_t
ids_size(const struct graph *g)
{
	size_t sum = 0;

	for (int i = 0; i < g->n_nodes; i++)
		if (g->node[i].ids)
			sum += mem_arena_round(g->capacity * g->node[i].out.dim[1] *
					       sizeof(int32_t));
	return sum;
}

size_t
graph_plan_size(const struct graph *g, bool gradients)
{
	struct plan p = { 0 };
	size_t size;

	plan_all(g, &p, gradients);
	size = p.size + scratch_size(g) + ids_size(g);
	plan_release(&p);
	return size;
}

/* Allocate from the arena and point every node to its buffers. */
static void
assign_buffers(struct graph *g, const struct plan *p)
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
			n->grad_factor = at;
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
	g->scratch = mem_arena_take(&g->arena, scratch_size(g));
}

int
graph_plan_allocate(struct graph *g, bool gradients, struct err *e)
{
	struct plan p = { 0 };
	size_t size;

	plan_all(g, &p, gradients);
	size = p.size + scratch_size(g) + ids_size(g);
	if (mem_arena_init(&g->arena, size) < 0) {
		plan_release(&p);
		return err_set(e, "no memory for activations: %zu bytes for %zu rows", size,
			       g->capacity);
	}
	assign_buffers(g, &p);
	mark_adds(g);
	plan_release(&p);
	return 0;
}
