/* A figure: curves of one or several sessions, as lines in panels, with their markers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_FIGURE_FIGURE_H
#define RETORT_FIGURE_FIGURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/curve/curves.h"

#define FIGURE_SOURCES 64 /* curves that a figure can overlay */
#define FIGURE_PANELS 8
#define FIGURE_NAMES 64 /* runs that a request can name */

/* What is drawn. */
struct figure_source {
	const struct curves *curves; /* borrowed */
	const char *name; /* of the session, in front of the names of its runs; "" none */
};

struct figure_request {
	size_t n_sources;
	const struct figure_source *source;
	size_t n_runs; /* 0: all */
	const char *run[FIGURE_NAMES];
	size_t n_metrics; /* 0: val-nll and val-accuracy, or else the first evaluated one */
	unsigned metric[FIGURE_PANELS];
	const char *title; /* "" none */
	bool marked;       /* runs without samples, too, that have markers */
};

/* Lines that differ in shape, too, for prints without colour. */
enum figure_dash {
	FIGURE_SOLID,   /* students; teachers where there is no student */
	FIGURE_DASHED,  /* baselines */
	FIGURE_DOTTED,  /* last scores of teachers */
	FIGURE_DOTDASH, /* runs after the last colour */
};

#define FIGURE_GREY (-1)

/* The line of one run or teacher; the same in every panel. */
struct figure_line {
	char name[320];  /* in the legend: "student", "wide", "A baseline" */
	char label[320]; /* in tables: "s", "s:baseline", "A big" */
	const struct figure_source *source;
	unsigned run, branch;
	int color; /* of figure_palette, FIGURE_GREY */
	enum figure_dash dash;
	bool level; /* the last score, as a horizontal line */
};

struct figure {
	char title[160];
	size_t n_panels;
	unsigned panel[FIGURE_PANELS]; /* metrics */
	size_t n_lines;
	struct figure_line *line; /* owned; in the order of the legend */
	size_t n_marks;
	const struct curves_mark **mark;  /* owned; markers of the runs, by step */
	const struct figure_line **owner; /* [n_marks] owned: the line that each belongs to */
	uint32_t last;                    /* step of the last sample */
};

/* Choose lines, panels and markers. 0, or -1 and an error: there is no such run, or nothing to
 * draw.
 */
int figure_init(struct figure *f, const struct figure_request *r, struct err *e);
void figure_release(struct figure *f);

/* The samples of a line in a panel; NULL: none. */
const struct series *figure_series(const struct figure_line *l, unsigned metric);

/* The last sample that a fork shares with its parent, or the parent's parent; false if it is no
 * fork, or there is none. */
bool figure_fork(const struct figure_line *l, unsigned metric, uint32_t *step, double *value);

/* Red, green and blue of a colour, 0xRRGGBB. */
uint32_t figure_color(int color);

#endif
