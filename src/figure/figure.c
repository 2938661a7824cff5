/* figure.c: choose the lines, panels and markers of a figure. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/figure/figure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"

/* Colours that people with any colour vision can tell apart (Okabe and Ito, 2008), without the
 * yellow, which is pale on paper. */
static const uint32_t palette[] = { 0x0072B2, 0xD55E00, 0x009E73, 0xCC79A7,
				    0xE69F00, 0x56B4E9, 0x000000 };
enum { COLORS = sizeof palette / sizeof *palette };

uint32_t
figure_color(int color)
{
	return color == FIGURE_GREY ? 0x707070 : palette[color % COLORS];
}

const struct series *
figure_series(const struct figure_line *l, unsigned metric)
{
	return curves_series(l->source->curves, l->run, l->branch, metric);
}

bool
figure_fork(const struct figure_line *l, unsigned metric, uint32_t *step, double *value)
{
	const struct curves *c = l->source->curves;
	const struct curves_run *r = curves_run(c, l->run);
	uint32_t until = UINT32_MAX;

	if (l->branch != BRANCH_STUDENT)
		return false;
	/* a run that was forked, or left, before its first evaluation has none itself */
	for (; r && r->parent; r = curves_run(c, r->parent)) {
		const struct series *parent = curves_series(c, r->parent, l->branch, metric);

		until = r->fork < until ? r->fork : until;
		if (parent && series_at(parent, until, step, value))
			return isfinite(*value);
	}
	return false;
}

/* ---- lines ---- */

/* Whether a run is drawn. */
static bool
is_named(const struct figure_request *r, const char *name)
{
	bool found = r->n_runs == 0;

	for (size_t i = 0; i < r->n_runs; i++)
		found = found || strcmp(r->run[i], name) == 0;
	return found;
}

/* Whether a network has samples of a metric, METRIC_NONE: of any. */
static bool
has_samples(const struct curves *c, unsigned run, unsigned branch, unsigned metric)
{
	if (metric != METRIC_NONE)
		return curves_series(c, run, branch, metric) != NULL;
	for (unsigned m = 0; m < METRIC_COUNT; m++)
		if (curves_series(c, run, branch, m))
			return true;
	return false;
}

/* Whether a network has markers. */
static bool
has_marks(const struct curves *c, unsigned run, unsigned branch)
{
	for (size_t i = 0; i < c->n_marks; i++)
		if (c->mark[i].run == run && c->mark[i].branch == branch)
			return true;
	return false;
}

/* Name a student or baseline for the legend; `only`: the session has no other run. */
static void
name_student(struct figure_line *l, bool only, const char *label)
{
	const char *source = l->source->name, *gap = source[0] ? " " : "";
	bool baseline = l->branch == BRANCH_BASELINE;

	if (!only)
		snprintf(l->name, sizeof l->name, "%s%s%.*s%s", source, gap,
			 (int)strcspn(label, ":"), label, baseline ? " baseline" : "");
	else if (baseline)
		snprintf(l->name, sizeof l->name, "%s%sbaseline", source, gap);
	else
		snprintf(l->name, sizeof l->name, "%s", source[0] ? source : "student");
}

static struct figure_line *
add_line(struct figure *f, size_t *cap, const struct figure_source *s, unsigned run,
	 unsigned branch)
{
	struct figure_line *l;
	char label[CURVES_LABEL];
	const char *gap = s->name[0] ? " " : "";

	mem_grow(&f->line, cap, f->n_lines + 1, sizeof *f->line);
	l = &f->line[f->n_lines++];
	l->source = s;
	l->run = run;
	l->branch = branch;
	curves_label(s->curves, run, branch, label);
	snprintf(l->label, sizeof l->label, "%s%s%s", s->name, gap, label);
	if (branch >= BRANCH_TEACHER(0))
		snprintf(l->name, sizeof l->name, "%s", l->label);
	else
		name_student(l, s->curves->n_runs <= CURVES_FIRST + 1, label);
	return l;
}

/* Add the lines of the students of a source and their baselines. Each run has a colour. */
static void
add_runs(struct figure *f, size_t *cap, const struct figure_request *r,
	 const struct figure_source *s, int *color)
{
	for (size_t i = CURVES_FIRST; i < s->curves->n_runs; i++) {
		const struct curves_run *run = &s->curves->run[i].run;
		size_t before = f->n_lines;

		for (unsigned b = BRANCH_STUDENT; b <= BRANCH_BASELINE; b++)
			if (is_named(r, run->name) &&
			    (has_samples(s->curves, run->number, b, METRIC_NONE) ||
			     (r->marked && has_marks(s->curves, run->number, b)))) {
				struct figure_line *l = add_line(f, cap, s, run->number, b);

				l->color = *color;
				l->dash = b == BRANCH_BASELINE ? FIGURE_DASHED
					  : *color >= COLORS   ? FIGURE_DOTDASH
							       : FIGURE_SOLID;
			}
		*color += f->n_lines > before;
	}
}

/* Add the lines of the teachers of a source: levels if `students` are drawn. */
static void
add_teachers(struct figure *f, size_t *cap, const struct figure_source *s, bool students,
	     int *color)
{
	for (int k = 0; k < TRAIN_TEACHERS; k++) {
		unsigned branch = (unsigned)BRANCH_TEACHER(k);
		struct figure_line *l;

		if (!has_samples(s->curves, CURVES_SHARED, branch, METRIC_NONE))
			continue;
		l = add_line(f, cap, s, CURVES_SHARED, branch);
		l->level = students;
		l->dash = students ? FIGURE_DOTTED : FIGURE_SOLID;
		l->color = students ? FIGURE_GREY : (*color)++;
	}
}

static int
check_names(const struct figure_request *r, struct err *e)
{
	struct text known = { 0 };
	bool all = true;

	for (size_t i = 0; i < r->n_runs && all; i++) {
		bool found = false;

		for (size_t k = 0; k < r->n_sources; k++)
			found = found || curves_run_named(r->source[k].curves, r->run[i]);
		all = found;
		if (found)
			continue;
		for (size_t k = CURVES_FIRST; k < r->source[0].curves->n_runs; k++)
			text_item(&known, "%s", r->source[0].curves->run[k].run.name);
		err_set(e, "unknown run '%.40s' (expected one of %.200s)", r->run[i],
			text_get(&known));
	}
	text_release(&known);
	return all ? 0 : -1;
}

/* ---- panels ---- */

/* Whether a line has samples of a metric. */
static bool
is_drawn(const struct figure *f, unsigned metric)
{
	for (size_t i = 0; i < f->n_lines; i++)
		if (figure_series(&f->line[i], metric))
			return true;
	return false;
}

static int
choose_panels(struct figure *f, const struct figure_request *r, struct err *e)
{
	static const unsigned usual[] = { METRIC_VAL_NLL, METRIC_VAL_ACCURACY };

	for (size_t i = 0; i < r->n_metrics; i++) {
		if (!is_drawn(f, r->metric[i]))
			return err_set(e, "no samples of %s (expected a metric that was measured)",
				       metric_info(r->metric[i])->name);
		f->panel[f->n_panels++] = r->metric[i];
	}
	for (size_t i = 0; r->n_metrics == 0 && i < 2; i++)
		if (is_drawn(f, usual[i]))
			f->panel[f->n_panels++] = usual[i];
	for (unsigned m = 0; f->n_panels == 0 && m < METRIC_COUNT; m++)
		if (is_drawn(f, m))
			f->panel[f->n_panels++] = m;
	if (f->n_panels == 0)
		return err_set(e, "there are no curves (expected a network that was trained)");
	return 0;
}

/* The last step of the lines in the panels. */
static uint32_t
last_step(const struct figure *f)
{
	uint32_t last = 0, step;
	double value;

	for (size_t i = 0; i < f->n_lines; i++)
		for (size_t p = 0; p < f->n_panels && !f->line[i].level; p++) {
			const struct series *s = figure_series(&f->line[i], f->panel[p]);

			if (s && series_last(s, &step, &value) && step > last)
				last = step;
		}
	return last;
}

/* ---- markers ---- */

/* Whether a marker belongs to a line that is drawn over the steps. */
static bool
is_marked(const struct figure_line *l, const struct curves_mark *m)
{
	return !l->level && m->kind != CURVES_RUN && m->run == l->run && m->branch == l->branch;
}

/* Collect the markers of the lines, sorted by step. */
static void
collect_marks(struct figure *f)
{
	size_t cap = 0, cap_owner = 0;

	for (size_t i = 0; i < f->n_lines; i++) {
		const struct curves *c = f->line[i].source->curves;

		for (size_t k = 0; k < c->n_marks; k++) {
			size_t at = f->n_marks;

			if (!is_marked(&f->line[i], &c->mark[k]) || c->mark[k].step > f->last)
				continue;
			mem_grow(&f->mark, &cap, f->n_marks + 1, sizeof(struct curves_mark *));
			mem_grow(&f->owner, &cap_owner, f->n_marks + 1,
				 sizeof(struct figure_line *));
			for (; at && f->mark[at - 1]->step > c->mark[k].step; at--) {
				f->mark[at] = f->mark[at - 1];
				f->owner[at] = f->owner[at - 1];
			}
			f->mark[at] = &c->mark[k];
			f->owner[at] = &f->line[i];
			f->n_marks++;
		}
	}
}

int
figure_init(struct figure *f, const struct figure_request *r, struct err *e)
{
	size_t cap = 0;
	int color = 0;

	*f = (struct figure){ 0 };
	snprintf(f->title, sizeof f->title, "%s", r->title);
	if (check_names(r, e) < 0)
		return -1;
	for (size_t i = 0; i < r->n_sources; i++)
		add_runs(f, &cap, r, &r->source[i], &color);
	for (size_t i = 0, students = f->n_lines; i < r->n_sources; i++)
		add_teachers(f, &cap, &r->source[i], students > 0, &color);
	if (choose_panels(f, r, e) < 0) {
		figure_release(f);
		return -1;
	}
	f->last = last_step(f);
	collect_marks(f);
	return 0;
}

void
figure_release(struct figure *f)
{
	mem_free(f->line);
	mem_free(f->mark);
	mem_free(f->owner);
	*f = (struct figure){ 0 };
}
