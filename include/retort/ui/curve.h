/* Curves: which series a plot shows, under which names, and how they are told apart. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_CURVE_H
#define RETORT_UI_CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"

#define CURVE_MAX (3 + LAB_TEACHERS)

/* What tells curves apart without colour: a glyph in ASCII, a pattern of dots otherwise. */
struct curve_style {
	char glyph;      /* of its points in ASCII */
	uint32_t sample; /* of its pattern in the legend, in UTF-8 */
	int on, off;     /* columns of dots drawn and left out; off 0: solid */
};

struct curve {
	char name[LAB_NAME]; /* of the network; "train" for the same measure on the batches */
	const struct series *series; /* NULL: a level */
	double level;                /* a teacher's last score */
	bool context;                /* its range does not set the axis while others are there */
	enum canvas_look look;
	const struct curve_style *style;
};

/*
 * The curves of a metric for view.branch, in the order of the legend, the main one first: it is
 * painted last. LAB_STUDENT: the student, the student without a teacher, and a level for each ready
 * teacher. A teacher: itself. With either the same measure on the batches, where knob smooth makes
 * it a line, or where nothing else is there yet. Those without samples are left out.
 */
int curve_list(const struct scene *s, unsigned metric, struct curve out[CURVE_MAX]);

/* The last step of all samples of the branches that view.branch shows: common to all plots. */
uint32_t curve_last_step(const struct scene *s);

/* A value in at most 8 columns: "0.2471", "12.50", "3.0e-05", "nan". Returns buf. */
const char *curve_number(double value, char *buf, size_t size);

#endif
