/* curve_runs.c: curves of runs that are not in view. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/curve_runs.h"

#include <stdio.h>

/* Patterns of runs in turn; of the run in view; of stretches that were left. */
static const struct curve_stroke ghost[] = {
	{ '1', 0x254C, 4, 1 }, { '2', 0x2505, 2, 1 }, { '3', 0x2509, 1, 1 }, { '4', 0x2504, 3, 3 },
	{ '5', 0x2508, 1, 2 }, { '6', 0x254D, 5, 2 }, { '7', 0x254C, 6, 1 }, { '8', 0x2505, 2, 3 },
};
static const struct curve_stroke solid = { '*', 0x2501, 1, 0 }, faint = { '.', 0x2508, 1, 1 };
#define GHOSTS (unsigned)(sizeof ghost / sizeof *ghost)

enum canvas_style
curve_runs_style(unsigned run)
{
	return (enum canvas_style)(CANVAS_CURVE1 + (run - CURVES_FIRST) % 6);
}

const struct curve_stroke *
curve_runs_stroke(const struct scene *s, unsigned run)
{
	return run == s->view.run ? &solid : &ghost[(run - CURVES_FIRST) % GHOSTS];
}

/* Whether the whole curve of a run is drawn. */
static bool
is_shown(const struct scene *s, unsigned run)
{
	const struct lab_listed *r = lab_run_listed(&s->info, (int)run);

	return r && (run == s->view.run || !r->hidden);
}

const char *
curve_runs_name(const struct scene *s, char *buf, size_t size)
{
	const struct lab_listed *r = &s->info.runs[s->info.focus];

	if (s->info.n_runs > 1)
		snprintf(buf, size, "#%d %s", r->number, r->name);
	else
		snprintf(buf, size, "student");
	return buf;
}

bool
curve_runs_join(const struct scene *s, unsigned run, unsigned metric, uint32_t *step, double *value)
{
	const struct curves_run *r = curves_run(s->curves, run);
	uint32_t until = UINT32_MAX;

	while (r && r->parent) {
		const struct series *series =
			curves_series(s->curves, r->parent, BRANCH_STUDENT, metric);
		uint32_t at;

		until = r->fork < until ? r->fork : until;
		if (series && series_at(series, until, &at, value)) {
			*value = series_fold(series, at, at + 1).last; /* smoothed */
			*step = at;
			return true;
		}
		r = curves_run(s->curves, r->parent);
	}
	return false;
}

/* Append the curve of a run, up to a step; `name` "": without an entry in the legend. */
static struct curve *
add_run(const struct scene *s, unsigned run, unsigned metric, uint32_t until, const char *name,
	struct curve *out, int *n)
{
	const struct series *series = curves_series(s->curves, run, BRANCH_STUDENT, metric);
	struct curve *c = &out[*n];

	if (!series || *n >= CURVE_MAX)
		return NULL;
	*c = (struct curve){ .series = series,
			     .until = until,
			     .is_other = true,
			     .style = curve_runs_style(run),
			     .stroke = curve_runs_stroke(s, run) };
	c->is_joined = curve_runs_join(s, run, metric, &c->join_step, &c->join);
	snprintf(c->name, sizeof c->name, "%s", name);
	++*n;
	return c;
}

void
curve_runs_add(const struct scene *s, unsigned metric, struct curve *out, int *n)
{
	int end = *n + CURVE_RUNS;

	for (int i = 0; i < s->info.n_runs && *n < end; i++) {
		const struct lab_listed *r = &s->info.runs[i];
		char name[sizeof out->name];

		if (r->hidden || (unsigned)r->number == s->view.run)
			continue;
		snprintf(name, sizeof name, "#%d %s", r->number, r->name);
		add_run(s, (unsigned)r->number, metric, UINT32_MAX, name, out, n);
	}
}

/* Append the stretches of parents that are not shown, from the parent of a run on. */
static void
add_before(const struct scene *s, unsigned run, unsigned metric, struct curve *out, int *n, int end)
{
	const struct curves_run *r = curves_run(s->curves, run);
	uint32_t until = UINT32_MAX;

	while (r && r->parent && !is_shown(s, r->parent) && *n < end) {
		until = r->fork < until ? r->fork : until;
		add_run(s, r->parent, metric, until, "", out, n);
		r = curves_run(s->curves, r->parent);
	}
}

void
curve_runs_add_past(const struct scene *s, unsigned metric, struct curve *out, int *n)
{
	int end = *n + CURVE_PAST;

	for (size_t i = s->curves->n_runs; i-- > 1 && *n < end;) {
		const struct curves_run *r = &s->curves->run[i].run;
		struct curve *c;

		if (!r->left_by) {
			if (is_shown(s, r->number))
				add_before(s, r->number, metric, out, n, end);
			continue;
		}
		c = r->left_by == s->view.run
			    ? add_run(s, r->number, metric, UINT32_MAX, "", out, n)
			    : NULL;
		if (!c)
			continue;
		c->context = true;
		c->style = CANVAS_DIM;
		c->stroke = &faint;
	}
}

/* The last evaluation of the stretches that the run in view left. */
static uint32_t
last_left(const struct scene *s)
{
	uint32_t last = 0, step;
	double value;

	for (size_t i = s->curves->n_runs; i-- > 1;) {
		const struct curves_run *r = &s->curves->run[i].run;
		const struct series *left = r->left_by == s->view.run
						    ? curves_series(s->curves, r->number,
								    BRANCH_STUDENT, METRIC_VAL_NLL)
						    : NULL;

		if (left && series_last(left, &step, &value) && step > last)
			last = step;
	}
	return last;
}

uint32_t
curve_runs_last_step(const struct scene *s)
{
	uint64_t last = last_left(s);

	for (int i = 0; i < s->info.n_runs; i++)
		if (is_shown(s, (unsigned)s->info.runs[i].number) && s->info.runs[i].step > last)
			last = s->info.runs[i].step;
	return last < UINT32_MAX - 1 ? (uint32_t)last : UINT32_MAX - 1;
}
