/* strips.c: values of changed knobs over the steps, under a plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/strips.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/conf/knob.h"

/* Find the last marker of each knob, -1 for none. Returns the number of knobs that have one. */
static int
find_last_marks(const struct scene *s, long last[SCENE_KNOB_ROWS])
{
	int n = 0;

	for (int k = 0; k < SCENE_KNOB_ROWS; k++)
		last[k] = -1;
	for (size_t i = 0; i < s->curves->n_marks; i++) {
		int k = s->curves->mark[i].knob;

		if (k < 0 || k >= SCENE_KNOB_ROWS || (size_t)k >= knob_count ||
		    !rail_shows(s, &s->curves->mark[i]))
			continue;
		n += last[k] < 0;
		last[k] = (long)i;
	}
	return n;
}

int
strips_count(const struct scene *s)
{
	long last[SCENE_KNOB_ROWS];

	return find_last_marks(s, last);
}

#define PART 4 /* columns by which the line of a strip grows while a run goes on */

/* Draw "temperature 4", name and value before the first change at column `first`; the name alone,
 * cut, where there is no room. */
static void
draw_name(struct canvas_area row, const struct rail *r, int knob, double value, int first)
{
	const char *name = knob_table[knob].name;
	char text[32];
	int end = r->margin + first - 1, room, x;

	curves_knob_value(knob, value, text, sizeof text);
	room = end - (int)strlen(text) - 1;
	if (room < 6 && room < (int)strlen(name)) {
		canvas_text_most(row, 0, 0, end, CANVAS_PLAIN, name);
		return;
	}
	x = canvas_text_most(row, 0, 0, room, CANVAS_PLAIN, name);
	canvas_put(row, x, 0, ' ', CANVAS_PLAIN);
	canvas_text(row, x + 1, 0, CANVAS_MARK, text);
}

/* Whether a marker in view changes a knob. */
static bool
changes_knob(const struct scene *s, const struct curves_mark *m, int knob)
{
	return m->knob == knob && rail_shows(s, m);
}

/* Whether the last change of a knob is a ramp. */
static bool
ends_with_ramp(const struct scene *s, int knob)
{
	for (size_t i = s->curves->n_marks; i-- > 0;)
		if (changes_knob(s, &s->curves->mark[i], knob))
			return s->curves->mark[i].ramp.n > 0;
	return false;
}

/* The value of a knob just before a step, by its markers. */
static double
value_before(const struct scene *s, int knob, uint32_t step)
{
	double value = 0;
	bool known = false;

	for (size_t i = 0; i < s->curves->n_marks; i++) {
		const struct curves_mark *m = &s->curves->mark[i];

		if (!changes_knob(s, m, knob) || (known && m->step >= step))
			continue;
		value = m->step < step ? curves_mark_value(m, step) : m->from;
		known = true;
	}
	return value;
}

/* The column at which the value of marker i ends: at the next change of the knob, or at the end of
 * the run. */
static int
value_end(const struct scene *s, const struct rail *r, size_t i)
{
	const struct span_steps *x = &r->x;
	uint64_t until = s->info.phase == LAB_DISTILLING && s->info.run->until > r->last
				 ? s->info.run->until
				 : r->last;

	for (size_t k = i + 1; k < s->curves->n_marks; k++)
		if (changes_knob(s, &s->curves->mark[k], s->curves->mark[i].knob))
			return s->curves->mark[k].step > x->to ? x->columns
			       : s->curves->mark[k].step < x->from
				       ? 0
				       : rail_column(s, r, &s->curves->mark[k]);
	return until < x->from  ? 0
	       : until >= x->to ? x->columns
				: span_column(x, (uint32_t)until) + 1;
}

/* Draw the values of a ramp after the one at its marker, as many as fit with gaps; the last at the
 * end of the ramp. Values after column `now` are dim. */
static void
draw_ramp(const struct scene *s, struct canvas_area cells, const struct rail *r, size_t i, int now)
{
	const struct curves_mark *m = &s->curves->mark[i];
	const struct span_steps *x = &r->x;
	uint64_t end_step = ramp_end(&m->ramp);
	int to = value_end(s, r, i),
	    at = m->step < x->from ? 0
		 : m->step > x->to ? to
				   : rail_column(s, r, m),
	    end = to, len;
	char text[32];

	if (end_step <= x->to && end_step >= x->from && span_column(x, (uint32_t)end_step) < to)
		end = span_column(x, (uint32_t)end_step);
	for (int c = now + 1; c < to && c < end; c++)
		if (canvas_get(cells, c, 0) == ' ')
			canvas_put(cells, c, 0, r->ascii ? '.' : 0x2504, CANVAS_DIM);
	for (bool is_first = true; at < to && end_step >= x->from; is_first = false) {
		uint64_t step = at == end ? end_step : span_edge(x, at);

		snprintf(text, sizeof text, "%.3g",
			 curves_mark_value(m, (uint32_t)(step < m->step ? m->step : step)));
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

/* Draw the value that a knob has from column `at` to `next`, a sign where it does not fit; next <
 * 0: to the end, where the text is shifted to fit. Returns the column after the text. */
static int
draw_value(struct canvas_area cells, const struct rail *r, int knob, double value, int at, int next)
{
	char text[32];
	int len;

	curves_knob_value(knob, value, text, sizeof text);
	len = (int)strlen(text);
	if (next >= 0 && len >= next - at)
		snprintf(text, sizeof text, "%s", r->ascii ? "+" : "\u253C");
	else if (next < 0 && at + len > r->x.columns)
		at = r->x.columns - len;
	return canvas_text(cells, at, 0, CANVAS_MARK, text);
}

/* Draw the last value of a knob at the column of its change, and again after column `line` if
 * the change is far to the left. */
static void
draw_last_value(const struct scene *s, struct canvas_area cells, const struct rail *r, int knob,
		double value, int at, int line)
{
	int end = draw_value(cells, r, knob, value, at, -1);
	char text[32];

	curves_knob_value(knob, value, text, sizeof text);
	if (!ends_with_ramp(s, knob) && end + (int)strlen(text) + 8 < line &&
	    line + 2 + (int)strlen(text) <= r->x.columns)
		canvas_textf(cells, line + 1, 0, CANVAS_MARK, " %s", text);
}

/* The last column of the line of a knob. While a run goes on it grows by several columns at once:
 * each change costs bytes. The values of a ramp tell past from future. */
static int
line_end(const struct scene *s, int knob, int now)
{
	return s->info.phase == LAB_IDLE || ends_with_ramp(s, knob) ? now
								    : now / PART * PART + PART - 1;
}

static void
draw_strip(const struct scene *s, struct canvas_area row, const struct rail *r, int knob)
{
	const struct span_steps *x = &r->x;
	struct canvas_area cells = canvas_cut(row, r->margin, 0, x->columns, 1);
	uint32_t last = r->last < x->from ? x->from : r->last > x->to ? x->to : r->last;
	int now = span_column(x, last), first = x->columns, at = -1, next, line;
	double value = 0;

	line = line_end(s, knob, now);
	for (int i = 0; i <= line && i < x->columns; i++)
		canvas_put(cells, i, 0, r->ascii ? '-' : 0x2500, CANVAS_DIM);
	for (size_t i = 0; i < s->curves->n_marks; i++) {
		next = changes_knob(s, &s->curves->mark[i], knob)
			       ? rail_column(s, r, &s->curves->mark[i])
			       : -1;
		if (next < 0)
			continue;
		if (at >= 0 && next > at) /* of changes in one column the last counts */
			draw_value(cells, r, knob, value, at, next);
		first = at < 0 ? next : first;
		at = next;
		value = s->curves->mark[i].to;
	}
	if (at >= 0)
		draw_last_value(s, cells, r, knob, value, at, line);
	for (size_t i = 0; i < s->curves->n_marks; i++)
		if (changes_knob(s, &s->curves->mark[i], knob) && s->curves->mark[i].ramp.n)
			draw_ramp(s, cells, r, i, now);
	draw_name(row, r, knob, value_before(s, knob, x->from), first);
}

/* Rank of a knob for a strip by its last marker: active ramps first, then the latest changes. */
static long
strip_rank(const struct scene *s, const struct rail *r, long mark)
{
	const struct ramp *ramp = &s->curves->mark[mark].ramp;

	return ramp->n && ramp_end(ramp) > r->last ? mark + (long)s->curves->n_marks : mark;
}

void
strips_draw(const struct scene *s, struct canvas_area a, const struct rail *r)
{
	long last[SCENE_KNOB_ROWS];
	int n = find_last_marks(s, last), y = 0;

	for (; n > a.height; n--) {
		int lowest = -1;

		for (int k = 0; k < SCENE_KNOB_ROWS; k++)
			if (last[k] >= 0 && (lowest < 0 || strip_rank(s, r, last[k]) <
								   strip_rank(s, r, last[lowest])))
				lowest = k;
		last[lowest] = -1;
	}
	for (int k = 0; k < SCENE_KNOB_ROWS; k++)
		if (last[k] >= 0)
			draw_strip(s, canvas_cut(a, 0, y++, a.width, 1), r, k);
}
