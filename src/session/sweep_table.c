/* sweep_table.c: table and plot of a sweep in characters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/sweep_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/train/metric.h"

#define NAME_MOST 36 /* columns of a point's values, at most and */
#define NAME_LEAST 8 /* at least */
#define PLOT 48      /* columns of the plot */

const char *
sweep_table_point(const struct sweep *s, int point, char *buf, size_t size)
{
	struct text t = { 0 };

	for (int i = 0; point && i < s->plan.n_axes; i++)
		text_item(&t, "%s", sweep_plan_value(&s->plan, point - 1, i));
	snprintf(buf, size, "%s", point ? text_get(&t) : "as it is");
	text_release(&t);
	return buf;
}

/* "lr, kd-weight": what the values are of. */
static const char *
axes_name(const struct sweep *s, char *buf, size_t size)
{
	struct text t = { 0 };

	for (int i = 0; i < s->plan.n_axes; i++)
		text_item(&t, "%s", sweep_plan_name(&s->plan, i));
	snprintf(buf, size, "%s", text_get(&t));
	text_release(&t);
	return buf;
}

/* Columns of the values. */
static int
name_width(const struct sweep *s, const struct sweep_compare *c)
{
	char name[200];
	int width = text_width(axes_name(s, name, sizeof name));

	for (int i = 0; i < c->n; i++) {
		int w = text_width(sweep_table_point(s, c->row[i].point, name, sizeof name));

		width = w > width ? w : width;
	}
	return width < NAME_LEAST ? NAME_LEAST : width > NAME_MOST ? NAME_MOST : width;
}

/* ---- table ---- */

/* The name of a metric in 8 columns. */
static const char *
metric_heading(unsigned metric)
{
	return metric == METRIC_VAL_ACCURACY    ? "accuracy"
	       : metric == METRIC_VAL_AGREEMENT ? "agree"
						: metric_info(metric)->name;
}

static void
add_heading(const struct sweep *s, int width, const struct sweep_compare *c, const char *line,
	    struct text *out)
{
	char name[200];

	text_addf(out, "%s\n", line);
	text_addf(out, "%s of %d points after %llu steps", metric_info(s->metric)->name, c->n,
		  (unsigned long long)s->compared);
	if (s->seeds)
		text_addf(out, " from step 0, mean of %d seed%s", s->seeds,
			  s->seeds == 1 ? "" : "s");
	else
		text_addf(out, " from step %llu", (unsigned long long)s->from);
	text_addf(out, ",\non %zu held-out rows", s->n_rank);
	if (s->stopped && s->halving)
		text_addf(out, "; stopped: the halving is at %llu of %llu steps",
			  (unsigned long long)s->compared, (unsigned long long)s->steps);
	else if (s->stopped || s->done < s->plan.n_points)
		text_addf(out, "; stopped: %d of %d points", s->done, s->plan.n_points);
	text_addf(out,
		  "\n95 %% intervals, each for its point alone; verdicts by p\n"
		  "p: %s, Holm's correction for %d point%s\n\n",
		  sweep_compare_name(c->test), c->compared, c->compared == 1 ? "" : "s");
	text_addf(out, "point %-*s %8s  %-26s %6s verdict\n", width,
		  axes_name(s, name, sizeof name), metric_heading(s->metric), "minus the reference",
		  "p");
}

/* The verdict of a row, with what makes a difference none. */
static void
add_verdict(const struct sweep *s, const struct sweep_compare_row *r, struct text *out)
{
	text_addf(out, "%+8.4f [%+.4f, %+.4f] %6.4f %s", r->against.difference, r->against.low,
		  r->against.high, r->against.p, verdict_word_name[r->word]);
	if (fabs(r->rows) <= 1)
		text_addf(out, " (%.0f row%s of %zu)", fabs(r->rows), fabs(r->rows) == 1 ? "" : "s",
			  s->n_rank);
}

static void
add_row(const struct sweep *s, int width, const struct sweep_compare *c, int i, struct text *out)
{
	const struct sweep_compare_row *r = &c->row[i];
	char name[200];

	text_addf(out, "%c%3d  %-*s ", i == c->winner ? '*' : ' ', r->point, width,
		  sweep_table_point(s, r->point, name, sizeof name));
	if (r->diverged) {
		text_add(out, "       -  diverged\n");
		return;
	}
	text_addf(out, "%8.4f  ", r->mean);
	if (r->dropped)
		text_addf(out, "%s after %llu steps", r->waits ? "stopped" : "dropped",
			  (unsigned long long)r->steps);
	else if (i == c->reference)
		text_add(out, "reference");
	else
		add_verdict(s, r, out);
	text_add(out, "\n");
}

/* ---- plot ---- */

/* Least and greatest end of the intervals. */
static void
find_ends(const struct sweep_compare *c, double *low, double *high)
{
	*low = INFINITY;
	*high = -INFINITY;
	for (int i = 0; i < c->n; i++) {
		const struct sweep_compare_row *r = &c->row[i];

		if (r->diverged || r->dropped)
			continue;
		*low = fmin(*low, isfinite(r->low) ? r->low : r->mean);
		*high = fmax(*high, isfinite(r->high) ? r->high : r->mean);
	}
}

static int
column_of(double x, double low, double high)
{
	double at = high > low ? (x - low) / (high - low) * (PLOT - 1) : 0;

	return (int)lround(fmin(fmax(at, 0), PLOT - 1));
}

/* A row of the plot: the interval as a line, the mean as 'o'. */
static void
add_interval(const struct sweep *s, int width, const struct sweep_compare_row *r, double low,
	     double high, struct text *out)
{
	char line[PLOT + 1], name[200];

	memset(line, ' ', PLOT);
	line[PLOT] = '\0';
	if (!r->diverged) {
		int from = column_of(isfinite(r->low) ? r->low : r->mean, low, high);
		int to = column_of(isfinite(r->high) ? r->high : r->mean, low, high);

		memset(line + from, '-', (size_t)(to - from + 1));
		line[column_of(r->mean, low, high)] = 'o';
	}
	text_addf(out, " %3d  %-*s |%s|\n", r->point, width,
		  sweep_table_point(s, r->point, name, sizeof name), line);
}

static void
add_plot(const struct sweep *s, int width, const struct sweep_compare *c, struct text *out)
{
	double low, high;
	char left[32];

	find_ends(c, &low, &high);
	snprintf(left, sizeof left, "%.4f", low);
	text_addf(out, "\n%*s%-*s%*.4f\n", width + 7, "", PLOT - 10, left, 10, high);
	for (int i = 0; i < c->n; i++)
		if (!c->row[i].dropped)
			add_interval(s, width, &c->row[i], low, high, out);
}

/* ---- winner ---- */

/* The commands that train the winner again. */
static void
add_commands(const struct sweep *s, int point, struct text *out)
{
	if (point == 0 || s->plan.fresh || s->seeds || s->compared < s->steps)
		return;
	text_add(out, "`fork best");
	if (s->background)
		text_addf(out, " at %llu", (unsigned long long)s->from);
	text_add(out, " set");
	for (int i = 0; i < s->plan.n_axes; i++)
		text_addf(out, "%s %s %s", i ? " set" : "", sweep_plan_name(&s->plan, i),
			  sweep_plan_value(&s->plan, point - 1, i));
	text_addf(out, "` and `run %llu` train it again\n", (unsigned long long)s->steps);
}

void
sweep_table_winner(const struct sweep *s, const struct sweep_compare *c, struct text *out)
{
	const struct sweep_compare_row *r = &c->row[c->winner];
	char name[200] = "as it is";

	if (r->point)
		sweep_plan_text(&s->plan, r->point - 1, name, sizeof name);
	text_addf(out, "winner: point %d, %s: %s", r->point, name,
		  c->winner == c->reference ? "the reference" : verdict_word_name[c->word]);
}

static void
add_winner(const struct sweep *s, const struct sweep_compare *c, struct text *out)
{
	const struct sweep_compare_row *r = &c->row[c->winner];
	char name[200] = "as it is";

	if (r->point)
		sweep_plan_text(&s->plan, r->point - 1, name, sizeof name);
	text_addf(out, "\nwinner: point %d, %s: %.4f on the ranking rows,\n%.4f on %zu %s",
		  r->point, name, r->mean, c->winner_mean, s->n_confirm,
		  s->on_target ? "target rows" : "held-out rows that did not rank");
	if (c->winner == c->reference) {
		text_add(out, "; it is the reference\n");
		return;
	}
	text_addf(out, ", the reference %.4f:\ndifference %+.4f [%+.4f, %+.4f], p %.4f: %s\n",
		  c->reference_mean, c->against.difference, c->against.low, c->against.high,
		  c->against.p, verdict_word_name[c->word]);
	add_commands(s, r->point, out);
}

void
sweep_table_text(const struct sweep *s, const struct sweep_compare *c, const char *line,
		 struct text *out)
{
	int width = name_width(s, c);

	add_heading(s, width, c, line, out);
	for (int i = 0; i < c->n; i++)
		add_row(s, width, c, i, out);
	add_plot(s, width, c, out);
	add_winner(s, c, out);
}
