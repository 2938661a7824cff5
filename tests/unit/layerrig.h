/* Losses on layers under test: arguments of a call, filled with random numbers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_LAYERRIG_H
#define RETORT_TESTS_LAYERRIG_H

#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"

#ifdef RETORT_REAL_DOUBLE
#define LAYERRIG_NEAR 1e-9
#else
#define LAYERRIG_NEAR 2e-6
#endif
#define LAYERRIG_ROWS 8     /* rows of a call, at most */
#define LAYERRIG_ROOM 16384 /* numbers of one array */
#define LAYERRIG_DATA 12    /* rows of the data set, with three classes, and some without a label */

/* What the arguments point to; set anew by layerrig_call. */
struct layerrig {
	real x[LAYERRIG_ROOM], target[LAYERRIG_ROOM], before[LAYERRIG_ROOM],
		t_before[LAYERRIG_ROOM];
	real dx[LAYERRIG_ROOM], d_before[LAYERRIG_ROOM], grad_factor[LAYERRIG_ROOM];
	real scratch[8 * LAYERRIG_ROOM];
	real own[LOSS_OWN][LAYERRIG_ROOM], own_grad[LOSS_OWN][LAYERRIG_ROOM], weight[LAYERRIG_ROWS];
	size_t own_len[LOSS_OWN];
	int32_t label[LAYERRIG_DATA];
	struct label_index known;
	int32_t rows_of[LAYERRIG_ROWS];
	struct knobs knobs;
};
extern struct layerrig layerrig;

/* Arguments of a call on layers with `places` positions, filled with random numbers. */
struct loss_args layerrig_call(const struct loss *l, size_t rows, size_t places, size_t channels,
			       size_t t_channels, uint64_t seed);

/* The value, and all gradients, which are in `layerrig`. */
double layerrig_run(const struct loss *l, struct loss_args *a);

#endif
