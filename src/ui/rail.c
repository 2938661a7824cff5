/* rail.c: markers and cursor over the steps of a plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/rail.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/conf/knob.h"

bool
rail_shows(const struct scene *s, const struct curves_mark *m)
{
	int branch = s->view.branch < BRANCH_TEACHER(0) || s->view.branch >= BRANCH_IDS
			     ? BRANCH_STUDENT
			     : s->view.branch;

	return scene_has_mark(s, m, (unsigned)branch);
}

int
rail_column(const struct scene *s, const struct rail *r, const struct curves_mark *m)
{
	if (!rail_shows(s, m) || m->step < r->x.from || m->step > r->x.to)
		return -1;
	return span_column(&r->x, m->step);
}

/* The character of a marker's line. */
static uint32_t
line_char(const struct rail *r)
{
	return r->ascii ? ':' : 0x250A;
}

/*
 * Write the first `len` letters of a stage's text right of its line at x, in the first row with
 * free cells; with `over`, lines of other markers count as free. False where there is no such row.
 */
static bool
name_stage(const struct curves_mark *m, int len, bool over, struct canvas_area plot, int x,
	   const struct rail *r)
{
	for (int y = 0; y < plot.height && x + len < plot.width; y++) {
		bool free = canvas_get(plot, x, y) == line_char(r);

		for (int i = 1; free && i <= len; i++)
			free = canvas_get(plot, x + i, y) == ' ' ||
			       (over && canvas_get(plot, x + i, y) == line_char(r));
		for (int i = 0; free && i < len; i++)
			canvas_put(plot, x + 1 + i, y, (unsigned char)m->text[i], CANVAS_DIM);
		if (free)
			return true;
	}
	return false;
}

/* Name the stages at their lines, with their sets where there is room. */
static void
name_stages(const struct scene *s, struct canvas_area plot, const struct rail *r)
{
	for (size_t i = 0; i < s->curves->n_marks; i++) {
		const struct curves_mark *m = &s->curves->mark[i];
		int x = rail_column(s, r, m), all = (int)strcspn(m->text, ","),
		    name = (int)strcspn(m->text, ", ");

		if (x < 0 || x >= plot.width || m->kind != CURVES_STAGE)
			continue;
		if (!name_stage(m, all, false, plot, x, r) &&
		    !name_stage(m, name, false, plot, x, r))
			name_stage(m, name, true, plot, x, r);
	}
}

void
rail_lines(const struct scene *s, struct canvas_area plot, const struct rail *r)
{
	for (size_t i = 0; i < s->curves->n_marks; i++) {
		int x = rail_column(s, r, &s->curves->mark[i]);

		for (int y = 0; x >= 0 && x < plot.width && y < plot.height; y++)
			if (canvas_get(plot, x, y) == ' ')
				canvas_put(plot, x, y, line_char(r), CANVAS_DIM);
	}
	name_stages(s, plot, r);
}

/* List the markers in the column of the cursor, on the side with more room. */
static void
list_marks(const struct scene *s, struct canvas_area plot, const struct rail *r, int at)
{
	int y = 0;

	for (size_t i = 0; i < s->curves->n_marks && y < plot.height; i++) {
		const struct curves_mark *m = &s->curves->mark[i];
		char line[192];
		int width, x = at + 1;

		if (rail_column(s, r, m) != at)
			continue;
		snprintf(line, sizeof line, " %c @%u %s ", m->letter ? m->letter : '?', m->step,
			 m->text);
		width = text_width(line);
		if (x + width > plot.width && at > plot.width / 2)
			x = at - width > 0 ? at - width : 0;
		canvas_text(canvas_cut(plot, 0, 0, x > at ? plot.width : at, plot.height), x, y++,
			    CANVAS_MARK, line);
	}
}

void
rail_cursor(const struct scene *s, struct canvas_area plot, const struct rail *r, bool list)
{
	uint32_t step = s->view.cursor;
	int x;

	if (!s->view.cursor_on || step < r->x.from || step > r->x.to)
		return;
	x = span_column(&r->x, step);
	for (int y = 0; x < plot.width && y < plot.height; y++) {
		uint32_t ch = canvas_get(plot, x, y);

		if (ch == ' ' || ch == ':' || ch == 0x250A)
			canvas_put(plot, x, y, r->ascii ? '|' : 0x2502, CANVAS_BOLD);
		else
			canvas_paint(plot, x, y, 1, CANVAS_REVERSE);
	}
	if (list)
		list_marks(s, plot, r, x);
}

#define STAGE 1000 /* count of a column with a stage */

/* The first column after `x` with a marker. */
static int
next_column(const struct scene *s, const struct rail *r, int x)
{
	int next = r->x.columns;

	for (size_t i = 0; i < s->curves->n_marks; i++) {
		int at = rail_column(s, r, &s->curves->mark[i]);

		next = at > x && at < next ? at : next;
	}
	return next;
}

/* Write behind the letters what they changed, where it fits before the next one. */
static void
name_marks(const struct scene *s, struct canvas_area cells, const struct rail *r, const int *count)
{
	for (size_t i = 0; i < s->curves->n_marks; i++) {
		const struct curves_mark *m = &s->curves->mark[i];
		int x = rail_column(s, r, m);

		if (x < 0 || count[x] != 1 || !m->letter)
			continue;
		if (x + 2 + text_width(m->text) < next_column(s, r, x))
			canvas_text(cells, x + 2, 0, CANVAS_DIM, m->text);
	}
}

void
rail_letters(const struct scene *s, struct canvas_area row, const struct rail *r,
	     const bool *broken)
{
	struct canvas_area cells = canvas_cut(row, r->margin, 0, r->x.columns, 1);
	int *count = mem_array((size_t)r->x.columns, sizeof *count);

	if (r->margin > 1)
		canvas_text(canvas_cut(row, 0, 0, r->margin - 1, 1), 0, 0, CANVAS_DIM, "mark");
	for (int x = 0; x < r->x.columns; x++)
		if (broken[x])
			canvas_put(cells, x, 0, 'x', CANVAS_BAD);
	for (size_t i = 0; i < s->curves->n_marks; i++) {
		const struct curves_mark *m = &s->curves->mark[i];
		int x = rail_column(s, r, m);
		enum canvas_style style = m->kind == CURVES_DIVERGED ? CANVAS_BAD : CANVAS_MARK;

		if (x < 0)
			continue;
		if (m->kind ==
		    CURVES_STAGE) /* the knobs it changes are marked in the same column */
			count[x] = STAGE;
		else if (count[x] != STAGE)
			count[x]++;
		if (count[x] > 1 && count[x] != STAGE)
			canvas_put(cells, x, 0, '0' + (uint32_t)(count[x] < 9 ? count[x] : 9),
				   CANVAS_MARK);
		else if (count[x] == 1 || m->kind == CURVES_STAGE)
			canvas_put(cells, x, 0, m->letter ? (unsigned char)m->letter : '?', style);
	}
	name_marks(s, cells, r, count);
	mem_free(count);
}
