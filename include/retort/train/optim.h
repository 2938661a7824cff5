/* Optimizers: clipping and updates over the parameters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_OPTIM_H
#define RETORT_TRAIN_OPTIM_H

#include "retort/base/pool.h"
#include "retort/conf/knob.h"
#include "retort/nn/param.h"

/* Input of an update: four arrays of layout->len numbers, and update counts by group. */
struct optim_slab {
	const struct param_layout *layout;
	real *value, *grad, *m, *v;
	uint64_t *updates;  /* [PARAM_GROUPS] */
	const bool *stands; /* [layout->n] parameters that are not updated, nor their moments; NULL:
			       all are */
};

/*
 * Norm over all parameters and projections; state has no gradient. Summed in double, by fixed
 * chunks in order. known[l->n]: sums of squares computed already, NAN where not; NULL: none.
 * `partial` has optim_pieces numbers.
 */
int optim_pieces(const struct param_layout *l);
double optim_norm(struct pool *pool, const struct param_layout *l, const real *x,
		  const double *known, double *partial);

/*
 * Whether the update would change the weights by more than a hundred times their norm. The caller
 * does not apply such a step.
 */
bool optim_diverges(struct pool *pool, const struct optim_slab *s, const struct knobs *k, double lr,
		    double norm, double *partial);

/*
 * Scale the gradient down to k->clip (0: not at all), then update by k->optimizer:
 *   sgd       w -= lr g
 *   momentum  m = mu m + g;  w -= lr m                                (Polyak 1964)
 *   adamw     Kingma and Ba 2015, with decoupled decay w -= lr decay w (Loshchilov and Hutter 2019)
 * Padding between parameters is not touched. Allocates nothing.
 */
void optim_apply(struct pool *pool, const struct optim_slab *s, const struct knobs *k, double lr,
		 double norm);

#endif
