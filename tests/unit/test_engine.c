/* test_engine.c: activations, products and networks against values computed by hand, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/graph.h"
#include "retort/nn/model.h"
#include "retort/nn/net.h"
#include "retort/nn/models/model_table.h"
#include "retort/nn/models/projection.h"
#include "retort/nn/ops/op_table.h"

#define ROWS 5

static void
values_of_activations_are_the_known_ones(void **state)
{
	real relu[] = { -2, 3 }, gelu[] = { 1, -1 }, hyperbolic[] = { 0.5, -1 };

	(void)state;
	act_forward(ACT_RELU, relu, 2);
	CHECK_NEAR(relu[0], 0, 0);
	CHECK_NEAR(relu[1], 3, 0);
	act_forward(ACT_GELU, gelu, 2); /* x Phi(x), Phi(1) = 0.841344746068543 (tables) */
	CHECK_NEAR(gelu[0], 0.841344746068543, 1e-14);
	CHECK_NEAR(gelu[1], -0.158655253931457, 1e-14);
	act_forward(ACT_TANH, hyperbolic, 2);
	CHECK_NEAR(hyperbolic[0], 0.46211715726000975, 1e-15);
	CHECK_NEAR(hyperbolic[1], -0.76159415595576489, 1e-15);
}

/* The definition, summed in the order of the formula. */
static void
naive(const struct blas_product *p, double *c)
{
	for (size_t i = 0; i < p->m; i++)
		for (size_t j = 0; j < p->n; j++) {
			double sum = 0;

			for (size_t k = 0; k < p->k; k++)
				sum += (p->trans_a ? p->a[k * p->lda + i] : p->a[i * p->lda + k]) *
				       (p->trans_b ? p->b[j * p->ldb + k] : p->b[k * p->ldb + j]);
			c[i * p->n + j] = sum + p->beta * c[i * p->n + j];
		}
}

static void
products_in_pieces_equal_whole_products(void **state)
{
	static const size_t shapes[][3] = {
		{ 1, 1, 1 }, { 3, 10, 5 }, { 128, 200, 100 }, { 300, 70, 90 }, { 33, 257, 190 }
	};
	struct pool *pool = pool_new(3);

	(void)state;
	for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
		for (int how = 0; how < 8; how++) {
			size_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
			real *a = mem_array(m * k, sizeof *a), *b = mem_array(k * n, sizeof *b);
			real *c = mem_array(m * n, sizeof *c), *want = mem_array(m * n, sizeof *c);
			struct blas_product p = { .trans_a = how & 1,
						  .trans_b = how & 2,
						  .m = m,
						  .n = n,
						  .k = k,
						  .a = a,
						  .b = b,
						  .c = c,
						  .beta = how & 4 ? 1 : 0 };

			p.lda = p.trans_a ? m : k;
			p.ldb = p.trans_b ? k : n;
			p.ldc = n;
			for (size_t i = 0; i < m * k; i++)
				a[i] = rng_normal(rng_stream(1, "a", 0, 0), i);
			for (size_t i = 0; i < k * n; i++)
				b[i] = rng_normal(rng_stream(1, "b", 0, 0), i);
			for (size_t i = 0; i < m * n; i++)
				c[i] = want[i] = rng_normal(rng_stream(1, "c", 0, 0), i);
			naive(&p, want);
			blas_run(pool, &p);
			for (size_t i = 0; i < m * n; i++)
				CHECK_NEAR(c[i], want[i], 1e-11 * (double)k);
			mem_free(a);
			mem_free(b);
			mem_free(c);
			mem_free(want);
		}
	pool_free(pool);
}

static void
dropout_is_off_when_not_training_and_keeps_the_mean(void **state)
{
	const size_t dim = 20000;
	struct param_layout layout;
	struct graph *g;
	float *x = mem_array(dim, sizeof *x);
	double sum = 0;
	struct err e;
	int node;

	(void)state;
	param_layout_init(&layout);
	g = graph_new(1, &layout, NULL);
	graph_input(g, "x", 1, &dim);
	node = graph_add(g, &op_dropout, "drop", 0, 1, (int[]){ 0 }, (double[GRAPH_ATTRS]){ 0.25 },
			 &e);
	CHECK_INT(graph_finish(g, false, &e), 0);
	for (size_t i = 0; i < dim; i++)
		x[i] = 1;
	graph_feed(g, 0, x, 1);
	graph_forward(g, node);
	for (size_t i = 0; i < dim; i++)
		CHECK_NEAR(g->node[node].out.data[i], 1, 0);
	g->training = true;
	graph_forward(g, node);
	for (size_t i = 0; i < dim; i++)
		sum += g->node[node].out.data[i];
	/* standard error of the mean: sqrt(p / (1 - p) / n) = 0.0041 */
	CHECK_NEAR(sum / (double)dim, 1, 5 * 0.0041);
	graph_free(g);
	param_layout_release(&layout);
	mem_free(x);
}

static void
printed_descriptions_parse_to_the_same(void **state)
{
	static const char *const specs[] = { "mlp 16", "mlp 256,256",
					     "mlp 8,8,4 activation=gelu residual=on dropout=0.1",
					     "mlp 9 activation=gelu-tanh",
					     "mlp 9 activation=silu" };
	struct model_spec s;
	char buf[200];
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
		CHECK_INT(model_table_parse(specs[i], &s, &e), 0);
		CHECK_STR(model_print(&s, buf, sizeof buf), specs[i]);
	}
}

static void
invalid_descriptions_are_refused(void **state)
{
	static const struct {
		const char *spec, *message;
	} bad[] = {
		{ "", "model: none given; try `mlp WIDTH[,WIDTH]... "
		      "[activation=relu|gelu|tanh|gelu-tanh|silu] [residual=off|on] [dropout=X]`" },
		{ "mpl 3", "did you mean mlp?" },
		{ "mlp 0", "mlp: invalid width '0'" },
		{ "mlp 3,,4", "mlp: invalid width ''" },
		{ "mlp 3 depth=2", "'depth' (expected one of activation, residual, dropout" },
		{ "mlp 3 activation=swish",
		  "activation 'swish' (expected one of relu, gelu, tanh, gelu-tanh, silu" },
		{ "mlp 3 dropout=1", "invalid dropout '1' (expected 0 to 0.99)" },
		{ "mlp 3 residual=yes", "residual 'yes'" },
	};
	struct model_spec s;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(model_table_parse(bad[i].spec, &s, &e), -1);
		CHECK(strstr(e.msg, bad[i].message) != NULL);
	}
}

static void
residual_blocks_learn_through_both_ways(void **state)
{
	struct model_spec s;
	struct err e;
	struct net *n;
	char name[16];

	(void)state;
	CHECK_INT(model_table_parse("mlp 7,7 residual=on activation=tanh", &s, &e), 0);
	n = net_new("s", &s, &(struct model_io){ .features = 7, .classes = 3 }, ROWS, NULL, NULL,
		    &e);
	CHECK(n != NULL);
	CHECK_INT(n->n_layers, 4);
	CHECK_STR(n->graph->node[net_node(n, 1, MODEL_HIDDEN)].name, "block1.sum");
	CHECK_STR(net_layer_name(n, 3, name, sizeof name), "logits");
	CHECK_INT(n->layout.count, 7 * 7 + 7 + 7 * 7 + 7 + 7 * 3 + 3);
	CHECK_NEAR(graph_cost(n->graph), ROWS * (2.0 * (49 + 49 + 21) + 14), 0);
	net_free(n);
}

static void
initial_values_depend_on_the_name_only(void **state)
{
	struct model_spec s;
	struct err e;
	struct net *a, *b;
	real *va, *vb;

	(void)state;
	model_table_parse("mlp 5", &s, &e);
	a = net_new("s", &s, &(struct model_io){ .features = 4, .classes = 3 }, 1, NULL, NULL, &e);
	b = net_new("s", &s, &(struct model_io){ .features = 4, .classes = 3 }, 1, NULL, NULL, &e);
	projection_add(b, "map.big.1.1", net_node(b, 1, MODEL_HIDDEN), 9, &e);
	va = mem_array(a->layout.len, sizeof *va);
	vb = mem_array(b->layout.len, sizeof *vb);
	param_start_all(&a->layout, NULL, va, 42, "s");
	param_start_all(&b->layout, NULL, vb, 42, "s");
	CHECK(b->layout.len > a->layout.len);
	CHECK_INT(b->layout.n_groups, 2);
	CHECK_INT(memcmp(va, vb, a->layout.len * sizeof *va), 0);
	mem_free(va);
	mem_free(vb);
	net_free(a);
	net_free(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_of_activations_are_the_known_ones),
		TEST(products_in_pieces_equal_whole_products),
		TEST(dropout_is_off_when_not_training_and_keeps_the_mean),
		TEST(printed_descriptions_parse_to_the_same),
		TEST(invalid_descriptions_are_refused),
		TEST(residual_blocks_learn_through_both_ways),
		TEST(initial_values_depend_on_the_name_only),
	};

	blas_init(3, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
