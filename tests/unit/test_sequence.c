/* test_sequence.c: operators on sequences against plain loops of their definitions, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "oprig.h"

#include "retort/base/rng.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/ops/seq.h"
#include "retort/nn/ops/op_table.h"

#define NEAR 1e-12

static const real *
param_of(const struct oprig *r, const char *name)
{
	const struct param *p = param_find(&r->layout, name);

	CHECK(p);
	return r->value + p->offset;
}

static void
norms_are_their_definition(void **state)
{
	(void)state;
	for (int kind = NORM_LAYER; kind <= NORM_RMS; kind++) {
		struct oprig_case c = { .op = "norm",
					.attr = { kind, 1e-3 },
					.n_in = 1,
					.in = { OPRIG_NUMBERS(3, 37) } };
		struct oprig r;

		oprig_make(&r, &c, 1);
		oprig_loss(&r);
		for (size_t i = 0; i < r.len; i++) {
			const real *x = oprig_input_of(&r, 0) + i / 37 * 37;
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
		struct oprig_case c = { .op = "lstm",
					.attr = { 7, 1.5 },
					.n_in = 2,
					.in = { OPRIG_NUMBERS(6, 5), OPRIG_IDS(6, 3) } };
		struct oprig r;

		c.rows = 35;
		oprig_make(&r, &c, 1);
		oprig_make_holes(&r, 1, length);
		if (!kept)
			r.g->node[r.out].saved = NULL;
		oprig_loss(&r);
		for (size_t row = 0; row < r.g->rows; row++) {
			double y[8] = { 0 }, cell[8] = { 0 };

			for (size_t at = row * length; at < (row + 1) * length; at++) {
				if (r.g->node[r.input[1]].ids[at] >= 0)
					plain_lstm(&r, oprig_input_of(&r, 0) + at * in, in, h, 1.5,
						   y, cell);
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

		c.in[0] = (struct oprig_input)OPRIG_IDS(130, 9);
		oprig_make(&r, &c, 3);
		oprig_make_holes(&r, 0, length);
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
		  .in = { OPRIG_IDS(6, 50) } },
		{ .op = "bag", .attr = { 50, 3, 40, 19 }, .n_in = 1, .in = { OPRIG_IDS(6, 50) } },
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
	struct oprig_case c = { .op = "bag",
				.attr = { 9, 3, 40, 19 },
				.n_in = 1,
				.in = { OPRIG_IDS(4, 9) },
				.rows = 3 };
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

		c.in[0] = (struct oprig_input)OPRIG_NUMBERS(5, 7);
		c.in[1] = (struct oprig_input)OPRIG_IDS(5, 3);
		oprig_make(&r, &c, 1);
		oprig_make_holes(&r, 1, length);
		if (i % 2)
			r.g->node[r.out].saved = NULL;
		oprig_loss(&r);
		for (size_t row = 0; row < 5; row++) {
			const real *x = oprig_input_of(&r, 0) + row * length * width;
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
	struct oprig_case c = { .op = "gate", .n_in = 1, .in = { OPRIG_NUMBERS(3, 14) } };
	struct oprig r;

	(void)state;
	oprig_make(&r, &c, 1);
	oprig_loss(&r);
	for (size_t i = 0; i < r.len; i++) {
		const real *x = oprig_input_of(&r, 0) + i / 7 * 14 + i % 7;

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
	       "attention n: table: neither the attention map of this node nor a bias of 8 heads "
	       "and 11 "
	       "distances");
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
