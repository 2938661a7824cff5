/* report.c: print the report as a table or as JSON. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/report.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "retort/lab/leakage.h"
#include "retort/base/jsonwriter.h"
#include "retort/base/text.h"

/* Print a metric in a column of `width`; large values have fewer decimals, so that columns stay
 * aligned.
 */
static void
print_cell(FILE *out, double x, int width, int decimals)
{
	char text[64];

	snprintf(text, sizeof text, "%.*f", decimals, x);
	while ((int)strlen(text) > width && decimals > 0)
		snprintf(text, sizeof text, "%.*f", --decimals, x);
	if ((int)strlen(text) > width)
		snprintf(text, sizeof text, "%.1e", x);
	fprintf(out, " %*s", width, isnan(x) ? "-" : text);
}

/* Shorten a name to ten columns: its beginning and its end, which is where similar names
 * differ. */
static const char *
shorten_name(const char *name, char *buf, size_t size)
{
	size_t len = strlen(name);

	if (len > 10)
		snprintf(buf, size, "%.5s~%s", name, name + len - 4);
	else
		snprintf(buf, size, "%s", name);
	return buf;
}

static void
print_row(FILE *out, const char *network, const char *when, const struct net_info *n,
	  const struct scores *s)
{
	char name[16];

	fprintf(out, "%-10s %-4s %6llu", shorten_name(network, name, sizeof name), when,
		(unsigned long long)s->step);
	print_cell(out, s->accuracy, 8, 4);
	print_cell(out, s->agreement, 7, 4);
	print_cell(out, s->kl, 7, 5);
	print_cell(out, s->nll, 7, 5);
	print_cell(out, s->ece, 6, 4);
	if (n->is_file)
		fprintf(out, " %7s", "file");
	else
		fprintf(out, " %7llu", (unsigned long long)n->parameters);
	print_cell(out, n->batch.rows ? n->batch.median : NAN, 6, 3);
	fputc('\n', out);
}

/* Print the sets of a stage if there are several. */
static void
print_sets(FILE *out, const struct lab_info *i, const struct lab_stage *s)
{
	char sets[80];

	if (i->n_sets > 1 && s->kind != LAB_RUN)
		fprintf(out, "  of %s%s\n", lab_sets_text(i, s->sets, sets, sizeof sets),
			s->labelled ? ", labelled rows" : "");
}

/* Print the metrics at the end of each stage. */
static void
print_stages(FILE *out, const struct lab_info *i)
{
	for (int k = 0; k < i->run->n_stages && lab_has_stages(i); k++) {
		struct net_info n = i->run->student;

		n.batch.rows = 0;
		if (!i->run->stages[k].scores.step)
			continue; /* stopped before the first step */
		print_row(out, lab_stage_name[i->run->stages[k].kind], "end", &n,
			  &i->run->stages[k].scores);
		print_sets(out, i, &i->run->stages[k]);
	}
}

/* Print metrics on the target rows. */
static void
print_target(FILE *out, const struct lab_info *i)
{
	struct text names = { 0 };

	if (i->n_target == 0 || isnan(i->run->student.target.nll))
		return;
	for (int k = 0; k < i->n_sets; k++)
		if (i->set[k].role == DATASET_TARGET)
			text_item(&names, "%s", i->set[k].name);
	fprintf(out, "\non the target, %zu labelled rows of %s\n", i->n_target, text_get(&names));
	text_release(&names);
	for (int k = 0; k < i->n_teachers; k++)
		if (i->teacher[k].ready && !i->teacher[k].is_file)
			print_row(out, i->teacher[k].name, "last", &i->teacher[k],
				  &i->teacher[k].target);
	print_row(out, "distilled", "last", &i->run->student, &i->run->student.target);
	if (i->run->has_baseline)
		print_row(out, "no teacher", "last", &i->run->baseline, &i->run->baseline.target);
}

static void
print_speed(FILE *out, const char *network, const struct net_info *n)
{
	char name[16];

	if (!n->batch.rows)
		return;
	fprintf(out, "%-10s %11zu", shorten_name(network, name, sizeof name), n->batch.rows);
	print_cell(out, n->batch.median, 9, 3);
	print_cell(out, n->batch.spread, 8, 3);
	print_cell(out, n->one.median, 9, 3);
	print_cell(out, n->one.spread, 8, 3);
	fputc('\n', out);
}

/* The run of a report in the list of runs; NULL: it has none. */
static const struct lab_listed *
focused_run(const struct lab_info *i)
{
	return i->focus >= 0 && i->focus < i->n_runs ? &i->runs[i->focus] : NULL;
}

/* Print how long networks take to predict a row. */
static void
print_speeds(FILE *out, const struct lab_info *i)
{
	if (!i->run->student.batch.rows)
		return;
	fprintf(out,
		"\nus/row: median of repeated passes, +- half the distance of the quartiles\n"
		"%-10s %11s %9s %8s %9s %8s\n",
		"", "batch of", "batch", "+-", "one row", "+-");
	for (int k = 0; k < i->n_teachers; k++)
		if (i->teacher[k].ready)
			print_speed(out, i->teacher[k].name, &i->teacher[k]);
	print_speed(out, "distilled", &i->run->student);
	if (i->run->has_baseline)
		print_speed(out, "no teacher", &i->run->baseline);
}

/* Print one line for held-out or target rows that were trained on; none without any. */
static void
print_seen(FILE *out, const char *network, size_t n, size_t of, const char *rows, const char *where)
{
	struct text count = { 0 };

	leakage_count(&count, "", n, of, rows);
	if (n)
		fprintf(out, "%s%s%s are %s\n", network, network[0] ? ": " : "", count.s, where);
	text_release(&count);
}

static void
print_net_seen(FILE *out, const struct lab_info *i, const char *network, const struct net_info *n)
{
	print_seen(out, network, n->seen_held, i->n_held, "held-out", "among its training rows");
	print_seen(out, network, n->seen_target, i->n_target, "target", "among its training rows");
}

/* Print which rows that figures are measured on were trained on. */
static void
print_leakage(FILE *out, const struct lab_info *i)
{
	print_seen(out, "", i->equal_held, i->n_held, "held-out", "also training rows");
	print_seen(out, "", i->equal_target, i->n_target, "target", "also training rows");
	for (int k = 0; k < i->n_teachers; k++)
		if (i->teacher[k].ready)
			print_net_seen(out, i, i->teacher[k].name, &i->teacher[k]);
	print_net_seen(out, i, "distilled", &i->run->student);
}

/* Print which run it is about, of several; and whether it diverged. */
static void
print_run(FILE *out, const struct lab_info *i)
{
	const struct lab_listed *r = focused_run(i);

	if (!r)
		return;
	if (i->n_runs > 1)
		fprintf(out, "run %d %s of %d runs\n", r->number, r->name, i->n_runs);
	if (r->diverged)
		fprintf(out, "the student diverged: its step %llu was not applied\n",
			(unsigned long long)r->diverged);
}

void
report_text(FILE *out, const struct lab_info *i, const struct report_change *change, size_t n)
{
	fprintf(out, "%s: %zu held-out rows, %zu labels shown to students, seed %llu\n%s\n",
		i->data, i->n_held, i->n_shown, (unsigned long long)i->seed, i->blas);
	print_run(out, i);
	print_leakage(out, i);
	fputc('\n', out);
	fprintf(out, "%-10s %-4s %6s %8s %7s %7s %7s %6s %7s %6s\n", "", "", "step", "accuracy",
		"agrees", "KL", "NLL", "ECE", "params", "us/row");
	for (int k = 0; k < i->n_teachers; k++)
		if (i->teacher[k].ready)
			print_row(out, i->teacher[k].name, "last", &i->teacher[k],
				  &i->teacher[k].last);
	print_row(out, "distilled", "last", &i->run->student, &i->run->student.last);
	print_row(out, "distilled", "best", &i->run->student, &i->run->student.best);
	print_stages(out, i);
	if (i->run->has_baseline) {
		print_row(out, "no teacher", "last", &i->run->baseline, &i->run->baseline.last);
		print_row(out, "no teacher", "best", &i->run->baseline, &i->run->baseline.best);
	}
	if (i->run->baseline_diverged)
		fprintf(out, "%-10s diverged: step %llu was not applied\n", "no teacher",
			(unsigned long long)i->run->baseline_diverged);
	print_target(out, i);
	print_speeds(out, i);
	if (n)
		fputs("\nsettings at the start, and changes\n", out);
	for (size_t k = 0; k < n; k++)
		fprintf(out, "%-12s %s\n", change[k].stamp, change[k].text);
}

static void
write_scores(struct jsonwriter *w, const struct scores *s)
{
	jsonwriter_number(w, "step", (double)s->step);
	jsonwriter_number(w, "accuracy", s->accuracy);
	jsonwriter_number(w, "nll", s->nll);
	jsonwriter_number(w, "ece", s->ece);
	jsonwriter_number(w, "agreement", s->agreement);
	jsonwriter_number(w, "kl", s->kl);
}

static void
write_speed(struct jsonwriter *w, const char *key, const struct net_speed *v)
{
	jsonwriter_begin(w, key, '{');
	jsonwriter_number(w, "rows", (double)v->rows);
	jsonwriter_number(w, "median", v->median);
	jsonwriter_number(w, "spread", v->spread);
	jsonwriter_end(w, '}');
}

static void
write_net(struct jsonwriter *w, const char *key, const struct net_info *n)
{
	jsonwriter_begin(w, key, '{');
	jsonwriter_string(w, "name", n->name);
	jsonwriter_string(w, "model", n->spec);
	jsonwriter_number(w, "parameters", (double)n->parameters);
	jsonwriter_number(w, "microseconds", n->batch.rows ? n->batch.median : NAN);
	if (n->batch.rows) {
		write_speed(w, "time_batch", &n->batch);
		write_speed(w, "time_one", &n->one);
	}
	jsonwriter_number(w, "held_in_its_training", (double)n->seen_held);
	jsonwriter_number(w, "target_in_its_training", (double)n->seen_target);
	write_scores(w, &n->last);
	jsonwriter_begin(w, "best", '{');
	jsonwriter_string(w, "which", "lowest nll");
	write_scores(w, &n->best);
	jsonwriter_end(w, '}');
	if (!isnan(n->target.nll)) {
		jsonwriter_begin(w, "target", '{');
		jsonwriter_string(w, "which", "last");
		write_scores(w, &n->target);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, '}');
}

static void
write_sets(struct jsonwriter *w, const struct lab_info *i, const struct lab_stage *s)
{
	jsonwriter_begin(w, "sets", '[');
	for (int k = 0; k < i->n_sets; k++)
		if (s->sets >> k & 1)
			jsonwriter_string(w, NULL, i->set[k].name);
	jsonwriter_end(w, ']');
	jsonwriter_string(w, "rows", s->labelled ? "labelled" : "all");
}

static void
write_stages(struct jsonwriter *w, const struct lab_info *i)
{
	jsonwriter_begin(w, "stages", '[');
	for (int k = 0; k < i->run->n_stages; k++) {
		const struct lab_stage *s = &i->run->stages[k];

		jsonwriter_begin(w, NULL, '{');
		jsonwriter_string(w, "stage", lab_stage_name[s->kind]);
		jsonwriter_number(w, "from", (double)s->from);
		jsonwriter_number(w, "until", (double)s->until);
		write_scores(w, &s->scores);
		if (s->kind != LAB_RUN)
			write_sets(w, i, s);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
}

/* Write all teachers, then the first one, or null, as "teacher". */
static void
write_teachers(struct jsonwriter *w, const struct lab_info *i)
{
	int first = -1;

	jsonwriter_begin(w, "teachers", '[');
	for (int k = 0; k < i->n_teachers; k++) {
		if (!i->teacher[k].ready)
			continue;
		write_net(w, NULL, &i->teacher[k]);
		first = first < 0 ? k : first;
	}
	jsonwriter_end(w, ']');
	if (first >= 0)
		write_net(w, "teacher", &i->teacher[first]);
	else
		jsonwriter_null(w, "teacher");
}

static void
write_run(struct jsonwriter *w, const struct lab_info *i)
{
	const struct lab_listed *r = focused_run(i);

	if (!r)
		return;
	if (i->n_runs > 1)
		jsonwriter_string(w, "run", r->name);
	if (r->diverged)
		jsonwriter_number(w, "diverged", (double)r->diverged);
}

void
report_json(FILE *out, const struct lab_info *i, const struct report_change *change, size_t n)
{
	struct jsonwriter w = { .out = out };

	jsonwriter_begin(&w, NULL, '{');
	jsonwriter_string(&w, "event", "report");
	jsonwriter_string(&w, "data", i->data);
	jsonwriter_number(&w, "seed", (double)i->seed);
	jsonwriter_string(&w, "blas", i->blas);
	write_run(&w, i);
	jsonwriter_number(&w, "held_rows", (double)i->n_held);
	jsonwriter_number(&w, "held_in_training", (double)i->equal_held);
	jsonwriter_number(&w, "target_rows", (double)i->n_target);
	jsonwriter_number(&w, "target_in_training", (double)i->equal_target);
	write_teachers(&w, i);
	write_net(&w, "student", &i->run->student);
	write_stages(&w, i);
	if (i->run->has_baseline)
		write_net(&w, "plain", &i->run->baseline);
	else
		jsonwriter_null(&w, "plain");
	if (i->run->baseline_diverged)
		jsonwriter_number(&w, "plain_diverged", (double)i->run->baseline_diverged);
	jsonwriter_begin(&w, "changes", '[');
	for (size_t k = 0; k < n; k++) {
		jsonwriter_begin(&w, NULL, '{');
		jsonwriter_string(&w, "at", change[k].stamp);
		jsonwriter_string(&w, "what", change[k].text);
		jsonwriter_end(&w, '}');
	}
	jsonwriter_end(&w, ']');
	jsonwriter_end(&w, '}');
	fputc('\n', out);
}
