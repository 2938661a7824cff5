/* A raster of dots for one curve: cells of 1x1 (ASCII), 2x2 (quadrants) or 2x4 (braille) dots. */
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
	uint8_t *cell;     /* [height * width] owned; a bit for each dot */
	size_t cap;
};

/* Resize and clear; negative sizes count as 0. Reuses the storage; start with zeroes. */
void raster_resize(struct raster *r, enum raster_set set, int width, int height);
void raster_clear(struct raster *r);
void raster_release(struct raster *r);

/* Dots of a cell, horizontally and vertically. */
int raster_across(enum raster_set set);
int raster_down(enum raster_set set);

/* Set the dots of column x between rows a and b, in any order, clipped. */
void raster_column(struct raster *r, int x, int a, int b);

/* Draw a straight line between two dots, x0 <= x1, clipped; both may be far outside. */
void raster_line(struct raster *r, int x0, int row0, int x1, int row1);

/* Clear columns in a repeating pattern: `on` columns kept, `off` columns cleared. off 0: none. */
void raster_dash(struct raster *r, int on, int off);

/* The character of a cell, `glyph` in ASCII; 0 for an empty cell. */
uint32_t raster_char(const struct raster *r, int x, int y, char glyph);

#endif
