/* test_onnx.c: operators against the test vectors of the ONNX specification, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "onnx.h"

#include "retort/base/mem.h"
#include "retort/engine/act.h"
#include "retort/engine/blas.h"
#include "retort/engine/graph.h"
#include "retort/kd/loss.h"

/*
 * A row of the table at the end is a test of the package; its adapter computes the node's outputs with Retort's
 * own routines. Expected values were computed in single precision, hence the tolerances; the vectors say whether
 * conventions are the same (axes, padding, which variance), central differences elsewhere say how exact we are.
 */
struct row {
	const char *path;
	void (*adapter)(const struct onnx_case *c, real *const *got);
	int ports;        /* outputs to be compared; 0: the first */
	double tolerance; /* relative to 1 + |expected|; 0: 1e-6 */
};

/* ---------------------------------------------------------------- what adapters share */

static size_t
product(const size_t *dim, int from, int to)
{
	size_t n = 1;

	for (int i = from; i < to; i++)
		n *= dim[i];
	return n;
}

/* The axis an attribute means: negative ones count from the end. */
static int
axis_of(const struct onnx_case *c, int absent)
{
	int axis = (int)onnx_number(&c->model.node, "axis", absent);

	return axis < 0 ? axis + c->in[0].rank : axis;
}

/* Turn `axis` of x to the end: channels of an image [N,C,H,W] to [N,H,W,C]. Caller frees. */
static real *
axis_last(const struct onnx_tensor *x, int axis)
{
	size_t inner = product(x->dim, axis + 1, x->rank), n = x->dim[axis];
	real *y = mem_array(x->len ? x->len : 1, sizeof *y);

	for (size_t i = 0; i < x->len; i++)
		y[(i / (inner * n) * inner + i % inner) * n + i / inner % n] = (real)x->data[i];
	return y;
}

/* The other way: y is laid out like x, its axis of n numbers was at the end. */
static void
axis_back(const struct onnx_tensor *x, int axis, const real *y, real *out)
{
	size_t inner = product(x->dim, axis + 1, x->rank), n = x->dim[axis];

	for (size_t i = 0; i < x->len; i++)
		out[i] = y[(i / (inner * n) * inner + i % inner) * n + i / inner % n];
}

static real *
copy(const struct onnx_tensor *x)
{
	real *y = mem_array(x->len ? x->len : 1, sizeof *y);

	for (size_t i = 0; i < x->len; i++)
		y[i] = (real)x->data[i];
	return y;
}

#define INPUTS 3
#define VALUES 6

/* One operator in a graph of its own. */
struct play {
	const char *op;
	double attr[GRAPH_ATTRS];
	struct {
		int rank;                /* with rows */
		size_t dim[TENSOR_RANK];
		const real *data;
	} in[INPUTS];                    /* as many as have data */
	struct {
		const char *name;        /* of a parameter, behind "node." */
		const real *data;
	} value[VALUES];
	bool training;
	real *state[VALUES];             /* where not NULL: what value[i] is afterwards */
};

static const struct op *
op_called(const char *name)
{
	for (size_t i = 0; i < op_count; i++)
		if (strcmp(op_table[i]->name, name) == 0)
			return op_table[i];
	fail_msg("no operator '%s'", name);
	return NULL;
}

static const struct param *
param_called(const struct param_layout *l, const char *name)
{
	char full[PARAM_NAME];
	const struct param *p;

	snprintf(full, sizeof full, "node.%s", name);
	p = param_find(l, full);
	if (!p)
		fail_msg("the operator has no parameter '%s'", name);
	return p;
}

/* Values of parameters in, or what became of them out. */
static void
play_parameters(const struct play *p, const struct param_layout *l, real *slab, bool out)
{
	size_t given = 0;

	for (int i = 0; i < VALUES && p->value[i].name; i++, given++) {
		const struct param *at = param_called(l, p->value[i].name);

		if (!out)
			memcpy(slab + at->offset, p->value[i].data, at->len * sizeof *slab);
		else if (p->state[i])
			memcpy(p->state[i], slab + at->offset, at->len * sizeof *slab);
	}
	CHECK_INT(given, l->n);
}

static void
play(const struct play *p, real *out)
{
	struct param_layout layout;
	struct graph *g;
	struct err e = { "" };
	int in[INPUTS], n_in = 0, node;
	real *slab;

	param_layout_init(&layout);
	g = graph_new(p->in[0].dim[0], &layout, NULL);
	for (; n_in < INPUTS && p->in[n_in].data; n_in++) {
		char name[] = { 'x', (char)('0' + n_in), '\0' };

		in[n_in] = graph_input(g, name, p->in[n_in].rank - 1, p->in[n_in].dim + 1);
	}
	node = graph_add(g, op_called(p->op), "node", 0, n_in, in, p->attr, &e);
	if (node < 0 || graph_finish(g, false, &e) < 0)
		fail_msg("%s", e.msg);
	slab = mem_array(layout.len ? layout.len : 1, sizeof *slab);
	play_parameters(p, &layout, slab, false);
	graph_bind(g, slab, NULL);
	g->training = p->training;
	for (int i = 0; i < n_in; i++) {
		g->rows = p->in[i].dim[0];
		memcpy(g->node[in[i]].out.data, p->in[i].data,
		       product(p->in[i].dim, 0, p->in[i].rank) * sizeof *p->in[i].data);
	}
	graph_forward(g, node);
	memcpy(out, g->node[node].out.data, g->rows * tensor_width(&g->node[node].out) * sizeof *out);
	play_parameters(p, &layout, slab, true);
	mem_free(slab);
	graph_free(g);
	param_layout_release(&layout);
}

/* ---------------------------------------------------------------- adapters */

/* Stacks of matrices in front of the last two dimensions. */
static void
matmul(const struct onnx_case *c, real *const *got)
{
	const struct onnx_tensor *a = &c->in[0], *b = &c->in[1];
	size_t m = a->dim[a->rank - 2], k = a->dim[a->rank - 1], n = b->dim[b->rank - 1];
	real *x = copy(a), *w = copy(b);

	CHECK_INT(a->len / (m * k), b->len / (k * n));
	for (size_t i = 0; i < a->len / (m * k); i++) {
		struct blas_product p = { .m = m, .n = n, .k = k, .a = x + i * m * k, .lda = k, .b = w + i * k * n,
					  .ldb = n, .c = got[0] + i * m * n, .ldc = n };
		blas_run(NULL, &p);
	}
	mem_free(x);
	mem_free(w);
}

/* alpha op(A) op(B) + beta C, where C is spread over the result. */
static void
gemm(const struct onnx_case *c, real *const *got)
{
	const struct onnx_tensor *a = &c->in[0], *b = &c->in[1], *bias = &c->in[2], *y = &c->out[0];
	bool trans_a = onnx_number(&c->model.node, "transA", 0) > 0, trans_b = onnx_number(&c->model.node, "transB", 0) > 0;
	double alpha = onnx_number(&c->model.node, "alpha", 1), beta = onnx_number(&c->model.node, "beta", 1);
	size_t rows = bias->rank > 1 ? bias->dim[bias->rank - 2] : 1, columns = bias->rank ? bias->dim[bias->rank - 1] : 1;
	real *x = copy(a), *w = copy(b);
	struct blas_product p = { .trans_a = trans_a, .trans_b = trans_b, .m = y->dim[0], .n = y->dim[1],
				  .k = a->dim[trans_a ? 0 : 1], .a = x, .lda = a->dim[1], .b = w, .ldb = b->dim[1],
				  .c = got[0], .ldc = y->dim[1], .beta = bias->data ? 1 : 0 };

	for (size_t i = 0; i < a->len; i++)
		x[i] *= (real)alpha;
	for (size_t i = 0; bias->data && i < y->len; i++) {
		size_t row = i / p.n % rows, column = i % p.n % columns;

		got[0][i] = (real)(beta * bias->data[row * columns + column]);
	}
	blas_run(NULL, &p);
	mem_free(x);
	mem_free(w);
}

/* The same node as a layer: weights of ONNX's Linear are [out, in]. */
static void
dense(const struct onnx_case *c, real *const *got)
{
	const struct onnx_tensor *x = &c->in[0], *w = &c->in[1];
	real *in = copy(x), *weight = axis_last(w, 0), *bias = copy(&c->in[2]);
	struct play p = { .op = "dense", .attr = { [DENSE_ACT] = ACT_NONE, [DENSE_WIDTH] = (double)w->dim[0] },
			  .in = { { 2, { x->dim[0], x->dim[1] }, in } },
			  .value = { { "weight", weight }, { "bias", bias } } };

	CHECK_INT(onnx_number(&c->model.node, "transB", 0), 1);
	play(&p, got[0]);
	mem_free(in);
	mem_free(weight);
	mem_free(bias);
}

/* One number to one number: any shape will do. */
static void
element_wise(const struct onnx_case *c, const char *op, real *const *got)
{
	real *x = copy(&c->in[0]), *y = c->in[1].data ? copy(&c->in[1]) : NULL;
	struct play p = { .op = op, .in = { { 2, { 1, c->in[0].len }, x }, { 2, { 1, c->in[1].len }, y } } };

	play(&p, got[0]);
	mem_free(x);
	mem_free(y);
}

static void
relu(const struct onnx_case *c, real *const *got)
{
	element_wise(c, "relu", got);
}

static void
hyperbolic(const struct onnx_case *c, real *const *got)
{
	element_wise(c, "tanh", got);
}

static void
add(const struct onnx_case *c, real *const *got)
{
	element_wise(c, "add", got);
}

/* GELU is x Phi(x) and Phi(x) = (1 + erf(x / sqrt 2)) / 2: the error function can be read from it. */
static void
error_function(const struct onnx_case *c, real *const *got)
{
	for (size_t i = 0; i < c->in[0].len; i++) {
		real x = (real)(c->in[0].data[i] * sqrt(2)), y = x;

		act_forward(ACT_GELU, &y, 1);
		got[0][i] = x != 0 ? 2 * y / x - 1 : 0;
	}
}

static void
log_softmax(const struct onnx_case *c, real *const *got)
{
	int axis = axis_of(c, -1);
	const struct onnx_tensor *x = &c->in[0];
	real *z = axis_last(x, axis);

	for (size_t i = 0; i < x->len; i += x->dim[axis])
		loss_log_softmax(z + i, x->dim[axis], 1, z + i);
	axis_back(x, axis, z, got[0]);
	mem_free(z);
}

static void
softmax(const struct onnx_case *c, real *const *got)
{
	log_softmax(c, got);
	for (size_t i = 0; i < c->out[0].len; i++)
		got[0][i] = REAL_EXP(got[0][i]);
}

/* Mean over the positions of [N,C,..], with weights of classes and a class that is no label. */
static void
cross_entropy(const struct onnx_case *c, real *const *got)
{
	const struct onnx_tensor *x = &c->in[0], *label = &c->in[1], *weight = &c->in[2];
	double none = onnx_number(&c->model.node, "ignore_index", -1);
	real *z = axis_last(x, 1), *scratch = mem_array(3 * x->dim[1], sizeof *scratch), *log_p;
	struct loss_args a = { .rows = label->len, .width = x->dim[1], .x = z, .temperature = 1, .scale = 1,
			       .scratch = scratch };
	int32_t *class = mem_array(label->len, sizeof *class);
	float *label_weight = mem_array(label->len, sizeof *label_weight);

	CHECK_STR(onnx_word(&c->model.node, "reduction", "mean"), "mean");
	for (size_t i = 0; i < label->len; i++) {
		class[i] = label->data[i] == none ? -1 : (int32_t)label->data[i];
		label_weight[i] = class[i] < 0 ? 0 : weight->data ? (float)weight->data[class[i]] : 1;
	}
	a.label = class;
	a.label_weight = label_weight;
	got[0][0] = (real)loss_ce.run(&a);
	for (size_t i = 0; c->out[1].data && i < x->len; i += x->dim[1])
		loss_log_softmax(z + i, x->dim[1], 1, z + i);
	log_p = c->out[1].data ? got[1] : NULL;
	if (log_p)
		axis_back(x, 1, z, log_p);
	mem_free(z);
	mem_free(scratch);
	mem_free(class);
	mem_free(label_weight);
}

/* ---------------------------------------------------------------- the table */

static void
compare(const struct row *row, const struct onnx_case *c, real *const *got)
{
	for (int k = 0; k < (row->ports ? row->ports : 1); k++) {
		const struct onnx_tensor *want = &c->out[k];

		CHECK(want->data && want->len > 0);
		for (size_t i = 0; i < want->len; i++) {
			double off = fabs((double)got[k][i] - want->data[i]) / (1 + fabs(want->data[i]));

			if (!(off <= (row->tolerance > 0 ? row->tolerance : 1e-6)))
				fail_msg("%s: number %zu of output %d is %.9g, expected %.9g", row->path, i, k,
					 (double)got[k][i], want->data[i]);
		}
	}
}

static void
agrees(void **state)
{
	const struct row *row = *state;
	struct onnx_case c;
	struct err e = { "" };
	real *got[ONNX_PORTS] = { NULL };

	if (onnx_case_load(row->path, &c, &e) < 0)
		fail_msg("%s", e.msg);
	for (int k = 0; k < ONNX_PORTS; k++) {
		got[k] = mem_array(c.out[k].len ? c.out[k].len : 1, sizeof **got);
		for (size_t i = 0; i < c.out[k].len; i++)
			got[k][i] = (real)NAN; /* what an adapter forgets is no number */
	}
	row->adapter(&c, got);
	compare(row, &c, got);
	for (int k = 0; k < ONNX_PORTS; k++)
		mem_free(got[k]);
	onnx_case_release(&c);
}

#define ROW(where, ...) \
	{ "agrees with onnx " where, agrees, NULL, NULL, &(struct row){ .path = where, .adapter = __VA_ARGS__ } }

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ROW("node/test_matmul_2d", matmul),
		ROW("node/test_matmul_3d", matmul),
		ROW("node/test_matmul_4d", matmul),
		ROW("node/test_gemm_all_attributes", gemm),
		ROW("node/test_gemm_alpha", gemm),
		ROW("node/test_gemm_beta", gemm),
		ROW("node/test_gemm_default_matrix_bias", gemm),
		ROW("node/test_gemm_default_no_bias", gemm),
		ROW("node/test_gemm_default_scalar_bias", gemm),
		ROW("node/test_gemm_default_single_elem_vector_bias", gemm),
		ROW("node/test_gemm_default_vector_bias", gemm),
		ROW("node/test_gemm_default_zero_bias", gemm),
		ROW("node/test_gemm_transposeA", gemm),
		ROW("node/test_gemm_transposeB", gemm),
		ROW("pytorch-converted/test_Linear", dense),
		ROW("node/test_relu", relu),
		ROW("node/test_tanh", hyperbolic),
		ROW("node/test_tanh_example", hyperbolic),
		ROW("node/test_erf", error_function),
		ROW("node/test_add", add),
		ROW("node/test_softmax_axis_0", softmax),
		ROW("node/test_softmax_axis_1", softmax),
		ROW("node/test_softmax_axis_2", softmax),
		ROW("node/test_softmax_default_axis", softmax),
		ROW("node/test_softmax_example", softmax),
		ROW("node/test_softmax_large_number", softmax),
		ROW("node/test_softmax_negative_axis", softmax),
		ROW("node/test_logsoftmax_axis_0", log_softmax),
		ROW("node/test_logsoftmax_axis_1", log_softmax),
		ROW("node/test_logsoftmax_axis_2", log_softmax),
		ROW("node/test_logsoftmax_default_axis", log_softmax),
		ROW("node/test_logsoftmax_example_1", log_softmax),
		ROW("node/test_logsoftmax_large_number", log_softmax),
		ROW("node/test_logsoftmax_negative_axis", log_softmax),
		ROW("node/test_sce_mean", cross_entropy),
		ROW("node/test_sce_mean_3d", cross_entropy),
		ROW("node/test_sce_mean_weight", cross_entropy),
		ROW("node/test_sce_mean_weight_ii", cross_entropy),
		ROW("node/test_sce_mean_weight_ii_3d", cross_entropy),
		ROW("node/test_sce_mean_no_weight_ii_4d", cross_entropy),
		ROW("node/test_sce_mean_weight_ii_4d_log_prob", cross_entropy, .ports = 2),
		ROW("node/test_sce_NCd1_mean_weight_negative_ii_log_prob", cross_entropy, .ports = 2),
		ROW("node/test_sce_NCd1d2d3d4d5_mean_weight", cross_entropy),
	};

	if (!onnx_folder()) { /* cmocka's skip() writes "not ok", which automake counts as a failure */
		puts("1..0 # SKIP libonnx-testdata is not installed");
		return 0;
	}
	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
