/* Optimizers: clip and update in passes over the slab. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_OPTIM_H
#define RETORT_TRAIN_OPTIM_H

#include "retort/base/pool.h"
#include "retort/conf/knob.h"
#include "retort/nn/param.h"

/* What an update works on: four arrays of layout->len numbers, and how often each group was
 * updated. */
struct optim_slab {
	const struct param_layout *layout;
	real *value, *grad, *m, *v;
	uint64_t *updates;  /* [PARAM_GROUPS] */
	const bool *stands; /* [layout->n] parameters that are not updated, nor their moments; NULL:
			       all are */
};

/*
 * The norm over every parameter and projection, but not over state, which has no gradient; summed
 * in double, in fixed pieces in their order. known[l->n] are sums of squares that are not to be
 * taken again, NAN where they are to be; NULL: all. `partial` has room for optim_pieces numbers.
 */
int optim_pieces(const struct param_layout *l);
double optim_norm(struct pool *pool, const struct param_layout *l, const real *x,
		  const double *known, double *partial);

/*
 * A step this large cannot be meant: it would move the weights by more than a hundred times their
 * own norm. The caller does not apply it.
 */
bool optim_is_wild(struct pool *pool, const struct optim_slab *s, const struct knobs *k, double lr,
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
