/* Spans: what each column of dots needs of a series, and the dots it makes (M4). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_SPAN_H
#define RETORT_UI_SPAN_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/ui/axis.h"
#include "retort/ui/raster.h"
#include "retort/ui/series.h"

/* Steps from..to over columns of equal width, or of equal factors. from <= to, columns >= 1. */
struct span_steps {
	uint32_t from, to;
	bool log;
	int columns;
};

/* The first step of a column, rising with it; of column `columns` the first step past the end. */
uint32_t span_edge(const struct span_steps *x, int column);

/* The column in which a step is drawn: the last one whose edge is not above it, 0 .. columns - 1.
 */
int span_column(const struct span_steps *x, uint32_t step);

struct span {
	float first, last, min, max; /* unset when count is 0 */
	uint32_t count;              /* samples that can be drawn */
	uint32_t broken;             /* samples that were no finite number */
	uint32_t low;                /* samples <= 0 where only positive ones can be drawn */
};

/*
 * The span of steps from <= step < to. `positive`: for a logarithmic axis, values <= 0 are left
 * out and counted. Of several samples at one step with both signs, only the largest is drawn.
 */
struct span span_fold(const struct series *s, uint32_t from, uint32_t to, bool positive);

/* The row of a value in `rows` rows, 0 at a->to; values outside get rows outside. */
int span_row(const struct axis *a, int rows, double value);

/*
 * Draw span[x->columns]. The last of a column is joined to the first of the next one that has
 * samples; a column that has only samples which cannot be drawn breaks the line. Where the series
 * goes on to the left or right of x, so does the line.
 */
void span_draw(struct raster *r, const struct span_steps *x, const struct span *span,
	       const struct axis *y, const struct series *s);

#endif
