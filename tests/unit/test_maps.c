/* test_maps.c: one projection shared by several pairs: its gradient is the sum over them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/nn/net.h"
#include "retort/nn/models/model_table.h"
#include "retort/nn/models/projection.h"

#define ROWS 5
#define WIDTH 3
#define TAPS 3

struct rig {
	struct net *net;
	int node[TAPS];
	real *value, *grad;
	float x[ROWS * 4];
};

/* Three blocks of equal width, each with the same projection. */
static void
rig_open(struct rig *r)
{
	const struct model_io io = { .kind = DATASET_NUMBERS, .features = 4, .classes = 3 };
	struct model_spec spec;
	struct err e;

	CHECK_INT(model_table_parse("mlp 6,6,6 activation=tanh", &spec, &e), 0);
	r->net = net_new("s", &spec, &io, ROWS, NULL, NULL, &e);
	CHECK(r->net != NULL);
	for (int i = 0; i < TAPS; i++) {
		int from = net_node(r->net, i + 1, MODEL_HIDDEN);

		r->node[i] = i == 0 ? projection_add(r->net, "map.big.shared.6.3", from, WIDTH, &e)
				    : projection_share(r->net, "map.big.shared.6.3", from,
						       r->node[0], &e);
		CHECK(r->node[i] >= 0);
		graph_tap(r->net->graph, r->node[i]);
	}
	CHECK_INT(projection_share(r->net, "x", net_logits(r->net), r->node[0], &e), -1);
	CHECK_STR(e.msg,
		  "dense x: invalid shared weights of map.big.shared.6.3: 6 x 3 (expected 3 x 3)");
	CHECK_INT(net_finish(r->net, true, &e), 0);
	r->value = mem_array(r->net->layout.len, sizeof *r->value);
	r->grad = mem_array(r->net->layout.len, sizeof *r->grad);
	param_start_all(&r->net->layout, NULL, r->value, 3, "s");
	graph_bind(r->net->graph, r->value, r->grad);
	for (int i = 0; i < ROWS * 4; i++)
		r->x[i] = (float)sin(1.3 * i);
}

static void
rig_close(struct rig *r)
{
	net_free(r->net);
	mem_free(r->value);
	mem_free(r->grad);
}

/* Sum of squares at every tap, each with its weight; with its gradient where `taps` is set. */
static double
run(struct rig *r, unsigned taps, bool backward)
{
	struct graph *g = r->net->graph;
	double sum = 0;

	g->training = g->saves = true;
	graph_feed(g, r->net->input, r->x, ROWS);
	graph_forward(g, g->n_nodes - 1);
	graph_zero(g);
	for (int t = 0; t < TAPS; t++)
		for (int i = 0; i < ROWS * WIDTH && taps & 1u << t; i++) {
			double y = (double)g->node[r->node[t]].out.data[i] - 0.1 * i;

			sum += 0.5 * (1 + t) * y * y;
			g->node[r->node[t]].grad[i] = (real)((1 + t) * y);
		}
	if (backward)
		graph_backward(g);
	return sum;
}

static void
check_gradient(struct rig *r, unsigned taps)
{
	real *grad = mem_array(r->net->layout.len, sizeof *grad);

	run(r, taps, true);
	memcpy(grad, r->grad, r->net->layout.len * sizeof *grad);
	for (size_t p = 0; p < r->net->layout.n; p++)
		for (size_t i = 0; i < r->net->layout.param[p].len; i++) {
			size_t at = r->net->layout.param[p].offset + i;
			real was = r->value[at];
			double up, down;

			r->value[at] = was + 1e-5;
			up = run(r, taps, false);
			r->value[at] = was - 1e-5;
			down = run(r, taps, false);
			r->value[at] = was;
			CHECK_NEAR(grad[at], (up - down) / 2e-5, 1e-8);
		}
	mem_free(grad);
}

static void
gradients_of_a_shared_projection_add_up(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r);
	for (unsigned taps = 0; taps < 1u << TAPS; taps++) /* a tap with weight 0 adds nothing */
		check_gradient(&r, taps);
	rig_close(&r);
}

static void
shared_projection_is_added_once(void **state)
{
	struct rig r;
	size_t n = 0;

	(void)state;
	rig_open(&r);
	for (size_t i = 0; i < r.net->layout.n; i++)
		n += strncmp(r.net->layout.param[i].name, "map.", 4) == 0;
	CHECK_INT(n, 2);
	CHECK_INT(r.net->layout.n_groups, 2);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gradients_of_a_shared_projection_add_up),
		TEST(shared_projection_is_added_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
