/* picture.c: export of a canvas as an SVG picture. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/picture.h"

#include <stdbool.h>
#include <stdio.h>

#include "retort/base/unicode.h"
#include "retort/ui/palette.h"

#define CELL_X 8
#define CELL_Y 17
#define BASELINE 13 /* of text, pixels from the top of the cell */

/* Colours of one picture. */
struct paint {
	bool is_light;
	const char *text, *ground; /* of cells without a colour */
};

static bool
is_reversed(unsigned style)
{
	return style == CANVAS_TITLE || style == CANVAS_REVERSE;
}

/* Write the colour of a style, "#5fafff". Returns buf. */
static const char *
color_of(const struct paint *p, unsigned style, char buf[8])
{
	short color = palette_look((enum canvas_style)style, PALETTE_256, p->is_light).text;

	if (is_reversed(style))
		snprintf(buf, 8, "%s", p->ground);
	else if (color < 0)
		snprintf(buf, 8, "%s", p->text);
	else
		snprintf(buf, 8, "#%06x", palette_rgb(color));
	return buf;
}

static bool
is_braille(uint32_t ch)
{
	return ch > 0x2800 && ch <= 0x28FF;
}

static void
add_dots(struct text *out, const struct paint *p, int x, int y, const struct cell *cell)
{
	char color[8];
	static const uint8_t bits[4][2] = { { 1, 8 }, { 2, 16 }, { 4, 32 }, { 64, 128 } };

	for (int row = 0; row < 4; row++)
		for (int column = 0; column < 2; column++)
			if ((cell->ch - 0x2800) & bits[row][column])
				text_addf(out,
					  "<circle cx=\"%d\" cy=\"%d\" r=\"1.4\" fill=\"%s\"/>\n",
					  x * CELL_X + 2 + 4 * column, y * CELL_Y + 2 + 4 * row,
					  color_of(p, cell->style, color));
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
add_run(struct text *out, const struct paint *p, const struct cell *row, int width, int x, int y)
{
	unsigned style = row[x].style;
	char color[8];
	int end = x;

	while (end < width && row[end].style == style && !is_braille(row[end].ch))
		end++;
	if (is_reversed(style))
		text_addf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"/>\n",
			  x * CELL_X, y * CELL_Y, (end - x) * CELL_X, CELL_Y, p->text);
	text_addf(out, "<text x=\"%d\" y=\"%d\" textLength=\"%d\" fill=\"%s\"%s>", x * CELL_X,
		  y * CELL_Y + BASELINE, (end - x) * CELL_X, color_of(p, style, color),
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
picture_svg(const struct canvas *c, bool is_light, struct text *out)
{
	struct paint p = { is_light, is_light ? "#202428" : "#d0d0d0",
			   is_light ? "#ffffff" : "#101418" };
	int width = c->width * CELL_X, height = c->height * CELL_Y;

	text_addf(out,
		  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		  "height=\"%d\">\n"
		  "<rect width=\"100%%\" height=\"100%%\" fill=\"%s\"/>\n"
		  "<g font-family=\"DejaVu Sans Mono,Menlo,Consolas,monospace\" "
		  "font-size=\"13.29\" xml:space=\"preserve\">\n",
		  width, height, width, height, p.ground);
	for (int y = 0; y < c->height; y++) {
		const struct cell *row = &c->cell[y * c->width];

		for (int x = 0; x < c->width && !is_blank(row, x, c->width);) {
			if (is_braille(row[x].ch))
				add_dots(out, &p, x, y, &row[x]), x++;
			else
				x = add_run(out, &p, row, c->width, x, y);
		}
	}
	text_add(out, "</g>\n</svg>\n");
}
