/* canvas.c: a grid of character cells. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/unicode.h"

void
canvas_resize(struct canvas *c, int width, int height)
{
	c->width = width < 1 ? 1 : width > 1000 ? 1000 : width;
	c->height = height < 1 ? 1 : height > 1000 ? 1000 : height;
	mem_grow(&c->cell, &c->cap, (size_t)c->width * (size_t)c->height, sizeof *c->cell);
	canvas_clear(c);
}

void
canvas_clear(struct canvas *c)
{
	for (int i = 0; i < c->width * c->height; i++)
		c->cell[i] = (struct cell){ .ch = ' ', .style = CANVAS_PLAIN };
	c->cursor_x = c->cursor_y = -1;
}

void
canvas_release(struct canvas *c)
{
	mem_free(c->cell);
	memset(c, 0, sizeof *c);
}

struct canvas_area
canvas_all(struct canvas *c)
{
	return (struct canvas_area){ c, 0, 0, c->width, c->height };
}

struct canvas_area
canvas_cut(struct canvas_area a, int x, int y, int width, int height)
{
	int right = x + width, bottom = y + height;

	x = x < 0 ? 0 : x > a.width ? a.width : x;
	y = y < 0 ? 0 : y > a.height ? a.height : y;
	right = right > a.width ? a.width : right;
	bottom = bottom > a.height ? a.height : bottom;
	return (struct canvas_area){ a.canvas, a.x + x, a.y + y, right > x ? right - x : 0,
				     bottom > y ? bottom - y : 0 };
}

static struct cell *
cell_at(struct canvas_area a, int x, int y)
{
	return &a.canvas->cell[(a.y + y) * a.canvas->width + a.x + x];
}

/* Before a cell is overwritten: replace the other half of a wide character by a blank. */
static void
clear_other_half(struct canvas_area a, int x, int y)
{
	struct canvas_area all = canvas_all(a.canvas);
	int cx = a.x + x, cy = a.y + y;

	if (cell_at(all, cx, cy)->ch == 0 && cx > 0)
		cell_at(all, cx - 1, cy)->ch = ' ';
	if (cx + 1 < all.width && cell_at(all, cx + 1, cy)->ch == 0)
		cell_at(all, cx + 1, cy)->ch = ' ';
}

/* Add a non-spacing mark to the character before x. Variation selectors are left out: some
 * terminals change the width of the character for them. */
static void
add_mark(struct canvas_area a, int x, int y, uint32_t mark)
{
	struct cell *cell;
	int i = 0;

	if (x < 1 || y < 0 || x > a.width || y >= a.height || !unicode_is_accent(mark) ||
	    (mark >= 0xFE00 && mark <= 0xFE0F) || mark >= 0xE0000)
		return;
	cell = cell_at(a, x - 1, y);
	if (cell->ch == 0 && x > 1)
		cell = cell_at(a, x - 2, y);
	while (i < CANVAS_MARKS && cell->mark[i])
		i++;
	if (i < CANVAS_MARKS && cell->ch > ' ')
		cell->mark[i] = mark;
}

void
canvas_put(struct canvas_area a, int x, int y, uint32_t ch, enum canvas_style style)
{
	int width = unicode_width(ch);

	if (width == 0)
		add_mark(a, x, y, ch);
	if (x < 0 || y < 0 || x >= a.width || y >= a.height)
		return;
	if (width < 0)
		ch = '?';
	if (width == 0 || (width == 2 && x + 1 >= a.width))
		return;
	clear_other_half(a, x, y);
	*cell_at(a, x, y) = (struct cell){ .ch = ch, .style = (uint8_t)style };
	if (width == 2) {
		clear_other_half(a, x + 1, y);
		*cell_at(a, x, y) = (struct cell){ .ch = ch, .style = (uint8_t)style };
		*cell_at(a, x + 1, y) = (struct cell){ .ch = 0, .style = (uint8_t)style };
	}
}

uint32_t
canvas_get(struct canvas_area a, int x, int y)
{
	return cell_at(a, x, y)->ch;
}

int
canvas_text(struct canvas_area a, int x, int y, enum canvas_style style, const char *s)
{
	size_t len = strlen(s), n;
	uint32_t cp;

	while ((n = text_utf8(s, len, &cp)) > 0) {
		int width = unicode_width(cp);

		canvas_put(a, x, y, cp, style);
		x += width < 0 ? 1 : width;
		s += n;
		len -= n;
	}
	return x;
}

size_t
canvas_wrap(const char *s, int width)
{
	size_t len = strlen(s), blank = 0, at = 0, n;
	uint32_t cp;
	int x = 0;

	for (; at < len && (n = text_utf8(s + at, len - at, &cp)) > 0; at += n) {
		if (cp == ' ' && x <= width && x > width / 2)
			blank = at;
		x += unicode_width(cp) < 0 ? 1 : unicode_width(cp);
		if (x > width)
			return blank ? blank : at;
	}
	return len;
}

int
canvas_text_most(struct canvas_area a, int x, int y, int width, enum canvas_style style,
		 const char *s)
{
	int all = text_width(s);
	bool cut = width > 0 && all > width;
	int end = canvas_text(canvas_cut(a, x, y, cut ? width - 1 : width, 1), 0, 0, style, s);

	if (cut)
		canvas_put(a, x + width - 1, y, CANVAS_ELLIPSIS, style);
	return x + (end < width ? end : width < 0 ? 0 : width);
}

void
canvas_text_right(struct canvas_area a, int x, int y, enum canvas_style style, const char *s)
{
	canvas_text(a, x - text_width(s), y, style, s);
}

int
canvas_textf(struct canvas_area a, int x, int y, enum canvas_style style, const char *fmt, ...)
{
	char buf[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof buf, fmt, ap);
	va_end(ap);
	return canvas_text(a, x, y, style, buf);
}

void
canvas_paint(struct canvas_area a, int x, int y, int width, enum canvas_style style)
{
	for (int i = x; i < x + width; i++)
		if (i >= 0 && y >= 0 && i < a.width && y < a.height)
			cell_at(a, i, y)->style = (uint8_t)style;
}

void
canvas_dump(const struct canvas *c, struct text *out)
{
	for (int y = 0; y < c->height; y++) {
		const struct cell *row = &c->cell[y * c->width];
		int end = c->width;

		while (end > 0 && row[end - 1].ch == ' ')
			end--;
		for (int x = 0; x < end; x++) {
			char buf[4];

			if (row[x].ch)
				text_bytes(out, buf, unicode_encode(row[x].ch, buf));
			for (int i = 0; i < CANVAS_MARKS && row[x].mark[i]; i++)
				text_bytes(out, buf, unicode_encode(row[x].mark[i], buf));
		}
		text_add(out, "\n");
	}
}
