/* Spans: the summary of a series in a column of dots, and its drawing (M4). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_SPAN_H
#define RETORT_UI_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/curve/axis.h"
#include "retort/ui/raster.h"
#include "retort/curve/series.h"

/* Division of steps from..to into columns of equal width or, with log, of equal ratio. */
struct span_steps {
	uint32_t from, to; /* from <= to */
	bool log;
	int columns; /* >= 1 */
};

/* The first step of a column; for column == x->columns the first step after the range. */
uint32_t span_edge(const struct span_steps *x, int column);

/* The column of a step, 0 .. columns - 1: the last one whose first step is <= `step`. */
int span_column(const struct span_steps *x, uint32_t step);

struct span {
	float first, last, min, max; /* unset if count is 0 */
	uint32_t count;              /* drawable samples */
	uint32_t broken;             /* NaN and Inf samples */
	uint32_t low;                /* samples <= 0 on a logarithmic axis */
};

/*
 * The span of samples with from <= step < to. `positive`: for a logarithmic axis, values <= 0 are
 * excluded and counted; of several samples at one step with both signs only the largest is used.
 */
struct span span_fold(const struct series *s, uint32_t from, uint32_t to, bool positive);

/* Fill out[x->columns] with the spans of the unsmoothed samples. O(samples in x). */
void span_raw(const struct series *s, const struct span_steps *x, bool positive, struct span *out);

/* Fill out[x->columns] with the spans of s - minus, of raw or smoothed values, at the steps that
 * both have; of several samples at a step the last counts. O(n log n) for n samples in x. */
void span_difference(const struct series *s, const struct series *minus, const struct span_steps *x,
		     struct span *out);

/* The row of a value, 0 at a->to, rows - 1 at a->from; outside of the axis it is outside. */
int span_row(const struct axis *a, int rows, double value);

/*
 * Draw span[x->columns]. The last value of a column is joined to the first one of the next column
 * with samples; a column whose samples cannot be drawn breaks the line. Lines to samples outside of
 * x are drawn up to the edge, but not to those after step `until`; with s NULL to
 * none.
 */
void span_draw(struct raster *r, const struct span_steps *x, const struct span *span,
	       const struct axis *y, const struct series *s, uint32_t until);

#endif
