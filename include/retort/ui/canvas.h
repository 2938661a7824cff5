/* A grid of cells: what every pane draws into and every test looks at. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_CANVAS_H
#define RETORT_UI_CANVAS_H

#include <stdint.h>

#include "retort/base/text.h"

/* Names of looks, not colours: tui/term.c turns them into attributes, monochrome too. */
enum canvas_look {
	CANVAS_PLAIN,
	CANVAS_DIM,     /* rules, ticks, hints */
	CANVAS_BOLD,    /* headings */
	CANVAS_REVERSE, /* the selected row or cell */
	CANVAS_TITLE,   /* the status line */
	CANVAS_FOCUS,   /* title of the focused pane */
	CANVAS_CURVE1,  /* series, in order */
	CANVAS_CURVE2,
	CANVAS_CURVE3,
	CANVAS_CURVE4,
	CANVAS_CURVE5,
	CANVAS_CURVE6,
	CANVAS_MARK,    /* markers of tweaks */
	CANVAS_PENDING, /* asked for, not yet applied */
	CANVAS_GOOD,
	CANVAS_WARN,
	CANVAS_BAD,
	CANVAS_LOOKS,
};

struct cell {
	uint32_t ch; /* one character; 0: the right half of a wide one */
	uint8_t look;
};

struct canvas {
	int width, height;
	struct cell *cell; /* [height * width] owned */
	size_t cap;
	int cursor_x, cursor_y; /* where the terminal's cursor stands; x < 0: hidden */
};

/* A rectangle of a canvas; everything drawn through it is clipped to it. */
struct canvas_area {
	struct canvas *canvas;
	int x, y, width, height;
};

/* Any size from 1x1 to 1000x1000, filled with blanks, cursor hidden. Reuses the storage. */
void canvas_resize(struct canvas *c, int width, int height);
void canvas_clear(struct canvas *c);
void canvas_release(struct canvas *c);

struct canvas_area canvas_all(struct canvas *c);
/* The part of `a` at (x, y) in a's coordinates, cut to a. May be empty. */
struct canvas_area canvas_cut(struct canvas_area a, int x, int y, int width, int height);

/* One character; wide ones take two cells and are left out where only one is free. */
void canvas_put(struct canvas_area a, int x, int y, uint32_t ch, enum canvas_look look);

/* UTF-8 text from (x, y) to the right edge; controls are drawn as '?'. Returns the column after it.
 */
int canvas_text(struct canvas_area a, int x, int y, enum canvas_look look, const char *s);
int canvas_textf(struct canvas_area a, int x, int y, enum canvas_look look, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* UTF-8 text that ends before column x. */
void canvas_text_right(struct canvas_area a, int x, int y, enum canvas_look look, const char *s);

/* Change the look of a run of cells and keep their characters. */
void canvas_paint(struct canvas_area a, int x, int y, int width, enum canvas_look look);

/* Rows as UTF-8, blanks at the end of rows cut, each with a newline: golden files, export. */
void canvas_dump(const struct canvas *c, struct text *out);

#endif
