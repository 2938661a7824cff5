/* rail.c: what happened when, under the curves. */
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
rail_shows(const struct scene *s, const struct scene_mark *m)
{
	int branch = s->view.branch < LAB_TEACHER(0) || s->view.branch >= LAB_BRANCHES
			     ? LAB_STUDENT
			     : s->view.branch;

	return m->branch == branch;
}

/* The cell of a mark, or -1 where it is not in view. */
static int
column(const struct scene *s, const struct rail *r, const struct scene_mark *m)
{
	if (!rail_shows(s, m) || m->step < r->x.from || m->step > r->x.to)
		return -1;
	return span_column(&r->x, m->step);
}

static uint32_t
drawn(struct canvas_area a, int x, int y)
{
	return a.canvas->cell[(a.y + y) * a.canvas->width + a.x + x].ch;
}

static uint32_t
line_of(const struct rail *r)
{
	return r->ascii ? ':' : 0x250A;
}

/*
 * The first letters of a stage's name beside its line at x, in the first row from the top where
 * nothing else is; with `over` lines of other marks count as nothing. False: there is no such row.
 */
static bool
name_stage(const struct scene_mark *m, int len, bool over, struct canvas_area plot, int x,
	   const struct rail *r)
{
	for (int y = 0; y < plot.height && x + len < plot.width; y++) {
		bool free = drawn(plot, x, y) == line_of(r);

		for (int i = 1; free && i <= len; i++)
			free = drawn(plot, x + i, y) == ' ' ||
			       (over && drawn(plot, x + i, y) == line_of(r));
		for (int i = 0; free && i < len; i++)
			canvas_put(plot, x + 1 + i, y, (unsigned char)m->text[i], CANVAS_DIM);
		if (free)
			return true;
	}
	return false;
}

/* With its sets where there is room for them. */
static void
name_stages(const struct scene *s, struct canvas_area plot, const struct rail *r)
{
	for (size_t i = 0; i < s->n_marks; i++) {
		const struct scene_mark *m = &s->mark[i];
		int x = column(s, r, m), all = (int)strcspn(m->text, ","),
		    name = (int)strcspn(m->text, ", ");

		if (x < 0 || x >= plot.width || m->kind != SCENE_STAGE)
			continue;
		if (!name_stage(m, all, false, plot, x, r) &&
		    !name_stage(m, name, false, plot, x, r))
			name_stage(m, name, true, plot, x, r);
	}
}

void
rail_lines(const struct scene *s, struct canvas_area plot, const struct rail *r)
{
	for (size_t i = 0; i < s->n_marks; i++) {
		int x = column(s, r, &s->mark[i]);

		for (int y = 0; x >= 0 && x < plot.width && y < plot.height; y++)
			if (drawn(plot, x, y) == ' ')
				canvas_put(plot, x, y, line_of(r), CANVAS_DIM);
	}
	name_stages(s, plot, r);
}

/* The texts of the marks at the cursor, from the top, on the side that has more room. */
static void
list_marks(const struct scene *s, struct canvas_area plot, const struct rail *r, int at)
{
	int y = 0;

	for (size_t i = 0; i < s->n_marks && y < plot.height; i++) {
		const struct scene_mark *m = &s->mark[i];
		char line[128];
		int width, x = at + 1;

		if (column(s, r, m) != at)
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
		uint32_t ch = drawn(plot, x, y);

		if (ch == ' ' || ch == ':' || ch == 0x250A)
			canvas_put(plot, x, y, r->ascii ? '|' : 0x2502, CANVAS_BOLD);
		else
			canvas_paint(plot, x, y, 1, CANVAS_REVERSE);
	}
	if (list)
		list_marks(s, plot, r, x);
}

#define STAGE 1000 /* more marks in a column than are counted: there is a stage among them */

/* "mark" left of the first column, as much of it as fits. */
static void
head(struct canvas_area a, int y, const struct rail *r, const char *text)
{
	if (r->margin > 1)
		canvas_text(canvas_cut(a, 0, 0, r->margin - 1, a.height), 0, y, CANVAS_DIM, text);
}

void
rail_letters(const struct scene *s, struct canvas_area row, const struct rail *r,
	     const bool *broken)
{
	struct canvas_area cells = canvas_cut(row, r->margin, 0, r->x.columns, 1);
	int *count = mem_array((size_t)r->x.columns, sizeof *count);

	head(row, 0, r, "mark");
	for (int x = 0; x < r->x.columns; x++)
		if (broken[x])
			canvas_put(cells, x, 0, 'x', CANVAS_BAD);
	for (size_t i = 0; i < s->n_marks; i++) {
		const struct scene_mark *m = &s->mark[i];
		int x = column(s, r, m);
		enum canvas_look look = m->kind == SCENE_DIVERGED ? CANVAS_BAD : CANVAS_MARK;

		if (x < 0)
			continue;
		if (m->kind == SCENE_STAGE) /* what it turns is marked in the same cell */
			count[x] = STAGE;
		else if (count[x] != STAGE)
			count[x]++;
		if (count[x] > 1 && count[x] != STAGE)
			canvas_put(cells, x, 0, '0' + (uint32_t)(count[x] < 9 ? count[x] : 9),
				   CANVAS_MARK);
		else if (count[x] == 1 || m->kind == SCENE_STAGE)
			canvas_put(cells, x, 0, m->letter ? (unsigned char)m->letter : '?', look);
	}
	mem_free(count);
}

/* ---- strips ---- */

/* The last mark of each knob that has one, -1 else. */
static int
last_marks(const struct scene *s, long last[SCENE_KNOB_ROWS])
{
	int n = 0;

	for (int k = 0; k < SCENE_KNOB_ROWS; k++)
		last[k] = -1;
	for (size_t i = 0; i < s->n_marks; i++) {
		int k = s->mark[i].knob;

		if (k < 0 || k >= SCENE_KNOB_ROWS || (size_t)k >= knob_count ||
		    !rail_shows(s, &s->mark[i]))
			continue;
		n += last[k] < 0;
		last[k] = (long)i;
	}
	return n;
}

int
rail_knobs(const struct scene *s)
{
	long last[SCENE_KNOB_ROWS];

	return last_marks(s, last);
}

static void
value_text(int knob, double value, char *buf, size_t size)
{
	const struct knob *d = &knob_table[knob];

	if (d->type != KNOB_PICK || !(value >= 0 && value < 99) ||
	    !knob_choice(d, (size_t)value, buf, size))
		snprintf(buf, size, "%.6g", value);
}

/* "temperature 4" before the first change, at column `first`; where room lacks the name alone, cut.
 */
static void
first_value(struct canvas_area row, const struct rail *r, int knob, double value, int first)
{
	const char *name = knob_table[knob].name;
	char text[32];
	int end = r->margin + first - 1, room, x;

	value_text(knob, value, text, sizeof text);
	room = end - (int)strlen(text) - 1;
	if (room < 6 && room < (int)strlen(name)) {
		canvas_text(canvas_cut(row, 0, 0, end, 1), 0, 0, CANVAS_PLAIN, name);
		return;
	}
	x = canvas_text(canvas_cut(row, 0, 0, room, 1), 0, 0, CANVAS_PLAIN, name);
	x = x < room ? x : room;
	canvas_put(row, x, 0, ' ', CANVAS_PLAIN);
	canvas_text(row, x + 1, 0, CANVAS_MARK, text);
}

static bool
changes(const struct scene *s, const struct scene_mark *m, int knob)
{
	return m->knob == knob && rail_shows(s, m);
}

/* What a mark says of its knob at a later step. */
static double
value_at(const struct scene_mark *m, uint32_t step)
{
	double x = m->ramp.n ? ramp_value(&m->ramp, step) : m->to;

	return knob_table[m->knob].type == KNOB_INT ? floor(x + 0.5) : x;
}

/* The last change of the knob began a ramp. */
static bool
ramps_on(const struct scene *s, int knob)
{
	for (size_t i = s->n_marks; i-- > 0;)
		if (changes(s, &s->mark[i], knob))
			return s->mark[i].ramp.n > 0;
	return false;
}

static double
value_before(const struct scene *s, int knob, uint32_t step)
{
	double value = 0;
	bool known = false;

	for (size_t i = 0; i < s->n_marks; i++) {
		const struct scene_mark *m = &s->mark[i];

		if (!changes(s, m, knob) || (known && m->step >= step))
			continue;
		value = m->step < step ? value_at(m, step) : m->from;
		known = true;
	}
	return value;
}

/* The column where the stretch of mark i ends: at the next change of the knob, or where the run
 * will end. */
static int
stretch_end(const struct scene *s, const struct rail *r, size_t i)
{
	const struct span_steps *x = &r->x;
	uint64_t until = s->info.phase == LAB_DISTILLING && s->info.until > r->last ? s->info.until
										    : r->last;

	for (size_t k = i + 1; k < s->n_marks; k++)
		if (changes(s, &s->mark[k], s->mark[i].knob))
			return s->mark[k].step > x->to     ? x->columns
			       : s->mark[k].step < x->from ? 0
							   : column(s, r, &s->mark[k]);
	return until < x->from  ? 0
	       : until >= x->to ? x->columns
				: span_column(x, (uint32_t)until) + 1;
}

/* Values of a ramp behind the one at its mark, those to come dim, as many as stand apart; the last
 * one where it ends. */
static void
ramp_values(const struct scene *s, struct canvas_area cells, const struct rail *r, size_t i,
	    int now)
{
	const struct scene_mark *m = &s->mark[i];
	const struct span_steps *x = &r->x;
	uint64_t end_step = ramp_end(&m->ramp);
	int to = stretch_end(s, r, i),
	    at = m->step < x->from ? 0
		 : m->step > x->to ? to
				   : column(s, r, m),
	    end = to, len;
	char text[32];

	if (end_step <= x->to && end_step >= x->from && span_column(x, (uint32_t)end_step) < to)
		end = span_column(x, (uint32_t)end_step);
	for (int c = now + 1; c < to && c < end; c++)
		if (drawn(cells, c, 0) == ' ')
			canvas_put(cells, c, 0, r->ascii ? '.' : 0x2504, CANVAS_DIM);
	for (bool is_first = true; at < to && end_step >= x->from; is_first = false) {
		uint64_t step = at == end ? end_step : span_edge(x, at);

		snprintf(text, sizeof text, "%.3g",
			 value_at(m, (uint32_t)(step < m->step ? m->step : step)));
		len = (int)strlen(text);
		if (at < end && !is_first && at + len + 1 > end) {
			at = end;
			continue;
		}
		if (!(is_first && m->step >= x->from) && at + len <= to)
			canvas_text(cells, at, 0, at > now ? CANVAS_DIM : CANVAS_MARK, text);
		if (at >= end)
			return;
		at = at + len + 4 < end ? at + len + 4 : end;
	}
}

static void
strip(const struct scene *s, struct canvas_area row, const struct rail *r, int knob)
{
	const struct span_steps *x = &r->x;
	struct canvas_area cells = canvas_cut(row, r->margin, 0, x->columns, 1);
	uint32_t last = r->last < x->from ? x->from : r->last > x->to ? x->to : r->last;
	int now = span_column(x, last), first = x->columns, at = -1, next;
	double value = 0;
	char text[32];

	for (int i = 0; i <= now; i++)
		canvas_put(cells, i, 0, r->ascii ? '-' : 0x2500, CANVAS_DIM);
	for (size_t i = 0; i <= s->n_marks; i++) {
		const struct scene_mark *m = i < s->n_marks ? &s->mark[i] : NULL;

		next = !m                    ? x->columns + (int)sizeof text
		       : changes(s, m, knob) ? column(s, r, m)
					     : -1;
		if (next < 0)
			continue;
		if (at >= 0 && next > at) { /* the last change in a column is what it shows */
			value_text(knob, value, text, sizeof text);
			if ((int)strlen(text) >= next - at)
				snprintf(text, sizeof text, "%s", r->ascii ? "+" : "\xE2\x94\xBC");
			else if (!m && at + (int)strlen(text) > x->columns)
				at = x->columns - (int)strlen(text);
			canvas_text(cells, at, 0, CANVAS_MARK, text);
			if (!m && !ramps_on(s, knob) && at + 2 * (int)strlen(text) + 8 < now)
				canvas_textf(cells, now + 1, 0, CANVAS_MARK, " %s", text);
		}
		first = m && at < 0 ? next : first;
		at = next;
		value = m ? m->to : value;
	}
	for (size_t i = 0; i < s->n_marks; i++)
		if (changes(s, &s->mark[i], knob) && s->mark[i].ramp.n)
			ramp_values(s, cells, r, i, now);
	first_value(row, r, knob, value_before(s, knob, x->from), first);
}

/* Rises with the marks; of a ramp that goes on it is above that of all others. */
static long
age(const struct scene *s, const struct rail *r, long mark)
{
	const struct ramp *ramp = &s->mark[mark].ramp;

	return ramp->n && ramp_end(ramp) > r->last ? mark + (long)s->n_marks : mark;
}

void
rail_strips(const struct scene *s, struct canvas_area a, const struct rail *r)
{
	long last[SCENE_KNOB_ROWS];
	int n = last_marks(s, last), y = 0;

	for (; n > a.height;
	     n--) { /* the one tweaked longest ago goes, and those that still move last */
		int oldest = -1;

		for (int k = 0; k < SCENE_KNOB_ROWS; k++)
			if (last[k] >= 0 &&
			    (oldest < 0 || age(s, r, last[k]) < age(s, r, last[oldest])))
				oldest = k;
		last[oldest] = -1;
	}
	for (int k = 0; k < SCENE_KNOB_ROWS; k++)
		if (last[k] >= 0)
			strip(s, canvas_cut(a, 0, y++, a.width, 1), r, k);
}
