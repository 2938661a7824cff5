/* What a figure is drawn with: lines, dots and texts on a page, in points. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_FIGURE_FIGURE_PEN_H
#define RETORT_FIGURE_FIGURE_PEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/figure/figure.h"

struct figure_point {
	double x, y; /* from the left and upper edges */
};

struct figure_stroke {
	double width;
	uint32_t color;
	enum figure_dash dash;
};

struct figure_text {
	double size;
	uint32_t color;
	bool bold;
	double align; /* 0: x is at its left end, 0.5: in its middle, 1: at its right end */
	bool upwards; /* turned to the left by 90 degrees; `align` is along y */
};

/* Functions of a device; `arg` is their first argument. Texts are UTF-8. */
struct figure_pen {
	void *arg;
	void (*line)(void *arg, const struct figure_point *p, size_t n,
		     const struct figure_stroke *s);
	/* A circle; empty ones are filled with white. */
	void (*dot)(void *arg, double x, double y, double radius, uint32_t color, bool filled);
	/* A text whose baseline is at y. */
	void (*text)(void *arg, double x, double y, const struct figure_text *t, const char *text);
	double (*width)(void *arg, const struct figure_text *t, const char *text);
};

#endif
