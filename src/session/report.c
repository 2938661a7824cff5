/* report.c: what came of it, as a table or as JSON. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/report.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/base/unicode.h"

/* A figure in its column: fewer decimals where it is large, so that columns stay under their heads.
 */
static void
cell(FILE *out, double x, int width, int decimals)
{
	char text[64];

	snprintf(text, sizeof text, "%.*f", decimals, x);
	while ((int)strlen(text) > width && decimals > 0)
		snprintf(text, sizeof text, "%.*f", --decimals, x);
	if ((int)strlen(text) > width)
		snprintf(text, sizeof text, "%.1e", x);
	fprintf(out, " %*s", width, isnan(x) ? "-" : text);
}

/* A name in ten columns; of a longer one its beginning and its end, which is where names of a kind
 * differ. */
static const char *
brief(const char *name, char *buf, size_t size)
{
	size_t len = strlen(name);

	if (len > 10)
		snprintf(buf, size, "%.5s~%s", name, name + len - 4);
	else
		snprintf(buf, size, "%s", name);
	return buf;
}

static void
row(FILE *out, const char *who, const char *when, const struct net_info *n, const struct scores *s)
{
	char name[16];

	fprintf(out, "%-10s %-4s %6llu", brief(who, name, sizeof name), when,
		(unsigned long long)s->step);
	cell(out, s->accuracy, 8, 4);
	cell(out, s->agreement, 7, 4);
	cell(out, s->kl, 7, 5);
	cell(out, s->nll, 7, 5);
	cell(out, s->ece, 6, 4);
	if (n->is_file)
		fprintf(out, " %7s", "file");
	else
		fprintf(out, " %7llu", (unsigned long long)n->parameters);
	cell(out, n->microseconds > 0 ? n->microseconds : NAN, 6, 3);
	fputc('\n', out);
}

/* Of which sets a stage was, where there are several. */
static void
drawn(FILE *out, const struct lab_info *i, const struct lab_stage *s)
{
	char sets[80];

	if (i->n_sets > 1 && s->kind != LAB_RUN)
		fprintf(out, "  of %s%s\n", lab_sets_text(i, s->sets, sets, sizeof sets),
			s->labelled ? ", labelled rows" : "");
}

/* Where each stage of the student ended. */
static void
stages(FILE *out, const struct lab_info *i)
{
	for (int k = 0; k < i->run.n_stages && lab_has_stages(i); k++) {
		struct net_info n = i->run.student;

		n.microseconds = 0;
		if (!i->run.stages[k].scores.step)
			continue; /* it was stopped before the first step */
		row(out, lab_stage_name[i->run.stages[k].kind], "end", &n,
		    &i->run.stages[k].scores);
		drawn(out, i, &i->run.stages[k]);
	}
}

/* On rows that the student will meet. */
static void
target(FILE *out, const struct lab_info *i)
{
	struct text names = { 0 };

	if (i->n_target == 0 || isnan(i->run.student.target.nll))
		return;
	for (int k = 0; k < i->n_sets; k++)
		if (i->set[k].role == DATASET_TARGET)
			text_item(&names, "%s", i->set[k].name);
	fprintf(out, "\non the target, %zu labelled rows of %s\n", i->n_target, text_get(&names));
	text_release(&names);
	for (int k = 0; k < i->n_teachers; k++)
		if (i->teacher[k].ready && !i->teacher[k].is_file)
			row(out, i->teacher[k].name, "last", &i->teacher[k], &i->teacher[k].target);
	row(out, "distilled", "last", &i->run.student, &i->run.student.target);
	if (i->run.has_baseline)
		row(out, "no teacher", "last", &i->run.baseline, &i->run.baseline.target);
}

void
report_text(FILE *out, const struct lab_info *i, const struct report_change *change, size_t n)
{
	fprintf(out, "%s: %zu held-out rows, %zu labels shown to students, seed %llu\n%s\n\n",
		i->data, i->n_held, i->n_shown, (unsigned long long)i->seed, i->blas);
	fprintf(out, "%-10s %-4s %6s %8s %7s %7s %7s %6s %7s %6s\n", "", "", "step", "accuracy",
		"agrees", "KL", "NLL", "ECE", "params", "us/row");
	for (int k = 0; k < i->n_teachers; k++)
		if (i->teacher[k].ready)
			row(out, i->teacher[k].name, "last", &i->teacher[k], &i->teacher[k].last);
	row(out, "distilled", "last", &i->run.student, &i->run.student.last);
	row(out, "distilled", "best", &i->run.student, &i->run.student.best);
	stages(out, i);
	if (i->run.has_baseline) {
		row(out, "no teacher", "last", &i->run.baseline, &i->run.baseline.last);
		row(out, "no teacher", "best", &i->run.baseline, &i->run.baseline.best);
	}
	target(out, i);
	if (n)
		fputs("\nchanges\n", out);
	for (size_t k = 0; k < n; k++)
		fprintf(out, "%-12s %s\n", change[k].stamp, change[k].text);
}

void
report_json_string(FILE *out, const char *s)
{
	size_t len = strlen(s), n;
	char bytes[4];
	uint32_t c;

	fputc('"', out);
	for (; (n = text_utf8(s, len, &c)) > 0; s += n, len -= n) {
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", (int)c);
		else if (c < 0x20 || c == 0x7F)
			fprintf(out, "\\u%04x", c);
		else
			fwrite(bytes, 1, unicode_encode(c, bytes), out);
	}
	fputc('"', out);
}

void
report_json_number(FILE *out, double x)
{
	char buf[40];

	fputs(isfinite(x) ? text_number(buf, sizeof buf, x) : "null", out);
}

static void
field(FILE *out, const char *name, double x)
{
	fprintf(out, ",\"%s\":", name);
	report_json_number(out, x);
}

static void
scores(FILE *out, const struct scores *s)
{
	field(out, "step", (double)s->step);
	field(out, "accuracy", s->accuracy);
	field(out, "nll", s->nll);
	field(out, "ece", s->ece);
	field(out, "agreement", s->agreement);
	field(out, "kl", s->kl);
}

static void
net(FILE *out, const struct net_info *n)
{
	fputs("{\"name\":", out);
	report_json_string(out, n->name);
	fputs(",\"model\":", out);
	report_json_string(out, n->spec);
	field(out, "parameters", (double)n->parameters);
	field(out, "microseconds", n->microseconds > 0 ? n->microseconds : NAN);
	scores(out, &n->last);
	fputs(",\"best\":{\"which\":\"lowest nll\"", out);
	scores(out, &n->best);
	fputc('}', out);
	if (!isnan(n->target.nll)) {
		fputs(",\"target\":{\"which\":\"last\"", out);
		scores(out, &n->target);
		fputc('}', out);
	}
	fputc('}', out);
}

static void
drawn_json(FILE *out, const struct lab_info *i, const struct lab_stage *s)
{
	const char *between = "";

	fputs(",\"sets\":[", out);
	for (int k = 0; k < i->n_sets; k++) {
		if (!(s->sets >> k & 1))
			continue;
		fputs(between, out);
		report_json_string(out, i->set[k].name);
		between = ",";
	}
	fprintf(out, "],\"rows\":\"%s\"", s->labelled ? "labelled" : "all");
}

static void
stages_json(FILE *out, const struct lab_info *i)
{
	fputs(",\"stages\":[", out);
	for (int k = 0; k < i->run.n_stages; k++) {
		const struct lab_stage *s = &i->run.stages[k];

		fputs(k ? ",{\"stage\":" : "{\"stage\":", out);
		report_json_string(out, lab_stage_name[s->kind]);
		field(out, "from", (double)s->from);
		field(out, "until", (double)s->until);
		scores(out, &s->scores);
		if (s->kind != LAB_RUN)
			drawn_json(out, i, s);
		fputc('}', out);
	}
	fputc(']', out);
}

void
report_json(FILE *out, const struct lab_info *i, const struct report_change *change, size_t n)
{
	int first = -1;

	fputs("{\"event\":\"report\",\"data\":", out);
	report_json_string(out, i->data);
	field(out, "seed", (double)i->seed);
	fputs(",\"blas\":", out);
	report_json_string(out, i->blas);
	fputs(",\"teachers\":[", out);
	for (int k = 0; k < i->n_teachers; k++) {
		if (!i->teacher[k].ready)
			continue;
		if (first >= 0)
			fputc(',', out);
		net(out, &i->teacher[k]);
		first = first < 0 ? k : first;
	}
	fputs("],\"teacher\":", out);
	if (first >= 0)
		net(out, &i->teacher[first]);
	else
		fputs("null", out);
	fputs(",\"student\":", out);
	net(out, &i->run.student);
	stages_json(out, i);
	fputs(",\"plain\":", out);
	if (i->run.has_baseline)
		net(out, &i->run.baseline);
	else
		fputs("null", out);
	fputs(",\"changes\":[", out);
	for (size_t k = 0; k < n; k++) {
		fputs(k ? ",{\"at\":" : "{\"at\":", out);
		report_json_string(out, change[k].stamp);
		fputs(",\"what\":", out);
		report_json_string(out, change[k].text);
		fputc('}', out);
	}
	fputs("]}\n", out);
}
