/* Losses on outputs as plain formulas in long double: references for those of the library. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_SOFTREF_H
#define RETORT_TESTS_SOFTREF_H

#include "retort/kd/loss.h"

#define ROWS 64
#define CLASSES 1000

/* A batch of student and teacher logits. */
struct pair {
	size_t rows, n;
	real *s, *t, *dx, *scratch, weight[ROWS];
	int32_t label[ROWS];
	struct knobs knobs;
};

struct view;

struct softref {
	const struct loss *loss;
	long double (*row)(const struct view *v); /* NULL: of the whole batch */
};

extern const struct softref softref_table[];
extern const size_t softref_count;

/* The loss of a pair at a temperature. */
long double softref_value(const struct softref *r, const struct pair *p, double temperature);

#endif
