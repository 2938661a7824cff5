/* move.c: movement and search. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/move.h"

#include <string.h>

#include "retort/ui/knoblist.h"
#include "retort/ui/layout.h"
#include "retort/ui/plot.h"
#include "retort/ui/view_runs.h"

#define PLOT_PARTS 100 /* a cursor key moves by this part of the steps in view */

int
move_target(const struct scene *s)
{
	return s->view.helping ? LAYOUT_help : s->view.editing ? LAYOUT_map : s->view.focus;
}

static int
clamp_index(int x, int n)
{
	return x < 0 || n <= 0 ? 0 : x >= n ? n - 1 : x;
}

/* Rows of the pane that receives keys, without its heading. */
static int
page_rows(const struct scene *s)
{
	struct layout l;
	int rows;

	layout_make(s, s->width ? s->width : 80, s->height ? s->height : 24, &l);
	rows = l.pane[move_target(s)].height - 1;
	return rows > 1 ? rows : 1;
}

static void
move_cursor(struct scene *s, int dx)
{
	struct span_steps p = plot_steps(s, PLOT_PARTS);
	int64_t part = (p.to - p.from) / PLOT_PARTS,
		at = (int64_t)s->view.cursor + dx * (part > 0 ? part : 1);

	if (!s->view.cursor_on) {
		s->view.cursor_on = true;
		at = (int64_t)s->info.run->step;
	}
	s->view.cursor = (uint32_t)(at < p.from ? p.from : at >= p.to ? p.to - 1 : at);
}

static void
move_cell(struct scene *s, int dx, int dy)
{
	struct scene_view *v = &s->view;

	v->edit_row = clamp_index(v->edit_row + dy, s->info.teacher[v->edit_teacher].n_layers);
	v->edit_column = clamp_index(v->edit_column + dx, s->info.run->student.n_layers);
}

void
move_by(struct scene *s, int dx, int dy)
{
	struct scene_view *v = &s->view;

	switch (move_target(s)) {
	case LAYOUT_loss:
	case LAYOUT_accuracy:
	case LAYOUT_divergence:
	case LAYOUT_terms:
		move_cursor(s, dx);
		break;
	case LAYOUT_knobs:
		v->knob = knoblist_at(s, knoblist_row(s, v->knob) + dy);
		break;
	case LAYOUT_teachers:
		v->teacher = clamp_index(v->teacher + dy, s->info.n_teachers);
		break;
	case LAYOUT_map:
		move_cell(s, dx, dy);
		break;
	case LAYOUT_runs:
		view_runs_select(s, view_runs_row(s) + dy);
		break;
	case LAYOUT_texts:
		v->pair = clamp_index(v->pair + dy, s->bitext ? (int)s->bitext->n : 0);
		break;
	case LAYOUT_log:
		v->log_scroll = clamp_index(v->log_scroll - dy, s->n_log);
		break;
	case LAYOUT_report:
		v->report_scroll =
			clamp_index(v->report_scroll + dy, (int)s->n_report - page_rows(s) + 1);
		break;
	case LAYOUT_help:
		v->help_scroll =
			clamp_index(v->help_scroll + dy, (int)s->n_help - page_rows(s) + 1);
		break;
	}
}

void
move_page(struct scene *s, int direction)
{
	move_by(s, direction * PLOT_PARTS / 10,
		direction * (page_rows(s) > 2 ? page_rows(s) - 1 : 1));
}

/* The knob at a row of the knob pane. */
static int
clicked_knob(const struct scene *s, int row, int rows)
{
	int list[KNOBLIST_MOST], n = knoblist_make(s, list);

	rows -= knoblist_help_rows(rows);
	return knoblist_at(s, row + layout_first(knoblist_row(s, s->view.knob), rows, n));
}

void
move_click(struct scene *s, int x, int y, int width, int height)
{
	struct layout l;

	layout_make(s, width, height, &l);
	for (int i = 0; i < LAYOUT_PANES; i++) {
		const struct layout_rect *r = &l.pane[i];
		int row = y - r->y - 1;

		if (x < r->x || x >= r->x + r->width || y < r->y || y >= r->y + r->height ||
		    s->view.editing || s->view.helping)
			continue;
		s->view.focus = i;
		if (i == LAYOUT_knobs && row >= 0)
			s->view.knob = clicked_knob(s, row, r->height - 1);
		if (i == LAYOUT_teachers && row >= 0)
			s->view.teacher =
				clamp_index(row + layout_first(s->view.teacher, r->height - 1,
							       s->info.n_teachers),
					    s->info.n_teachers);
		if (i == LAYOUT_runs && row >= 0)
			view_runs_select(s, row + layout_first(view_runs_row(s), r->height - 1,
							       s->info.n_runs));
		s->version++;
		return;
	}
}

void
move_end(struct scene *s, int direction)
{
	const int far = 1 << 20;

	if (move_target(s) <= LAYOUT_accuracy || move_target(s) == LAYOUT_terms ||
	    move_target(s) == LAYOUT_divergence)
		move_by(s, direction * PLOT_PARTS * 2, 0);
	else
		move_by(s, 0, direction * far);
}

static void
show_steps(struct scene *s, int64_t from, int64_t to)
{
	int64_t last = axis_page(UINT32_MAX);

	from = from < 0 ? 0 : from;
	to = to > last ? last : to;
	if (to - from < 8)
		return;
	s->view.x_from = (uint32_t)from;
	s->view.x_to = (uint32_t)to;
}

void
move_zoom_at(struct scene *s, double factor, uint32_t step)
{
	struct span_steps p = plot_steps(s, PLOT_PARTS), whole;
	double part = p.to > p.from ? ((double)step - p.from) / ((double)p.to - p.from) : 0;
	int64_t width = (int64_t)((p.to - p.from) * factor), from;

	width = width < 8 ? 8 : width;
	from = (int64_t)step - (int64_t)(part * (double)width); /* the step stays in its column */
	from = from < 0 ? 0 : from;
	s->view.x_from = s->view.x_to = 0;
	whole = plot_steps(s, PLOT_PARTS);
	if (factor > 1 && width >= whole.to) /* all steps: follow the run */
		return;
	show_steps(s, from, from + width);
}

void
move_zoom(struct scene *s, double factor)
{
	struct span_steps p = plot_steps(s, PLOT_PARTS), whole;
	int64_t width = (int64_t)((p.to - p.from) * factor), center = s->view.cursor, from;

	if (!s->view.cursor_on) /* keep the newest step in view */
		center = (int64_t)(s->info.run->step < p.to && s->info.run->step > p.from
					   ? s->info.run->step
					   : (p.from + p.to) / 2);
	width = width < 8 ? 8 : width;
	from = center - width / 2 < 0 ? 0 : center - width / 2;
	s->view.x_from = s->view.x_to = 0;
	whole = plot_steps(s, PLOT_PARTS);
	if (factor > 1 && from == 0 && width >= whole.to) /* all steps: follow the run */
		return;
	show_steps(s, from, from + width);
}

void
move_pan(struct scene *s, double part)
{
	struct span_steps p = plot_steps(s, PLOT_PARTS);
	int64_t by = (int64_t)((p.to - p.from) * part);

	by = by < -(int64_t)p.from ? -(int64_t)p.from : by;
	show_steps(s, p.from + by, p.to + by);
}

int
move_to_mark(struct scene *s, int direction, struct err *e)
{
	int64_t at = s->view.cursor_on ? s->view.cursor : direction > 0 ? -1 : INT64_MAX;
	const struct curves_mark *best = NULL;

	for (size_t i = 0; i < s->curves->n_marks; i++) {
		const struct curves_mark *m = &s->curves->mark[i];

		if (!scene_has_mark(s, m, (unsigned)s->view.branch) ||
		    (direction > 0 ? m->step <= at : m->step >= at))
			continue;
		if (!best || (direction > 0 ? m->step < best->step : m->step >= best->step))
			best = m;
	}
	if (!best)
		return err_set(e, "no marker %s",
			       direction > 0 ? "after this step" : "before this step");
	s->view.cursor_on = true;
	s->view.cursor = best->step;
	scene_say(s, false, "%c @%u %s", best->letter, best->step, best->text);
	return 0;
}

/* Whether line i contains the search text, ignoring case and overstrikes. */
static bool
line_matches(const struct scene *s, int place, int i)
{
	const char *line = place == LAYOUT_knobs    ? knob_table[i].name
			   : place == LAYOUT_log    ? s->log[(s->log_first + i) % SCENE_LOG].text
			   : place == LAYOUT_report ? s->report[i]
						    : s->help[i];
	char plain[1024];
	size_t n = 0;

	for (const char *p = line; *p && n + 1 < sizeof plain; p++) {
		if (*p == '\b')
			n -= n > 0;
		else
			plain[n++] = *p;
	}
	plain[n] = '\0';
	return strcasestr(plain, s->view.search) != NULL;
}

/* Select line i, or scroll to it. */
static void
show_line(struct scene *s, int place, int i)
{
	if (place == LAYOUT_knobs)
		knoblist_select(s, i);
	else if (place == LAYOUT_log)
		s->view.log_scroll = clamp_index(s->n_log - 1 - i, s->n_log);
	else if (place == LAYOUT_report)
		s->view.report_scroll = i;
	else
		s->view.help_scroll = i;
}

int
move_find(struct scene *s, int direction, struct err *e)
{
	int place = move_target(s), n, at;

	if (!s->view.search[0])
		return err_set(e, "no search text; / asks for one");
	if (place == LAYOUT_knobs) {
		n = (int)knob_count;
		at = s->view.knob;
	} else if (place == LAYOUT_log) {
		n = s->n_log;
		at = s->n_log - 1 - s->view.log_scroll;
	} else if (place == LAYOUT_help) {
		n = (int)s->n_help;
		at = s->view.help_scroll;
	} else if (place == LAYOUT_report) {
		n = (int)s->n_report;
		at = s->view.report_scroll;
	} else {
		return err_set(e, "search works in help, report, log and knobs only");
	}
	for (int k = 1; k <= n; k++) {
		int i = ((at + direction * k) % n + n) % n;

		if (line_matches(s, place, i)) {
			show_line(s, place, i);
			return 0;
		}
	}
	return err_set(e, "'%s' not found", s->view.search);
}
