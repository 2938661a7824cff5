/* test_shared.c: gradients of whole networks whose blocks share parameters, norms among them,
 * against central differences; in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/models/model_table.h"
#include "retort/nn/net.h"

#define ROWS 3
#define LENGTH 6
#define VOCAB 7

/* Networks; with `taps`, a loss on attention maps and scores of every block beside that on logits.
 */
static const struct shared_case {
	const char *spec;
	bool taps;
} cases[] = {
	{ "transformer layers=3 width=6 heads=2 share=on order=post embed-norm=on pool=first "
	  "pooler=tanh",
	  false },
	{ "transformer layers=3 width=6 heads=2 share=on order=pre norm=rms activation=swiglu",
	  false },
	{ "transformer layers=2 width=6 heads=2 share=on order=pre norm=rms-one bias=off", true },
	{ "transformer layers=2 width=6 heads=2 order=post relative=8 first-position=2", false },
	{ "transformer layers=2 width=6 heads=2 kv-heads=1 share=on relative=4", true },
};

struct rig {
	struct net *net;
	real *value, *grad;
	int out[1 + 2 * MODEL_LAYERS]; /* nodes that the loss is a weighted sum of */
	int n;
};

static void
tap(struct rig *r, int node)
{
	if (node < 0)
		return;
	graph_tap(r->net->graph, node);
	r->out[r->n++] = node;
}

static void
make(struct rig *r, const struct shared_case *c)
{
	struct model_io io = { .kind = DATASET_TOKENS,
			       .length = LENGTH,
			       .features = LENGTH,
			       .vocab = VOCAB,
			       .classes = 3 };
	unsigned wants[MODEL_LAYERS] = { 0 };
	struct model_spec spec;
	struct err e = { .msg = "" };
	int32_t ids[ROWS * LENGTH];

	memset(r, 0, sizeof *r);
	for (int i = 0; i < MODEL_LAYERS; i++)
		wants[i] = c->taps ? MODEL_SQUARES : 0;
	if (model_table_parse(c->spec, &spec, &e) < 0 ||
	    !(r->net = net_new("s", &spec, &io, ROWS, NULL, wants, &e)))
		fail_msg("%s: %s", c->spec, e.msg);
	tap(r, net_logits(r->net));
	for (int i = 1; i < r->net->n_layers - 1; i++) {
		tap(r, net_node(r->net, i, MODEL_ATTENTION));
		tap(r, net_node(r->net, i, MODEL_SCORES));
	}
	CHECK(!c->taps || r->n == 2 * (r->net->n_layers - 2) + 1);
	CHECK_INT(net_finish(r->net, true, &e), 0);
	r->value = mem_array(r->net->layout.len, sizeof *r->value);
	r->grad = mem_array(r->net->layout.len, sizeof *r->grad);
	for (size_t i = 0; i < r->net->layout.len; i++)
		r->value[i] = 0.5 * rng_normal(rng_stream(1, "value", 0, 0), i);
	for (size_t i = 0; i < ROWS * LENGTH; i++)
		ids[i] = i % LENGTH > 3 + i / LENGTH ? -1 : (int32_t)(i * 5 % VOCAB);
	graph_bind(r->net->graph, r->value, r->grad);
	graph_feed_ids(r->net->graph, r->net->input, ids, ROWS);
	r->net->graph->training = r->net->graph->saves = true;
}

/* The weighted sum of the outputs; with `gradients`, their weights as gradients. */
static double
loss(struct rig *r, bool gradients)
{
	struct graph *g = r->net->graph;
	double sum = 0;

	graph_forward(g, g->n_nodes - 1);
	if (gradients)
		graph_zero(g);
	for (int k = 0; k < r->n; k++) {
		struct node *n = &g->node[r->out[k]];

		for (size_t i = 0; i < ROWS * tensor_width(&n->out); i++) {
			double weight = rng_normal(rng_stream(2, "weight", (uint64_t)k, 0), i);

			sum += weight * (double)n->out.data[i];
			if (gradients)
				n->grad[i] += (real)weight;
		}
	}
	if (gradients)
		graph_backward(g);
	return sum;
}

/* Compare the gradient of one number with the central difference. */
static void
compare(struct rig *r, const struct shared_case *c, const struct param *p, size_t k)
{
	real *x = &r->value[p->offset + k], was = *x;
	double up, down, want, got = (double)r->grad[p->offset + k];

	*x = (real)((double)was + 1e-5);
	up = loss(r, false);
	*x = (real)((double)was - 1e-5);
	down = loss(r, false);
	*x = was;
	want = (up - down) / 2e-5;
	if (!(fabs(want - got) <= 1e-6 * (1 + fabs(want))))
		fail_msg("%s: d/d %s[%zu] is %.12g, central difference %.12g", c->spec, p->name, k,
			 got, want);
}

static void
gradients_of_shared_parameters_are_central_differences(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		double norms = 0;
		struct rig r;

		make(&r, &cases[i]);
		loss(&r, true);
		for (size_t p = 0; p < r.net->layout.n; p++) {
			const struct param *q = &r.net->layout.param[p];

			for (size_t k = 0; k < q->len; k++) {
				compare(&r, &cases[i], q, k);
				norms += strstr(q->name, "norm.gain")
						 ? fabs((double)r.grad[q->offset + k])
						 : 0;
			}
		}
		CHECK(norms > 0.1);
		net_free(r.net);
		mem_free(r.value);
		mem_free(r.grad);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gradients_of_shared_parameters_are_central_differences),
	};

	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
