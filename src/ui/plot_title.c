/* plot_title.c: the title of a plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/plot_title.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/ui/curve_difference.h"
#include "retort/ui/layout.h"

/* What is left out of a title without room, in this order: digits of values, the scale, the names
 * of runs behind their numbers, the values but the first. */
enum detail { ALL, SHORT_VALUES, NO_SCALE, NUMBERS, ONE_VALUE, DETAILS };

/* A place in the title rows, or a search in them. */
struct walk {
	const struct plot_frame *p;
	enum detail detail;
	int rows, x, y;
	bool is_drawn;
	int find_x, find_y, found; /* curve at find_x, find_y; -1 */
};

/* Format a value: in percent, with four decimals, or short, ".083". */
static void
format_number(const struct plot_frame *p, double v, bool is_short, char *buf, size_t size)
{
	char text[32];

	if (p->percent && isfinite(v))
		snprintf(buf, size, "%.*f%%", is_short ? 1 : 2, 100 * v);
	else if (!is_short || !(fabs(v) < 1000) || (v != 0 && fabs(v) < 0.001))
		curve_number(v, buf, size);
	else {
		snprintf(text, sizeof text, "%.*f", fabs(v) < 9.995 ? 3 - (fabs(v) >= 0.9995) : 1,
			 v);
		snprintf(buf, size, "%s", text + (text[0] == '0' && text[1] == '.'));
	}
}

/* Format the last value of a curve, and the number of samples <= 0 on a logarithmic axis. */
static void
format_last(const struct plot_frame *p, int i, bool is_short, char *out, size_t size)
{
	const struct curve *c = &p->curve[i];
	double v = c->level;
	uint32_t step;
	char buf[32];

	if (c->series)
		curve_last(c, &step, &v);
	/* a training curve at the last held-out step: it changes more rarely, and saves bytes */
	if (c->context && !p->curve[0].context) {
		series_last(p->curve[0].series, &step, &v);
		series_at(c->series, step, &step, &v);
	}
	format_number(p, v, is_short, buf, sizeof buf);
	if (p->low[i])
		snprintf(out, size, "%s %u%s0", buf, p->low[i],
			 p->set == RASTER_ASCII ? "<=" : "\u2264");
	else
		snprintf(out, size, "%s", buf);
}

/* Format the value of a curve for the legend: the last one, or the sample at or before the cursor
 * with its step. */
static void
format_value(const struct plot_frame *p, int i, bool is_short, char *out, size_t size)
{
	const struct curve *c = &p->curve[i];
	uint32_t cursor = p->s->view.cursor, step = cursor;
	double v = c->level, times = p->percent ? 100 : 1;
	const char *unit = p->percent ? "%" : "";

	if (!p->s->view.cursor_on)
		format_last(p, i, is_short, out, size);
	else if (c->series && !curve_at(c, cursor, &step, &v))
		snprintf(out, size, "-");
	else if (step != cursor)
		snprintf(out, size, "%.7g%s@%u", times * v, unit, step);
	else
		snprintf(out, size, "%.7g%s", times * v, unit);
}

/* Put "━ student 0.2471" at the place, or in the next row. False where it does not fit. */
static bool
put_legend(struct walk *w, int i)
{
	const struct plot_frame *p = w->p;
	const struct curve *c = &p->curve[i];
	char value[64], text[128];
	int width, name = w->detail >= NUMBERS && c->name[0] == '#' ? (int)strcspn(c->name, " ")
								    : (int)strlen(c->name);

	if (!c->name[0])
		return true;
	format_value(p, i, w->detail > ALL, value, sizeof value);
	if (w->detail >= ONE_VALUE && i > 0)
		value[0] = '\0';
	snprintf(text, sizeof text, " %.*s%s%s", name, c->name, c->is_hidden || value[0] ? " " : "",
		 c->is_hidden ? "off" : value);
	width = 1 + text_width(text);
	if (w->x + width > p->a.width && w->y + 1 < w->rows) {
		w->x = 2;
		w->y++;
	}
	if (w->x + width > p->a.width)
		return false;
	if (w->is_drawn) {
		canvas_put(p->a, w->x, w->y,
			   p->set == RASTER_ASCII ? (unsigned char)c->stroke->glyph
						  : c->stroke->sample,
			   c->is_hidden ? CANVAS_DIM : c->style);
		canvas_text(p->a, w->x + 1, w->y, c->is_hidden ? CANVAS_DIM : CANVAS_PLAIN, text);
	}
	if (w->y == w->find_y && w->find_x >= w->x && w->find_x < w->x + width)
		w->found = i;
	w->x += width + 2;
	return true;
}

/* The scale of the plot: " log nats logX ema 0.9". */
static void
format_scale(const struct plot_frame *p, char *buf, size_t size)
{
	double smooth = p->s->info.run->settings.knobs.smooth;
	char ema[24] = "";

	if (smooth > 0)
		snprintf(ema, sizeof ema, " ema %.3g", smooth);
	snprintf(buf, size, "%s%s%s%s%s", p->log ? " log" : "", p->percent ? "" : " ",
		 p->percent ? "" : metric_info(p->metric)->unit, p->s->view.log_x ? " logX" : "",
		 ema);
}

/* Put what a metric is compared with at the place: " minus #1 s". */
static void
put_reference(struct walk *w, struct canvas_area a)
{
	char name[SCENE_CURVE];

	if (w->p->difference)
		w->x = canvas_textf(a, w->x, 0, CANVAS_BOLD, " minus %s",
				    curve_difference_reference(w->p->s, name, sizeof name));
}

/* Put number, metric, cursor and scale at the place. */
static void
put_name(struct walk *w)
{
	const struct plot_frame *p = w->p;
	const struct scene_view *v = &p->s->view;
	struct canvas_area a = w->is_drawn ? p->a : canvas_cut(p->a, 0, 0, 0, 0);
	int pane = layout_plot_pane(p->which);
	char scale[64];

	if (p->a.width >= 24 && pane < LAYOUT_help)
		w->x = canvas_textf(a, 0, 0, CANVAS_DIM, "%d ", pane + 1);
	w->x = canvas_text(a, w->x, 0, v->focus == pane ? CANVAS_FOCUS : CANVAS_BOLD,
			   metric_info(p->metric)->name);
	put_reference(w, a);
	if (v->cursor_on)
		w->x = canvas_textf(a, w->x + 1, 0, CANVAS_BOLD, "@%u", v->cursor);
	format_scale(p, scale, sizeof scale);
	if (w->detail < NO_SCALE)
		w->x = canvas_text(a, w->x, 0, CANVAS_DIM, scale);
	w->x += 2;
}

/* Put name and legends in `rows` rows. Returns how many legends fit. */
static int
walk_title(struct walk *w, const struct plot_frame *p, enum detail detail, int rows)
{
	int i = 0;

	w->p = p;
	w->detail = detail;
	w->rows = rows;
	w->x = w->y = 0;
	w->found = -1;
	put_name(w);
	while (i < p->n && put_legend(w, i))
		i++;
	return i;
}

/* The detail at which most legends fit in `rows` rows. Values at the cursor are not left out. */
static enum detail
fit_detail(const struct plot_frame *p, int rows)
{
	int end = p->s->view.cursor_on ? ONE_VALUE : DETAILS;
	enum detail best = ALL;
	int most = -1;

	for (int d = ALL; d < end; d++) {
		struct walk w = { .find_x = -1 };
		int n = walk_title(&w, p, (enum detail)d, rows);

		if (n > most) {
			most = n;
			best = (enum detail)d;
		}
	}
	return best;
}

int
plot_title_rows(const struct plot_frame *p, int most)
{
	for (int rows = 1; rows < most; rows++) {
		struct walk w = { .find_x = -1 };

		/* names and values rather take another row */
		if (walk_title(&w, p, NO_SCALE, rows) == p->n)
			return rows;
	}
	return most;
}

void
plot_title_draw(const struct plot_frame *p)
{
	struct walk w = { .is_drawn = true, .find_x = -1 };
	char value[64];

	if (walk_title(&w, p, fit_detail(p, p->title_rows), p->title_rows) || !p->n)
		return;
	format_value(p, 0, true, value, sizeof value);
	canvas_text(p->a, w.x - 1, 0, CANVAS_PLAIN, value);
}

int
plot_title_curve(const struct plot_frame *p, int x, int y)
{
	struct walk w = { .find_x = x, .find_y = y };

	walk_title(&w, p, fit_detail(p, p->title_rows), p->title_rows);
	return w.found;
}
