/* The frame of a plot: its curves, scales and rows, computed before anything is drawn. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_PLOT_FRAME_H
#define RETORT_UI_PLOT_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/curve/axis.h"
#include "retort/ui/canvas.h"
#include "retort/ui/curve.h"
#include "retort/ui/rail.h"
#include "retort/ui/raster.h"
#include "retort/ui/span.h"

struct plot_frame {
	const struct scene *s;
	struct canvas_area a;
	unsigned metric;
	int which; /* 0 upper, 1 lower, 2 third */
	bool log;
	bool difference; /* to the reference, not the metric itself; not logarithmic */
	bool percent;    /* values are shares, shown in percent */
	bool rails;      /* draw rail and strips */
	enum raster_set set;
	int n; /* curves */
	struct curve curve[CURVE_MAX];
	uint32_t low[CURVE_MAX];      /* samples <= 0 on a logarithmic axis */
	struct span *span[CURVE_MAX]; /* [dots.columns] owned; NULL for levels */
	struct span *raw[CURVE_MAX];  /* the same, unsmoothed; NULL: not drawn */
	bool *broken;                 /* [rail.x.columns] owned: columns with NaN or Inf */
	struct span_steps dots;       /* columns of dots */
	struct axis y;
	bool empty; /* no samples */
	struct rail rail;
	/* rows of the area; 0: no such row */
	int title_rows, height, axis_row, label_row, rail_row, strip_row, n_strips;
};

/* List curves, place rows, fold samples into columns, fit the y axis. */
void plot_frame_make(struct plot_frame *p, const struct scene *s, struct canvas_area a, int which);
void plot_frame_release(struct plot_frame *p);

#endif
