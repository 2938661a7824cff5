/* Ramps: the value of a knob as a function of the optimizer step alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_CONF_RAMP_H
#define RETORT_CONF_RAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/conf/knob.h"

#define RAMP_LEGS 8          /* legs of a ramp, at most */
#define RAMP_KNOBS 12        /* ramps at the same time, at most */
#define RAMP_MOST 1000000000 /* steps of a leg, at most */

/* First index of what follows a ramp and is not a knob: larger than the number of knobs. The code
 * that uses such indices defines their meaning. */
#define RAMP_OTHER 1000

enum ramp_shape { RAMP_LINEAR, RAMP_COSINE, RAMP_EXPONENTIAL, RAMP_STEPS, RAMP_SHAPES };

extern const char *const ramp_shape_name[]; /* [RAMP_SHAPES], then NULL */

/* A leg begins at the value where the one before ends. */
struct ramp_leg {
	double to;
	uint32_t over;  /* steps, at least 1 */
	uint32_t jumps; /* RAMP_STEPS: number of equal jumps at equal distances, the last at the end
			   of the leg; 1..over */
	enum ramp_shape shape;
};

/*
 * Plain data. The step after `start` completed steps uses `from`; the step `over` steps later uses
 * `to` exactly, and so does every step after the last leg. A value is never outside the two ends of
 * its leg.
 */
struct ramp {
	int knob; /* index in knob_table; or RAMP_OTHER and above */
	int n;    /* legs; 0: no ramp */
	uint64_t start;
	double from;
	struct ramp_leg leg[RAMP_LEGS];
};

/* Value at a step; before `start` it is `from`. */
double ramp_value(const struct ramp *r, uint64_t step);

/* First step that uses the last value, and that value. */
uint64_t ramp_end(const struct ramp *r);
double ramp_last(const struct ramp *r);

/* Set the knobs of n ramps to their values at a step, an INT knob to the nearest integer. */
void ramp_apply(const struct ramp *r, int n, uint64_t step, struct knobs *k);

/* Find the ramp of a knob among n; NULL: it has none. */
const struct ramp *ramp_find(const struct ramp *r, int n, int knob);

/* Remove the ramp of a knob from n ramps, if it has one; the others keep their order. */
void ramp_remove(struct ramp *r, int *n, int knob);

/* Whether knob, start and legs are equal. */
bool ramp_is_same(const struct ramp *a, const struct ramp *b);

/*
 * Parse the words after the name of a knob: "8 1 over 2000 cosine then 4 over 100". `start` is left
 * 0. `d` gives the accepted range; if it is not of knob_table (a REAL at the offset of one that is)
 * `knob` is left 0 too. 0, or -1 with an error that gives the knob, the word, and what is accepted.
 */
int ramp_parse(struct ramp *r, const struct knob *d, int n, char *const *word, struct err *e);

/* Print the words that ramp_parse reads back, without the knob. Return buf. */
const char *ramp_print(const struct ramp *r, char *buf, size_t size);

#endif
