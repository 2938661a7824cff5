/* oprig.c: one operator between inputs and a weighted sum. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "oprig.h"

#include "retort/base/rng.h"
#include "retort/nn/ops/op_table.h"

const struct op *
oprig_op(const char *name)
{
	for (size_t i = 0; i < op_table_count; i++)
		if (strcmp(op_table[i]->name, name) == 0)
			return op_table[i];
	return NULL;
}

static void
feed_ids(struct oprig *r, int node, const struct oprig_input *in, size_t rows)
{
	size_t length = in->dim[0];
	int32_t *ids = mem_array(rows * length, sizeof *ids);
	struct rng draw = rng_stream(5, "ids", (uint64_t)node, 0);

	for (size_t i = 0; i < rows; i++)
		for (size_t t = 0; t < length; t++) {
			bool pads = (rows > 1 && i + 1 == rows) ||
				    (i % 2 == 1 && t > 0 && t >= length - i % length);

			ids[i * length + t] =
				pads ? -1
				     : (int32_t)rng_below(draw, i * length + t, (uint32_t)in->ids);
		}
	graph_feed_ids(r->g, node, ids, rows);
	mem_free(ids);
}

/* Inputs pass a tanh whose output only the operator reads, so the operator overwrites its gradient;
 * it adds to the gradient of the input. */
static int
add_input(struct oprig *r, const struct oprig_input *in, int i)
{
	char name[16];
	struct err e;

	snprintf(name, sizeof name, "x%d", i);
	if (in->ids) {
		double attr[GRAPH_ATTRS] = { (double)in->ids, (double)in->embed, [EMBED_TIED] = 1 };

		r->input[i] = graph_input_ids(r->g, name, in->dim[0]);
		return in->embed ? graph_add(r->g, &op_embed, "embed", 0, 1, &r->input[i], attr, &e)
				 : r->input[i];
	}
	r->input[i] = graph_input(r->g, name, in->rank, in->dim);
	graph_tap(r->g, r->input[i]);
	return graph_add(r->g, &op_ew_tanh, "tanh", 0, 1, &r->input[i], NULL, &e);
}

static void
fill(struct oprig *r, const struct oprig_case *c, size_t rows)
{
	for (int i = 0; i < c->n_in; i++) {
		struct node *n = r->input[i] < 0 ? NULL : &r->g->node[r->input[i]];

		if (!n)
			continue;
		if (c->in[i].ids) {
			feed_ids(r, r->input[i], &c->in[i], rows);
			continue;
		}
		for (size_t k = 0; k < rows * tensor_width(&n->out); k++)
			n->out.data[k] = (real)rng_normal(rng_stream(1, "x", (uint64_t)i, 0), k);
	}
	r->g->rows = rows;
	r->len = rows * tensor_width(&r->g->node[r->out].out);
	r->mix = mem_array(r->len, sizeof *r->mix);
	for (size_t i = 0; i < r->len; i++)
		r->mix[i] = rng_normal(rng_stream(2, "mix", 0, 0), i);
}

/* Move parameters from their initial values, because a gain of 1 or a bias of 0 would hide errors.
 */
static void
draw_parameters(struct oprig *r)
{
	r->value = mem_try(r->layout.len, sizeof(real));
	r->grad = mem_try(r->layout.len, sizeof(real));
	param_start_all(&r->layout, NULL, r->value, 3, "rig");
	for (size_t p = 0; p < r->layout.n; p++)
		for (size_t k = 0; k < r->layout.param[p].len; k++)
			r->value[r->layout.param[p].offset + k] +=
				(real)(0.3 *
				       rng_unit(rng_stream(4, r->layout.param[p].name, 0, 0), k));
	graph_bind(r->g, r->value, r->grad);
}

void
oprig_make(struct oprig *r, const struct oprig_case *c, int threads)
{
	size_t rows = c->rows ? c->rows : 5;
	int in[GRAPH_INPUTS];
	struct err e;

	memset(r, 0, sizeof *r);
	r->threads = threads;
	param_layout_init(&r->layout);
	r->g = graph_new(rows, &r->layout, threads > 1 ? pool_new(threads) : NULL);
	for (int i = 0; i < GRAPH_INPUTS; i++)
		r->input[i] = -1;
	for (int i = 0; i < c->n_in; i++) {
		in[i] = c->in[i].rank || c->in[i].ids ? add_input(r, &c->in[i], i) : in[i - 1];
	}
	r->out = graph_add(r->g, oprig_op(c->op), "node", 0, c->n_in, in, c->attr, &e);
	if (r->out < 0)
		fail_msg("%s: %s", c->op, e.msg);
	graph_tap(r->g, r->out);
	CHECK_INT(graph_finish(r->g, true, &e), 0);
	draw_parameters(r);
	r->g->training = r->g->saves = true;
	fill(r, c, rows);
}

void
oprig_free(struct oprig *r)
{
	struct pool *pool = r->g->pool;

	graph_free(r->g);
	pool_free(pool);
	param_layout_release(&r->layout);
	mem_free(r->value);
	mem_free(r->grad);
	mem_free(r->mix);
}

double
oprig_loss(struct oprig *r)
{
	double sum = 0;

	graph_forward(r->g, r->g->n_nodes - 1);
	for (size_t i = 0; i < r->len; i++)
		sum += r->mix[i] * (double)r->g->node[r->out].out.data[i];
	return sum;
}

void
oprig_backward(struct oprig *r)
{
	oprig_loss(r);
	graph_zero(r->g);
	for (size_t i = 0; i < r->len; i++)
		r->g->node[r->out].grad[i] += (real)r->mix[i];
	graph_backward(r->g);
}

/* Central difference of the loss at *x; running statistics must not change between both
 * evaluations. */
static double
difference(struct oprig *r, real *x)
{
	const double h = 1e-5;
	double was = (double)*x, up, down;

	*x = (real)(was + h);
	up = oprig_loss(r);
	*x = (real)(was - h);
	down = oprig_loss(r);
	*x = (real)was;
	return (up - down) / (2 * h);
}

static void
compare(struct oprig *r, const struct oprig_case *c, const char *what, size_t i, real *x,
	double got)
{
	double want = difference(r, x), tolerance = c->tolerance > 0 ? c->tolerance : 1e-7;

	if (!(fabs(want - got) <= tolerance * (1 + fabs(want))))
		fail_msg("%s: d/d %s[%zu] is %.12g, central difference %.12g", c->op, what, i, got,
			 want);
}

void
oprig_check(struct oprig *r, const struct oprig_case *c)
{
	real *dx[GRAPH_INPUTS];

	oprig_backward(r);
	for (int i = 0; i < c->n_in;
	     i++) { /* the next forward may reuse the buffer of a gradient */
		struct node *n = r->input[i] < 0 ? NULL : &r->g->node[r->input[i]];
		size_t len = n && n->grad ? r->g->rows * tensor_width(&n->out) : 0;

		dx[i] = mem_array(len + 1, sizeof *dx[i]);
		if (len)
			memcpy(dx[i], n->grad, len * sizeof *dx[i]);
	}
	for (size_t p = 0; p < r->layout.n; p++) {
		const struct param *q = &r->layout.param[p];

		for (size_t k = 0; !q->is_state && k < q->len; k++)
			compare(r, c, q->name, k, &r->value[q->offset + k],
				(double)r->grad[q->offset + k]);
	}
	for (int i = 0; i < c->n_in; i++) {
		struct node *n = r->input[i] < 0 ? NULL : &r->g->node[r->input[i]];

		for (size_t k = 0; n && n->grad && k < r->g->rows * tensor_width(&n->out); k++)
			compare(r, c, n->name, k, &n->out.data[k], (double)dx[i][k]);
		mem_free(dx[i]);
	}
}

const real *
oprig_input_of(const struct oprig *r, int which)
{
	return r->g->node[r->g->node[r->out].in[which]].out.data;
}

void
oprig_make_holes(struct oprig *r, int which, size_t length)
{
	int32_t *ids = r->g->node[r->input[which]].ids;

	for (size_t i = 0; i < r->g->rows * length; i++)
		if (i % 7 == 3 || i == 0)
			ids[i] = -1;
}
