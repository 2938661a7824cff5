/* pane_help.c: manual pages, and output of commands that takes more than a line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "retort/ui/layout.h"
#include "retort/base/unicode.h"
#include "retort/ui/pane.h"

/* Draw a line of nroff output: X BACKSPACE X is bold, _ BACKSPACE X underlined; tab stops every 8
 * columns. */
static void
draw_line(struct canvas_area a, int y, const char *line)
{
	size_t len = strlen(line);
	int x = 0;

	while (len) {
		enum canvas_style style = CANVAS_PLAIN;
		uint32_t cp, over;
		size_t n = text_utf8(line, len, &cp);

		while (len > n && line[n] == '\b') { /* bold and underlined: two overstrikes */
			style = cp == '_' ? CANVAS_UNDERLINE : CANVAS_BOLD;
			line += n + 1;
			len -= n + 1;
			n = text_utf8(line, len, &over);
			cp = over;
		}
		if (n == 0)
			return;
		if (cp == '\t')
			x += 8 - x % 8;
		else
			canvas_put(a, x, y, cp, style);
		x += cp == '\t' ? 0 : unicode_width(cp) < 0 ? 1 : unicode_width(cp);
		line += n;
		len -= n;
	}
}

/* Highlight the search text in a drawn row. Searches the cells, which hold no overstrikes. */
static void
highlight_matches(const struct scene *s, struct canvas_area a)
{
	char row[4096];
	int column[4096]; /* the cell of each byte of `row` */
	size_t n = 0;

	for (int x = 0; x < a.width && n + 5 < sizeof row; x++) {
		uint32_t ch = canvas_get(a, x, 0);
		size_t len = ch ? unicode_encode(ch, row + n) : 0;

		for (size_t i = 0; i < len; i++)
			column[n + i] = x;
		n += len;
	}
	row[n] = '\0';
	column[n] = a.width;
	for (const char *p = row; s->view.search[0] && (p = strcasestr(p, s->view.search)); p++)
		canvas_paint(a, column[p - row], 0,
			     column[p - row + (ptrdiff_t)strlen(s->view.search)] - column[p - row],
			     CANVAS_REVERSE);
}

static void
draw_help(const struct scene *s, struct canvas_area a)
{
	int rows = a.height - 1, first = s->view.help_scroll;
	char note[64] = "";

	pane_heading(s, a, LAYOUT_help, s->n_help ? s->help_title : "help");
	if (s->n_help == 0)
		canvas_text(a, 1, 1, CANVAS_DIM,
			    ":help lists the commands; start with :help tutorial");
	if ((int)s->n_help > rows)
		snprintf(note, sizeof note, "%d-%d of %zu", first + 1,
			 first + rows < (int)s->n_help ? first + rows : (int)s->n_help, s->n_help);
	pane_note(a, note);
	for (int y = 0; y < rows && first + y < (int)s->n_help; y++) {
		struct canvas_area line = canvas_cut(a, 1, 1 + y, a.width - 1, 1);

		if (line.width == 0 || line.height == 0)
			continue;
		draw_line(line, 0, s->help[first + y]);
		highlight_matches(s, line);
	}
}

const struct pane pane_help = {
	.name = "help",
	.title = "Help",
	.doc = "Manual pages, lists and the report.",
	.hints = "jk scroll  Space page  / search  n next  q close",
	.draw = draw_help,
};
