/* figure_table.c: curves as CSV, TSV or JSON. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/figure/figure_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/jsonwriter.h"
#include "retort/base/mem.h"

/* A row: a sample, or a marker. */
struct row {
	uint32_t step;
	unsigned metric; /* METRIC_NONE: a marker */
	size_t order;    /* among equal ones */
	double value;
	const struct curves_mark *mark;
};

/* The rows of one network. */
struct rows {
	size_t n, cap;
	struct row *row; /* owned */
};

static int
compare_rows(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->step != y->step)
		return x->step < y->step ? -1 : 1;
	if (x->metric != y->metric)
		return x->metric < y->metric ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

static void
add_row(struct rows *t, struct row row)
{
	mem_grow(&t->row, &t->cap, t->n + 1, sizeof *t->row);
	row.order = t->n;
	t->row[t->n++] = row;
}

/* Whether a line is part of the table: where runs are named, teachers are not. */
static bool
is_listed(const struct figure_request *r, const struct figure_line *l)
{
	return r->n_runs == 0 || l->branch < BRANCH_TEACHER(0);
}

static bool
is_wanted(const struct figure_request *r, unsigned metric)
{
	bool found = r->n_metrics == 0;

	for (size_t i = 0; i < r->n_metrics; i++)
		found = found || r->metric[i] == metric;
	return found;
}

/* Collect the rows of a line, in their order. */
static void
collect_rows(const struct figure_request *r, const struct figure_line *l, struct rows *t)
{
	const struct curves *c = l->source->curves;

	t->n = 0;
	if (!is_listed(r, l))
		return;
	for (unsigned m = 0; m < METRIC_COUNT; m++) {
		const struct series *s = is_wanted(r, m) ? figure_series(l, m) : NULL;

		for (size_t i = 0; s && i < series_len(s); i++) {
			struct row row = { .metric = m };

			series_get(s, i, &row.step, &row.value);
			add_row(t, row);
		}
	}
	for (size_t i = 0; i < c->n_marks; i++)
		if (c->mark[i].run == l->run && c->mark[i].branch == l->branch)
			add_row(t, (struct row){ .step = c->mark[i].step,
						 .metric = METRIC_NONE,
						 .mark = &c->mark[i] });
	qsort(t->row, t->n, sizeof *t->row, compare_rows);
}

/* Append a field; in CSV between quotes where it needs them, in TSV with blanks for separators. */
static void
add_field(struct text *out, const char *s, enum figure_table_kind kind)
{
	bool quotes = kind == FIGURE_TABLE_CSV && strpbrk(s, ",\"\r\n");

	text_add(out, quotes ? "\"" : "");
	for (; *s; s++) {
		char c = kind == FIGURE_TABLE_TSV && strchr("\t\r\n", *s) ? ' ' : *s;

		if (quotes && c == '"')
			text_add(out, "\"");
		text_bytes(out, &c, 1);
	}
	text_add(out, quotes ? "\"" : "");
}

static void
add_line(struct text *out, const struct figure_line *l, const struct row *row,
	 enum figure_table_kind kind)
{
	const char *separator = kind == FIGURE_TABLE_CSV ? "," : "\t";
	char number[40] = "";

	add_field(out, l->label, kind);
	if (!row->mark)
		text_number(number, sizeof number, row->value);
	text_addf(out, "%s%u%s%s%s%s%s", separator, row->step, separator,
		  row->mark ? "" : metric_info(row->metric)->name, separator, number, separator);
	if (row->mark)
		add_field(out, row->mark->text, kind);
	text_add(out, "\n");
}

static void
add_object(FILE *out, const struct figure_line *l, const struct row *row)
{
	struct jsonwriter w = { out, false };

	jsonwriter_begin(&w, NULL, '{');
	jsonwriter_string(&w, "run", l->label);
	jsonwriter_integer(&w, "step", row->step);
	if (row->mark) {
		jsonwriter_string(&w, "marker", row->mark->text);
		if (row->mark->knob >= 0) {
			jsonwriter_string(&w, "knob", knob_table[row->mark->knob].name);
			jsonwriter_number(&w, "from", row->mark->from);
			jsonwriter_number(&w, "to", row->mark->to);
			if (row->mark->ramp.n) {
				jsonwriter_number(&w, "ramp_to", ramp_last(&row->mark->ramp));
				jsonwriter_integer(&w, "ramp_until",
						   (int64_t)ramp_end(&row->mark->ramp));
			}
		}
	} else {
		jsonwriter_string(&w, "metric", metric_info(row->metric)->name);
		jsonwriter_number(&w, "value", row->value);
	}
	jsonwriter_end(&w, '}');
}

/* Write the object of a line: what it is, and where it was forked. */
static void
add_run(FILE *out, const struct figure_line *l)
{
	const struct curves_run *run = curves_run(l->source->curves, l->run);
	bool teacher = l->branch >= BRANCH_TEACHER(0);
	struct jsonwriter w = { out, false };

	jsonwriter_begin(&w, NULL, '{');
	jsonwriter_string(&w, "run", l->label);
	jsonwriter_string(&w, "network",
			  teacher                        ? "teacher"
			  : l->branch == BRANCH_BASELINE ? "baseline"
							 : "student");
	if (l->branch == BRANCH_STUDENT && run && run->parent) {
		const struct curves_run *parent = curves_run(l->source->curves, run->parent);

		jsonwriter_string(&w, "parent", parent ? parent->name : "");
		jsonwriter_integer(&w, "fork", run->fork);
	}
	jsonwriter_end(&w, '}');
}

static int
write_json(const struct figure_request *r, const struct figure *f, struct text *out, struct err *e)
{
	struct rows t = { 0 };
	char *bytes = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&bytes, &size);
	const char *comma = "";

	if (!stream)
		return err_set(e, "no memory for a table");
	fputs("{\"format\":\"retort-curves 1\",\n\"runs\":[\n", stream);
	for (size_t i = 0; i < f->n_lines; i++)
		if (is_listed(r, &f->line[i])) {
			fputs(comma, stream);
			add_run(stream, &f->line[i]);
			comma = ",\n";
		}
	fputs("\n],\n\"rows\":[\n", stream);
	comma = "";
	for (size_t i = 0; i < f->n_lines; i++) {
		collect_rows(r, &f->line[i], &t);
		for (size_t k = 0; k < t.n; k++, comma = ",\n") {
			fputs(comma, stream);
			add_object(stream, &f->line[i], &t.row[k]);
		}
	}
	fputs("\n]}\n", stream);
	mem_free(t.row);
	if (fclose(stream) != 0) {
		free(bytes);
		return err_set(e, "no memory for a table");
	}
	text_bytes(out, bytes, size);
	free(bytes); /* allocated by open_memstream */
	return 0;
}

static void
write_lines(const struct figure_request *r, const struct figure *f, enum figure_table_kind kind,
	    struct text *out)
{
	struct rows t = { 0 };

	text_add(out, kind == FIGURE_TABLE_CSV ? "run,step,metric,value,marker\n"
					       : "run\tstep\tmetric\tvalue\tmarker\n");
	for (size_t i = 0; i < f->n_lines; i++) {
		collect_rows(r, &f->line[i], &t);
		for (size_t k = 0; k < t.n; k++)
			add_line(out, &f->line[i], &t.row[k], kind);
	}
	mem_free(t.row);
}

int
figure_table_write(const struct figure_request *r, enum figure_table_kind kind, struct text *out,
		   struct err *e)
{
	struct figure_request marked = *r;
	struct figure f;
	int status = 0;

	marked.marked = true;
	if (figure_init(&f, &marked, e) < 0)
		return -1;
	if (kind == FIGURE_TABLE_JSON)
		status = write_json(r, &f, out, e);
	else
		write_lines(r, &f, kind, out);
	figure_release(&f);
	return status;
}
