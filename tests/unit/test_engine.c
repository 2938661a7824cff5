/* test_engine.c: every operator against central differences and values by hand, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/engine/blas.h"
#include "retort/engine/graph.h"
#include "retort/engine/model.h"
#include "retort/engine/net.h"

#define ROWS 5
#define WIDTH 7

/* One case for each operator in the table; the loop below fails where a new one has none. */
static const struct {
	const char *op;
	double attr[GRAPH_ATTRS];
} cases[] = {
	{ "dense", { ACT_NONE, 4 } },
	{ "dense", { ACT_RELU, 4 } },
	{ "dense", { ACT_GELU, 4 } },
	{ "dense", { ACT_TANH, 4 } },
	{ "relu", { 0 } },
	{ "gelu", { 0 } },
	{ "tanh", { 0 } },
	{ "add", { 0 } },
	{ "dropout", { 0.4 } },
};
#define CASES (sizeof cases / sizeof *cases)

struct rig {
	struct param_layout layout;
	struct graph *g;
	real *value, *grad;
	int out; /* node whose weighted sum is the loss */
	double *mix; /* [rows * width of out] */
	size_t len;
};

static const struct op *
op_called(const char *name)
{
	for (size_t i = 0; i < op_count; i++)
		if (strcmp(op_table[i]->name, name) == 0)
			return op_table[i];
	return NULL;
}

/*
 * input -> dense (so that the operator's input has a gradient) -> the operator -> sum with weights.
 * An operator of two inputs gets the same node twice, so that adding up gradients is tested too.
 */
static void
rig_make(struct rig *r, const struct op *op, const double *attr)
{
	const size_t dim = WIDTH;
	float x[ROWS * WIDTH];
	struct err e;
	int first, in[GRAPH_INPUTS];

	memset(r, 0, sizeof *r);
	param_layout_init(&r->layout);
	r->g = graph_new(ROWS, &r->layout, NULL);
	graph_input(r->g, "x", 1, &dim);
	first = graph_add(r->g, &op_dense, "first", 0, 1, (int[]){ 0 }, (double[GRAPH_ATTRS]){ ACT_NONE, WIDTH }, &e);
	for (int i = 0; i < GRAPH_INPUTS; i++)
		in[i] = first;
	r->out = graph_add(r->g, op, "node", 0, op->n_in, in, attr, &e);
	CHECK(r->out > 0);
	graph_tap(r->g, r->out);
	CHECK_INT(graph_finish(r->g, true, &e), 0);
	r->value = mem_array(r->layout.len, sizeof(real));
	r->grad = mem_array(r->layout.len, sizeof(real));
	param_start_all(&r->layout, r->value, 3, "rig");
	graph_bind(r->g, r->value, r->grad);
	r->g->training = true;
	for (int i = 0; i < ROWS * WIDTH; i++)
		x[i] = (float)rng_normal(rng_stream(1, "x", 0, 0), (uint64_t)i);
	graph_feed(r->g, 0, x, ROWS);
	r->len = ROWS * tensor_width(&r->g->node[r->out].out);
	r->mix = mem_array(r->len, sizeof *r->mix);
	for (size_t i = 0; i < r->len; i++)
		r->mix[i] = rng_normal(rng_stream(2, "mix", 0, 0), i);
}

static void
rig_free(struct rig *r)
{
	graph_free(r->g);
	param_layout_release(&r->layout);
	mem_free(r->value);
	mem_free(r->grad);
	mem_free(r->mix);
}

static double
rig_loss(struct rig *r)
{
	double sum = 0;

	graph_forward(r->g, r->g->n_nodes - 1);
	for (size_t i = 0; i < r->len; i++)
		sum += r->mix[i] * r->g->node[r->out].out.data[i];
	return sum;
}

static void
check_gradients(struct rig *r, const char *what)
{
	const double h = 1e-6;

	rig_loss(r);
	graph_zero(r->g);
	for (size_t i = 0; i < r->len; i++)
		r->g->node[r->out].grad[i] += r->mix[i];
	graph_backward(r->g);
	for (size_t p = 0; p < r->layout.n; p++) {
		const struct param *q = &r->layout.param[p];

		for (size_t i = q->offset; i < q->offset + q->len; i++) {
			double was = r->value[i], up, down, difference;

			r->value[i] = was + h;
			up = rig_loss(r);
			r->value[i] = was - h;
			down = rig_loss(r);
			r->value[i] = was;
			difference = (up - down) / (2 * h);
			if (fabs(difference - r->grad[i]) > 1e-7 * (1 + fabs(difference)))
				fail_msg("%s: d/d %s[%zu] is %.12g, central difference %.12g", what, q->name,
					 i - q->offset, r->grad[i], difference);
		}
	}
}

static void
every_operator_has_the_gradient_of_its_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < op_count; i++) {
		const struct op *op = op_table[i];
		int tried = 0;

		for (size_t k = 0; k < CASES; k++) {
			struct rig r;

			if (strcmp(cases[k].op, op->name) != 0)
				continue;
			rig_make(&r, op, cases[k].attr);
			check_gradients(&r, op->name);
			rig_free(&r);
			tried++;
		}
		if (!tried && op != &op_input)
			fail_msg("operator %s has no case", op->name);
	}
}

static void
every_operator_has_a_name_a_sentence_and_a_cost(void **state)
{
	(void)state;
	for (size_t i = 0; i < op_count; i++) {
		CHECK(op_table[i]->name && op_table[i]->doc && op_table[i]->cost);
		CHECK(op_called(op_table[i]->name) == op_table[i]);
	}
}

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

/* The definition, in the order of the formula. */
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
products_in_pieces_are_the_products(void **state)
{
	static const size_t shapes[][3] = { { 1, 1, 1 }, { 3, 10, 5 }, { 128, 200, 100 }, { 300, 70, 90 }, { 33, 257, 190 } };
	struct pool *pool = pool_new(3);

	(void)state;
	for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
		for (int how = 0; how < 8; how++) {
			size_t m = shapes[s][0], n = shapes[s][1], k = shapes[s][2];
			real *a = mem_array(m * k, sizeof *a), *b = mem_array(k * n, sizeof *b);
			real *c = mem_array(m * n, sizeof *c), *want = mem_array(m * n, sizeof *c);
			struct blas_product p = { .trans_a = how & 1, .trans_b = how & 2, .m = m, .n = n, .k = k,
						  .a = a, .b = b, .c = c, .beta = how & 4 ? 1 : 0 };

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
	node = graph_add(g, &op_dropout, "drop", 0, 1, (int[]){ 0 }, (double[GRAPH_ATTRS]){ 0.25 }, &e);
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
a_description_survives_a_round_trip(void **state)
{
	static const char *const specs[] = { "mlp 16", "mlp 256,256", "mlp 8,8,4 activation=gelu residual=on dropout=0.1" };
	struct model_spec s;
	char buf[200];
	struct err e;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		CHECK_INT(model_parse(specs[i], &s, &e), 0);
		CHECK_STR(model_print(&s, buf, sizeof buf), specs[i]);
	}
}

static void
descriptions_that_make_no_network_are_refused(void **state)
{
	static const struct { const char *spec, *message; } bad[] = {
		{ "", "model: none given; try `mlp WIDTH[,WIDTH]... [activation=relu|gelu|tanh] [residual=on|off] [dropout=P]`" },
		{ "mpl 3", "model 'mpl' is not known; did you mean mlp?" },
		{ "mlp 0", "mlp: width '0' is not a whole number in 1..16384" },
		{ "mlp 3,,4", "mlp: width '' is not a whole number in 1..16384" },
		{ "mlp 3 depth=2", "mlp: 'depth' is none of activation, residual, dropout" },
		{ "mlp 3 activation=swish", "mlp: activation: 'swish' is none of relu, gelu, tanh" },
		{ "mlp 3 dropout=1", "mlp: dropout: '1' is outside 0..0.99" },
		{ "mlp 3 residual=yes", "mlp: residual: 'yes' is neither on nor off" },
	};
	struct model_spec s;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(model_parse(bad[i].spec, &s, &e), -1);
		CHECK_STR(e.msg, bad[i].message);
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
	CHECK_INT(model_parse("mlp 7,7 residual=on activation=tanh", &s, &e), 0);
	n = net_new("s", &s, 7, 3, ROWS, NULL, &e);
	CHECK(n != NULL);
	CHECK_INT(n->n_taps, 4);
	CHECK_STR(n->graph->node[n->tap[1]].name, "block1.sum");
	CHECK_STR(net_layer_name(n, 3, name, sizeof name), "logits");
	CHECK_INT(n->layout.count, 7 * 7 + 7 + 7 * 7 + 7 + 7 * 3 + 3);
	CHECK_NEAR(graph_cost(n->graph), ROWS * (2.0 * (49 + 49 + 21) + 14), 0);
	net_free(n);
}

static void
starting_values_depend_on_the_name_alone(void **state)
{
	struct model_spec s;
	struct err e;
	struct net *a, *b;
	real *va, *vb;

	(void)state;
	model_parse("mlp 5", &s, &e);
	a = net_new("s", &s, 4, 3, 1, NULL, &e);
	b = net_new("s", &s, 4, 3, 1, NULL, &e);
	net_project(b, "map.big.1.1", 1, 9, &e);
	va = mem_array(a->layout.len, sizeof *va);
	vb = mem_array(b->layout.len, sizeof *vb);
	param_start_all(&a->layout, va, 42, "s");
	param_start_all(&b->layout, vb, 42, "s");
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
		TEST(every_operator_has_the_gradient_of_its_values),
		TEST(every_operator_has_a_name_a_sentence_and_a_cost),
		TEST(values_of_activations_are_the_known_ones),
		TEST(products_in_pieces_are_the_products),
		TEST(dropout_is_off_when_not_training_and_keeps_the_mean),
		TEST(a_description_survives_a_round_trip),
		TEST(descriptions_that_make_no_network_are_refused),
		TEST(residual_blocks_learn_through_both_ways),
		TEST(starting_values_depend_on_the_name_alone),
	};

	blas_init(3, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
