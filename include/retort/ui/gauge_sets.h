/* The two sets of rows that the gauge pane compares. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_GAUGE_SETS_H
#define RETORT_UI_GAUGE_SETS_H

#include "retort/base/err.h"
#include "retort/ui/scene.h"

/* Whether the gauge pane is visible and there is data. */
bool gauge_sets_open(const struct scene *s);

/*
 * The name of the first (which 0) or second (1) set: as selected, or by default train and the first
 * target set, or the held-out rows where there is none.
 */
const char *gauge_sets_name(const struct scene *s, int which);

/* Select a set by name, or with "" the next one, and clear the report. -1 and an error for an
 * unknown name. */
int gauge_sets_choose(struct scene *s, int which, const char *name, struct err *e);

/* Replace the report and extend the AUC curve. m NULL: the measurement failed, `why` is the reason.
 */
void gauge_sets_result(struct scene *s, const struct shift_report *m, const char *why);

/* Clear report, error and AUC curve. */
void gauge_sets_clear(struct scene *s);

#endif
