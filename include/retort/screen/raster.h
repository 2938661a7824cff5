/* Dots finer than cells: braille 2x4, quadrants 2x2, or one glyph a cell. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SCREEN_RASTER_H
#define RETORT_SCREEN_RASTER_H

#include "retort/screen/canvas.h"

enum raster_kind { RASTER_ASCII, RASTER_QUADRANTS, RASTER_BRAILLE };

struct raster {
	enum raster_kind kind;
	int width, height;  /* cells */
	int per_x, per_y;   /* dots in a cell */
	uint8_t *dots;      /* [height * width] one bit a dot; owned */
};

/* width, height >= 1. */
void raster_init(struct raster *r, enum raster_kind kind, int width, int height);
void raster_release(struct raster *r);
void raster_clear(struct raster *r);

/* In dots from the upper left corner; what lies outside is left out. */
void raster_dot(struct raster *r, int x, int y);
void raster_line(struct raster *r, int x0, int y0, int x1, int y1);

/* The cell as a character; 0 where no dot is set. `glyph` is what ASCII draws. */
uint32_t raster_cell(const struct raster *r, int x, int y, char glyph);

#endif
