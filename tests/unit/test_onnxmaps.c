/* test_onnxmaps.c: operators on maps against the test vectors of the ONNX specification, in double.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "onnxrow.h"
#include "play.h"

#include "retort/base/mem.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/ops/op_table.h"

/*
 * Maps are [N,C,H,W] in the specification; [N,C,W] is a map of height 1. Not supported by Retort
 * and not in the table: three dimensions, pooling windows that are not square, dilations, a partial
 * last window (ceil_mode), means that exclude the padding (count_include_pad 0 with padding, the
 * default), padding beyond half of a pooling window (the *_2d_pads), and asymmetric padding that
 * zeros in the map cannot represent (auto_pad with an odd sum).
 */

/* ---------------------------------------------------------------- geometry */

/* Sizes in both directions: of the map, of the window with dilations, padding before and after. */
struct sides {
	size_t map[2], window[2], hole[2], before[2], behind[2], stride;
};

/* auto_pad: as many positions as strides begun in the map; the odd number goes after (UPPER) or
 * before (LOWER). */
static void
same_padding(struct sides *s, int i, bool lower)
{
	size_t needs = ((s->map[i] + s->stride - 1) / s->stride - 1) * s->stride + s->window[i],
	       sum;

	CHECK(needs >= s->map[i]);
	sum = needs - s->map[i];
	s->before[i] = (sum + lower) / 2;
	s->behind[i] = sum - s->before[i];
}

/* `window`: sizes of the window, one for each dimension of the map. kernel_shape is redundant and
 * not read. */
static struct sides
sides_of(const struct onnx_case *c, const size_t *window)
{
	const struct onnx_node *n = &c->model.node;
	const char *automatic = onnx_word(n, "auto_pad", "NOTSET");
	struct sides s = { .map = { 1, 1 }, .window = { 1, 1 }, .hole = { 1, 1 } };
	int rank = c->in[0].rank - 2;

	CHECK(rank == 1 || rank == 2);
	s.stride = (size_t)onnx_number(n, "strides", 1);
	CHECK_INT(onnx_item(n, "strides", 1, (double)s.stride), s.stride);
	for (int i = 2 - rank, k = 0; i < 2; i++, k++) {
		s.map[i] = c->in[0].dim[2 + k];
		s.hole[i] = (size_t)onnx_item(n, "dilations", (size_t)k, 1);
		s.window[i] = (window[k] - 1) * s.hole[i] + 1;
		s.before[i] = (size_t)onnx_item(n, "pads", (size_t)k, 0);
		s.behind[i] = (size_t)onnx_item(n, "pads", (size_t)(k + rank), 0);
		if (strncmp(automatic, "SAME", 4) == 0)
			same_padding(&s, i, strcmp(automatic, "SAME_LOWER") == 0);
	}
	return s;
}

/* Padding, equal on all sides. */
static size_t
padding_of(const struct sides *s)
{
	size_t least = s->before[0];

	for (int i = 0; i < 2; i++) {
		least = least < s->before[i] ? least : s->before[i];
		least = least < s->behind[i] ? least : s->behind[i];
	}
	return least;
}

/* ---------------------------------------------------------------- adapters */

/* Pad the image with zeros for a square window of `size`, if padding is asymmetric or the window is
 * oblong. */
static real *
framed(const struct onnx_tensor *x, const struct sides *s, size_t size, size_t *height,
       size_t *width)
{
	size_t pad = padding_of(s), rows = x->dim[0] * s->map[0], run = s->map[1] * x->dim[1];
	size_t down = s->before[0] - pad, across = s->before[1] - pad;
	real *image = onnxrow_axis_last(x, 1), *y;

	*height = down + s->map[0] + s->behind[0] - pad + size - s->window[0];
	*width = across + s->map[1] + s->behind[1] - pad + size - s->window[1];
	y = mem_array(x->dim[0] * *height * *width * x->dim[1], sizeof *y);
	for (size_t i = 0; i < rows; i++)
		memcpy(y + ((i / s->map[0] * *height + down + i % s->map[0]) * *width + across) *
				       x->dim[1],
		       image + i * run, run * sizeof *y);
	mem_free(image);
	return y;
}

/* Reorder [out, in, h, w] to [size, size, in, out], with zeros for dilations and outside of an
 * oblong window. */
static real *
kernel(const struct onnx_tensor *w, const struct sides *s, size_t size)
{
	size_t out = w->dim[0], in = w->dim[1], wide = w->dim[w->rank - 1],
	       area = w->len / out / in;
	real *y = mem_array(size * size * in * out, sizeof *y);

	for (size_t i = 0; i < w->len; i++) {
		size_t down = i % area / wide * s->hole[0], across = i % wide * s->hole[1];

		y[((down * size + across) * in + i / area % in) * out + i / area / in] =
			(real)w->data[i];
	}
	return y;
}

static void
conv(const struct onnx_case *c, real *const *got)
{
	const struct onnx_node *n = &c->model.node;
	const struct onnx_tensor *x = &c->in[0], *w = &c->in[1], *y = &c->out[0];
	struct sides s = sides_of(c, w->dim + 2);
	size_t size = s.window[0] > s.window[1] ? s.window[0] : s.window[1], height, width;
	real *image = framed(x, &s, size, &height, &width), *weight = kernel(w, &s, size);
	real *bias = onnxrow_copy(&c->in[2]), *map = mem_array(y->len, sizeof *map);
	struct play p = {
		.op = "conv",
		.attr = { [CONV_CHANNELS] = (double)w->dim[0], [CONV_KERNEL] = (double)size },
		.in = { { .rank = 4,
			  .dim = { x->dim[0], height, width, x->dim[1] },
			  .data = image } },
		.value = { { .name = "weight", .data = weight },
			   { .name = c->in[2].data ? "bias" : NULL, .data = bias } }
	};

	p.attr[CONV_STRIDE] = (double)s.stride;
	p.attr[CONV_PADDING] = (double)padding_of(&s);
	p.attr[CONV_GROUPS] = onnx_number(n, "group", 1);
	p.attr[CONV_BARE] = c->in[2].data ? 0 : 1;
	play_run(&p, map, y->len);
	onnxrow_axis_back(y, 1, map, got[0]);
	mem_free(image);
	mem_free(weight);
	mem_free(bias);
	mem_free(map);
}

/* Pooling with windows of `size`. Retort does not output the indices of maxima (storage_order). */
static void
pool(const struct onnx_case *c, const size_t *size, enum op_pool_kind kind, real *const *got)
{
	const struct onnx_node *n = &c->model.node;
	const struct onnx_tensor *x = &c->in[0], *y = &c->out[0];
	struct sides s = sides_of(c, size);
	size_t pad = padding_of(&s);
	real *image = onnxrow_axis_last(x, 1), *map = mem_array(y->len, sizeof *map);
	struct play p = { .op = "pool",
			  .attr = { [POOL_KIND] = kind, [POOL_SIZE] = (double)size[0] },
			  .in = { { .rank = 4,
				    .dim = { x->dim[0], s.map[0], s.map[1], x->dim[1] },
				    .data = image } } };

	CHECK_INT(s.window[0], s.window[1]);
	for (int i = 0; i < 2; i++)
		CHECK(s.before[i] == pad && s.behind[i] == pad && s.hole[i] == 1);
	CHECK_INT(onnx_number(n, "ceil_mode", 0), 0);
	CHECK(kind == POOL_MAX || pad == 0 || onnx_number(n, "count_include_pad", 0) > 0);
	p.attr[POOL_STRIDE] = (double)s.stride;
	p.attr[POOL_PADDING] = (double)pad;
	play_run(&p, map, y->len);
	onnxrow_axis_back(y, 1, map, got[0]);
	mem_free(image);
	mem_free(map);
}

static void
pool_by_shape(const struct onnx_case *c, enum op_pool_kind kind, real *const *got)
{
	size_t size[2] = { (size_t)onnx_item(&c->model.node, "kernel_shape", 0, 0),
			   (size_t)onnx_item(&c->model.node, "kernel_shape", 1, 0) };

	pool(c, size, kind, got);
}

static void
max_pool(const struct onnx_case *c, real *const *got)
{
	pool_by_shape(c, POOL_MAX, got);
}

static void
average_pool(const struct onnx_case *c, real *const *got)
{
	pool_by_shape(c, POOL_AVERAGE, got);
}

/* One window over the whole map. */
static void
global_max_pool(const struct onnx_case *c, real *const *got)
{
	pool(c, c->in[0].dim + 2, POOL_MAX, got);
}

/* [N,C,1,1] has the numbers in the order of [N,C]. */
static void
global_average_pool(const struct onnx_case *c, real *const *got)
{
	const struct onnx_tensor *x = &c->in[0];
	const size_t *dim = x->dim;
	real *image = onnxrow_axis_last(x, 1);
	struct play p = {
		.op = "global_pool",
		.in = { { .rank = 4, .dim = { dim[0], dim[2], dim[3], dim[1] }, .data = image } }
	};

	play_run(&p, got[0], c->out[0].len);
	mem_free(image);
}

/*
 * x, gain, bias, running mean and variance. The specification's momentum is the weight of the old
 * value, Retort's that of the batch; its running variance uses the divisor n, Retort's n - 1, which
 * is corrected here. is_test (of old versions) is the inverse of training_mode.
 */
static void
batch_norm(const struct onnx_case *c, real *const *got)
{
	const struct onnx_node *n = &c->model.node;
	const struct onnx_tensor *x = &c->in[0];
	static const char *const names[] = { "gain", "bias", "running_mean", "running_var" };
	size_t channels = x->dim[1], rows = x->dim[0], positions = x->len / channels;
	double share = 1 - onnx_number(n, "momentum", 0.9);
	real *in = onnxrow_axis_last(x, 1), *y = mem_array(x->len, sizeof *y),
	     *none = mem_array(x->len, sizeof *none);
	real *given[4];
	struct play p = {
		.op = "batch_norm",
		.training = onnx_number(n, "training_mode", 0) > 0,
		.in = { { .rank = 3, .dim = { rows, positions / rows, channels }, .data = in } }
	};

	p.attr[BATCH_NORM_EPS] = onnx_number(n, "epsilon", 1e-5);
	p.attr[BATCH_NORM_MOMENTUM] = share;
	p.mix = p.training ? none
			   : NULL; /* running statistics change only if a backward pass follows */
	for (int i = 0; i < 4; i++) {
		given[i] = onnxrow_copy(&c->in[1 + i]);
		p.value[i] =
			(struct play_value){ .name = names[i],
					     .data = given[i],
					     .after = p.training && i >= 2 ? got[i - 1] : NULL };
	}
	play_run(&p, y, x->len);
	onnxrow_axis_back(x, 1, y, got[0]);
	for (size_t i = 0; p.training && i < channels; i++) {
		real was = (real)(1 - share) * given[3][i];

		got[2][i] = was + (got[2][i] - was) * (real)(positions - 1) / (real)positions;
	}
	for (int i = 0; i < 4; i++)
		mem_free(given[i]);
	mem_free(in);
	mem_free(y);
	mem_free(none);
}

/* ---------------------------------------------------------------- the table */

static const struct CMUnitTest tests[] = {
	ONNXROW("node/test_basic_conv_with_padding", conv),
	ONNXROW("node/test_basic_conv_without_padding", conv),
	ONNXROW("node/test_conv_with_autopad_same", conv),
	ONNXROW("node/test_conv_with_strides_and_asymmetric_padding", conv),
	ONNXROW("node/test_conv_with_strides_no_padding", conv),
	ONNXROW("node/test_conv_with_strides_padding", conv),
	ONNXROW("pytorch-converted/test_Conv1d", conv),
	ONNXROW("pytorch-converted/test_Conv1d_dilated", conv),
	ONNXROW("pytorch-converted/test_Conv1d_groups", conv),
	ONNXROW("pytorch-converted/test_Conv1d_pad1", conv),
	ONNXROW("pytorch-converted/test_Conv1d_pad1size1", conv),
	ONNXROW("pytorch-converted/test_Conv1d_pad2", conv),
	ONNXROW("pytorch-converted/test_Conv1d_pad2size1", conv),
	ONNXROW("pytorch-converted/test_Conv1d_stride", conv),
	ONNXROW("pytorch-converted/test_Conv2d", conv),
	ONNXROW("pytorch-converted/test_Conv2d_depthwise", conv),
	ONNXROW("pytorch-converted/test_Conv2d_depthwise_padded", conv),
	ONNXROW("pytorch-converted/test_Conv2d_depthwise_strided", conv),
	ONNXROW("pytorch-converted/test_Conv2d_depthwise_with_multiplier", conv),
	ONNXROW("pytorch-converted/test_Conv2d_dilated", conv),
	ONNXROW("pytorch-converted/test_Conv2d_groups", conv),
	ONNXROW("pytorch-converted/test_Conv2d_groups_thnn", conv),
	ONNXROW("pytorch-converted/test_Conv2d_no_bias", conv),
	ONNXROW("pytorch-converted/test_Conv2d_padding", conv),
	ONNXROW("pytorch-converted/test_Conv2d_strided", conv),
	ONNXROW("pytorch-operator/test_operator_conv", conv),
	ONNXROW("node/test_maxpool_2d_default", max_pool),
	ONNXROW("node/test_maxpool_2d_precomputed_pads", max_pool),
	ONNXROW("node/test_maxpool_2d_precomputed_same_upper", max_pool),
	ONNXROW("node/test_maxpool_2d_precomputed_strides", max_pool),
	ONNXROW("node/test_maxpool_2d_strides", max_pool),
	ONNXROW("node/test_maxpool_2d_uint8", max_pool),
	ONNXROW("node/test_maxpool_with_argmax_2d_precomputed_pads", max_pool),
	ONNXROW("node/test_maxpool_with_argmax_2d_precomputed_strides", max_pool),
	ONNXROW("pytorch-converted/test_MaxPool2d", max_pool),
	ONNXROW("node/test_globalmaxpool", global_max_pool),
	ONNXROW("node/test_globalmaxpool_precomputed", global_max_pool),
	ONNXROW("node/test_averagepool_2d_default", average_pool),
	ONNXROW("node/test_averagepool_2d_precomputed_pads_count_include_pad", average_pool),
	ONNXROW("node/test_averagepool_2d_precomputed_strides", average_pool),
	ONNXROW("node/test_averagepool_2d_strides", average_pool),
	ONNXROW("pytorch-converted/test_AvgPool2d", average_pool),
	ONNXROW("pytorch-converted/test_AvgPool2d_stride", average_pool),
	ONNXROW("node/test_globalaveragepool", global_average_pool),
	ONNXROW("node/test_globalaveragepool_precomputed", global_average_pool),
	ONNXROW("node/test_batchnorm_example", batch_norm),
	ONNXROW("node/test_batchnorm_epsilon", batch_norm),
	ONNXROW("node/test_batchnorm_example_training_mode", batch_norm, .ports = 7),
	ONNXROW("node/test_batchnorm_epsilon_training_mode", batch_norm, .ports = 7),
	ONNXROW("pytorch-converted/test_BatchNorm1d_3d_input_eval", batch_norm),
	ONNXROW("pytorch-converted/test_BatchNorm2d_eval", batch_norm),
	ONNXROW("pytorch-converted/test_BatchNorm2d_momentum_eval", batch_norm),
	ONNXROW("pytorch-converted/test_BatchNorm3d_eval", batch_norm),
	ONNXROW("pytorch-converted/test_BatchNorm3d_momentum_eval", batch_norm),
};

int
main(void)
{
	if (onnxrow_skips())
		return 0;
	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
