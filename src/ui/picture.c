/* picture.c: export of a canvas as an SVG picture. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/picture.h"

#include <stdbool.h>

#include "retort/base/unicode.h"

#define CELL_X 8
#define CELL_Y 17
#define BASELINE 13 /* of text, pixels from the top of the cell */

/* For a dark background. */
static const char *const colors[CANVAS_LOOKS] = {
	[CANVAS_PLAIN] = "#d0d0d0",   [CANVAS_DIM] = "#707880",     [CANVAS_BOLD] = "#ffffff",
	[CANVAS_REVERSE] = "#101418", [CANVAS_TITLE] = "#101418",   [CANVAS_FOCUS] = "#56d4dd",
	[CANVAS_CURVE1] = "#56d4dd",  [CANVAS_CURVE2] = "#e5c07b",  [CANVAS_CURVE3] = "#c678dd",
	[CANVAS_CURVE4] = "#98c379",  [CANVAS_CURVE5] = "#61afef",  [CANVAS_CURVE6] = "#e06c75",
	[CANVAS_MARK] = "#ffd75f",    [CANVAS_PENDING] = "#ffd75f", [CANVAS_GOOD] = "#98c379",
	[CANVAS_WARN] = "#e5c07b",    [CANVAS_BAD] = "#ff6b6b",
};

static bool
is_reversed(unsigned style)
{
	return style == CANVAS_TITLE || style == CANVAS_REVERSE;
}

static bool
is_braille(uint32_t ch)
{
	return ch > 0x2800 && ch <= 0x28FF;
}

static void
add_dots(struct text *out, int x, int y, const struct cell *cell)
{
	static const uint8_t bits[4][2] = { { 1, 8 }, { 2, 16 }, { 4, 32 }, { 64, 128 } };

	for (int row = 0; row < 4; row++)
		for (int column = 0; column < 2; column++)
			if ((cell->ch - 0x2800) & bits[row][column])
				text_addf(out,
					  "<circle cx=\"%d\" cy=\"%d\" r=\"1.4\" fill=\"%s\"/>\n",
					  x * CELL_X + 2 + 4 * column, y * CELL_Y + 2 + 4 * row,
					  colors[cell->style]);
}

static void
add_character(struct text *out, uint32_t ch)
{
	char buf[4];

	if (ch == '&' || ch == '<' || ch == '>')
		text_addf(out, "&#%u;", ch);
	else
		text_bytes(out, buf, unicode_encode(ch, buf));
}

/* Add the text cells from x that share a style. Returns the cell after them. */
static int
add_run(struct text *out, const struct cell *row, int width, int x, int y)
{
	unsigned style = row[x].style;
	int end = x;

	while (end < width && row[end].style == style && !is_braille(row[end].ch))
		end++;
	if (is_reversed(style))
		text_addf(out,
			  "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#c8ccd0\"/>\n",
			  x * CELL_X, y * CELL_Y, (end - x) * CELL_X, CELL_Y);
	text_addf(out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"%s\"%s>", x * CELL_X,
		  y * CELL_Y + BASELINE, (end - x) * CELL_X, colors[style],
		  style == CANVAS_BOLD || style == CANVAS_FOCUS ? " font-weight=\"bold\"" : "");
	for (int i = x; i < end; i++) {
		if (row[i].ch)
			add_character(out, row[i].ch);
		for (int k = 0; k < CANVAS_MARKS && row[i].mark[k]; k++)
			add_character(out, row[i].mark[k]);
	}
	text_add(out, "</text>\n");
	return end;
}

/* Whether a row is blank from cell x. */
static bool
is_blank(const struct cell *row, int x, int width)
{
	for (; x < width; x++)
		if (row[x].ch != ' ' || is_reversed(row[x].style))
			return false;
	return true;
}

void
picture_svg(const struct canvas *c, struct text *out)
{
	int width = c->width * CELL_X, height = c->height * CELL_Y;

	text_addf(out,
		  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		  "height=\"%d\">\n"
		  "<rect width=\"100%%\" height=\"100%%\" fill=\"#101418\"/>\n"
		  "<g font-family=\"DejaVu Sans Mono,Menlo,Consolas,monospace\" "
		  "font-size=\"13.29\" xml:space=\"preserve\">\n",
		  width, height, width, height);
	for (int y = 0; y < c->height; y++) {
		const struct cell *row = &c->cell[y * c->width];

		for (int x = 0; x < c->width && !is_blank(row, x, c->width);) {
			if (is_braille(row[x].ch))
				add_dots(out, x, y, &row[x]), x++;
			else
				x = add_run(out, row, c->width, x, y);
		}
	}
	text_add(out, "</g>\n</svg>\n");
}
