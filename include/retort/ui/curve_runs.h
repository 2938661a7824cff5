/* Curves of several runs: those of runs that are not in view, and stretches before a fork. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_CURVE_RUNS_H
#define RETORT_UI_CURVE_RUNS_H

#include "retort/ui/curve.h"

/* Colour and pattern of the curves of a run; that of the run in view is solid. */
enum canvas_style curve_runs_style(unsigned run);
const struct curve_stroke *curve_runs_stroke(const struct scene *s, unsigned run);

/* Name the run in view in legends: "student", of several "#2 hot". Returns buf. */
const char *curve_runs_name(const struct scene *s, char *buf, size_t size);

/* The step that the curve of a fork begins at, and the value of its parent there: it is joined to
 * it. False: the run is no fork, or its parent has no sample before. */
bool curve_runs_join(const struct scene *s, unsigned run, unsigned metric, uint32_t *step,
		     double *value);

/* Append the curves of the other runs that are shown. */
void curve_runs_add(const struct scene *s, unsigned metric, struct curve *out, int *n);

/*
 * Append curves without an entry in the legend: of a parent that is not shown the stretch that a
 * fork shares with it, in the colour of the parent; of the run in view the stretches that it left
 * when it went back, faint.
 */
void curve_runs_add_past(const struct scene *s, unsigned metric, struct curve *out, int *n);

/* The last step of the runs that are shown, with stretches that were left. */
uint32_t curve_runs_last_step(const struct scene *s);

#endif
