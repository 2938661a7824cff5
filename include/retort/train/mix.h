/* Mixing of several teachers: the share of each, by row where the mode says so, and the mixed
 * target. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_MIX_H
#define RETORT_TRAIN_MIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/pool.h"
#include "retort/conf/knob.h"
#include "retort/train/metric.h"

/* In the order of the choices of the knob mix. In all modes the teacher's given weight multiplies
 * its share. */
enum mix_mode {
	MIX_SUM,           /* sum of losses with the weights as given: not normalised */
	MIX_LOSSES,        /* mean of losses; here and below shares sum to 1 */
	MIX_PROBABILITIES, /* one loss against the mean of tempered probabilities */
	MIX_LOGITS,        /* one loss against the mean of logits */
	MIX_ENTROPY, /* mean of losses; in every row a smaller share for higher entropy (EBKD, Kwon
			et al. 2020) */
	MIX_CONFIDENCE, /* mean of losses; in every row a smaller share for a larger cross-entropy
			   (CA-MKD, Zhang et al. 2022) */
	MIX_GRADIENT,   /* mean of losses; in every batch the shares with the smallest norm of the
			   mean gradient (AE-KD, Du et al. 2020) */
	MIX_RANDOM,     /* one teacher, drawn anew for every batch */
};

/* Shares are constants of the batch: no gradient goes through them. */
struct mix {
	size_t positions, classes;     /* sizes the buffers are for */
	enum mix_mode mode;            /* mode the buffers are for */
	int targets;                   /* mixed targets the buffers are for */
	real *weight[TRAIN_TEACHERS];  /* [positions] ENTROPY, CONFIDENCE: weight of a row in the
					mean,  times the teacher's share in it */
	real *target;                  /* [targets, positions, classes] PROBABILITIES, LOGITS */
	real *row;                     /* GRADIENT: [MIX_PIECES, 3, classes] */
	double *gradient;              /* GRADIENT: [MIX_PIECES, TRAIN_TEACHERS, classes] */
	double factor[TRAIN_TEACHERS]; /* of the whole batch: factor on the losses of that teacher
					*/
	double share[TRAIN_TEACHERS];  /* mean over the rows; they sum to 1 */
};

#define MIX_PIECES                                                                             \
	8 /* chunks of a batch for sums of gradients: a constant, so the bits do not depend on \
	     threads */

/* Teacher outputs for a batch. All borrowed. */
struct mix_job {
	int n;                    /* teachers */
	const real *const *logit; /* [n] of [positions, classes] */
	const double *typed;      /* [n] weights */
	size_t positions, classes;
	const real *x;        /* [positions, classes] student logits; for GRADIENT */
	const real *weight;   /* [positions] in the mean; 0: skipped */
	const int32_t *label; /* [positions] -1 none */
	double temperature;   /* of the divergence; for GRADIENT */
	double most;          /* GRADIENT: largest share of one teacher, before its given weight */
	struct pool *pool;
};

/* Why the mode needs all logits of every teacher; NULL: it does not. */
const char *mix_needs_all(enum mix_mode mode);
bool mix_is_by_row(enum mix_mode mode);
bool mix_is_target(enum mix_mode mode);

/* Allocate the buffers of a mode; `targets` losses use a mixed target. 0, or -1 without memory. */
int mix_init(struct mix *m, enum mix_mode mode, size_t positions, size_t classes, int targets);
void mix_release(struct mix *m);

/* Factors, shares and weights of rows, for a batch. Allocates nothing; same bits for any number of
 * threads. */
void mix_run(struct mix *m, const struct mix_job *j);

/* Target number `index` at that temperature, from the shares of mix_run. */
const real *mix_target(struct mix *m, const struct mix_job *j, int index, double temperature);

#endif
