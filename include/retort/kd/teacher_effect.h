/* How much rounding a teacher's weights to bfloat16 changes its logits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_TEACHER_EFFECT_H
#define RETORT_KD_TEACHER_EFFECT_H

#include <stddef.h>

#include "retort/base/err.h"
#include "retort/data/dataset.h"
#include "retort/nn/net.h"

/* Differences over positions of the first rows of the data. */
struct teacher_effect {
	size_t positions; /* compared; 0: not measured */
	double kl;        /* mean KL(exact || rounded) at temperature 1, nats */
	double agreement; /* share of positions with the same largest logit, 0..1 */
	double largest;   /* largest absolute difference of a logit */
};

/*
 * Run the first `most` rows of `ds`, or all if it has fewer, through `rounded` and through a
 * network like `like` with the exact weights `value`, which exists only during the call. 0, or -1
 * and an error.
 */
int teacher_effect_measure(struct net *rounded, const struct net *like, real *value,
			   const struct dataset *ds, size_t most, struct teacher_effect *out,
			   struct err *e);

#endif
