/* A tiny student whose optimizer steps are computed here from the formulas alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_ORACLE_H
#define RETORT_TESTS_ORACLE_H

#include <stdbool.h>

#include "retort/conf/knob.h"

/*
 * A 2-2-2 student with tanh, three rows of which two are labelled, two teachers, and a pair of
 * layers: cross-entropy + distillation + hidden. The reference calls no function of the library. If
 * both agree to 1e-12, graph, losses, clipping and optimizer match their formulas in combination.
 */
#define ORACLE_ROWS 3
#define ORACLE_IN 2
#define ORACLE_HIDDEN 2
#define ORACLE_CLASSES 2
#define ORACLE_WIDEST 3 /* of a teacher's layer */

extern const double oracle_x[ORACLE_ROWS][ORACLE_IN];
extern const int oracle_label[ORACLE_ROWS];
extern const double oracle_teacher_logits[2][ORACLE_ROWS][ORACLE_CLASSES];
extern const double oracle_teacher_weight[2];
extern const double oracle_teacher_layer[ORACLE_ROWS * ORACLE_WIDEST];

/* Parameters in the order of this test: six arrays, the last two only if widths differ. */
enum { ORACLE_W1, ORACLE_B1, ORACLE_W2, ORACLE_B2, ORACLE_P, ORACLE_C, ORACLE_ARRAYS };
#define ORACLE_MOST (ORACLE_HIDDEN * ORACLE_WIDEST)

struct oracle_numbers {
	double at[ORACLE_ARRAYS][ORACLE_MOST];
};

/* Results of a step by the formulas. */
struct oracle {
	double ce, kd, hidden, loss, kl, accuracy, norm;
	struct oracle_numbers w, g, m, v;
};

/* Numbers in an array; 0: a student whose widths are equal has no projection. */
int oracle_length(int array, int width);

/* Values, and gradients in o->g, from the parameters o->w. */
void oracle_gradient(struct oracle *o, const struct knobs *k, double map_weight, int width);

/* Clip over everything, then update; `t` is 1 at the first step. */
void oracle_update(struct oracle *o, const struct knobs *k, double lr, int t, int width);

#endif
