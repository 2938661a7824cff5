/* raster.c: dots finer than cells. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/screen/raster.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"

void
raster_init(struct raster *r, enum raster_kind kind, int width, int height)
{
	*r = (struct raster){ .kind = kind, .width = width, .height = height, .per_x = kind == RASTER_ASCII ? 1 : 2,
			      .per_y = kind == RASTER_ASCII ? 1 : kind == RASTER_BRAILLE ? 4 : 2 };
	r->dots = mem_array((size_t)width * (size_t)height, 1);
}

void
raster_release(struct raster *r)
{
	mem_free(r->dots);
	r->dots = NULL;
}

void
raster_clear(struct raster *r)
{
	memset(r->dots, 0, (size_t)r->width * (size_t)r->height);
}

void
raster_dot(struct raster *r, int x, int y)
{
	/* braille numbers its dots 1 2 3 7 down the left column and 4 5 6 8 down the right one */
	static const uint8_t braille[4][2] = { { 1, 8 }, { 2, 16 }, { 4, 32 }, { 64, 128 } };
	int dx, dy;
	uint8_t *cell;

	if (x < 0 || y < 0 || x >= r->width * r->per_x || y >= r->height * r->per_y)
		return;
	dx = x % r->per_x;
	dy = y % r->per_y;
	cell = &r->dots[y / r->per_y * r->width + x / r->per_x];
	*cell |= r->kind == RASTER_BRAILLE ? braille[dy][dx] : (uint8_t)(1 << (dy * r->per_x + dx));
}

/* Bresenham (1965): every column between the ends, or every row where the line is steep. */
void
raster_line(struct raster *r, int x0, int y0, int x1, int y1)
{
	int dx = abs(x1 - x0), dy = -abs(y1 - y0), sx = x0 < x1 ? 1 : -1, sy = y0 < y1 ? 1 : -1, error = dx + dy;

	for (;;) {
		int twice = 2 * error;

		raster_dot(r, x0, y0);
		if (x0 == x1 && y0 == y1)
			return;
		if (twice >= dy) {
			error += dy;
			x0 += sx;
		}
		if (twice <= dx) {
			error += dx;
			y0 += sy;
		}
	}
}

uint32_t
raster_cell(const struct raster *r, int x, int y, char glyph)
{
	/* by bits: upper left 1, upper right 2, lower left 4, lower right 8 */
	static const uint16_t quadrants[16] = { 0,      0x2598, 0x259D, 0x2580, 0x2596, 0x258C, 0x259E, 0x259B,
						0x2597, 0x259A, 0x2590, 0x259C, 0x2584, 0x2599, 0x259F, 0x2588 };
	uint8_t dots = r->dots[y * r->width + x];

	if (!dots)
		return 0;
	if (r->kind == RASTER_BRAILLE)
		return 0x2800u + dots;
	return r->kind == RASTER_QUADRANTS ? quadrants[dots] : (uint32_t)(unsigned char)glyph;
}
