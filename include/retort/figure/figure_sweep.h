/* A sweep as a table, as JSON, or as a picture of the knob against the metric with intervals. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_FIGURE_FIGURE_SWEEP_H
#define RETORT_FIGURE_FIGURE_SWEEP_H

#include "retort/base/text.h"
#include "retort/lab/sweep_compare.h"

#define FIGURE_SWEEP_SUFFIXES "csv, json, svg, png, pdf"

/* The suffix of a path that a file can have, as an index of the list; -1 and an error. */
int figure_sweep_kind(const char *path, struct err *e);

/*
 * Append the bytes of the file of `kind`; `title`: of a picture. Rows of tables are those of the
 * comparison; figures that do not exist are empty, or null. 0, or -1 and an error. Main thread.
 */
int figure_sweep_make(const struct sweep *s, const struct sweep_compare *c, const char *title,
		      int kind, struct text *out, struct err *e);

#endif
