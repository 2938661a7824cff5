/* test_ops.c: every operator against central differences, and with any number of threads, in
 * double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "oprig.h"

#include "retort/nn/gemm/act.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/ops/op_table.h"

/* At least one case for each operator; a test fails for an operator without. */
/* clang-format off */
#define N1(a) { .rank = 1, .dim = { a } }
#define N2(a, b) { .rank = 2, .dim = { a, b } }
#define N3(a, b, c) { .rank = 3, .dim = { a, b, c } }
#define IDS(length, below) { .dim = { length }, .ids = below }
#define EMBEDDED(length, below, width) { .dim = { length }, .ids = below, .embed = width }
#define CONV(input, ...) { .op = "conv", .attr = { __VA_ARGS__ }, .n_in = 1, .in = { input } }
#define POOL(input, ...) { .op = "pool", .attr = { __VA_ARGS__ }, .n_in = 1, .in = { input } }
static const struct oprig_case cases[] = {
	{ .op = "dense", .attr = { ACT_NONE, 4 }, .n_in = 1, .in = { N1(7) } },
	{ .op = "dense", .attr = { ACT_RELU, 4 }, .n_in = 1, .in = { N1(7) } },
	{ .op = "dense", .attr = { ACT_GELU, 4 }, .n_in = 1, .in = { N1(7) } },
	{ .op = "dense", .attr = { ACT_TANH, 4 }, .n_in = 1, .in = { N1(7) } },
	{ .op = "dense", .attr = { ACT_GELU_TANH, 4 }, .n_in = 1, .in = { N1(7) } },
	{ .op = "dense", .attr = { ACT_SILU, 4 }, .n_in = 1, .in = { N1(7) } },
	{ .op = "dense", .attr = { [DENSE_WIDTH] = 5, [DENSE_BARE] = 1 }, .n_in = 1, .in = { N2(3, 7) } },
	{ .op = "dense", .attr = { [DENSE_WIDTH] = 5, [DENSE_FLAT] = 1 }, .n_in = 1, .in = { N2(3, 4) } },
	{ .op = "dense", .attr = { ACT_NONE, 7 }, .n_in = 2, .in = { N2(3, 7) } }, /* a residual connection around it */
	{ .op = "dense", .attr = { ACT_GELU, 6 }, .n_in = 2, .in = { N2(2, 5), N2(2, 6) } },
	{ .op = "dense", .attr = { ACT_NONE, 3 }, .n_in = 1, .in = { N1(1) }, .rows = 1 },
	{ .op = "relu", .attr = { 0 }, .n_in = 1, .in = { N1(7) } },
	{ .op = "gelu", .attr = { 0 }, .n_in = 1, .in = { N1(7) } },
	{ .op = "tanh", .attr = { 0 }, .n_in = 1, .in = { N1(7) } },
	{ .op = "add", .attr = { 0 }, .n_in = 2, .in = { N1(7) } },
	{ .op = "add", .attr = { 0 }, .n_in = 2, .in = { N2(2, 3), N2(2, 3) } },
	{ .op = "dropout", .attr = { 0.4 }, .n_in = 1, .in = { N1(7) } },
	{ .op = "embed", .attr = { 11, 5 }, .n_in = 1, .in = { IDS(6, 11) } },
	{ .op = "embed", .attr = { 9, 19, EMBED_LEARNED, 8, 2.5, 2 }, .n_in = 1, .in = { IDS(6, 9) } },
	{ .op = "embed", .attr = { 9, 4, EMBED_LEARNED, 6, [EMBED_FIRST] = 2 }, .n_in = 1, .in = { IDS(6, 9) } },
	{ .op = "embed", .attr = { 4, 33, EMBED_WAVES }, .n_in = 1, .in = { IDS(3, 4) } },
	{ .op = "embed", .attr = { 3, 1, EMBED_LEARNED, 1 }, .n_in = 1, .in = { IDS(1, 3) }, .rows = 1 },
	{ .op = "unembed", .n_in = 2, .in = { N2(4, 5), EMBEDDED(3, 7, 5) } },
	{ .op = "unembed", .n_in = 2, .in = { EMBEDDED(4, 7, 5) } },
	{ .op = "unembed", .n_in = 2, .in = { N2(1, 1), EMBEDDED(1, 2, 1) }, .rows = 1 },
	{ .op = "norm", .attr = { NORM_LAYER }, .n_in = 1, .in = { N2(3, 7) } },
	{ .op = "norm", .attr = { NORM_LAYER, 0.01 }, .n_in = 1, .in = { N1(35) } },
	{ .op = "norm", .attr = { NORM_RMS, 1e-6 }, .n_in = 1, .in = { N2(2, 21) } },
	{ .op = "norm", .attr = { NORM_RMS, 0.1 }, .n_in = 1, .in = { N1(1) }, .rows = 1 },
	{ .op = "norm", .attr = { NORM_RMS_ONE, 1e-6 }, .n_in = 1, .in = { N2(2, 21) } },
	{ .op = "head_norm", .attr = { 2, 1, 1e-6 }, .n_in = 1, .in = { N2(3, 20) } },
	{ .op = "head_norm", .attr = { 1, 1 }, .n_in = 1, .in = { N2(2, 9) }, .rows = 1 },
	{ .op = "cut", .attr = { 3 }, .n_in = 1, .in = { N2(3, 5) } },
	{ .op = "cut", .attr = { 1 }, .n_in = 1, .in = { N1(1) }, .rows = 1 },
	{ .op = "attention", .attr = { 2 }, .n_in = 1, .in = { N2(5, 18) } },
	{ .op = "attention", .attr = { 1 }, .n_in = 2, .in = { N2(4, 9), IDS(4, 5) } },
	{ .op = "attention", .attr = { 4, 2, 1 }, .n_in = 2, .in = { N2(6, 24), IDS(6, 5) } },
	{ .op = "attention", .attr = { 2, 1, 1, 100 }, .n_in = 2, .in = { N2(5, 16), IDS(5, 5) } },
	{ .op = "attention", .attr = { 2, 2, 0, 100 }, .n_in = 1, .in = { N2(5, 12) } },
	{ .op = "attention", .attr = { 1, 1, 1, 10 }, .n_in = 1, .in = { N2(67, 6) }, .rows = 2 }, /* two blocks */
	{ .op = "attention", .attr = { 2, 1 }, .n_in = 2, .in = { N2(70, 8), IDS(70, 5) }, .rows = 2 },
	{ .op = "attention", .attr = { 1 }, .n_in = 1, .in = { N2(1, 3) }, .rows = 1 },
	{ .op = "attention", .attr = { 2, 1, 1, 100, [ATTENTION_WINDOW] = 2 }, .n_in = 2, .in = { N2(5, 16), IDS(5, 5) } },
	{ .op = "attention", .attr = { 1, 1, 1, [ATTENTION_WINDOW] = 40 }, .n_in = 1, .in = { N2(67, 6) }, .rows = 2 },
	{ .op = "attention",
	  .attr = { 2, 1, 1, 100, [ATTENTION_ROTARY] = 2, [ATTENTION_GAIN] = 1.5 },
	  .n_in = 2,
	  .in = { N2(5, 20), IDS(5, 5) } },
	{ .op = "attention", .attr = { 2 }, .n_in = 3, .in = { N2(5, 18), IDS(5, 5), N2(2, 9) } },
	{ .op = "attention", .attr = { 4, 2, 1, 50 }, .n_in = 3, .in = { N2(4, 16), IDS(4, 5), N2(4, 7) } },
	{ .op = "attention", .attr = { 2, 1 }, .n_in = 3, .in = { N2(67, 8), IDS(67, 5), N2(2, 133) }, .rows = 2 },
	{ .op = "attention_map", .attr = { 2 }, .n_in = 3, .in = { N2(4, 12), IDS(4, 5), N2(2, 7) } },
	{ .op = "attention_map", .attr = { 2, 1, [ATTENTION_RAW] = 1 }, .n_in = 3, .in = { N2(4, 8), IDS(4, 5), N2(2, 7) } },
	{ .op = "relative", .attr = { 3, 32 }, .n_in = 1, .in = { IDS(40, 5) } },
	{ .op = "relative", .attr = { 2, 4 }, .n_in = 1, .in = { IDS(6, 5) } },
	{ .op = "attention_map", .attr = { 2, 1, 1, [ATTENTION_WINDOW] = 2, [ATTENTION_RAW] = 1 }, .n_in = 2, .in = { N2(4, 16), IDS(4, 5) } },
	{ .op = "attention_map", .attr = { 2 }, .n_in = 1, .in = { N2(5, 18) } },
	{ .op = "attention_map", .attr = { 4, 2, 1, 50 }, .n_in = 2, .in = { N2(4, 16), IDS(4, 5) } },
	{ .op = "attention_map", .attr = { 2, 1, 1, 50, 1 }, .n_in = 2, .in = { N2(4, 16), IDS(4, 5) } },
	{ .op = "attention_map", .attr = { 1, [ATTENTION_RAW] = 1 }, .n_in = 1, .in = { N2(3, 9) } },
	{ .op = "attention_map", .attr = { 1 }, .n_in = 1, .in = { N2(1, 3) }, .rows = 1 },
	{ .op = "attention_part", .attr = { 4, 2 }, .n_in = 1, .in = { N2(3, 24) } },
	{ .op = "attention_part", .attr = { 4, 2, [ATTENTION_PART] = ATTENTION_QUERIES }, .n_in = 1, .in = { N2(3, 24) } },
	{ .op = "attention_part", .attr = { 4, 2, [ATTENTION_PART] = ATTENTION_KEYS }, .n_in = 1, .in = { N2(3, 24) } },
	{ .op = "attention_part", .attr = { 1 }, .n_in = 2, .in = { N2(1, 3), IDS(1, 2) }, .rows = 1 },
	{ .op = "gate", .n_in = 1, .in = { N2(3, 14) } },
	{ .op = "gate", .n_in = 1, .in = { N1(2) }, .rows = 1 },
	{ .op = "gate", .attr = { ACT_GELU }, .n_in = 1, .in = { N2(3, 14) } },
	{ .op = "gate", .attr = { ACT_GELU_TANH }, .n_in = 1, .in = { N2(3, 14) } },
	{ .op = "pool_tokens", .attr = { POOL_TOKENS_MEAN }, .n_in = 2, .in = { N2(5, 7), IDS(5, 4) } },
	{ .op = "pool_tokens", .attr = { POOL_TOKENS_MEAN }, .n_in = 1, .in = { N2(5, 7) } },
	{ .op = "pool_tokens", .attr = { POOL_TOKENS_FIRST }, .n_in = 2, .in = { N2(5, 7), IDS(5, 4) } },
	{ .op = "pool_tokens", .attr = { POOL_TOKENS_QUERY }, .n_in = 2, .in = { N2(5, 7), IDS(5, 4) } },
	{ .op = "pool_tokens", .attr = { POOL_TOKENS_QUERY }, .n_in = 1, .in = { N2(1, 1) }, .rows = 1 },
	{ .op = "bag", .attr = { 7, 1, 0, 5 }, .n_in = 1, .in = { IDS(6, 7) } },
	{ .op = "bag", .attr = { 7, 3, 10, 19 }, .n_in = 1, .in = { IDS(6, 7) } },
	{ .op = "bag", .attr = { 2, 8, 3, 1 }, .n_in = 1, .in = { IDS(1, 2) }, .rows = 1 },
	{ .op = "lstm", .attr = { 4 }, .n_in = 1, .in = { N2(5, 3) } },
	{ .op = "lstm", .attr = { 3, 1 }, .n_in = 2, .in = { N2(4, 6), IDS(4, 3) } },
	{ .op = "lstm", .attr = { 1 }, .n_in = 2, .in = { N2(1, 1), IDS(1, 3) }, .rows = 1 },
	{ .op = "lstm", .attr = { 2 }, .n_in = 2, .in = { N2(3, 2), IDS(3, 3) }, .rows = 37 }, /* two blocks of rows */
	CONV(N3(5, 4, 3), ACT_NONE, 4, 3, 1, 1, 1, 0),
	CONV(N3(5, 4, 3), ACT_RELU, 18, 3, 2, 1, 1, 0),
	CONV(N3(6, 7, 1), ACT_TANH, 3, 5, 2, 3, 1, 1),
	CONV(N3(4, 5, 6), ACT_RELU, 4, 3, 1, 0, 2, 0), /* groups */
	CONV(N3(4, 5, 3), ACT_NONE, 3, 3, 1, 1, 3, 0), /* depthwise */
	CONV(N3(4, 3, 2), ACT_NONE, 6, 2, 2, 1, 2, 0), /* three outputs for each input channel */
	CONV(N3(3, 3, 5), ACT_RELU, 4, 1, 1, 0, 1, 0), /* no window larger than 1 */
	CONV(N3(3, 2, 4), ACT_NONE, 4, 1, 1, 0, 2, 1),
	CONV(N3(5, 5, 2), ACT_NONE, 2, 1, 3, 0, 1, 0), /* a stride larger than the window */
	CONV(N3(2, 2, 17), ACT_NONE, 19, 2, 1, 1, 1, 0),
	CONV(N3(1, 1, 1), ACT_NONE, 1, 1, 1, 0, 1, 0),
	{ .op = "conv", .attr = { ACT_NONE, 3, 3, 1, 1 }, .n_in = 1, .in = { N3(1, 1, 2) }, .rows = 1 },
	CONV(N3(4, 3, 9), ACT_RELU, 17, 3, 1, 1, 1, 0), /* neither few channels nor many */
	CONV(N3(4, 5, 18), ACT_RELU, 18, 2, 1, 1, 18, 0), /* depthwise, more than a block of channels */
	CONV(N3(5, 6, 3), ACT_TANH, 3, 4, 2, 1, 3, 1),
	CONV(N3(3, 3, 3), ACT_NONE, 3, 1, 1, 0, 3, 0), /* depthwise, a number for each channel */
	POOL(N3(4, 6, 3), POOL_MAX, 2, 0, 0),
	POOL(N3(5, 5, 17), POOL_MAX, 3, 2, 1),
	POOL(N3(4, 5, 1), POOL_MAX, 3, 1, 1), /* overlapping windows */
	POOL(N3(4, 6, 3), POOL_AVERAGE, 2, 2, 0),
	POOL(N3(5, 4, 2), POOL_AVERAGE, 3, 2, 1),
	POOL(N3(5, 5, 2), POOL_AVERAGE, 1, 3, 0),
	{ .op = "pool", .attr = { POOL_MAX, 1 }, .n_in = 1, .in = { N3(1, 1, 1) }, .rows = 1 },
	{ .op = "global_pool", .n_in = 1, .in = { N3(3, 5, 7) } },
	{ .op = "global_pool", .n_in = 1, .in = { N3(1, 1, 1) }, .rows = 1 },
	{ .op = "batch_norm", .n_in = 1, .in = { N3(3, 2, 5) } },
	{ .op = "batch_norm", .attr = { ACT_RELU, 0.1 }, .n_in = 1, .in = { N1(19) } },
	{ .op = "batch_norm", .attr = { ACT_RELU, 0, 0.5 }, .n_in = 2, .in = { N3(2, 3, 3), N3(2, 3, 3) } },
	{ .op = "batch_norm", .attr = { ACT_NONE }, .n_in = 2, .in = { N2(3, 4) } }, /* a residual connection around it */
	{ .op = "batch_norm", .attr = { ACT_RELU }, .n_in = 1, .in = { N3(3, 3, 1) }, .rows = 1 },
	{ .op = "batch_norm", .n_in = 1, .in = { N3(1, 1, 2) }, .rows = 1 }, /* zero variance */
	{ .op = "batch_norm", .n_in = 1, .in = { N3(7, 7, 2) }, .rows = 3 }, /* blocks of positions */
};
/* clang-format on */
#define CASES (sizeof cases / sizeof *cases)

static void
every_operator_has_the_gradient_of_its_values(void **state)
{
	(void)state;
	for (size_t k = 0; k < CASES; k++) {
		struct oprig r;

		oprig_make(&r, &cases[k], 1);
		oprig_check(&r, &cases[k]);
		oprig_free(&r);
	}
}

static void
every_operator_is_tested(void **state)
{
	(void)state;
	for (size_t i = 0; i < op_table_count; i++) {
		int tried = op_table[i] == &op_input;

		CHECK(op_table[i]->name && op_table[i]->doc && op_table[i]->cost);
		CHECK(oprig_op(op_table[i]->name) == op_table[i]);
		for (size_t k = 0; k < CASES; k++)
			tried += strcmp(cases[k].op, op_table[i]->name) == 0;
		if (!tried)
			fail_msg("operator %s has no case", op_table[i]->name);
	}
}

/* Outputs of a run with one thread, to compare with others. */
static void
compare_bits(const struct oprig *a, const struct oprig *b, const char *op, int threads)
{
	const struct node *x = &a->g->node[a->out], *y = &b->g->node[b->out];

	if (memcmp(x->out.data, y->out.data, a->len * sizeof(real)) != 0)
		fail_msg("%s: other values with %d threads", op, threads);
	if (memcmp(a->grad, b->grad, a->layout.len * sizeof(real)) != 0)
		fail_msg("%s: other gradients with %d threads", op, threads);
	for (int i = 0; i < GRAPH_INPUTS; i++) {
		const struct node *n = a->input[i] < 0 ? NULL : &a->g->node[a->input[i]];

		if (n && n->grad &&
		    memcmp(n->grad, b->g->node[b->input[i]].grad,
			   a->g->rows * tensor_width(&n->out) * sizeof(real)))
			fail_msg("%s: other gradients of input %d with %d threads", op, i, threads);
	}
}

static void
every_operator_gives_the_same_bits_with_any_number_of_threads(void **state)
{
	(void)state;
	for (size_t k = 0; k < CASES; k++) {
		struct oprig_case c = cases[k];
		struct oprig one;

		c.rows = c.rows ? c.rows : 700; /* large enough to be divided */
		oprig_make(&one, &c, 1);
		oprig_backward(&one);
		for (int threads = 2; threads <= 4; threads++) {
			struct oprig r;

			oprig_make(&r, &c, threads);
			oprig_backward(&r);
			compare_bits(&one, &r, c.op, threads);
			oprig_free(&r);
		}
		oprig_free(&one);
	}
}

/* The backward pass of the operator alone, from the weights of the sum, with 0.25 in the gradient
 * of one input. */
static void
go_back(struct oprig *r, int input)
{
	struct node *n = &r->g->node[r->out], *x = &r->g->node[n->in[input]];

	oprig_loss(r);
	for (size_t k = 0; x->grad && k < r->g->rows * tensor_width(&x->out); k++)
		x->grad[k] = (real)0.25;
	for (size_t i = 0; i < r->len; i++)
		n->grad[i] = (real)r->mix[i];
	n->op->backward(r->g, n);
}

/* Gradients that another operator has written are added to; a NULL gradient is not computed. */
static void
every_operator_adds_to_gradients_if_requested(void **state)
{
	(void)state;
	for (size_t c = 0; c < CASES; c++)
		for (int i = 0; i < cases[c].n_in; i++) {
			struct oprig r, other;
			struct node *a, *b, *x, *y;

			oprig_make(&r, &cases[c], 1);
			oprig_make(&other, &cases[c], 1);
			a = &r.g->node[r.out];
			b = &other.g->node[other.out];
			x = &r.g->node[a->in[i]];
			y = &other.g->node[b->in[i]];
			go_back(&r, i);
			for (int k = 0; k < b->n_in; k++)
				b->adds[k] = true;
			go_back(&other, i);
			for (size_t k = 0; x->grad && k < r.g->rows * tensor_width(&x->out); k++)
				if (!(fabs((double)(y->grad[k] - x->grad[k]) - 0.25) <= 1e-12))
					fail_msg("%s: adds %g to 0.25 and gets %g", cases[c].op,
						 (double)x->grad[k], (double)y->grad[k]);
			y->grad = NULL;
			go_back(&other, i);
			CHECK(memcmp(r.grad, other.grad, r.layout.len * sizeof(real)) == 0);
			oprig_free(&r);
			oprig_free(&other);
		}
}

static void
a_residual_connection_around_a_relu_is_refused(void **state)
{
	struct param_layout layout;
	struct graph *g;
	struct err e;
	const size_t dim = 3;

	(void)state;
	param_layout_init(&layout);
	g = graph_new(1, &layout, NULL);
	graph_input(g, "x", 1, &dim);
	CHECK_INT(graph_add(g, &op_dense, "d", 0, 2, (int[]){ 0, 0 },
			    (double[GRAPH_ATTRS]){ ACT_RELU, 3 }, &e),
		  -1);
	CHECK_STR(e.msg, "dense d: invalid activation 'relu' with a residual connection (its "
			 "derivative is computed from the output)");
	graph_free(g);
	param_layout_release(&layout);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_operator_has_the_gradient_of_its_values),
		TEST(every_operator_is_tested),
		TEST(every_operator_gives_the_same_bits_with_any_number_of_threads),
		TEST(every_operator_adds_to_gradients_if_requested),
		TEST(a_residual_connection_around_a_relu_is_refused),
	};

	blas_init(4, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
