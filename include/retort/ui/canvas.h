/* A grid of character cells that panes draw into. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_CANVAS_H
#define RETORT_UI_CANVAS_H

#include <stdint.h>

#include "retort/base/text.h"

/* Looks by purpose; ui/palette.h maps them to attributes and colours. */
enum canvas_style {
	CANVAS_PLAIN,
	CANVAS_DIM,       /* rules, ticks, hints */
	CANVAS_BOLD,      /* headings */
	CANVAS_UNDERLINE, /* arguments in manual pages */
	CANVAS_REVERSE,   /* the selected row or cell */
	CANVAS_TITLE,     /* the status line */
	CANVAS_FOCUS,     /* title of the focused pane */
	CANVAS_CURVE1,    /* series, in order */
	CANVAS_CURVE2,
	CANVAS_CURVE3,
	CANVAS_CURVE4,
	CANVAS_CURVE5,
	CANVAS_CURVE6,
	CANVAS_REFERENCE, /* networks to compare with: baseline, teachers */
	CANVAS_MARK,      /* markers and values of changes */
	CANVAS_PENDING,   /* requested, not yet applied */
	CANVAS_GOOD,      /* success */
	CANVAS_WARN,      /* a problem, or a question */
	CANVAS_BAD,       /* an error */
	CANVAS_LOOKS,
};

#define CANVAS_ELLIPSIS 0x2026 /* drawn as ~ in ASCII */
#define CANVAS_MARKS 2         /* combining marks of a cell; more are dropped */

struct cell {
	uint32_t ch;                 /* code point; 0: right half of a wide character */
	uint8_t style;               /* enum canvas_style */
	uint32_t mark[CANVAS_MARKS]; /* combining marks drawn over ch; 0: none */
};

struct canvas {
	int width, height;
	struct cell *cell; /* [height * width] owned */
	size_t cap;
	int cursor_x, cursor_y; /* cell of the terminal's cursor; x < 0: hidden */
};

/* A rectangle of a canvas. Drawing is clipped to it; coordinates are relative to it. */
struct canvas_area {
	struct canvas *canvas;
	int x, y, width, height;
};

/* Resize to 1x1 .. 1000x1000, clamped, and clear. Reuses the storage; start with zeroes. */
void canvas_resize(struct canvas *c, int width, int height);
/* Fill with blanks and hide the cursor. */
void canvas_clear(struct canvas *c);
void canvas_release(struct canvas *c);

/* The area of the whole canvas. */
struct canvas_area canvas_all(struct canvas *c);
/* The rectangle at (x, y) of `a`, clipped to a; it may be empty. */
struct canvas_area canvas_cut(struct canvas_area a, int x, int y, int width, int height);

/*
 * Draw a character. A wide one takes two cells, and is not drawn where only one is left; a control
 * character is drawn as '?'. A non-spacing mark is added to the character before (x, y); other
 * characters without width are not drawn.
 */
void canvas_put(struct canvas_area a, int x, int y, uint32_t ch, enum canvas_style style);

/* The character of a cell of `a`, which must contain it. */
uint32_t canvas_get(struct canvas_area a, int x, int y);

/* Draw UTF-8 text from (x, y), clipped. Returns the column after it, clipped or not. */
int canvas_text(struct canvas_area a, int x, int y, enum canvas_style style, const char *s);
int canvas_textf(struct canvas_area a, int x, int y, enum canvas_style style, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

/* Bytes of a text that are drawn on a line of `width` columns, up to a blank if there is one in the
 * second half of the line. */
size_t canvas_wrap(const char *s, int width);

/* Draw UTF-8 text in at most `width` columns, cut before an ellipsis. Returns the column after it.
 */
int canvas_text_most(struct canvas_area a, int x, int y, int width, enum canvas_style style,
		     const char *s);

/* Draw UTF-8 text that ends before column x. */
void canvas_text_right(struct canvas_area a, int x, int y, enum canvas_style style, const char *s);

/* Change the style of `width` cells; their characters stay. */
void canvas_paint(struct canvas_area a, int x, int y, int width, enum canvas_style style);

/* Append the rows as UTF-8 lines without trailing blanks. */
void canvas_dump(const struct canvas *c, struct text *out);

#endif
