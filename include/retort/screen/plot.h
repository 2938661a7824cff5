/* A plot: curves on axes, markers of what was changed, values under a cursor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SCREEN_PLOT_H
#define RETORT_SCREEN_PLOT_H

#include "retort/screen/axis.h"
#include "retort/screen/raster.h"
#include "retort/screen/scene.h"

#define PLOT_CURVES (2 + LAB_TEACHERS)

/* One curve, or a level line where `series` is NULL. */
struct plot_curve {
	char name[32];
	const struct series *series;
	double level;             /* a teacher's last score */
	enum canvas_look look;
	int pattern;              /* 0 solid, 1 dashed, 2 dotted: tells curves apart without colour */
	char glyph;               /* in ASCII */
};

/* Where steps lie: cells [0, width) of the drawing area, left to right. */
struct plot_scale {
	uint32_t from, to;        /* steps; from < to */
	bool log;
	int width;                /* dots */
};

/*
 * Draw metric view.plot_metric[which] of view.branch and what belongs to it: title with legend,
 * axes, curves, markers; where there is room the rail with the letters of the markers and a
 * strip for each knob that was turned. Any area from 1x1.
 */
void plot_draw(const struct scene *s, struct canvas_area a, int which);

/* The steps a plot shows, with `width` dots. */
struct plot_scale plot_steps(const struct scene *s, int width);

/* The first step of dot column x; x == width gives the end. Rises with x. */
uint32_t plot_step(const struct plot_scale *p, int x);
/* The dot column of a step, or -1 outside. */
int plot_column(const struct plot_scale *p, uint32_t step);

/* Curves of the plot, in painter's order; returns how many. */
int plot_curves(const struct scene *s, unsigned metric, struct plot_curve *curve);

/* Draw a curve into dots through its extremes a column (M4), which gives the dots that all samples would. */
void plot_curve(struct raster *r, const struct plot_scale *x, const struct axis *y, const struct plot_curve *c);

/* A value in at most 7 columns. Returns buf. */
const char *plot_number(char *buf, size_t size, double x);

#endif
