/* test_conv.c: operators over maps against loops written from their definitions, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "oprig.h"

#include "retort/engine/act.h"
#include "retort/engine/blas.h"

/* A case, and where everything of it is. */
struct maps {
	struct oprig r;
	size_t rows, h, w, c, oh, ow, oc;
	const double *x, *y, *dy, *weight, *bias;
};

static const double *
parameter(const struct oprig *r, const char *name)
{
	const struct param *p = param_find(&r->layout, name);

	return p ? r->value + p->offset : NULL;
}

static const double *
gradient(const struct oprig *r, const char *name)
{
	return r->grad + param_find(&r->layout, name)->offset;
}

static void
make(struct maps *m, const char *op, size_t rows, size_t h, size_t w, size_t c, const double *attr, size_t n_attr)
{
	struct oprig_case k = { .op = op, .n_in = 1, .in = { { .rank = 3, .dim = { h, w, c } } }, .rows = rows };
	const struct node *n;

	memcpy(k.attr, attr, n_attr * sizeof *attr);
	oprig_make(&m->r, &k, 1);
	oprig_backward(&m->r);
	oprig_loss(&m->r);
	n = &m->r.g->node[m->r.out];
	m->rows = rows;
	m->h = h;
	m->w = w;
	m->c = c;
	m->oh = n->out.dim[1];
	m->ow = n->out.dim[2];
	m->oc = n->out.rank == 4 ? n->out.dim[3] : n->out.dim[1];
	m->x = m->r.g->node[n->in[0]].out.data;
	m->y = n->out.data;
	m->weight = parameter(&m->r, "node.weight");
	m->bias = parameter(&m->r, "node.bias");
}

/* The map's number, 0 outside. */
static double
number(const struct maps *m, size_t row, long y, long x, size_t c)
{
	if (y < 0 || x < 0 || y >= (long)m->h || x >= (long)m->w)
		return 0;
	return m->x[((row * m->h + (size_t)y) * m->w + (size_t)x) * m->c + c];
}

struct conv_case {
	size_t rows, h, w, c;
	double out;
	int size, stride, padding, groups;
};

static double
conv_at(const struct maps *m, const struct conv_case *k, size_t row, size_t oy, size_t ox, size_t o)
{
	size_t take = k->c / (size_t)k->groups, first = o / (m->oc / (size_t)k->groups) * take;
	double sum = m->bias[o];

	for (int i = 0; i < k->size; i++)
		for (int j = 0; j < k->size; j++)
			for (size_t c = 0; c < take; c++)
				sum += m->weight[((size_t)(i * k->size + j) * take + c) * m->oc + o] *
				       number(m, row, (long)oy * k->stride + i - k->padding,
					      (long)ox * k->stride + j - k->padding, first + c);
	return sum;
}

/* d/d weight: the sum over positions of what the weight saw, by the gradient of what came out. */
static void
check_weight_gradient(const struct maps *m, const struct conv_case *k, const double *dw)
{
	size_t take = k->c / (size_t)k->groups;

	for (size_t w = 0; w < (size_t)(k->size * k->size) * take * m->oc; w++) {
		size_t o = w % m->oc, c = w / m->oc % take, tap = w / m->oc / take;
		int i = (int)tap / k->size, j = (int)tap % k->size;
		double sum = 0;

		for (size_t at = 0; at < m->rows * m->oh * m->ow; at++) {
			long y = (long)(at / m->ow % m->oh) * k->stride + i - k->padding;
			long x = (long)(at % m->ow) * k->stride + j - k->padding;

			sum += number(m, at / m->ow / m->oh, y, x, o / (m->oc / (size_t)k->groups) * take + c) *
			       m->r.mix[at * m->oc + o];
		}
		CHECK_NEAR(dw[w], sum, 1e-11 * (1 + fabs(sum)));
	}
}

static const struct conv_case conv_cases[] = {
	{ 3, 28, 28, 1, 8, 3, 1, 1, 1 },  { 2, 14, 14, 8, 16, 3, 1, 1, 1 }, { 2, 7, 7, 16, 32, 3, 1, 1, 1 },
	{ 1, 9, 6, 1, 32, 3, 1, 1, 1 },   { 2, 8, 8, 3, 64, 7, 2, 3, 1 },   { 2, 9, 7, 5, 24, 3, 2, 1, 1 },
	{ 2, 9, 7, 12, 12, 3, 1, 1, 12 }, { 2, 9, 7, 16, 16, 5, 2, 2, 16 }, { 2, 6, 6, 8, 16, 3, 1, 1, 8 },
	{ 1, 5, 5, 12, 8, 3, 1, 0, 4 },   { 3, 4, 4, 20, 33, 1, 1, 0, 1 },  { 3, 5, 5, 20, 33, 1, 2, 0, 1 },
	{ 2, 4, 6, 6, 9, 1, 1, 0, 3 },    { 1, 1, 1, 1, 1, 3, 1, 1, 1 },    { 2, 3, 3, 2, 3, 3, 3, 4, 1 },
	{ 70, 4, 4, 130, 70, 3, 1, 1, 1 }, /* several tiles to a piece */
};

static void
convolution_is_the_sum_over_its_windows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof conv_cases / sizeof *conv_cases; i++) {
		const struct conv_case *k = &conv_cases[i];
		double attr[] = { ACT_NONE, k->out, k->size, k->stride, k->padding, k->groups };
		struct maps m;

		make(&m, "conv", k->rows, k->h, k->w, k->c, attr, 6);
		CHECK_INT(m.oh, (k->h + 2 * (size_t)k->padding - (size_t)k->size) / (size_t)k->stride + 1);
		for (size_t at = 0; at < m.r.len; at++) {
			size_t o = at % m.oc, ox = at / m.oc % m.ow, oy = at / m.oc / m.ow % m.oh;
			double want = conv_at(&m, k, at / m.oc / m.ow / m.oh, oy, ox, o);

			CHECK_NEAR(m.y[at], want, 1e-12 * (1 + fabs(want)));
		}
		if (k->rows < 10)
			check_weight_gradient(&m, k, gradient(&m.r, "node.weight"));
		oprig_free(&m.r);
	}
}

/* What the operator says of shapes that cannot meet. */
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
shapes_that_cannot_meet_are_refused(void **state)
{
	const size_t dim[] = { 4, 5, 6 };

	(void)state;
	refused(&op_conv, dim, (double[6]){ ACT_NONE, 8, 7, 1, 1 },
		"conv n: a window of 7 x 7 does not fit on a map of 4 x 5 with padding 1");
	refused(&op_conv, dim, (double[6]){ ACT_NONE, 8, 3, 1, 1, 4 }, "conv n: 4 groups do not divide 6 channels in and 8 out");
	refused(&op_conv, dim, (double[6]){ ACT_NONE, 0, 3, 1, 1 }, "conv n: channels 0 is outside 1..65536");
	refused(&op_conv, dim, (double[6]){ ACT_NONE, 8, 3, -1, 1 }, "conv n: stride -1 is outside 1..4096");
	refused(&op_conv, dim, (double[6]){ ACT_GELU, 8, 3, 1, 1 },
		"conv n: gelu: its derivative needs what goes in; none, relu or tanh were expected");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(convolution_is_the_sum_over_its_windows),
		TEST(shapes_that_cannot_meet_are_refused),
	};

	blas_init(4, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
