/* curve.c: the curves of a plot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/curve.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/kd/losses/loss_table.h"
#include "retort/ui/curve_difference.h"
#include "retort/ui/curve_runs.h"

enum { MAIN, BASELINE, BATCHES, LEVEL };
static const struct curve_stroke stroke[] = {
	[MAIN] = { '*', 0x2501, 1, 0 },
	[BASELINE] = { 'o', 0x254D, 4, 2 },
	[BATCHES] = { '.', 0x2508, 1, 3 },
	[LEVEL] = { '-', 0x254C, 2, 2 },
};

/* The training metric that corresponds to a held-out metric, or METRIC_NONE. */
static unsigned
training_metric(unsigned metric)
{
	return metric == METRIC_VAL_NLL        ? metric_output(LOSS_OUTPUT_ce, METRIC_TRAIN)
	       : metric == METRIC_VAL_ACCURACY ? METRIC_TRAIN_ACCURACY
	       : metric == METRIC_VAL_KL       ? METRIC_TRAIN_KL
					       : METRIC_NONE;
}

static double
score_of(const struct scores *last, unsigned metric)
{
	return metric == METRIC_VAL_NLL         ? last->nll
	       : metric == METRIC_VAL_ACCURACY  ? last->accuracy
	       : metric == METRIC_VAL_ECE       ? last->ece
	       : metric == METRIC_VAL_AGREEMENT ? last->agreement
	       : metric == METRIC_VAL_KL        ? last->kl
						: NAN;
}

/* The samples of a metric, or NULL where there are none. */
static const struct series *
samples_of(const struct scene *s, unsigned branch, unsigned metric)
{
	const struct series *series;

	if (branch >= BRANCH_IDS || metric >= METRIC_COUNT)
		return NULL;
	series = scene_series(s, branch, metric);
	return series && series_len(series) ? series : NULL;
}

static void
add_curve(struct curve *out, int *n, const struct series *series, const char *name, int kind)
{
	struct curve *c = &out[*n];

	if (!series)
		return;
	*c = (struct curve){ .series = series,
			     .until = UINT32_MAX,
			     .stroke = &stroke[kind],
			     .context = kind == BATCHES };
	c->style = kind == BATCHES    ? CANVAS_DIM
		   : kind == BASELINE ? CANVAS_REFERENCE
				      : CANVAS_CURVE1;
	snprintf(c->name, sizeof c->name, "%s", name);
	++*n;
}

/* Mark the curves that view.hidden names. */
static void
hide_curves(const struct scene *s, struct curve *c, int n)
{
	for (int i = 0; i < n; i++)
		for (int k = 0; k < s->view.n_hidden; k++)
			c[i].is_hidden |= strcmp(c[i].name, s->view.hidden[k]) == 0;
}

/* Give the curve of the run in view its colour, and join it to that of its parent. */
static void
show_run(const struct scene *s, unsigned metric, struct curve *c)
{
	c->style = curve_runs_style(s->view.run);
	c->is_joined = curve_runs_join(s, s->view.run, metric, &c->join_step, &c->join);
}

/* Append the last score of each trained teacher. */
static void
add_levels(const struct scene *s, unsigned metric, struct curve *out, int *n)
{
	for (int k = 0; k < s->info.n_teachers && k < TRAIN_TEACHERS; k++) {
		const struct net_info *t = &s->info.teacher[k];
		double level = score_of(&t->last, metric);

		if (!t->ready || !isfinite(level))
			continue;
		out[*n] = (struct curve){ .level = level,
					  .until = UINT32_MAX,
					  .style = CANVAS_REFERENCE,
					  .stroke = &stroke[LEVEL] };
		snprintf(out[*n].name, sizeof out->name, "%s", t->name);
		++*n;
	}
}

int
curve_list(const struct scene *s, unsigned metric, struct curve out[CURVE_MAX])
{
	unsigned branch = s->view.branch < 0 ? BRANCH_STUDENT : (unsigned)s->view.branch;
	bool is_main = branch < BRANCH_TEACHER(0) || branch >= BRANCH_IDS;
	char name[SCENE_CURVE];
	int n = 0;

	branch = is_main ? BRANCH_STUDENT : branch;
	add_curve(out, &n, samples_of(s, branch, metric),
		  is_main ? curve_runs_name(s, name, sizeof name)
			  : s->info.teacher[branch - BRANCH_TEACHER(0)].name,
		  MAIN);
	if (is_main && n)
		show_run(s, metric, out);
	if (is_main) {
		curve_runs_add(s, metric, out, &n);
		add_curve(out, &n, samples_of(s, BRANCH_BASELINE, metric), "baseline", BASELINE);
	}
	/* unsmoothed, the noise of batches would hide the held-out curve */
	if (n == 0 || s->info.run->settings.knobs.smooth > 0)
		add_curve(out, &n, samples_of(s, branch, training_metric(metric)), "train",
			  BATCHES);
	if (is_main)
		add_levels(s, metric, out, &n);
	hide_curves(s, out, n);
	if (is_main)
		curve_runs_add_past(s, metric, out, &n);
	return curve_difference_is_shown(s) ? curve_difference_make(s, metric, out, n) : n;
}

bool
curve_at(const struct curve *c, uint32_t until, uint32_t *step, double *value)
{
	uint32_t other;
	double less;

	while (series_at(c->series, until, step, value)) {
		if (!c->minus)
			return true;
		if (!series_at(c->minus, *step, &other, &less))
			return false;
		if (other == *step) {
			*value -= less;
			return true;
		}
		until = other;
	}
	return false;
}

bool
curve_last(const struct curve *c, uint32_t *step, double *value)
{
	return curve_at(c, UINT32_MAX, step, value);
}

uint32_t
curve_last_step(const struct scene *s)
{
	unsigned branch = s->view.branch < 0 || s->view.branch >= BRANCH_IDS
				  ? BRANCH_STUDENT
				  : (unsigned)s->view.branch;
	unsigned end = branch < BRANCH_TEACHER(0) ? BRANCH_TEACHER(0) : branch + 1;
	uint32_t last = 0, step;
	double value;

	for (unsigned b = branch < BRANCH_TEACHER(0) ? BRANCH_STUDENT : branch; b < end; b++)
		for (unsigned m = 0; m < METRIC_COUNT; m++)
			if (scene_series(s, b, m) &&
			    series_last(scene_series(s, b, m), &step, &value) && step > last)
				last = step;
	step = branch < BRANCH_TEACHER(0) ? curve_runs_last_step(s) : 0;
	return step > last ? step : last;
}

const char *
curve_number(double value, char *buf, size_t size)
{
	double x = fabs(value);

	if (!isfinite(value))
		snprintf(buf, size, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
	else if (x != 0 && (x < 0.00095 || x >= 1e6))
		snprintf(buf, size, "%.1e", value);
	else
		snprintf(buf, size, "%.*f", x < 10 ? 4 : x < 1000 ? 2 : 0, value);
	return buf;
}
