/* test_map_ops.c: pooling and batch norm against loops written from their definitions, in double.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "maprig.h"

#include "retort/nn/gemm/act.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/ops/op_table.h"

struct pool_case {
	size_t rows, h, w, c;
	int kind, size, stride, padding;
};

/* Maximum inside of the map, or mean including the padding. */
static double
pool_at(const struct maprig *m, const struct pool_case *k, size_t row, size_t oy, size_t ox,
	size_t c)
{
	double most = -INFINITY, sum = 0;

	for (int i = 0; i < k->size; i++)
		for (int j = 0; j < k->size; j++) {
			long y = (long)oy * k->stride + i - k->padding,
			     x = (long)ox * k->stride + j - k->padding;
			bool inside = y >= 0 && x >= 0 && y < (long)m->h && x < (long)m->w;

			sum += maprig_number(m, row, y, x, c);
			if (inside && maprig_number(m, row, y, x, c) > most)
				most = maprig_number(m, row, y, x, c);
		}
	return k->kind == POOL_MAX ? most : sum / (k->size * k->size);
}

static const struct pool_case pool_cases[] = {
	{ 3, 28, 28, 32, POOL_MAX, 2, 2, 0 },  { 2, 7, 7, 17, POOL_MAX, 2, 2, 0 },
	{ 2, 7, 9, 3, POOL_MAX, 3, 2, 1 },     { 1, 5, 4, 1, POOL_MAX, 4, 1, 2 },
	{ 2, 7, 9, 3, POOL_AVERAGE, 3, 2, 1 }, { 2, 8, 8, 20, POOL_AVERAGE, 2, 2, 0 },
	{ 1, 1, 1, 1, POOL_AVERAGE, 2, 1, 1 }, { 1, 1, 1, 1, POOL_MAX, 2, 2, 1 },
};

static void
pooling_is_the_maximum_or_mean_of_windows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof pool_cases / sizeof *pool_cases; i++) {
		const struct pool_case *k = &pool_cases[i];
		double attr[] = { k->kind, k->size, k->stride, k->padding };
		struct maprig m;

		maprig_make(&m, "pool", k->rows, k->h, k->w, k->c, attr, 4);
		m.r.g->saves =
			i % 2 == 0; /* values do not depend on whether a backward pass follows */
		oprig_loss(&m.r);
		for (size_t at = 0; at < m.r.len; at++) {
			size_t ox = at / m.oc % m.ow, oy = at / m.oc / m.ow % m.oh;

			CHECK_NEAR(m.y[at],
				   pool_at(&m, k, at / m.oc / m.ow / m.oh, oy, ox, at % m.oc),
				   1e-12);
		}
		oprig_free(&m.r);
	}
}

static void
pooling_propagates_nan(void **state)
{
	const double attr[] = { POOL_MAX, 2, 2, 0 };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		for (int saves = 0; saves < 2; saves++) {
			struct maprig m;

			maprig_make(&m, "pool", 1, 2, 2, 1, attr, 4);
			m.r.g->node[m.r.input[0]].out.data[i] = NAN;
			m.r.g->saves = saves;
			oprig_loss(&m.r);
			CHECK(isnan(m.y[0]));
			oprig_free(&m.r);
		}
}

static void
a_global_pool_is_the_mean_of_each_channel(void **state)
{
	struct maprig m;

	(void)state;
	maprig_make(&m, "global_pool", 3, 5, 4, 19, (double[]){ 0 }, 1);
	for (size_t at = 0; at < m.r.len; at++) {
		double sum = 0;

		for (long p = 0; p < 20; p++)
			sum += maprig_number(&m, at / 19, p / 4, p % 4, at % 19);
		CHECK_NEAR(m.y[at], sum / 20, 1e-12);
	}
	oprig_free(&m.r);
}

/* Mean and variance of channel c with divisor n, in two passes. */
static void
statistics(const struct maprig *m, size_t c, double *mean, double *variance)
{
	size_t n = m->rows * m->h * m->w;

	*mean = *variance = 0;
	for (size_t i = 0; i < n; i++)
		*mean += m->x[i * m->c + c] / (double)n;
	for (size_t i = 0; i < n; i++)
		*variance +=
			(m->x[i * m->c + c] - *mean) * (m->x[i * m->c + c] - *mean) / (double)n;
}

static void
batch_norm_uses_batch_statistics_in_training_only(void **state)
{
	const double attr[] = { ACT_RELU, 1e-3, 0.25 };
	struct maprig m;

	(void)state;
	for (int training = 0; training < 2; training++) {
		maprig_make(&m, "batch_norm", 50, 7, 6, 9, attr, 3); /* forward twice */
		m.r.g->training = training;
		oprig_loss(&m.r);
		for (size_t i = 0; i < m.r.len; i++) {
			double mean, variance, z;

			statistics(&m, i % 9, &mean, &variance);
			if (!training) {
				mean = maprig_parameter(&m.r, "node.running_mean")[i % 9];
				variance = maprig_parameter(&m.r, "node.running_var")[i % 9];
			}
			z = (m.x[i] - mean) / sqrt(variance + 1e-3) *
				    maprig_parameter(&m.r, "node.gain")[i % 9] +
			    m.bias[i % 9];
			CHECK_NEAR(m.y[i], z > 0 ? z : 0, 1e-12);
		}
		oprig_free(&m.r);
	}
}

static void
running_statistics_use_the_unbiased_variance(void **state)
{
	struct maprig m;
	double *mean, *variance;

	(void)state;
	maprig_make(&m, "batch_norm", 4, 3, 5, 2, (double[]){ ACT_NONE }, 1);
	mean = m.r.value + param_find(&m.r.layout, "node.running_mean")->offset;
	variance = m.r.value + param_find(&m.r.layout, "node.running_var")->offset;
	for (size_t c = 0; c < 2; c++) {
		double is, spread;

		statistics(&m, c, &is, &spread);
		mean[c] = 3;
		variance[c] = 5;
		oprig_loss(&m.r);
		CHECK_NEAR(mean[c], 0.9 * 3 + 0.1 * is, 1e-13);
		CHECK_NEAR(variance[c], 0.9 * 5 + 0.1 * spread * 60 / 59, 1e-13);
	}
	mean[1] = 3;
	m.r.g->saves = false; /* an evaluation without a step */
	oprig_loss(&m.r);
	m.r.g->saves = true;
	m.r.g->training = false;
	oprig_loss(&m.r);
	CHECK(mean[1] == 3);
	m.r.g->training = true;
	m.r.g->node[m.r.input[0]].out.data[1] =
		NAN; /* a batch with NaN does not change the running statistics */
	oprig_loss(&m.r);
	CHECK(mean[1] == 3 && isnan(m.y[1]));
	oprig_free(&m.r);
}

static void
batch_norm_with_running_statistics_has_the_gradient_of_its_values(void **state)
{
	struct oprig_case c = { .op = "batch_norm", .attr = { ACT_RELU }, .n_in = 2 };

	(void)state;
	c.in[0] = c.in[1] = (struct oprig_input){ .rank = 3, .dim = { 3, 2, 3 } };
	for (int same = 0; same < 2; same++) {
		struct oprig r;

		c.in[1].rank = same ? 0 : 3;
		oprig_make(&r, &c, 1);
		r.g->training = false;
		oprig_check(&r, &c);
		oprig_free(&r);
	}
}

/* With a mean of 1e6 and a spread of 1, sums of squares would lose twelve of sixteen digits. */
static void
batch_norm_is_accurate_for_large_means(void **state)
{
	struct param_layout layout;
	const size_t dim[] = { 9, 8, 3 };
	struct graph *g;
	struct err e;
	double *value;

	(void)state;
	param_layout_init(&layout);
	g = graph_new(100, &layout, NULL);
	graph_input(g, "x", 3, dim);
	CHECK_INT(graph_add(g, &op_batch_norm, "n", 0, 1, (int[]){ 0 }, NULL, &e), 1);
	CHECK_INT(graph_finish(g, false, &e), 0);
	value = mem_try(layout.len, sizeof *value);
	param_start_all(&layout, NULL, value, 1, "n");
	graph_bind(g, value, NULL);
	g->training = true;
	g->rows = 100;
	for (size_t i = 0; i < 100 * 9 * 8 * 3; i++)
		g->node[0].out.data[i] = 1e6 + (i / 3 % 2 ? 1 : -1);
	graph_forward(g, 1);
	for (size_t i = 0; i < 100 * 9 * 8 * 3; i++)
		CHECK_NEAR(g->node[1].out.data[i], (i / 3 % 2 ? 1 : -1) / sqrt(1 + 1e-5), 1e-9);
	graph_free(g);
	param_layout_release(&layout);
	mem_free(value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(pooling_is_the_maximum_or_mean_of_windows),
		TEST(pooling_propagates_nan),
		TEST(a_global_pool_is_the_mean_of_each_channel),
		TEST(batch_norm_uses_batch_statistics_in_training_only),
		TEST(running_statistics_use_the_unbiased_variance),
		TEST(batch_norm_with_running_statistics_has_the_gradient_of_its_values),
		TEST(batch_norm_is_accurate_for_large_means),
	};

	blas_init(4, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
