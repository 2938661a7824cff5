/* raster.c: dots drawn as characters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/raster.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"

/* Bit of the dot at row y, column x of a cell, in the order of U+2800 for all character sets. */
static const uint8_t bit[4][2] = { { 1, 8 }, { 2, 16 }, { 4, 32 }, { 64, 128 } };

/* Quadrants; bits 0 to 3: top left, bottom left, top right, bottom right. */
static const uint16_t quadrant[16] = {
	0,      0x2598, 0x2596, 0x258C, 0x259D, 0x2580, 0x259E, 0x259B,
	0x2597, 0x259A, 0x2584, 0x2599, 0x2590, 0x259C, 0x259F, 0x2588,
};

int
raster_across(enum raster_set set)
{
	return set == RASTER_ASCII ? 1 : 2;
}

int
raster_down(enum raster_set set)
{
	return set == RASTER_ASCII ? 1 : set == RASTER_QUADRANTS ? 2 : 4;
}

void
raster_resize(struct raster *r, enum raster_set set, int width, int height)
{
	r->set = set;
	r->width = width > 0 ? width : 0;
	r->height = height > 0 ? height : 0;
	r->columns = r->width * raster_across(set);
	r->rows = r->height * raster_down(set);
	mem_grow(&r->cell, &r->cap, (size_t)r->width * (size_t)r->height + 1, sizeof *r->cell);
	raster_clear(r);
}

void
raster_clear(struct raster *r)
{
	memset(r->cell, 0, (size_t)r->width * (size_t)r->height);
}

void
raster_release(struct raster *r)
{
	mem_free(r->cell);
	memset(r, 0, sizeof *r);
}

void
raster_column(struct raster *r, int x, int a, int b)
{
	int across = raster_across(r->set), down = raster_down(r->set);
	int top = a < b ? a : b, bottom = a < b ? b : a;

	if (x < 0 || x >= r->columns)
		return;
	top = top < 0 ? 0 : top;
	bottom = bottom >= r->rows ? r->rows - 1 : bottom;
	for (int y = top; y <= bottom; y++)
		r->cell[y / down * r->width + x / across] |= bit[y % down][x % across];
}

/*
 * Each column gets the rows that the line crosses in it, without the row at which the next column
 * starts, so that slopes are one dot thick. The loop runs over visible columns only: the part of a
 * line far outside costs nothing.
 */
void
raster_line(struct raster *r, int x0, int row0, int x1, int row1)
{
	int from = x0 < 0 ? 0 : x0, to = x1 < r->columns ? x1 : r->columns - 1;
	double slope = x1 > x0 ? ((double)row1 - row0) / ((double)x1 - x0) : 0;

	if (x1 <= x0) {
		raster_column(r, x0, row0, row1);
		return;
	}
	for (int x = from; x <= to; x++) {
		double in = x == x0 ? row0 : row0 + slope * (x - x0 - 0.5);
		double out = x == x1 ? row1 : row0 + slope * (x - x0 + 0.5);
		int a = (int)lround(in), b = (int)lround(out);

		if (x < x1 && a != b)
			b += a < b ? -1 : 1;
		raster_column(r, x, a, b);
	}
}

void
raster_dash(struct raster *r, int on, int off)
{
	int across = raster_across(r->set);

	for (int x = 0; off > 0 && x < r->columns; x++) {
		uint8_t keep = 0;

		if (x % (on + off) < on)
			continue;
		for (int other = 0; other < across; other++)
			for (int y = 0; y < 4 && other != x % across; y++)
				keep |= bit[y][other];
		for (int y = 0; y < r->height; y++)
			r->cell[y * r->width + x / across] &= keep;
	}
}

uint32_t
raster_char(const struct raster *r, int x, int y, char glyph)
{
	uint8_t dots = r->cell[y * r->width + x];

	if (!dots)
		return 0;
	if (r->set == RASTER_ASCII)
		return (unsigned char)glyph;
	if (r->set == RASTER_BRAILLE)
		return 0x2800u + dots;
	return quadrant[(dots & 3) | (dots >> 1 & 12)];
}
