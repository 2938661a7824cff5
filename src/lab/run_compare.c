/* run_compare.c: runs beside the reference: figures and intervals of their differences. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/run_compare.h"

#include <math.h>
#include <stdio.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/lab/idle_change.h"
#include "retort/lab/past_budget.h"
#include "retort/lab/runs.h"
#include "retort/lab/verdict.h"
#include "retort/train/eval_rows.h"

/* Figures of a run by held-out row: sums over the labels of the row. */
struct row_figures {
	size_t n;
	struct eval_row *row;
	uint32_t *count; /* labels */
};

static void
release_figures(struct row_figures *f)
{
	mem_free(f->row);
	mem_free(f->count);
	*f = (struct row_figures){ 0 };
}

/* Index of the reference in the list of runs. */
static int
find_reference(const struct trainer_state *w)
{
	for (int i = 0; i < w->n_runs; i++)
		if (w->runs[i]->about.number == w->info.reference)
			return i;
	return 0;
}

/* Make the evaluation of the run in hand possible, without an effect on those in training. */
static int
prepare_run(struct trainer_state *w, struct err *e)
{
	const struct run *r = w->run;

	if (!r->student || w->train.split.n_held == 0)
		return err_set(e, "run %d: nothing to evaluate", r->about.number);
	if (w->info.phase == LAB_IDLE)
		return idle_change_prepare(w, e);
	if ((w->info.phase != LAB_DISTILLING && w->info.phase != LAB_REPORTING) ||
	    w->train.batch.capacity < train_batch(&r->info.settings))
		return err_set(e, "run %d: cannot be evaluated during this work", r->about.number);
	return 0;
}

/* Evaluate the run in hand. */
static int
measure_run(struct trainer_state *w, struct row_figures *out, struct err *e)
{
	const struct settings *s = &w->run->info.settings;
	const struct split *split = &w->train.split;
	size_t most = (size_t)s->knobs.eval_rows, n = split->n_held;
	uint32_t *rows;

	if (prepare_run(w, e) < 0)
		return -1;
	out->n = most && most < n ? most : n;
	rows = mem_try(out->n, sizeof *rows);
	out->row = mem_try(out->n, sizeof *out->row);
	out->count = mem_try(out->n, sizeof *out->count);
	if (!rows || !out->row || !out->count) {
		mem_free(rows);
		release_figures(out);
		return err_set(e, "no memory for the figures of %zu rows", n);
	}
	for (size_t i = 0; i < out->n; i++)
		rows[i] = split->held[i * n / out->n];
	eval_rows(&w->train, s, w->run->student, rows, out->n, out->row, out->count, true);
	mem_free(rows);
	return 0;
}

/* Half of the interval of the difference of a figure; the difference in *by. */
static double
half_interval(const struct row_figures *a, const struct row_figures *b, unsigned metric, double *by)
{
	double *value = mem_array(2 * a->n, sizeof *value), *weight = value + a->n;
	struct verdict v;

	for (size_t i = 0; i < a->n; i++) {
		value[i] =
			eval_rows_figure(&a->row[i], metric) - eval_rows_figure(&b->row[i], metric);
		weight[i] = a->count[i];
	}
	v = verdict_ratio(value, weight, a->n);
	mem_free(value);
	*by = (v.low + v.high) / 2;
	return a->n > 1 ? (v.high - v.low) / 2 : NAN;
}

static void
compare_figures(const struct row_figures *a, const struct row_figures *b, struct lab_interval *out)
{
	if (a->n != b->n) /* they are evaluated on other rows */
		return;
	out->accuracy = half_interval(a, b, METRIC_VAL_ACCURACY, &out->by_accuracy);
	out->nll = half_interval(a, b, METRIC_VAL_NLL, &out->by_nll);
	out->kl = half_interval(a, b, METRIC_VAL_KL, &out->by_kl);
}

/* No interval. */
static struct lab_interval
none_of(int run, int reference)
{
	return (struct lab_interval){ run, reference, NAN, NAN, NAN, NAN, NAN, NAN };
}

/* The intervals of a run, given the figures of the reference. */
static int
compare_run(struct trainer_state *w, int index, const struct row_figures *reference,
	    struct lab_interval *out, struct err *e)
{
	struct row_figures own = { 0 };

	*out = none_of(w->runs[index]->about.number, w->info.reference);
	if (index == find_reference(w))
		return 0;
	runs_take(w, index);
	if (measure_run(w, &own, e) < 0)
		return -1;
	compare_figures(&own, reference, out);
	release_figures(&own);
	return 0;
}

/* Evaluate the reference. */
static int
measure_reference(struct trainer_state *w, struct row_figures *out, struct err *e)
{
	runs_take(w, find_reference(w));
	return measure_run(w, out, e);
}

int
run_compare_request(struct trainer_state *w, struct request *r, struct err *e)
{
	struct row_figures reference = { 0 };
	int index = runs_at(w), status = measure_reference(w, &reference, e);

	if (status == 0)
		status = compare_run(w, index, &reference, &r->u.compare.interval, e);
	release_figures(&reference);
	runs_take(w, index);
	return status;
}

/* ---- as text ---- */

static void
print_figure(struct text *out, int decimals, double x, double interval)
{
	char text[40];

	if (isnan(x))
		text_addf(out, "%9s", "-");
	else
		text_addf(out, "%9.*f", decimals, x);
	snprintf(text, sizeof text, "+-%.*f", decimals, interval);
	text_addf(out, " %-9s", isnan(x) || isnan(interval) ? "" : text);
}

static void
print_run(const struct trainer_state *w, int index, const struct lab_interval *interval,
	  struct text *out)
{
	const struct lab_listed *r = &w->info.runs[index];

	text_addf(out, "%c%c%3d %-10s %7llu", index == w->info.focus ? '>' : ' ',
		  r->trains ? '*' : ' ', r->number, r->name, (unsigned long long)r->step);
	print_figure(out, 4, r->last.accuracy, interval->accuracy);
	print_figure(out, 5, r->last.nll, interval->nll);
	print_figure(out, 5, r->last.kl, interval->kl);
	text_addf(out, "  %s%s%s%s%s\n", r->number == w->info.reference ? "(reference)" : "",
		  r->differs, r->unpaired ? ", unpaired" : "", r->diverged ? ", diverged" : "",
		  r->hidden ? ", hidden" : "");
}

int
run_compare_list(struct trainer_state *w, struct request *r, struct err *e)
{
	struct row_figures reference = { 0 };
	struct err none;
	struct past_budget_use kept;
	int index = runs_at(w);
	bool compares = w->n_runs > 1 && measure_reference(w, &reference, &none) == 0;
	struct text out = { 0 };

	(void)e;
	runs_describe(w);
	text_addf(&out, "  run name          step%9s %-9s%9s %-9s%9s %-9s  what differs\n",
		  "accuracy", "", "nll", "", "kl", "");
	for (int i = 0; i < w->n_runs; i++) {
		struct lab_interval interval = none_of(0, 0);

		if (compares)
			compare_run(w, i, &reference, &interval, &none);
		print_run(w, i, &interval, &out);
	}
	release_figures(&reference);
	runs_take(w, index);
	kept = past_budget_use(w);
	w->info.kept_memory = kept.memory;
	w->info.kept_files = kept.files;
	text_add(&out, "kept ");
	lab_print_kept(&w->info, &out);
	r->page = out.s;
	return 0;
}
