/* play.c: build a graph of one operator, feed it, read all values and gradients. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "play.h"
#include "retort/nn/ops/op_table.h"

static const struct op *
op_called(const char *name)
{
	for (size_t i = 0; i < op_table_count; i++)
		if (strcmp(op_table[i]->name, name) == 0)
			return op_table[i];
	fail_msg("no operator '%s'", name);
	return NULL;
}

static size_t
input_len(const struct play_input *in)
{
	size_t n = 1;

	for (int i = 0; i < in->rank; i++)
		n *= in->dim[i];
	return n;
}

static int
add_inputs(const struct play *p, struct graph *g, int *in)
{
	int n = 0;

	for (; n < GRAPH_INPUTS && p->in[n].rank; n++) {
		char name[] = { 'x', (char)('0' + n), '\0' };

		CHECK_INT(p->in[n].dim[0], p->in[0].dim[0]);
		if (p->in[n].ids) {
			in[n] = graph_input_ids(g, name, p->in[n].dim[1]);
			continue;
		}
		in[n] = graph_input(g, name, p->in[n].rank - 1, p->in[n].dim + 1);
		if (p->mix)
			graph_tap(g, in[n]);
	}
	return n;
}

static const struct param *
param_called(const struct param_layout *l, const char *name)
{
	char full[PARAM_NAME];
	const struct param *p;

	snprintf(full, sizeof full, "node.%s", name);
	p = param_find(l, full);
	if (!p)
		fail_msg("the operator has no parameter '%s'", name);
	return p;
}

static void
parameters_in(const struct play *p, const struct param_layout *l, real *slab)
{
	size_t given = 0;

	for (; given < PLAY_VALUES && p->value[given].name; given++) {
		const struct param *at = param_called(l, p->value[given].name);

		memcpy(slab + at->offset, p->value[given].data, at->len * sizeof *slab);
	}
	CHECK_INT(given, l->n);
}

static void
parameters_out(const struct play *p, const struct param_layout *l, const real *slab,
	       const real *grad)
{
	for (int i = 0; i < PLAY_VALUES && p->value[i].name; i++) {
		const struct param *at = param_called(l, p->value[i].name);

		if (p->value[i].after)
			memcpy(p->value[i].after, slab + at->offset, at->len * sizeof *slab);
		if (p->value[i].grad && grad)
			memcpy(p->value[i].grad, grad + at->offset, at->len * sizeof *grad);
	}
}

static void
feed(const struct play *p, struct graph *g, const int *in, int n_in)
{
	for (int i = 0; i < n_in; i++) {
		if (p->in[i].ids)
			graph_feed_ids(g, in[i], p->in[i].ids, p->in[i].dim[0]);
		else /* graph_feed takes floats, but these values must be exact in double */
			memcpy(g->node[in[i]].out.data, p->in[i].data,
			       input_len(&p->in[i]) * sizeof(real));
	}
	g->rows = p->in[0].dim[0];
}

static void
backward(const struct play *p, struct graph *g, const int *in, int n_in, int node, size_t len)
{
	graph_zero(g);
	for (size_t i = 0; i < len; i++)
		g->node[node].grad[i] += p->mix[i];
	graph_backward(g);
	for (int i = 0; i < n_in; i++)
		if (p->in[i].grad)
			memcpy(p->in[i].grad, g->node[in[i]].grad,
			       input_len(&p->in[i]) * sizeof(real));
}

void
play_run(const struct play *p, real *out, size_t len)
{
	struct param_layout layout;
	struct graph *g;
	struct err e = { .msg = "" };
	int in[GRAPH_INPUTS], n_in, node;
	real *slab, *grad;

	param_layout_init(&layout);
	g = graph_new(p->in[0].dim[0], &layout, NULL);
	n_in = add_inputs(p, g, in);
	node = graph_add(g, op_called(p->op), "node", 0, n_in, in, p->attr, &e);
	if (node < 0)
		fail_msg("%s: %s", p->op, e.msg);
	graph_tap(g, node);
	if (graph_finish(g, p->mix != NULL, &e) < 0)
		fail_msg("%s: %s", p->op, e.msg);
	slab = mem_try(layout.len + 16, sizeof *slab);
	grad = mem_try(layout.len + 16, sizeof *grad);
	CHECK(slab && grad);
	parameters_in(p, &layout, slab);
	graph_bind(g, slab, p->mix ? grad : NULL);
	g->training = p->training;
	g->saves = p->mix != NULL;
	feed(p, g, in, n_in);
	graph_forward(g, node);
	CHECK_INT(g->rows * tensor_width(&g->node[node].out), len);
	memcpy(out, g->node[node].out.data, len * sizeof *out);
	if (p->mix)
		backward(p, g, in, n_in, node, len);
	parameters_out(p, &layout, slab, p->mix ? grad : NULL);
	mem_free(slab);
	mem_free(grad);
	graph_free(g);
	param_layout_release(&layout);
}
