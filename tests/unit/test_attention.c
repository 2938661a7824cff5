/* test_attention.c: attention and its map against plain loops of their definition, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "oprig.h"

#include "retort/base/rng.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/ops/op_table.h"

#define NEAR 1e-12

/* Attention computed head by head, number by number. */
struct plain {
	size_t length, heads, kv, dim;
	int causal, raw;
	double rope, gain;
	size_t rotary, window;
};

/* Number i of head `head` (counted over queries, keys, values) at position t of a row, rotated. */
static double
number(const struct plain *a, const real *row, size_t t, size_t head, size_t i, int turns)
{
	const real *x = row + (t * (a->heads + 2 * a->kv) + head) * a->dim;
	size_t half = a->rotary / 2, pair = half ? i % half : 0;
	double angle, c, s;

	if (!turns || a->rope == 0 || i >= a->rotary)
		return x[i];
	angle = (double)t * pow(a->rope, -2.0 * (double)pair / (double)a->rotary);
	c = a->gain * cos(angle), s = a->gain * sin(angle);
	return i < half ? x[pair] * c - x[pair + half] * s : x[pair + half] * c + x[pair] * s;
}

static int
masked(const struct plain *a, const int32_t *ids, size_t q, size_t k)
{
	return (a->causal && (k > q || (a->window && k + a->window <= q))) ||
	       (ids && (ids[q] < 0 || ids[k] < 0));
}

/* p[length]: weights of query q over all keys. */
static void
plain_row(const struct plain *a, const real *row, const int32_t *ids, size_t head, size_t q,
	  double *p)
{
	double sum = 0;

	for (size_t k = 0; k < a->length; k++) {
		double score = 0;

		for (size_t i = 0; i < a->dim; i++)
			score += number(a, row, q, head, i, 1) *
				 number(a, row, k, a->heads + head / (a->heads / a->kv), i, 1);
		score /= sqrt((double)a->dim);
		p[k] = masked(a, ids, q, k) ? 0 : a->raw ? score : exp(score);
		sum += p[k];
	}
	for (size_t k = 0; k < a->length && sum > 0 && !a->raw; k++)
		p[k] /= sum;
}

static double
plain_out(const struct plain *a, const real *row, size_t head, size_t i, const double *p)
{
	double y = 0;

	for (size_t k = 0; k < a->length; k++)
		y += p[k] * number(a, row, k, a->heads + a->kv + head / (a->heads / a->kv), i, 0);
	return y;
}

static struct plain
plain_of(const struct oprig_case *c)
{
	struct plain a = { .length = c->in[0].dim[0], .heads = (size_t)c->attr[ATTENTION_HEADS] };

	a.kv = c->attr[ATTENTION_KV] > 0 ? (size_t)c->attr[ATTENTION_KV] : a.heads;
	a.dim = c->in[0].dim[1] / (a.heads + 2 * a.kv);
	a.causal = c->attr[ATTENTION_CAUSAL] != 0;
	a.raw = c->attr[ATTENTION_RAW] != 0;
	a.rope = c->attr[ATTENTION_ROPE];
	a.gain = c->attr[ATTENTION_GAIN] > 0 ? c->attr[ATTENTION_GAIN] : 1;
	a.rotary = c->attr[ATTENTION_ROTARY] > 0 ? (size_t)c->attr[ATTENTION_ROTARY] : a.dim;
	a.window = (size_t)c->attr[ATTENTION_WINDOW];
	return a;
}

/* Compare the values of the rig with the definition: probabilities for a map, means of values for
 * attention. */
static void
compare_attention(const struct oprig *r, const struct oprig_case *c)
{
	struct plain a = plain_of(c);
	const struct node *n = &r->g->node[r->out];
	int is_map = n->op == &op_attention_map;
	double *p = mem_array(a.length, sizeof *p);

	for (size_t i = 0; i < r->g->rows * a.heads * a.length; i++) {
		size_t row = i / (a.heads * a.length), head = i / a.length % a.heads,
		       q = i % a.length;
		const real *x = oprig_input_of(r, 0) + row * a.length * c->in[0].dim[1];
		const int32_t *ids =
			c->n_in > 1 ? r->g->node[r->input[1]].ids + row * a.length : NULL;

		plain_row(&a, x, ids, head, q, p);
		for (size_t k = 0; is_map && k < a.length; k++)
			CHECK_NEAR(n->out.data[i * a.length + k], p[k], NEAR);
		for (size_t k = 0; !is_map && k < a.dim; k++)
			CHECK_NEAR(n->out.data[((row * a.length + q) * a.heads + head) * a.dim + k],
				   plain_out(&a, x, head, k, p), NEAR);
	}
	mem_free(p);
}

static const struct oprig_case attentions[] = {
	{ .op = "attention", .attr = { 2 }, .n_in = 1, .in = { OPRIG_NUMBERS(5, 18) } },
	{ .op = "attention", .attr = { 2, 0, 1 }, .n_in = 1, .in = { OPRIG_NUMBERS(5, 18) } },
	{ .op = "attention",
	  .attr = { 2 },
	  .n_in = 2,
	  .in = { OPRIG_NUMBERS(9, 18), OPRIG_IDS(9, 5) } },
	{ .op = "attention",
	  .attr = { 6, 2, 1 },
	  .n_in = 2,
	  .in = { OPRIG_NUMBERS(9, 40), OPRIG_IDS(9, 5) } },
	{ .op = "attention",
	  .attr = { 4, 1, 0, 10000 },
	  .n_in = 2,
	  .in = { OPRIG_NUMBERS(9, 48), OPRIG_IDS(9, 5) } },
	{ .op = "attention",
	  .attr = { 2, 1, 1, 100 },
	  .n_in = 2,
	  .in = { OPRIG_NUMBERS(150, 16), OPRIG_IDS(150, 5) } },
	{ .op = "attention",
	  .attr = { 2, 1, 1, [ATTENTION_WINDOW] = 3 },
	  .n_in = 2,
	  .in = { OPRIG_NUMBERS(9, 16), OPRIG_IDS(9, 5) } },
	{ .op = "attention",
	  .attr = { 2, 1, 1,
		    100, [ATTENTION_ROTARY] = 2, [ATTENTION_GAIN] = 1.25, [ATTENTION_WINDOW] = 70 },
	  .n_in = 2,
	  .in = { OPRIG_NUMBERS(150, 24), OPRIG_IDS(150, 5) } },
	{ .op = "attention",
	  .attr = { 3, 3 },
	  .n_in = 2,
	  .in = { OPRIG_NUMBERS(150, 27), OPRIG_IDS(150, 5) } },
};
#define ATTENTIONS (sizeof attentions / sizeof *attentions)

static void
attention_and_its_map_are_the_definition(void **state)
{
	static const char *const op[] = { "attention", "attention_map", "attention_map" };

	(void)state;
	for (size_t i = 0; i < 3 * ATTENTIONS; i++)
		for (int holes = 0; holes < 2; holes++) {
			struct oprig_case c = attentions[i / 3];
			struct oprig r;

			c.op = op[i % 3];
			c.attr[ATTENTION_RAW] = i % 3 == 2;
			oprig_make(&r, &c, 1);
			if (holes && c.n_in > 1)
				oprig_make_holes(&r, 1, c.in[0].dim[0]);
			oprig_loss(&r);
			compare_attention(&r, &c);
			oprig_free(&r);
		}
}

/* Map and attention on one qkv in one graph, as in a layer map: map times values is the output of
 * attention. */
static void
tapped_maps_are_the_weights_of_attention(void **state)
{
	const size_t dim[2] = { 70, 16 };
	const double attr[GRAPH_ATTRS] = { 2, 1, 1, 100 };
	struct param_layout layout;
	struct graph *g;
	struct err e;
	int in[2], attention, map, value;

	(void)state;
	param_layout_init(&layout);
	g = graph_new(3, &layout, NULL);
	in[0] = graph_input(g, "qkv", 2, dim);
	in[1] = graph_input_ids(g, "ids", 70);
	attention = graph_add(g, &op_attention, "attention", 0, 2, in, attr, &e);
	map = graph_add(g, &op_attention_map, "map", 0, 2, in, attr, &e);
	value = graph_add(g, &op_attention_part, "value", 0, 2, in, attr, &e);
	graph_tap(g, attention);
	graph_tap(g, map);
	CHECK_INT(graph_finish(g, false, &e), 0);
	g->rows = 3;
	for (size_t i = 0; i < 3 * 70; i++)
		g->node[in[1]].ids[i] = i / 70 == 2 || i % 70 > 66 ? -1 : 1;
	for (size_t i = 0; i < 3 * 70 * 16; i++)
		g->node[in[0]].out.data[i] = rng_normal(rng_stream(1, "qkv", 0, 0), i);
	graph_forward(g, value);
	for (size_t i = 0; i < 3 * 70 * 8; i++) {
		size_t row = i / (70 * 8), q = i / 8 % 70, head = i / 4 % 2;
		const real *p = g->node[map].out.data + ((row * 2 + head) * 70 + q) * 70;
		double y = 0;

		for (size_t k = 0; k < 70; k++)
			y += p[k] * g->node[value].out.data[(row * 70 + k) * 4 + i % 4];
		CHECK_NEAR(g->node[attention].out.data[i], y, 1e-14);
	}
	graph_free(g);
	param_layout_release(&layout);
}

/* A map and its attention on one qkv, both in the loss; `shared`: attention reads the map's
 * weights. Returns the gradient of qkv. */
static void
run_with_map(bool shared, bool looks_at_map, const double *attr, real *y, real *dqkv)
{
	const size_t dim[2] = { 70, 16 };
	struct param_layout layout;
	struct graph *g;
	struct err e;
	int in[3], out;

	param_layout_init(&layout);
	g = graph_new(3, &layout, NULL);
	in[0] = graph_input(g, "qkv", 2, dim);
	in[1] = graph_input_ids(g, "ids", 70);
	in[2] = graph_add(g, &op_attention_map, "map", 0, 2, in, attr, &e);
	out = graph_add(g, &op_attention, "attention", 0, shared ? 3 : 2, in, attr, &e);
	graph_tap(g, in[0]);
	graph_tap(g, out);
	if (looks_at_map)
		graph_tap(g, in[2]);
	CHECK_INT(graph_finish(g, true, &e), 0);
	g->rows = 3;
	for (size_t i = 0; i < 3 * 70; i++)
		g->node[in[1]].ids[i] = i / 70 == 2 || i % 70 > 66 || i % 70 == 4 ? -1 : 1;
	for (size_t i = 0; i < 3 * 70 * 16; i++)
		g->node[in[0]].out.data[i] = rng_normal(rng_stream(1, "qkv", 0, 0), i);
	graph_forward(g, out);
	graph_zero(g);
	for (size_t i = 0; i < 3 * tensor_width(&g->node[out].out); i++)
		g->node[out].grad[i] = rng_normal(rng_stream(1, "dy", 0, 0), i);
	for (size_t i = 0; looks_at_map && i < 3 * tensor_width(&g->node[in[2]].out); i++)
		g->node[in[2]].grad[i] = rng_normal(rng_stream(1, "dmap", 0, 0), i);
	graph_backward(g);
	memcpy(y, g->node[out].out.data, 3 * tensor_width(&g->node[out].out) * sizeof *y);
	memcpy(dqkv, g->node[in[0]].grad, sizeof(real) * 3 * 70 * 16);
	graph_free(g);
	param_layout_release(&layout);
}

static void
attention_with_shared_map_gives_the_same_values_and_gradients(void **state)
{
	static const double attr[][GRAPH_ATTRS] = { { 2, 1, 1, 100 }, { 2, 1 }, { 4, 2, 0, 50 } };
	static real y[2][3 * 70 * 16], dqkv[2][3 * 70 * 16];

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		double most = 0;

		memset(y, 0, sizeof y);
		for (int shared = 0; shared < 2; shared++)
			run_with_map(shared, i % 2, attr[i / 2], y[shared], dqkv[shared]);
		CHECK(memcmp(y[0], y[1], sizeof y[0]) == 0);
		for (size_t k = 0; k < 3 * 70 * 16; k++) {
			CHECK_NEAR(dqkv[1][k], dqkv[0][k], 1e-13);
			most = fmax(most, fabs((double)dqkv[1][k]));
		}
		CHECK(most > 0.1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(attention_and_its_map_are_the_definition),
		TEST(tapped_maps_are_the_weights_of_attention),
		TEST(attention_with_shared_map_gives_the_same_values_and_gradients),
	};

	blas_init(4, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
