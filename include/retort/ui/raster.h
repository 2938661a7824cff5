/* A raster: dots in cells of 1x1 (ASCII), 2x2 (quadrants) or 2x4 (braille). One curve at a time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_RASTER_H
#define RETORT_UI_RASTER_H

#include <stddef.h>
#include <stdint.h>

enum raster_set { RASTER_ASCII, RASTER_QUADRANTS, RASTER_BRAILLE };

struct raster {
	enum raster_set set;
	int width, height; /* cells */
	int columns, rows; /* dots; row 0 is the top */
	uint8_t *cell;     /* [height * width] a bit for each dot, owned */
	size_t cap;
};

/* An empty raster of this size; sizes below 0 count as 0. Reuses the storage. */
void raster_resize(struct raster *r, enum raster_set set, int width, int height);
void raster_clear(struct raster *r);
void raster_release(struct raster *r);

/* Dots in a cell, across and down. */
int raster_across(enum raster_set set);
int raster_down(enum raster_set set);

/* Dots of column x from row `a` to row `b`, either way round; what lies outside is left out. */
void raster_column(struct raster *r, int x, int a, int b);

/* A straight line between two dots, both drawn. Either may lie far outside. */
void raster_line(struct raster *r, int x0, int row0, int x1, int row1);

/* Take away the columns at which a pattern is off: `on` drawn, `off` not, and so on. off 0: none.
 */
void raster_dash(struct raster *r, int on, int off);

/* The character of a cell, 0 where it is empty. In ASCII `glyph`. */
uint32_t raster_char(const struct raster *r, int x, int y, char glyph);

#endif
