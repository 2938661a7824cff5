/* The points of a sweep compared with its reference, and its winner on other rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SWEEP_COMPARE_H
#define RETORT_LAB_SWEEP_COMPARE_H

#include "retort/lab/sweep.h"
#include "retort/lab/verdict.h"

/* A point that was trained to the end. Intervals are at 95 %. */
struct sweep_compare_row {
	int point;              /* 0: the reference; else from 1, as in the plan */
	bool diverged;          /* no figures */
	bool dropped;           /* not compared: it has fewer steps; `mean` is after `steps` */
	bool waits;             /* for more steps: the halving was stopped */
	uint64_t steps;         /* that it was trained for */
	double mean, low, high; /* of the metric on the ranking rows */
	struct verdict against; /* the reference: the difference; p with Holm's correction */
	enum verdict_word word;
	double rows; /* right predictions more than the reference, or those of the teachers: of
			VAL_ACCURACY and VAL_AGREEMENT alone, else NaN */
};

/* What intervals and p-values are computed with. */
enum sweep_compare_test {
	SWEEP_COMPARE_BOOTSTRAP, /* paired, over rows */
	SWEEP_COMPARE_ROWS,      /* Student's t over rows: of many points or rows */
	SWEEP_COMPARE_SEEDS,     /* Student's t over the means of seeds */
};

/*
 * A bootstrap of 2000 resamples has no p-value below 2 / 2001: with Holm's correction for more than
 * 50 points nothing would be significant. Its time, of points times rows, is limited too, because
 * the screen waits for it; with so many rows both tests agree.
 */
#define SWEEP_COMPARE_POINTS 50
#define SWEEP_COMPARE_WORK ((size_t)1 << 16)

struct sweep_compare {
	enum sweep_compare_test test;
	int n;                         /* rows */
	struct sweep_compare_row *row; /* [n] owned; in the order of points */
	int reference;                 /* index of its row */
	int compared;                  /* comparisons that Holm's correction counts */
	int winner;                    /* index of the best row, the reference among them */
	/* on the rows that were not used for ranking */
	double winner_mean, reference_mean;
	struct verdict against;
	enum verdict_word word;
};

/* The name of a test, for tables: "paired bootstrap over rows". */
const char *sweep_compare_name(enum sweep_compare_test test);

/* Compare the points of a sweep that has ended. `seed`: of the bootstrap. */
void sweep_compare_make(const struct sweep *s, uint64_t seed, struct sweep_compare *out);
void sweep_compare_release(struct sweep_compare *c);

#endif
