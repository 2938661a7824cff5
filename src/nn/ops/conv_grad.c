/* conv_grad.c: the backward pass of a convolution. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ops/conv_grad.h"

#include <string.h>

#include "retort/base/multi.h"
#include "retort/nn/gemm/blas.h"
#include "retort/nn/gemm/shard.h"
#include "retort/nn/ops/conv_direct_grad.h"

#define STRIP 2048 /* numbers of a gradient that are passed over several times, in the L1 cache */
#define LANES 64   /* sums side by side */

/* Repeat the factor of each position for all of its channels. */
static MULTI_INLINE void
repeat_factor(const real *restrict grad_factor, size_t n, size_t out, real *restrict factor)
{
	for (size_t i = 0; i < n; i++, factor += out) {
		size_t k = 0;

		for (; k + 8 <= out; k += 8)
			for (size_t l = 0; l < 8; l++)
				factor[k + l] = grad_factor[i];
		for (; k < out; k++)
			factor[k] = grad_factor[i];
	}
}

/* Add the sums over n positions to sum[out]. Where LANES is a multiple of the channels, several
 * positions are added side by side. */
static MULTI_INLINE void
add_positions(const real *restrict dy, size_t n, size_t out, real *restrict sum)
{
	real lane[LANES] = { 0 };
	size_t i = 0;

	if (LANES % out != 0) {
		for (; i < n; i++, dy += out)
			for (size_t k = 0; k < out; k++)
				sum[k] += dy[k];
		return;
	}
	for (; i + LANES <= n * out; i += LANES)
		for (size_t k = 0; k < LANES; k++)
			lane[k] += dy[i + k];
	for (size_t k = 0; i < n * out; i++, k++)
		lane[k] += dy[i];
	for (size_t k = 0; k < LANES; k++)
		sum[k % out] += lane[k];
}

/* activation_back for relu. Without `has`, dy has no value yet; grad_factor NULL: none. */
MULTIVERSION static void
relu_back(real *restrict dy, const real *restrict y, size_t n, size_t out, bool has,
	  const real *restrict grad_factor, real *restrict sum)
{
	size_t strip = STRIP / out ? STRIP / out : 1;
	real factor[STRIP];

	for (size_t i = 0, len; i < n; i += strip, dy += len, y += len) {
		size_t positions = n - i < strip ? n - i : strip;

		len = positions * out;
		if (!grad_factor) {
			for (size_t k = 0; k < len; k++)
				dy[k] = y[k] > 0 ? dy[k] : 0;
		} else if (out > STRIP) {
			for (size_t k = 0; k < len; k++)
				dy[k] = y[k] > 0 ? (has ? dy[k] : 0) + grad_factor[i] * y[k] : 0;
		} else {
			repeat_factor(grad_factor + i, positions, out, factor);
			for (size_t k = 0; k < len; k++)
				dy[k] = y[k] > 0 ? (has ? dy[k] : 0) + factor[k] * y[k] : 0;
		}
		add_positions(dy, positions, out, sum);
	}
}

/*
 * Turn the gradient of y, with the factors of losses, into that before the activation, in place,
 * and add its sums over positions to sum[out]; for one tile, while it is in the cache.
 */
static void
activation_back(const struct conv_job *j, size_t at, size_t n, real *sum)
{
	const real *y = j->n->out.data + at * j->out,
		   *grad_factor = j->n->grad_factor ? j->n->grad_factor + at : NULL;
	real *dy = j->n->grad + at * j->out;

	if (j->act == ACT_RELU) {
		relu_back(dy, y, n, j->out, j->n->grad_set, grad_factor, sum);
		return;
	}
	for (size_t i = 0; grad_factor && i < n * j->out; i++)
		dy[i] = (j->n->grad_set ? dy[i] : 0) + grad_factor[i / j->out] * y[i];
	act_backward(j->act, dy, NULL, y, n * j->out);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < j->out; k++)
			sum[k] += dy[i * j->out + k];
}

static void
weight_loops(const struct conv_job *j, int index, real *dw)
{
	size_t map = tensor_width(&j->g->node[j->n->in[0]].out),
	       to = shard_from(j->rows, j->w_pieces, index + 1);
	real *scratch = graph_scratch(j->g);

	conv_direct_begin(&j->direct, NULL, scratch);
	for (size_t i = shard_from(j->rows, j->w_pieces, index); i < to; i++) {
		activation_back(j, i * j->area, j->area, dw + j->w_len);
		conv_direct_grad_weight(&j->direct, j->x + i * map,
					j->n->grad + i * j->area * j->out, scratch);
	}
	conv_direct_grad_sum(&j->direct, scratch, dw);
}

void
conv_grad_weight(void *arg, int index)
{
	const struct conv_job *j = arg;
	struct conv_job_tiles t = conv_job_tiles(j, j->w_pieces, index);
	real *scratch = graph_scratch(j->g), *dw = j->n->work + (size_t)index * (j->w_len + j->out);

	memset(dw, 0, (j->w_len + j->out) * sizeof *dw);
	if (j->loops) {
		weight_loops(j, index, dw);
		return;
	}
	for (size_t i = 0; i < t.tiles; i++) {
		size_t n, at = conv_job_tile_at(&t, i, &n), ld;

		activation_back(j, at, n, dw + j->w_len);
		for (size_t group = 0; group < j->groups; group++) {
			const real *a = conv_job_windows(j, group, at, n, scratch, &ld);

			blas_one(&(struct blas_product){ .trans_a = true,
							 .m = j->k,
							 .n = j->each,
							 .k = n,
							 .a = a,
							 .lda = ld,
							 .b = j->n->grad + at * j->out +
							      group * j->each,
							 .ldb = j->out,
							 .c = dw + group * j->each,
							 .ldc = j->out,
							 .beta = 1 });
		}
	}
}

/* Divided along W, whose sums may be long. */
int
conv_grad_sum_pieces(const struct conv_job *j)
{
	return shard_pieces(j->w_len + (j->db ? j->out : 0), (size_t)j->w_pieces);
}

void
conv_grad_sum(void *arg, int index)
{
	const struct conv_job *j = arg;
	size_t len = j->w_len + (j->db ? j->out : 0);
	int pieces = conv_grad_sum_pieces(j);
	size_t from = shard_from(len, pieces, index), to = shard_from(len, pieces, index + 1);
	real *sum = j->n->work;

	for (int p = 1; p < j->w_pieces; p++)
		for (size_t k = from; k < to; k++)
			sum[k] += sum[(size_t)p * (j->w_len + j->out) + k];
	for (size_t k = from; k < to && k < j->w_len; k++)
		j->dw[k] = sum[k];
	for (size_t k = from > j->w_len ? from : j->w_len; k < to; k++)
		j->db[k - j->w_len] = sum[k];
}

/* Depthwise: add the gradient of each image to dx. */
static void
input_loops(const struct conv_job *j, const struct conv_job_tiles *t, real *dx)
{
	size_t map = tensor_width(&j->g->node[j->n->in[0]].out);
	real *scratch = graph_scratch(j->g);

	conv_direct_begin(&j->direct, j->w, scratch);
	for (size_t i = 0; i < t->n / j->area; i++)
		conv_direct_grad_input(&j->direct, j->n->grad + (t->from + i * j->area) * j->out,
				       scratch, dx + i * map);
}

/* Not depthwise: compute dx by a convolution of dy; where dx is to be added to, through a map
 * after the scratch. */
static void
input_by_loops_back(const struct conv_job *j, const struct conv_job_tiles *t, real *dx)
{
	size_t map = j->win.height * j->win.width * j->win.channels;
	real *scratch = graph_scratch(j->g), *room = scratch + j->back.scratch;

	conv_direct_begin_back(&j->back, j->w, scratch);
	for (size_t i = 0; i < t->n / j->area; i++, dx += map) {
		const real *dy = j->n->grad + (t->from + i * j->area) * j->out;

		conv_direct_forward(&j->back, dy, NULL, false, scratch, j->dx_adds ? room : dx);
		for (size_t k = 0; j->dx_adds && k < map; k++)
			dx[k] += room[k];
	}
}

/* By products: dx itself is the product where windows are not gathered, else the gradient of
 * gathered windows is scattered to where they were gathered from. */
static void
input_products(const struct conv_job *j, const struct conv_job_tiles *t, bool in_place)
{
	real *scratch = graph_scratch(j->g);

	for (size_t i = 0; i < t->tiles; i++) {
		size_t n, at = conv_job_tile_at(t, i, &n);

		for (size_t group = 0; group < j->groups; group++) {
			struct blas_product p = { .trans_b = true,
						  .m = n,
						  .n = j->k,
						  .k = j->each,
						  .a = j->n->grad + at * j->out + group * j->each,
						  .lda = j->out,
						  .b = j->w + group * j->each,
						  .ldb = j->out,
						  .c = scratch,
						  .ldc = j->k };

			if (in_place) {
				p.c = j->dx + at * j->win.channels + group * j->take;
				p.ldc = j->win.channels;
				p.beta = j->dx_adds ? 1 : 0;
			}
			blas_one(&p);
			if (!in_place)
				window_scatter(&j->win, scratch, group * j->take, j->take, at, n,
					       j->dx);
		}
	}
}

void
conv_grad_input(void *arg, int index)
{
	const struct conv_job *j = arg;
	struct conv_job_tiles t = conv_job_tiles(j, j->pieces, index);
	size_t map = j->win.height * j->win.width * j->win.channels;
	real *dx = j->dx + t.from / j->area * map;
	bool depthwise = j->loops && j->direct.depthwise,
	     in_place = conv_job_pointwise(&j->win) && !depthwise;

	if (j->back_fits) {
		input_by_loops_back(j, &t, dx);
		return;
	}
	if (!in_place && !j->dx_adds)
		memset(dx, 0, t.n / j->area * map * sizeof *dx);
	if (depthwise) {
		input_loops(j, &t, dx);
		return;
	}
	input_products(j, &t, in_place);
}
