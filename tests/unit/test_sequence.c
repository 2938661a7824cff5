/* test_sequence.c: operators on sequences against plain loops of their definitions, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "oprig.h"

#include "retort/base/rng.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/ops/seq.h"
#include "retort/nn/ops/op_table.h"

#define NEAR 1e-12
#define N2(a, b)                           \
	{                                  \
		.rank = 2, .dim = { a, b } \
	}
#define IDS(length, below)                      \
	{                                       \
		.dim = { length }, .ids = below \
	}

static const real *
input_of(const struct oprig *r, int which)
{
	return r->g->node[r->g->node[r->out].in[which]].out.data;
}

static const real *
param_of(const struct oprig *r, const char *name)
{
	const struct param *p = param_find(&r->layout, name);

	CHECK(p);
	return r->value + p->offset;
}

/* Padding before and between tokens, which the ids of the rig do not have. */
static void
make_holes(struct oprig *r, int which, size_t length)
{
	int32_t *ids = r->g->node[r->input[which]].ids;

	for (size_t i = 0; i < r->g->rows * length; i++)
		if (i % 7 == 3 || i == 0)
			ids[i] = -1;
}

/* Attention computed head by head, number by number. */
struct plain {
	size_t length, heads, kv, dim;
	int causal, raw;
	double rope;
};

/* Number i of head `head` (counted over queries, keys, values) at position t of a row, rotated. */
static double
number(const struct plain *a, const real *row, size_t t, size_t head, size_t i, int turns)
{
	const real *x = row + (t * (a->heads + 2 * a->kv) + head) * a->dim;
	size_t half = a->dim / 2, pair = half ? i % half : 0;
	double angle;

	if (!turns || a->rope == 0)
		return x[i];
	angle = (double)t * pow(a->rope, -2.0 * (double)pair / (double)a->dim);
	if (i < half)
		return x[pair] * cos(angle) - x[pair + half] * sin(angle);
	return x[pair + half] * cos(angle) + x[pair] * sin(angle);
}

static int
masked(const struct plain *a, const int32_t *ids, size_t q, size_t k)
{
	return (a->causal && k > q) || (ids && (ids[q] < 0 || ids[k] < 0));
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
		const real *x = input_of(r, 0) + row * a.length * c->in[0].dim[1];
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
	{ .op = "attention", .attr = { 2 }, .n_in = 1, .in = { N2(5, 18) } },
	{ .op = "attention", .attr = { 2, 0, 1 }, .n_in = 1, .in = { N2(5, 18) } },
	{ .op = "attention", .attr = { 2 }, .n_in = 2, .in = { N2(9, 18), IDS(9, 5) } },
	{ .op = "attention", .attr = { 6, 2, 1 }, .n_in = 2, .in = { N2(9, 40), IDS(9, 5) } },
	{ .op = "attention",
	  .attr = { 4, 1, 0, 10000 },
	  .n_in = 2,
	  .in = { N2(9, 48), IDS(9, 5) } },
	{ .op = "attention",
	  .attr = { 2, 1, 1, 100 },
	  .n_in = 2,
	  .in = { N2(150, 16), IDS(150, 5) } },
	{ .op = "attention", .attr = { 3, 3 }, .n_in = 2, .in = { N2(150, 27), IDS(150, 5) } },
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
				make_holes(&r, 1, c.in[0].dim[0]);
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

static void
norms_are_their_definition(void **state)
{
	(void)state;
	for (int kind = NORM_LAYER; kind <= NORM_RMS; kind++) {
		struct oprig_case c = {
			.op = "norm", .attr = { kind, 1e-3 }, .n_in = 1, .in = { N2(3, 37) }
		};
		struct oprig r;

		oprig_make(&r, &c, 1);
		oprig_loss(&r);
		for (size_t i = 0; i < r.len; i++) {
			const real *x = input_of(&r, 0) + i / 37 * 37;
			double mean = 0, square = 0, want;

			for (int k = 0; k < 37 && kind == NORM_LAYER; k++)
				mean += x[k] / 37;
			for (int k = 0; k < 37; k++)
				square += (x[k] - mean) * (x[k] - mean) / 37;
			want = (x[i % 37] - mean) / sqrt(square + 1e-3) *
			       param_of(&r, "node.gain")[i % 37];
			want += kind == NORM_LAYER ? param_of(&r, "node.bias")[i % 37] : 0;
			CHECK_NEAR(r.g->node[r.out].out.data[i], want, NEAR);
		}
		oprig_free(&r);
	}
}

static double
sigmoid(double x)
{
	return 1 / (1 + exp(-x));
}

/* Update y[h] and c[h] of a row by one position. */
static void
plain_lstm(const struct oprig *r, const real *x, size_t in, size_t h, double forget, double *y,
	   double *c)
{
	const real *wi = param_of(r, "node.input"), *ws = param_of(r, "node.state"),
		   *b = param_of(r, "node.bias");
	double a[64];

	for (size_t k = 0; k < 4 * h; k++) {
		a[k] = b[k] + (k / h == 1 ? forget : 0);
		for (size_t i = 0; i < in; i++)
			a[k] += x[i] * wi[i * 4 * h + k];
		for (size_t i = 0; i < h; i++)
			a[k] += y[i] * ws[i * 4 * h + k];
	}
	for (size_t k = 0; k < h; k++) {
		c[k] = sigmoid(a[h + k]) * c[k] + sigmoid(a[k]) * tanh(a[2 * h + k]);
		y[k] = sigmoid(a[3 * h + k]) * tanh(c[k]);
	}
}

/* With and without saving for backward. */
static void
lstm_is_its_definition(void **state)
{
	const size_t length = 6, in = 5, h = 7;

	(void)state;
	for (int kept = 0; kept < 2; kept++) {
		struct oprig_case c = {
			.op = "lstm", .attr = { 7, 1.5 }, .n_in = 2, .in = { N2(6, 5), IDS(6, 3) }
		};
		struct oprig r;

		c.rows = 35;
		oprig_make(&r, &c, 1);
		make_holes(&r, 1, length);
		if (!kept)
			r.g->node[r.out].saved = NULL;
		oprig_loss(&r);
		for (size_t row = 0; row < r.g->rows; row++) {
			double y[8] = { 0 }, cell[8] = { 0 };

			for (size_t at = row * length; at < (row + 1) * length; at++) {
				if (r.g->node[r.input[1]].ids[at] >= 0)
					plain_lstm(&r, input_of(&r, 0) + at * in, in, h, 1.5, y,
						   cell);
				for (size_t k = 0; k < h; k++)
					CHECK_NEAR(r.g->node[r.out].out.data[at * h + k], y[k],
						   NEAR);
			}
		}
		oprig_free(&r);
	}
}

static double
position_of(const struct oprig *r, int positions, size_t t, size_t k, size_t width)
{
	double angle = (double)t * pow(10000, -2.0 * (double)(k / 2) / (double)width);

	if (positions == EMBED_LEARNED)
		return param_of(r, "node.position")[t * width + k];
	return positions == EMBED_NOWHERE ? 0 : k % 2 ? cos(angle) : sin(angle);
}

static void
embedding_is_its_definition(void **state)
{
	const size_t length = 130, width = 19;

	(void)state;
	for (int positions = EMBED_NOWHERE; positions <= EMBED_WAVES; positions++) {
		struct oprig_case c = { .op = "embed",
					.attr = { 9, 19, positions, 131, 2.5, 2 },
					.n_in = 1 };
		struct oprig r;

		c.in[0] = (struct oprig_input)IDS(130, 9);
		oprig_make(&r, &c, 3);
		make_holes(&r, 0, length);
		oprig_loss(&r);
		for (size_t i = 0; i < r.len; i++) {
			size_t at = i / width, k = i % width;
			int32_t id = r.g->node[r.input[0]].ids[at];
			double want = position_of(&r, positions, at % length, k, width) +
				      param_of(&r, "node.type")[k];

			if (id >= 0)
				want += 2.5 * param_of(&r, "node.token")[(size_t)id * width + k];
			CHECK_NEAR(r.g->node[r.out].out.data[i], id < 0 ? 0 : want, NEAR);
		}
		oprig_free(&r);
	}
}

/* The gradient of table rows that no token of this step uses is 0, whatever the previous step used.
 */
static void
gradient_table_clears_rows_of_the_previous_step(void **state)
{
	static const struct oprig_case cases[] = {
		{ .op = "embed",
		  .attr = { 50, 19, EMBED_LEARNED, 6 },
		  .n_in = 1,
		  .in = { IDS(6, 50) } },
		{ .op = "bag", .attr = { 50, 3, 40, 19 }, .n_in = 1, .in = { IDS(6, 50) } },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++)
		for (int moves = 0; moves < 2; moves++) {
			struct oprig once, twice;
			real *other;

			oprig_make(&once, &cases[i], 1);
			oprig_make(&twice, &cases[i], 1);
			oprig_backward(&twice);
			for (size_t k = 0; k < 5 * 6; k++)
				once.g->node[0].ids[k] = twice.g->node[0].ids[k] =
					k % 4 ? (int32_t)(k / 4) : -1;
			other = mem_array(twice.layout.len, sizeof *other);
			for (size_t k = 0; k < twice.layout.len; k++)
				other[k] = 7;
			for (size_t p = 0; p < twice.layout.n;
			     p++) /* gaps between parameters are unused */
				for (size_t k = 0; k < twice.layout.param[p].len; k++)
					once.grad[twice.layout.param[p].offset + k] = 7;
			if (moves)
				graph_bind(twice.g, twice.value, other);
			oprig_backward(&once);
			oprig_backward(&twice);
			for (size_t p = 0; p < once.layout.n; p++) {
				const struct param *q = &once.layout.param[p];
				const real *got = (moves ? other : twice.grad) + q->offset;

				CHECK(memcmp(once.grad + q->offset, got, q->len * sizeof(real)) ==
				      0);
			}
			mem_free(other);
			oprig_free(&once);
			oprig_free(&twice);
		}
}

static void
bag_is_a_mean_and_n_grams_do_not_cross_padding(void **state)
{
	struct oprig_case c = {
		.op = "bag", .attr = { 9, 3, 40, 19 }, .n_in = 1, .in = { IDS(4, 9) }, .rows = 3
	};
	static const int32_t ids[12] = { 5, -1, 5, -1, /* */ -1, 2, 7, -1, /* */ -1, 7, 2, -1 };
	struct oprig r;
	const real *y, *table;
	int differs = 0;

	(void)state;
	oprig_make(&r, &c, 1);
	memcpy(r.g->node[0].ids, ids, sizeof ids);
	oprig_loss(&r);
	y = r.g->node[r.out].out.data;
	table = param_of(&r, "node.table");
	for (size_t k = 0; k < 19; k++) {
		double run = 3 * y[19 + k] - table[2 * 19 + k] -
			     table[7 * 19 + k]; /* the rest is the row of the bigram */
		int found = 0;

		CHECK_NEAR(y[k], table[5 * 19 + k], NEAR);
		for (size_t b = 9; b < 49; b++)
			found += fabs(table[b * 19 + k] - run) < NEAR;
		CHECK_INT(found, 1);
		differs +=
			fabs(y[19 + k] - y[2 * 19 + k]) > 1e-6; /* the order of a bigram counts */
	}
	CHECK_INT(differs, 19);
	oprig_free(&r);
}

static void
pools_take_tokens_and_no_padding(void **state)
{
	const size_t length = 5, width = 7;

	(void)state;
	for (int i = 0; i < 6; i++) {
		struct oprig_case c = { .op = "pool_tokens", .attr = { i / 2 }, .n_in = 2 };
		struct oprig r;

		c.in[0] = (struct oprig_input)N2(5, 7);
		c.in[1] = (struct oprig_input)IDS(5, 3);
		oprig_make(&r, &c, 1);
		make_holes(&r, 1, length);
		if (i % 2)
			r.g->node[r.out].saved = NULL;
		oprig_loss(&r);
		for (size_t row = 0; row < 5; row++) {
			const real *x = input_of(&r, 0) + row * length * width;
			double weight[5], sum = 0;

			for (size_t t = 0; t < length; t++) {
				double dot = 0;

				for (size_t k = 0; i / 2 == POOL_TOKENS_QUERY && k < width; k++)
					dot += x[t * width + k] * param_of(&r, "node.query")[k] /
					       sqrt(7);
				weight[t] = r.g->node[r.input[1]].ids[row * length + t] < 0
						    ? 0
						    : exp(dot);
				weight[t] *= i / 2 != POOL_TOKENS_FIRST || sum == 0;
				sum += weight[t];
			}
			for (size_t k = 0; k < width; k++) {
				double want = 0;

				for (size_t t = 0; t < length && sum > 0; t++)
					want += weight[t] / sum * x[t * width + k];
				CHECK_NEAR(r.g->node[r.out].out.data[row * width + k], want, NEAR);
			}
		}
		oprig_free(&r);
	}
}

static void
a_gate_is_its_definition(void **state)
{
	struct oprig_case c = { .op = "gate", .n_in = 1, .in = { N2(3, 14) } };
	struct oprig r;

	(void)state;
	oprig_make(&r, &c, 1);
	oprig_loss(&r);
	for (size_t i = 0; i < r.len; i++) {
		const real *x = input_of(&r, 0) + i / 7 * 14 + i % 7;

		CHECK_NEAR(r.g->node[r.out].out.data[i], x[0] * sigmoid(x[0]) * x[7], NEAR);
	}
	oprig_free(&r);
}

/* Refused with the sizes that do not fit; the graph is unchanged. */
static void
refuse(const struct op *op, int n_in, const int *in, const double *attr, const char *want)
{
	static const size_t dim[2] = { 6, 10 };
	const double embed[GRAPH_ATTRS] = { 9, 10 };
	struct param_layout layout;
	struct graph *g;
	struct err e;

	param_layout_init(&layout);
	g = graph_new(1, &layout, NULL);
	graph_input(g, "x", 2, dim);
	graph_input_ids(g, "ids", 6);
	graph_input_ids(g, "more", 7);
	graph_add(g, &op_embed, "table", 0, 1, (int[]){ 1 }, embed, &e);
	CHECK_INT(graph_add(g, op, "n", 0, n_in, in, attr, &e), -1);
	CHECK_STR(e.msg, want);
	graph_free(g);
	param_layout_release(&layout);
}

static void
shapes_that_do_not_fit_are_refused_with_their_sizes(void **state)
{
	(void)state;
	refuse(&op_embed, 1, (int[]){ 2 }, (double[GRAPH_ATTRS]){ 9, 4, EMBED_LEARNED, 6 },
	       "embed n: invalid length 7 (expected at most 6, the number of positions)");
	refuse(&op_embed, 1, (int[]){ 0 }, (double[GRAPH_ATTRS]){ 9, 4 },
	       "embed n: x: not an input of token ids");
	refuse(&op_unembed, 2, (int[]){ 0, 3 }, (double[GRAPH_ATTRS]){ 0 },
	       "unembed n: table: not an embedding with a tied table");
	refuse(&op_attention, 1, (int[]){ 0 }, (double[GRAPH_ATTRS]){ 3 },
	       "attention n: invalid input width 10 (expected a multiple of 3 query, 3 key and 3 "
	       "value heads)");
	refuse(&op_attention, 1, (int[]){ 0 }, (double[GRAPH_ATTRS]){ 3, 2 },
	       "attention n: invalid key and value heads 2 (expected a divisor of 3 query heads)");
	refuse(&op_attention, 1, (int[]){ 0 }, (double[GRAPH_ATTRS]){ 8, 1, 0, 100 },
	       "attention n: invalid head width 1 (expected even for rotary positions)");
	refuse(&op_attention, 3, (int[]){ 0, 1, 3 }, (double[GRAPH_ATTRS]){ 8, 1 },
	       "attention n: table: not the attention map of this node");
	refuse(&op_attention, 2, (int[]){ 0, 2 }, (double[GRAPH_ATTRS]){ 8, 1 },
	       "attention n: invalid number of token ids 7 (expected 6, one for each position)");
	refuse(&op_gate, 1, (int[]){ 2 }, NULL,
	       "gate n: invalid input width 7 (expected even, a gate and a value half)");
	refuse(&op_bag, 1, (int[]){ 1 }, (double[GRAPH_ATTRS]){ 9, 2, 0, 4 },
	       "bag n: invalid n-gram buckets 0 (expected 1 to 16777216)");
	refuse(&op_lstm, 1, (int[]){ 1 }, (double[GRAPH_ATTRS]){ 4 },
	       "lstm n: ids: a row of 1 dimensions (expected 2, positions and width)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(attention_and_its_map_are_the_definition),
		TEST(tapped_maps_are_the_weights_of_attention),
		TEST(attention_with_shared_map_gives_the_same_values_and_gradients),
		TEST(norms_are_their_definition),
		TEST(lstm_is_its_definition),
		TEST(embedding_is_its_definition),
		TEST(gradient_table_clears_rows_of_the_previous_step),
		TEST(bag_is_a_mean_and_n_grams_do_not_cross_padding),
		TEST(pools_take_tokens_and_no_padding),
		TEST(a_gate_is_its_definition),
		TEST(shapes_that_do_not_fit_are_refused_with_their_sizes),
	};

	blas_init(4, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
