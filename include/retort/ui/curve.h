/* Curves: the series that a plot shows, their names and styles. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_CURVE_H
#define RETORT_UI_CURVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"

#define CURVE_RUNS 16 /* other runs that are drawn at most */
#define CURVE_PAST 16 /* stretches before forks, and those that a run left */
#define CURVE_MAX (3 + TRAIN_TEACHERS + CURVE_RUNS + CURVE_PAST)

/* Style that distinguishes curves without colour: a glyph in ASCII, a line pattern otherwise. */
struct curve_stroke {
	char glyph;      /* of points in ASCII */
	uint32_t sample; /* of the legend in UTF-8: a code point */
	int on, off;     /* dot columns drawn and omitted, in turn; off 0: solid */
};

struct curve {
	/* "student", of several runs "#2 hot", "baseline", name of a teacher, "train": on batches;
	 * "": not in the legend */
	char name[SCENE_CURVE];
	const struct series *series; /* borrowed; NULL: a horizontal line at `level` */
	const struct series *minus;  /* borrowed, subtracted at the same steps; NULL: none */
	double level;                /* last score of a teacher */
	bool context;   /* does not set the range of the axis unless it is the only curve */
	bool is_hidden; /* by view.hidden: only its name is shown */
	bool is_other;  /* of a run that is not in view: no raw samples below it */
	uint32_t until; /* last step that is drawn */
	bool is_joined; /* its first sample is joined to that of its parent, at join_step */
	uint32_t join_step;
	double join;
	enum canvas_style style;
	const struct curve_stroke *stroke;
};

/*
 * List the curves of a metric for view.branch in the order of the legend; the first is the main
 * one, to be drawn last. For the student: student, other runs that are shown, baseline, a level for
 * each trained teacher, then stretches without a name (ui/curve_runs.h).
 * For a teacher: that teacher. The training metric is added if knob smooth is set, or if there is
 * no other curve yet. Curves without samples are omitted. Returns how many.
 */
int curve_list(const struct scene *s, unsigned metric, struct curve out[CURVE_MAX]);

/* The last sample of a curve that has a series, or the last one up to a step; of a difference the
 * last one that both have. False if there is none. */
bool curve_last(const struct curve *c, uint32_t *step, double *value);
bool curve_at(const struct curve *c, uint32_t until, uint32_t *step, double *value);

/* The last step of any sample of the branches in view; all plots share it. */
uint32_t curve_last_step(const struct scene *s);

/* Format a value in at most 8 columns: "0.2471", "12.50", "3.0e-05", "nan". Returns buf. */
const char *curve_number(double value, char *buf, size_t size);

#endif
