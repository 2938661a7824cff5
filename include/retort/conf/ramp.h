/* Ramps: values that a knob takes by itself over the steps, as a function of the step and of
 * nothing else. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_CONF_RAMP_H
#define RETORT_CONF_RAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/conf/knob.h"

#define RAMP_LEGS 8          /* stretches of a ramp */
#define RAMP_KNOBS 12        /* knobs that can follow ramps at once */
#define RAMP_MOST 1000000000 /* steps of a leg */
#define RAMP_OTHER                                                                             \
	1000 /* more than there are knobs: what follows a ramp and is none, as whoever lays it \
		down numbers such things */

enum ramp_shape { RAMP_LINEAR, RAMP_COSINE, RAMP_EXPONENTIAL, RAMP_STEPS, RAMP_SHAPES };

extern const char *const ramp_shape_name[]; /* [RAMP_SHAPES], then NULL */

/* One stretch: from where the one before ends. */
struct ramp_leg {
	double to;
	uint32_t over;  /* steps, at least 1 */
	uint32_t jumps; /* RAMP_STEPS: equal ones at equal distances, the last where the leg
			   ends; 1..over */
	enum ramp_shape shape;
};

/*
 * Plain data. The step that is done when `start` steps have been done sees `from`; the one that is
 * done `over` steps later sees `to` exactly, and so do all behind the last leg. Between, a value is
 * never outside the two ends of its leg.
 */
struct ramp {
	int knob; /* index in knob_table; or RAMP_OTHER and above */
	int n;    /* legs; 0: no ramp */
	uint64_t start;
	double from;
	struct ramp_leg leg[RAMP_LEGS];
};

/* The value at a step; before `start` it is `from`. */
double ramp_value(const struct ramp *r, uint64_t step);

/* The step at which it stands at its last value, and that value. */
uint64_t ramp_end(const struct ramp *r);
double ramp_last(const struct ramp *r);

/* Give knobs the values of n ramps at a step; a knob that counts gets the nearest whole number.
 * Others are left alone. */
void ramp_apply(const struct ramp *r, int n, uint64_t step, struct knobs *k);

/* That of a knob among n, or NULL. */
const struct ramp *ramp_of(const struct ramp *r, int n, int knob);

/* Take the one of a knob out of n ramps, if it is there; the others stay in order. */
void ramp_drop(struct ramp *r, int *n, int knob);

/* The same knob, start, and legs, number by number. */
bool ramp_is_same(const struct ramp *a, const struct ramp *b);

/*
 * Words behind the name of a knob: "8 1 over 2000 cosine then 4 over 100". `start` is left 0; so is
 * `knob` where d is not of knob_table, but made to say what is accepted: a real one at the offset
 * of any that is. 0, or -1 with an error that names the knob, the word, and what would be accepted.
 */
int ramp_parse(struct ramp *r, const struct knob *d, int n, char *const *word, struct err *e);

/* The words that make it, as ramp_parse reads them, without the knob. Returns buf. */
const char *ramp_print(const struct ramp *r, char *buf, size_t size);

#endif
