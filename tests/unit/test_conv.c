/* test_conv.c: convolutions against loops written from their definition, in double; costs, and
 * shapes that operators over maps refuse. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "maprig.h"

#include "retort/nn/gemm/act.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/ops/op_table.h"

struct conv_case {
	size_t rows, h, w, c;
	double out;
	int size, stride, padding, groups;
};

static double
conv_at(const struct maprig *m, const struct conv_case *k, size_t row, size_t oy, size_t ox,
	size_t o)
{
	size_t take = k->c / (size_t)k->groups, first = o / (m->oc / (size_t)k->groups) * take;
	double sum = m->bias[o];

	for (int i = 0; i < k->size; i++)
		for (int j = 0; j < k->size; j++)
			for (size_t c = 0; c < take; c++)
				sum += m->weight[((size_t)(i * k->size + j) * take + c) * m->oc +
						 o] *
				       maprig_number(m, row, (long)oy * k->stride + i - k->padding,
						     (long)ox * k->stride + j - k->padding,
						     first + c);
	return sum;
}

/* Gradient of a weight: the sum over positions of the input it multiplies times the output
 * gradient. */
static void
check_weight_gradient(const struct maprig *m, const struct conv_case *k, const double *dw)
{
	size_t take = k->c / (size_t)k->groups;

	for (size_t w = 0; w < (size_t)(k->size * k->size) * take * m->oc; w++) {
		size_t o = w % m->oc, c = w / m->oc % take, tap = w / m->oc / take;
		int i = (int)tap / k->size, j = (int)tap % k->size;
		double sum = 0;

		for (size_t at = 0; at < m->rows * m->oh * m->ow; at++) {
			long y = (long)(at / m->ow % m->oh) * k->stride + i - k->padding;
			long x = (long)(at % m->ow) * k->stride + j - k->padding;

			sum += maprig_number(m, at / m->ow / m->oh, y, x,
					     o / (m->oc / (size_t)k->groups) * take + c) *
			       m->r.mix[at * m->oc + o];
		}
		CHECK_NEAR(dw[w], sum, 1e-11 * (1 + fabs(sum)));
	}
}

static const struct conv_case conv_cases[] = {
	{ 3, 28, 28, 1, 8, 3, 1, 1, 1 },
	{ 2, 14, 14, 8, 16, 3, 1, 1, 1 },
	{ 2, 7, 7, 16, 32, 3, 1, 1, 1 },
	{ 1, 9, 6, 1, 32, 3, 1, 1, 1 },
	{ 2, 8, 8, 3, 64, 7, 2, 3, 1 },
	{ 2, 9, 7, 5, 24, 3, 2, 1, 1 },
	{ 2, 9, 7, 12, 12, 3, 1, 1, 12 },
	{ 2, 9, 7, 16, 16, 5, 2, 2, 16 },
	{ 2, 6, 6, 8, 16, 3, 1, 1, 8 },
	{ 1, 5, 5, 12, 8, 3, 1, 0, 4 },
	{ 3, 4, 4, 20, 33, 1, 1, 0, 1 },
	{ 3, 5, 5, 20, 33, 1, 2, 0, 1 },
	{ 2, 4, 6, 6, 9, 1, 1, 0, 3 },
	{ 1, 1, 1, 1, 1, 3, 1, 1, 1 },
	{ 2, 3, 3, 2, 3, 3, 3, 4, 1 },
	{ 70, 4, 4, 130, 70, 3, 1, 1, 1 }, /* several tiles to a piece */
};

static void
convolution_is_the_sum_over_its_windows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof conv_cases / sizeof *conv_cases; i++) {
		const struct conv_case *k = &conv_cases[i];
		double attr[] = { ACT_NONE, k->out, k->size, k->stride, k->padding, k->groups };
		struct maprig m;

		maprig_make(&m, "conv", k->rows, k->h, k->w, k->c, attr, 6);
		CHECK_INT(m.oh,
			  (k->h + 2 * (size_t)k->padding - (size_t)k->size) / (size_t)k->stride +
				  1);
		for (size_t at = 0; at < m.r.len; at++) {
			size_t o = at % m.oc, ox = at / m.oc % m.ow, oy = at / m.oc / m.ow % m.oh;
			double want = conv_at(&m, k, at / m.oc / m.ow / m.oh, oy, ox, o);

			CHECK_NEAR(m.y[at], want, 1e-12 * (1 + fabs(want)));
		}
		if (k->rows < 10)
			check_weight_gradient(&m, k, maprig_gradient(&m.r, "node.weight"));
		oprig_free(&m.r);
	}
}

/* Backward from a gradient, or with `grad_factor` from that alone (`grad_set` false) or from both.
 */
static void
go_down(struct oprig *r, const double *grad, real *grad_factor, bool grad_set, real *dx)
{
	struct node *n = &r->g->node[r->out], *x = &r->g->node[r->input[0]];

	r->g->saves = r->g->training = true;
	graph_forward(r->g, r->out);
	graph_zero(r->g);
	for (size_t i = 0; i < r->len; i++)
		n->grad[i] = grad ? grad[i] : NAN; /* unwritten values must not be read */
	n->grad_factor = grad_factor;
	n->grad_set = grad_set;
	graph_backward(r->g);
	n->grad_factor = NULL;
	memcpy(dx, x->grad, r->g->rows * tensor_width(&x->out) * sizeof *dx);
}

static const struct oprig_case factor_cases[] = {
	{ .op = "conv",
	  .n_in = 1,
	  .in = { { 3, { 6, 5, 2 }, 0, 0 } },
	  .attr = { ACT_RELU, 8, 3, 1, 1, 1 } },
	{ .op = "conv",
	  .n_in = 1,
	  .in = { { 3, { 6, 5, 2 }, 0, 0 } },
	  .attr = { ACT_RELU, 19, 3, 1, 1, 1 } },
	{ .op = "conv",
	  .n_in = 1,
	  .in = { { 3, { 6, 5, 2 }, 0, 0 } },
	  .attr = { ACT_TANH, 8, 3, 1, 1, 1 } },
	{ .op = "pool", .n_in = 1, .in = { { 3, { 6, 4, 9 }, 0, 0 } }, .attr = { POOL_MAX, 2 } },
};

static void
grad_factor_equals_the_gradient_factor_times_value(void **state)
{
	(void)state;
	for (size_t c = 0; c < sizeof factor_cases / sizeof *factor_cases; c++)
		for (int alone = 0; alone < 2; alone++) {
			real grad_factor[400], want[1500], got[1500], *grad;
			double whole[4000];
			struct oprig r;
			const struct node *n;
			size_t len, channels;

			oprig_make(&r, &factor_cases[c], 1);
			n = &r.g->node[r.out];
			channels = n->out.dim[3];
			len = r.g->rows * tensor_width(&r.g->node[r.input[0]].out);
			CHECK(r.len <= 4000 && len <= 1500 && r.len / channels <= 400);
			grad = mem_array(r.layout.len + 1, sizeof *grad);
			for (size_t i = 0; i < r.len / channels; i++)
				grad_factor[i] = (real)0.1 * (real)(i % 7) - (real)0.25;
			graph_forward(r.g, r.out);
			for (size_t i = 0; i < r.len; i++)
				whole[i] = (alone ? 0 : r.mix[i]) +
					   (double)(grad_factor[i / channels] * n->out.data[i]);
			go_down(&r, whole, NULL, true, want);
			memcpy(grad, r.grad, r.layout.len * sizeof *grad);
			go_down(&r, alone ? NULL : r.mix, grad_factor, !alone, got);
			for (size_t i = 0; i < len; i++)
				CHECK_NEAR(got[i], want[i], 1e-12);
			for (size_t i = 0; i < r.layout.len; i++)
				CHECK_NEAR(r.grad[i], grad[i], 1e-11);
			mem_free(grad);
			oprig_free(&r);
		}
}

static void
costs_count_multiply_adds_twice(void **state)
{
	const double attr[] = { ACT_NONE, 8, 3, 2, 1, 2 };
	struct maprig m;

	(void)state;
	maprig_make(&m, "conv", 2, 7, 5, 6, attr,
		    6); /* 4 x 3 positions of 8 channels, windows of 9 positions of 3 channels */
	CHECK(op_conv.cost(m.r.g, &m.r.g->node[m.r.out]) == 2 * 12 * 8 * 27);
	oprig_free(&m.r);
}

/* Messages for shapes that do not fit. */
static void
refused(const struct op *op, const size_t *dim, const double *attr, const char *what)
{
	double all[GRAPH_ATTRS] = { 0 };
	struct param_layout layout;
	struct graph *g;
	struct err e = { 0 };

	memcpy(all, attr, 6 * sizeof *attr);
	param_layout_init(&layout);
	g = graph_new(1, &layout, NULL);
	graph_input(g, "x", 3, dim);
	CHECK_INT(graph_add(g, op, "n", 0, 1, (int[]){ 0 }, all, &e), -1);
	CHECK_STR(e.msg, what);
	graph_free(g);
	param_layout_release(&layout);
}

static void
shapes_that_do_not_fit_are_refused(void **state)
{
	const size_t dim[] = { 4, 5, 6 };

	(void)state;
	refused(&op_conv, dim, (double[6]){ ACT_NONE, 8, 7, 1, 1 },
		"conv n: a window of 7 x 7 does not fit a map of 4 x 5 with padding 1");
	refused(&op_conv, dim, (double[6]){ ACT_NONE, 8, 3, 1, 1, 4 },
		"conv n: invalid groups 4 (expected a divisor of 6 input and 8 output channels)");
	refused(&op_conv, dim, (double[6]){ ACT_NONE, 8, 3, 1, 1, 7 },
		"conv n: invalid groups 7 (expected 1 to 6)");
	refused(&op_conv, dim, (double[6]){ ACT_NONE, 0, 3, 1, 1 },
		"conv n: invalid channels 0 (expected 1 to 65536)");
	refused(&op_conv, dim, (double[6]){ ACT_NONE, 8, 3, -1, 1 },
		"conv n: invalid stride -1 (expected 1 to 4096)");
	refused(&op_conv, dim, (double[6]){ ACT_GELU, 8, 3, 1, 1 },
		"conv n: invalid activation 'gelu' (expected none, relu or tanh, whose derivatives "
		"need only the output)");
	refused(&op_pool, dim, (double[6]){ POOL_MAX, 3, 1, 2 },
		"pool n: invalid padding 2 (expected at most half of the window, 3)");
	refused(&op_pool, dim, (double[6]){ POOL_MAX, 0 },
		"pool n: invalid window 0 (expected 1 to 4096)");
	refused(&op_pool, dim, (double[6]){ 2, 2 },
		"pool n: invalid kind 2 (expected 0, max, or 1, average)");
	refused(&op_batch_norm, dim, (double[6]){ ACT_TANH },
		"batch_norm n: invalid activation 'tanh' (expected none or relu)");
	refused(&op_batch_norm, dim, (double[6]){ ACT_NONE, 0, 2 },
		"batch_norm n: invalid momentum 2 (expected 0 to 1)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(convolution_is_the_sum_over_its_windows),
		TEST(grad_factor_equals_the_gradient_factor_times_value),
		TEST(costs_count_multiply_adds_twice),
		TEST(shapes_that_do_not_fit_are_refused),
	};

	blas_init(4, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
