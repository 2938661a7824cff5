/* layerrig.c: arguments of losses on layers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "layerrig.h"

#include "retort/base/rng.h"

static uint32_t by_class[10] = { 0, 5, 8, 11, 1, 4, 9, 2, 6, 7 };
static size_t from[4] = { 0, 4, 7, 10 };

struct layerrig layerrig = {
	.label = { 0, 1, 2, -1, 1, 0, 2, 2, 0, 1, -1, 0 },
	.known = { .n = 10, .classes = 3, .label = layerrig.label, .row = by_class, .from = from },
	.rows_of = { 4, 0, 3, 7, 9, 2, 11, 5 },
};

static void
draw(real *to, size_t n, uint64_t seed, const char *what)
{
	struct rng r = rng_stream(seed, what, 0, 0);

	for (size_t i = 0; i < n; i++)
		to[i] = (real)rng_normal(r, i);
}

/* Draw the numbers of a call, and what the loss has of its own. */
static void
fill(const struct loss *l, struct loss_args *a, uint64_t seed)
{
	draw(layerrig.x, a->rows * a->width, seed, "x");
	draw(layerrig.target, a->rows * a->t_width, seed, "target");
	draw(layerrig.before, a->rows * a->before_width, seed, "before");
	draw(layerrig.t_before, a->rows * a->before_width, seed, "t-before");
	for (size_t i = 0; i < a->rows; i++)
		layerrig.weight[i] = 1 / (real)a->rows;
	for (int i = 0; i < LOSS_OWN && l->own && l->own[i].name; i++) {
		size_t dim[2] = { 1, 1 };

		l->own[i].shape(&a->shape, dim);
		layerrig.own_len[i] = dim[0] * dim[1];
		CHECK(layerrig.own_len[i] <= LAYERRIG_ROOM);
		draw(layerrig.own[i], layerrig.own_len[i], seed, l->own[i].name);
		a->own[i] = layerrig.own[i];
	}
	if (l == &loss_crd) {
		layerrig.own[3][0] = 1;
		layerrig.own[3][1] = 2;
		layerrig.own[3][2] = (real)1.5;
	}
}

struct loss_args
layerrig_call(const struct loss *l, size_t rows, size_t places, size_t channels, size_t t_channels,
	      uint64_t seed)
{
	size_t c = l->project                            ? l->project
		   : l->needs & (LOSS_WIDTHS | LOSS_MAP) ? channels
							 : t_channels;
	struct loss_args a = { .rows = rows,
			       .width = places * c,
			       .channels = c,
			       .positions = places,
			       .heads = 1,
			       .x = layerrig.x,
			       .target = layerrig.target,
			       .before = layerrig.before,
			       .t_before = layerrig.t_before,
			       .row = layerrig.rows_of,
			       .weight = layerrig.weight,
			       .temperature = 4,
			       .knobs = &layerrig.knobs,
			       .scale = 1,
			       .scratch = layerrig.scratch,
			       .label_index = &layerrig.known,
			       .seed = seed,
			       .step = 3,
			       .before_width = places * 2,
			       .t_before_width = places * 2 };

	a.t_width = l->needs & LOSS_MAP ? places : places * t_channels;
	a.shape = (struct loss_shape){ .rows = rows,
				       .width = a.width,
				       .t_width = a.t_width,
				       .positions = places,
				       .channels = c,
				       .t_channels = t_channels,
				       .classes = 3,
				       .data_rows = LAYERRIG_DATA,
				       .before = places * 2,
				       .t_before = places * 2,
				       .before_positions = places,
				       .t_before_positions = places };
	knob_defaults(&layerrig.knobs);
	layerrig.knobs.cwd_temperature = 1.5;
	layerrig.knobs.crd_temperature = 0.5;
	layerrig.knobs.crd_negatives = 5;
	fill(l, &a, seed);
	CHECK(!l->scratch || l->scratch(&a.shape) <= 8 * LAYERRIG_ROOM);
	return a;
}

/* What a loss has of its own ends with one that has no name. */
double
layerrig_run(const struct loss *l, struct loss_args *a)
{
	memset(layerrig.dx, 0, sizeof layerrig.dx);
	memset(layerrig.d_before, 0, sizeof layerrig.d_before);
	memset(layerrig.grad_factor, 0, sizeof layerrig.grad_factor);
	memset(layerrig.own_grad, 0, sizeof layerrig.own_grad);
	a->dx = layerrig.dx;
	a->grad_factor = l->needs & LOSS_MAP ? layerrig.grad_factor : NULL;
	a->d_before = l->needs & LOSS_BEFORE ? layerrig.d_before : NULL;
	for (int i = 0; i < LOSS_OWN && l->own && l->own[i].name; i++)
		a->own_grad[i] = l->own[i].is_state ? NULL : layerrig.own_grad[i];
	return l->run(a);
}
