/* A rig for one operator over maps [rows, h, w, c]. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_MAPRIG_H
#define RETORT_TESTS_MAPRIG_H

#include "oprig.h"

/* A case and its arrays. */
struct maprig {
	struct oprig r;
	size_t rows, h, w, c, oh, ow, oc;
	const double *x, *y, *dy, *weight, *bias;
};

/* Make the operator with `n_attr` attributes, run it forward and backward. oprig_free(&m->r) frees
 * it. */
void maprig_make(struct maprig *m, const char *op, size_t rows, size_t h, size_t w, size_t c,
		 const double *attr, size_t n_attr);

/* Values of a parameter, NULL without it; gradients of one. */
const double *maprig_parameter(const struct oprig *r, const char *name);
const double *maprig_gradient(const struct oprig *r, const char *name);

/* The map's number, 0 outside. */
double maprig_number(const struct maprig *m, size_t row, long y, long x, size_t c);

#endif
