/* View actions on the list of runs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_VIEW_RUNS_H
#define RETORT_UI_VIEW_RUNS_H

#include "retort/base/text.h"
#include "retort/ui/scene.h"

/* The index of the selected run in the list: the focused one until another is selected. */
int view_runs_row(const struct scene *s);
/* Select the run at an index, clamped to the list. */
void view_runs_select(struct scene *s, int row);

/* Append the command line that focuses the selected run, hides or shows its curves, makes it the
 * reference. -1 and an error: there is no run. */
int view_runs_focus(const struct scene *s, struct text *line, struct err *e);
int view_runs_hide(const struct scene *s, struct text *line, struct err *e);
int view_runs_reference(const struct scene *s, struct text *line, struct err *e);

/* Ask whether the selected run is dropped. */
int view_runs_drop(struct scene *s, struct err *e);

/* Open the prompt with a line that forks the focused run: with a name that no run has, and the
 * selected knob with its value if a fork can set it. */
int view_runs_fork(struct scene *s, struct err *e);

/* Switch the plots between the metric and differences to the reference. */
int view_runs_difference(struct scene *s, struct err *e);

/* Append the command line that goes back to the step of the cursor, or without a cursor to the last
 * kept state. */
void view_runs_back(const struct scene *s, struct text *line);

/* Open the prompt with a sweep of the selected knob over five values, in the background while the
 * student trains. -1 and an error without a student. */
int view_runs_sweep(struct scene *s, struct err *e);

#endif
