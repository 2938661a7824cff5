/* test_onnx.c: operators except those on maps against the test vectors of the ONNX specification,
 * in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "onnxrow.h"
#include "play.h"

#include "retort/base/mem.h"
#include "retort/nn/gemm/act.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/ops/op_table.h"
#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"

static size_t
product(const size_t *dim, int from, int to)
{
	size_t n = 1;

	for (int i = from; i < to; i++)
		n *= dim[i];
	return n;
}

/* The axis of an attribute; negative ones count from the end. */
static int
axis_of(const struct onnx_case *c, int absent)
{
	int axis = (int)onnx_number(&c->model.node, "axis", absent);

	return axis < 0 ? axis + c->in[0].rank : axis;
}

/* ---------------------------------------------------------------- adapters */

/* Stacks of matrices in the last two dimensions. */
static void
matmul(const struct onnx_case *c, real *const *got)
{
	const struct onnx_tensor *a = &c->in[0], *b = &c->in[1];
	size_t m = a->dim[a->rank - 2], k = a->dim[a->rank - 1], n = b->dim[b->rank - 1];
	real *x = onnxrow_copy(a), *w = onnxrow_copy(b);

	CHECK_INT(a->len / (m * k), b->len / (k * n));
	for (size_t i = 0; i < a->len / (m * k); i++) {
		struct blas_product p = { .m = m,
					  .n = n,
					  .k = k,
					  .a = x + i * m * k,
					  .lda = k,
					  .b = w + i * k * n,
					  .ldb = n,
					  .c = got[0] + i * m * n,
					  .ldc = n };
		blas_run(NULL, &p);
	}
	mem_free(x);
	mem_free(w);
}

/* alpha op(A) op(B) + beta C, with C broadcast to the result. */
static void
gemm(const struct onnx_case *c, real *const *got)
{
	const struct onnx_tensor *a = &c->in[0], *b = &c->in[1], *bias = &c->in[2], *y = &c->out[0];
	bool trans_a = onnx_number(&c->model.node, "transA", 0) > 0,
	     trans_b = onnx_number(&c->model.node, "transB", 0) > 0;
	double alpha = onnx_number(&c->model.node, "alpha", 1),
	       beta = onnx_number(&c->model.node, "beta", 1);
	size_t rows = bias->rank > 1 ? bias->dim[bias->rank - 2] : 1,
	       columns = bias->rank ? bias->dim[bias->rank - 1] : 1;
	real *x = onnxrow_copy(a), *w = onnxrow_copy(b);
	struct blas_product p = { .trans_a = trans_a,
				  .trans_b = trans_b,
				  .m = y->dim[0],
				  .n = y->dim[1],
				  .k = a->dim[trans_a ? 0 : 1],
				  .a = x,
				  .lda = a->dim[1],
				  .b = w,
				  .ldb = b->dim[1],
				  .c = got[0],
				  .ldc = y->dim[1],
				  .beta = bias->data ? 1 : 0 };

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

/* The same node as a dense layer: weights of ONNX's Linear are [out, in]. */
static void
dense(const struct onnx_case *c, real *const *got)
{
	const struct onnx_tensor *x = &c->in[0], *w = &c->in[1];
	real *in = onnxrow_copy(x), *weight = onnxrow_axis_last(w, 0),
	     *bias = onnxrow_copy(&c->in[2]);
	struct play p = { .op = "dense",
			  .attr = { [DENSE_ACT] = ACT_NONE, [DENSE_WIDTH] = (double)w->dim[0] },
			  .in = { { .rank = 2, .dim = { x->dim[0], x->dim[1] }, .data = in } },
			  .value = { { .name = "weight", .data = weight },
				     { .name = "bias", .data = bias } } };

	CHECK_INT(onnx_number(&c->model.node, "transB", 0), 1);
	play_run(&p, got[0], c->out[0].len);
	mem_free(in);
	mem_free(weight);
	mem_free(bias);
}

/* Elementwise: any shape. */
static void
element_wise(const struct onnx_case *c, const char *op, real *const *got)
{
	real *x = onnxrow_copy(&c->in[0]), *y = c->in[1].data ? onnxrow_copy(&c->in[1]) : NULL;
	struct play p = { .op = op,
			  .in = { { .rank = 2, .dim = { 1, c->in[0].len }, .data = x },
				  { .rank = y ? 2 : 0, .dim = { 1, c->in[1].len }, .data = y } } };

	play_run(&p, got[0], c->out[0].len);
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

/* GELU is x Phi(x) and Phi(x) = (1 + erf(x / sqrt 2)) / 2: the error function follows from it. */
static void
error_function(const struct onnx_case *c, real *const *got)
{
	for (size_t i = 0; i < c->in[0].len; i++) {
		real x = (real)(c->in[0].data[i] * sqrt(2)), y = x;

		act_forward(ACT_GELU, &y, 1);
		got[0][i] = x != 0 ? 2 * y / x - 1 : 0;
	}
}

/* x sigmoid(x) is the SiLU. */
static void
sigmoid(const struct onnx_case *c, real *const *got)
{
	for (size_t i = 0; i < c->in[0].len; i++) {
		real x = (real)c->in[0].data[i], y = x;

		act_forward(ACT_SILU, &y, 1);
		got[0][i] = x != 0 ? y / x : (real)0.5;
	}
}

/* Normalizes over the axes from `axis` on, which are one position here. Gain and bias have that
 * size. */
static void
layer_norm(const struct onnx_case *c, real *const *got)
{
	const struct onnx_tensor *x = &c->in[0];
	size_t width = product(x->dim, axis_of(c, -1), x->rank);
	real *in = onnxrow_copy(x), *gain = onnxrow_copy(&c->in[1]),
	     *bias = onnxrow_copy(&c->in[2]);
	struct play p = { .op = "norm",
			  .attr = { [NORM_KIND] = NORM_LAYER },
			  .in = { { .rank = 2, .dim = { x->len / width, width }, .data = in } },
			  .value = { { .name = "gain", .data = gain },
				     { .name = "bias", .data = bias } } };

	p.attr[NORM_EPS] = onnx_number(&c->model.node, "epsilon", 1e-5);
	CHECK_INT(c->in[1].len, width);
	play_run(&p, got[0], x->len);
	mem_free(in);
	mem_free(gain);
	mem_free(bias);
}

/* Rows of a table [vocabulary, width]; ids may have any shape. */
static void
gather(const struct onnx_case *c, real *const *got)
{
	const struct onnx_tensor *table = &c->in[0], *index = &c->in[1];
	size_t width = product(table->dim, 1, table->rank);
	int32_t *ids = mem_array(index->len, sizeof *ids);
	real *token = onnxrow_copy(table);
	struct play p = { .op = "embed",
			  .in = { { .rank = 2, .dim = { 1, index->len }, .ids = ids } },
			  .value = { { .name = "token", .data = token } } };

	CHECK_INT(onnx_number(&c->model.node, "axis", 0), 0);
	p.attr[EMBED_VOCAB] = (double)table->dim[0];
	p.attr[EMBED_WIDTH] = (double)width;
	for (size_t i = 0; i < index->len;
	     i++) /* negative ids count from the end; in Retort they are padding */
		ids[i] = (int32_t)(index->data[i] +
				   (index->data[i] < 0 ? (double)table->dim[0] : 0));
	play_run(&p, got[0], c->out[0].len);
	mem_free(ids);
	mem_free(token);
}

/* Reorder [4h, n] with gates i, o, f, c to [n, 4h] with i, f, g, o. */
static real *
gates(const struct onnx_tensor *w, size_t from, size_t n, size_t h)
{
	static const size_t place[4] = { 0, 3, 1, 2 };
	real *y = mem_array(4 * h * n, sizeof *y);

	for (size_t i = 0; w->data && i < 4 * h * n; i++)
		y[i % n * 4 * h + place[i / n / h] * h + i / n % h] = (real)w->data[from + i];
	return y;
}

/* X is [time, rows, in], or [rows, time, in] with layout 1; one direction; outputs Y and Y_h as
 * requested. */
static void
lstm(const struct onnx_case *c, real *const *got)
{
	const struct onnx_tensor *x = &c->in[0];
	bool by_rows = onnx_number(&c->model.node, "layout", 0) > 0;
	size_t rows = x->dim[by_rows ? 0 : 1], times = x->dim[by_rows ? 1 : 0], n = x->dim[2];
	size_t h = (size_t)onnx_number(&c->model.node, "hidden_size", 0);
	real *in = mem_array(x->len, sizeof *in), *y = mem_array(rows * times * h, sizeof *y);
	real *input = gates(&c->in[1], 0, n, h), *state = gates(&c->in[2], 0, h, h);
	real *bias = gates(&c->in[3], 0, 1, h), *more = gates(&c->in[3], 4 * h, 1, h);
	struct play p = { .op = "lstm",
			  .in = { { .rank = 3, .dim = { rows, times, n }, .data = in } },
			  .value = { { .name = "input", .data = input },
				     { .name = "state", .data = state },
				     { .name = "bias", .data = bias } } };

	for (size_t i = 0; i < x->len; i++)
		in[by_rows ? i : (i / n % rows * times + i / n / rows) * n + i % n] =
			(real)x->data[i];
	for (size_t i = 0; i < 4 * h;
	     i++) /* the specification has a bias of the input and one of the state */
		bias[i] += more[i];
	p.attr[LSTM_WIDTH] = (double)h;
	play_run(&p, y, rows * times * h);
	for (size_t i = 0; i < rows * h; i++)
		got[1][i] = y[(i / h * times + times - 1) * h + i % h];
	for (size_t i = 0; i < c->out[0].len;
	     i++) /* [rows, time, 1, h], or [time, 1, rows, h] with one time or one row */
		got[0][i] = y[i];
	mem_free(in);
	mem_free(y);
	mem_free(input);
	mem_free(state);
	mem_free(bias);
	mem_free(more);
}

static void
log_softmax(const struct onnx_case *c, real *const *got)
{
	int axis = axis_of(c, -1);
	const struct onnx_tensor *x = &c->in[0];
	real *z = onnxrow_axis_last(x, axis);

	for (size_t i = 0; i < x->len; i += x->dim[axis])
		loss_log_softmax(z + i, x->dim[axis], 1, z + i);
	onnxrow_axis_back(x, axis, z, got[0]);
	mem_free(z);
}

static void
softmax(const struct onnx_case *c, real *const *got)
{
	log_softmax(c, got);
	for (size_t i = 0; i < c->out[0].len; i++)
		got[0][i] = REAL_EXP(got[0][i]);
}

/* Mean over the positions of [N,C,..], with class weights and an ignored class. */
static void
cross_entropy(const struct onnx_case *c, real *const *got)
{
	const struct onnx_tensor *x = &c->in[0], *label = &c->in[1], *weight = &c->in[2];
	double none = onnx_number(&c->model.node, "ignore_index", -1), sum = 0;
	real *z = onnxrow_axis_last(x, 1),
	     *scratch = mem_array(LOSS_SCRATCH * x->len, sizeof *scratch);
	real *share = mem_array(label->len, sizeof *share);
	int32_t *class = mem_array(label->len, sizeof *class);
	struct loss_args a = { .rows = label->len,
			       .width = x->dim[1],
			       .x = z,
			       .label = class,
			       .weight = share,
			       .temperature = 1,
			       .scale = 1,
			       .scratch = scratch };

	CHECK_STR(onnx_word(&c->model.node, "reduction", "mean"), "mean");
	for (size_t i = 0; i < label->len; i++) {
		class[i] = label->data[i] == none ? -1 : (int32_t)label->data[i];
		share[i] = class[i] < 0 ? 0 : weight->data ? (real)weight->data[class[i]] : 1;
		sum += (double)share[i];
	}
	for (size_t i = 0; i < label->len; i++)
		share[i] /= (real)sum;
	got[0][0] = (real)loss_ce.run(&a);
	for (size_t i = 0; i < x->len; i += x->dim[1])
		loss_log_softmax(z + i, x->dim[1], 1, z + i);
	if (c->out[1].data)
		onnxrow_axis_back(x, 1, z, got[1]);
	mem_free(z);
	mem_free(scratch);
	mem_free(share);
	mem_free(class);
}

static const struct CMUnitTest tests[] = {
	ONNXROW("node/test_matmul_2d", matmul),
	ONNXROW("node/test_matmul_3d", matmul),
	ONNXROW("node/test_matmul_4d", matmul),
	ONNXROW("node/test_gemm_all_attributes", gemm),
	ONNXROW("node/test_gemm_alpha", gemm),
	ONNXROW("node/test_gemm_beta", gemm),
	ONNXROW("node/test_gemm_default_matrix_bias", gemm),
	ONNXROW("node/test_gemm_default_no_bias", gemm),
	ONNXROW("node/test_gemm_default_scalar_bias", gemm),
	ONNXROW("node/test_gemm_default_single_elem_vector_bias", gemm),
	ONNXROW("node/test_gemm_default_vector_bias", gemm),
	ONNXROW("node/test_gemm_default_zero_bias", gemm),
	ONNXROW("node/test_gemm_transposeA", gemm),
	ONNXROW("node/test_gemm_transposeB", gemm),
	ONNXROW("pytorch-converted/test_Linear", dense),
	ONNXROW("node/test_relu", relu),
	ONNXROW("pytorch-converted/test_ReLU", relu),
	ONNXROW("simple/test_single_relu_model", relu),
	ONNXROW("node/test_tanh", hyperbolic),
	ONNXROW("node/test_tanh_example", hyperbolic),
	ONNXROW("pytorch-converted/test_Tanh", hyperbolic),
	ONNXROW("node/test_erf", error_function),
	ONNXROW("node/test_add", add),
	ONNXROW("node/test_layer_normalization_2d_axis0", layer_norm),
	ONNXROW("node/test_layer_normalization_2d_axis1", layer_norm),
	ONNXROW("node/test_layer_normalization_2d_axis_negative_1", layer_norm),
	ONNXROW("node/test_layer_normalization_2d_axis_negative_2", layer_norm),
	ONNXROW("node/test_layer_normalization_3d_axis1_epsilon", layer_norm),
	ONNXROW("node/test_layer_normalization_3d_axis2_epsilon", layer_norm),
	ONNXROW("node/test_layer_normalization_3d_axis_negative_1_epsilon", layer_norm),
	ONNXROW("node/test_layer_normalization_4d_axis1", layer_norm),
	ONNXROW("node/test_layer_normalization_4d_axis3", layer_norm),
	ONNXROW("node/test_layer_normalization_4d_axis_negative_2", layer_norm),
	ONNXROW("node/test_layer_normalization_default_axis", layer_norm),
	ONNXROW("node/test_gather_0", gather),
	ONNXROW("node/test_gather_negative_indices", gather),
	ONNXROW("pytorch-converted/test_Embedding", gather),
	ONNXROW("pytorch-converted/test_Embedding_sparse", gather),
	ONNXROW("node/test_lstm_defaults", lstm, .ports = 2),
	ONNXROW("node/test_lstm_with_initial_bias", lstm, .ports = 2),
	ONNXROW("node/test_lstm_batchwise", lstm, .ports = 3),
	ONNXROW("node/test_sigmoid", sigmoid),
	ONNXROW("node/test_sigmoid_example", sigmoid),
	ONNXROW("pytorch-converted/test_Sigmoid", sigmoid),
	ONNXROW("node/test_softmax_axis_0", softmax),
	ONNXROW("node/test_softmax_axis_1", softmax),
	ONNXROW("node/test_softmax_axis_2", softmax),
	ONNXROW("node/test_softmax_default_axis", softmax),
	ONNXROW("node/test_softmax_example", softmax),
	ONNXROW("node/test_softmax_large_number", softmax),
	ONNXROW("node/test_softmax_negative_axis", softmax),
	ONNXROW("pytorch-converted/test_Softmax", softmax),
	ONNXROW("pytorch-converted/test_softmax_functional_dim3", softmax),
	ONNXROW("pytorch-converted/test_softmax_lastdim", softmax),
	ONNXROW("node/test_logsoftmax_axis_0", log_softmax),
	ONNXROW("node/test_logsoftmax_axis_1", log_softmax),
	ONNXROW("node/test_logsoftmax_axis_2", log_softmax),
	ONNXROW("node/test_logsoftmax_default_axis", log_softmax),
	ONNXROW("node/test_logsoftmax_example_1", log_softmax),
	ONNXROW("node/test_logsoftmax_large_number", log_softmax),
	ONNXROW("node/test_logsoftmax_negative_axis", log_softmax),
	ONNXROW("pytorch-converted/test_LogSoftmax", log_softmax),
	ONNXROW("pytorch-converted/test_log_softmax_dim3", log_softmax),
	ONNXROW("pytorch-converted/test_log_softmax_lastdim", log_softmax),
	ONNXROW("node/test_sce_mean", cross_entropy),
	ONNXROW("node/test_sce_mean_3d", cross_entropy),
	ONNXROW("node/test_sce_mean_weight", cross_entropy),
	ONNXROW("node/test_sce_mean_weight_ii", cross_entropy),
	ONNXROW("node/test_sce_mean_weight_ii_3d", cross_entropy),
	ONNXROW("node/test_sce_mean_no_weight_ii_4d", cross_entropy),
	ONNXROW("node/test_sce_mean_weight_ii_4d_log_prob", cross_entropy, .ports = 3),
	ONNXROW("node/test_sce_NCd1_mean_weight_negative_ii_log_prob", cross_entropy, .ports = 3),
	ONNXROW("node/test_sce_NCd1d2d3d4d5_mean_weight", cross_entropy),
};

int
main(void)
{
	if (onnxrow_skips())
		return 0;
	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
