/* curves_file_read.c: read files of curves. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/curve/curves_file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/curve/curves_file_mark.h"

#define LINE 1024 /* bytes of a line, with its NUL */
#define WORDS 8   /* of a line */
#define RUNS 1000 /* of a session */

struct reader {
	struct curves *c;
	size_t line;
	char last[CURVES_LABEL]; /* the label of the last sample, and what it names */
	unsigned run, branch;
};

/* Cut a line into words, at most WORDS. Returns their number, WORDS + 1 if there are more. */
static int
cut_words(char *line, const char *separators, char *word[WORDS])
{
	int n = 0;
	char *rest = line, *w;

	while ((w = strsep(&rest, separators))) {
		if (n == WORDS)
			return WORDS + 1;
		word[n++] = w;
	}
	return n;
}

/* Parse a whole number up to `most`. */
static int
parse_count(const char *what, const char *word, int64_t least, int64_t most, unsigned *out,
	    struct err *e)
{
	int64_t n;

	if (text_to_int(word, &n) < 0 || n < least || n > most)
		return err_set(e, "invalid %s '%.40s' (expected %lld to %lld)", what, word,
			       (long long)least, (long long)most);
	*out = (unsigned)n;
	return 0;
}

static int
check_name(const char *name, struct err *e)
{
	return curves_is_name(name)
		       ? 0
		       : err_set(e,
				 "invalid name '%.40s' (expected 1 to %d letters, digits, '-' and "
				 "'_')",
				 name, NET_NAME - 1);
}

/* "# run NUMBER NAME [from PARENT at STEP]" */
static int
read_run(struct reader *r, char *const *word, int n, struct err *e)
{
	unsigned number = 0, parent = 0, fork = 0;

	if ((n != 4 && n != 8) ||
	    (n == 8 && (strcmp(word[4], "from") != 0 || strcmp(word[6], "at") != 0)))
		return err_set(e, "invalid line of a run (expected # run NUMBER NAME, then nothing "
				  "or from PARENT at STEP)");
	if (parse_count("number of a run", word[2], 1, RUNS, &number, e) < 0 ||
	    check_name(word[3], e) < 0)
		return -1;
	if (n == 8 && (parse_count("parent", word[5], 1, RUNS, &parent, e) < 0 ||
		       parse_count("step", word[7], 0, UINT32_MAX, &fork, e) < 0))
		return -1;
	if (parent >= number || (parent && !curves_run(r->c, parent)))
		return err_set(e, "invalid parent '%u' of run %u (expected a run before it)",
			       parent, number);
	curves_run_add(r->c, number, word[3], parent, fork);
	return 0;
}

/* "# teacher NUMBER NAME" */
static int
read_teacher(struct reader *r, char *const *word, int n, struct err *e)
{
	unsigned k = 0;

	if (n != 4)
		return err_set(e, "invalid line of a teacher (expected # teacher NUMBER NAME)");
	if (parse_count("number of a teacher", word[2], 1, TRAIN_TEACHERS, &k, e) < 0 ||
	    check_name(word[3], e) < 0)
		return -1;
	curves_teacher(r->c, (int)k - 1, word[3]);
	return 0;
}

/* Find the network of a label: a teacher, or a run, which is added if it is new. */
static int
find_network(struct reader *r, const char *label, struct err *e)
{
	char name[CURVES_LABEL];
	const char *colon = strchr(label, ':');
	size_t n = colon ? (size_t)(colon - label) : strlen(label);
	const struct curves_run *run;

	if (label[0] && strcmp(label, r->last) == 0)
		return 0;
	if (n >= NET_NAME || (colon && strcmp(colon, ":baseline") != 0))
		return err_set(e, "invalid run '%.40s' (expected NAME or NAME:baseline)", label);
	memcpy(name, label, n);
	name[n] = '\0';
	if (check_name(name, e) < 0)
		return -1;
	memcpy(r->last, label, strlen(label) + 1);
	for (int k = 0; !colon && k < TRAIN_TEACHERS; k++)
		if (strcmp(r->c->teacher[k], name) == 0) {
			r->run = CURVES_SHARED;
			r->branch = (unsigned)BRANCH_TEACHER(k);
			return 0;
		}
	run = curves_run_named(r->c, name);
	if (!run && r->c->n_runs > RUNS)
		return err_set(e, "more than %d runs", RUNS);
	r->run = run ? run->number : (unsigned)r->c->n_runs;
	while (!run && curves_run(r->c, r->run))
		r->run++;
	if (!run)
		curves_run_add(r->c, r->run, name, 0, 0);
	r->branch = colon ? BRANCH_BASELINE : BRANCH_STUDENT;
	return 0;
}

/* "# mark STEP NAME ..." */
static int
read_mark(struct reader *r, char *rest, struct err *e)
{
	const char *step = strsep(&rest, " "), *name = rest ? strsep(&rest, " ") : "";
	unsigned n = 0;

	if (!rest)
		return err_set(e, "invalid line of a marker (expected # mark STEP NAME KIND KNOB "
				  "FROM TO RAMP TEXT)");
	if (r->c->n_marks >= CURVES_FILE_MARKS)
		return err_set(e, "more than %d markers", CURVES_FILE_MARKS);
	if (parse_count("step", step, 0, UINT32_MAX, &n, e) < 0 || find_network(r, name, e) < 0)
		return -1;
	return curves_file_mark_read(r->c, r->run, r->branch, n, rest, e);
}

/* "# back NAME STEP" */
static int
read_back(struct reader *r, char *const *word, int n, struct err *e)
{
	unsigned step = 0;

	if (n != 4)
		return err_set(e, "invalid line of a step back (expected # back NAME STEP)");
	if (find_network(r, word[2], e) < 0 ||
	    parse_count("step", word[3], 0, UINT32_MAX, &step, e) < 0)
		return -1;
	if (r->branch != BRANCH_STUDENT)
		return err_set(e, "invalid run '%.40s' (expected one of a student)", word[2]);
	if (r->c->n_runs > RUNS)
		return err_set(e, "more than %d runs and stretches", RUNS);
	curves_cut(r->c, r->run, step);
	r->last[0] = '\0';
	return 0;
}

/* A line that begins with '#'. Others than those of the format are comments. */
static int
read_comment(struct reader *r, char *line, struct err *e)
{
	static const char mark[] = "# mark ";
	char *word[WORDS];
	const char *what;
	int n;

	if (strncmp(line, mark, sizeof mark - 1) == 0)
		return read_mark(r, line + sizeof mark - 1, e);
	n = cut_words(line, " ", word);
	what = n > 1 ? word[1] : "";
	r->last[0] = '\0'; /* a name may have another meaning now */
	if (strcmp(what, "run") == 0)
		return read_run(r, word, n, e);
	if (strcmp(what, "teacher") == 0)
		return read_teacher(r, word, n, e);
	if (strcmp(what, "new") == 0 && n == 3) {
		if (find_network(r, word[2], e) < 0)
			return -1;
		curves_forget(r->c, r->run, r->branch);
	}
	if (strcmp(what, "back") == 0)
		return read_back(r, word, n, e);
	if (strcmp(what, "clear") == 0)
		curves_clear(r->c);
	return 0;
}

/* Parse a value: a number, or one that is not finite. */
static int
parse_value(const char *word, double *out, struct err *e)
{
	static const struct {
		const char *word;
		double value;
	} special[] = { { "nan", NAN }, { "inf", INFINITY }, { "-inf", -INFINITY } };

	if (text_to_double(word, out) == 0)
		return 0;
	for (size_t i = 0; i < sizeof special / sizeof *special; i++)
		if (strcmp(word, special[i].word) == 0) {
			*out = special[i].value;
			return 0;
		}
	return err_set(e, "invalid value '%.40s' (expected a number, nan, inf or -inf)", word);
}

/* "STEP RUN METRIC VALUE" */
static int
read_sample(struct reader *r, char *line, struct err *e)
{
	char *word[WORDS];
	int n = cut_words(line, "\t", word);
	const struct series *s;
	unsigned step = 0, metric;
	uint32_t last;
	double value;

	if (n != 4)
		return err_set(e, "%s fields (expected 4: step, run, metric, value)",
			       n > 4 ? "more than 4" : "fewer than 4");
	if (parse_count("step", word[0], 0, UINT32_MAX, &step, e) < 0 ||
	    find_network(r, word[1], e) < 0)
		return -1;
	metric = metric_find(word[2]);
	if (metric == METRIC_NONE)
		return choice_unknown(e, "metric", word[2], metric_name, "see retort-losses(7)");
	if (parse_value(word[3], &value, e) < 0)
		return -1;
	s = curves_series(r->c, r->run, r->branch, metric);
	if (s && series_last(s, &last, &(double){ 0 }) && step < last)
		return err_set(e, "step %u of %s %s comes after step %u", step, word[1], word[2],
			       last);
	curves_sample(r->c, r->run, r->branch, metric, step, value);
	return 0;
}

static int
read_line(struct reader *r, const char *line, size_t len, struct err *e)
{
	char copy[LINE];

	if (len && line[len - 1] == '\r')
		len--;
	if (len >= LINE)
		return err_set(e, "%zu bytes (expected at most %d)", len, LINE - 1);
	if (memchr(line, '\0', len))
		return err_set(e, "NUL byte (expected a text)");
	memcpy(copy, line, len);
	copy[len] = '\0';
	if (r->line == 1)
		return strcmp(copy, "# retort-metrics 1") == 0
			       ? 0
			       : err_set(e, "no metrics file of version 1 (expected "
					    "\"# retort-metrics 1\")");
	if (r->line == 2)
		return strcmp(copy, "step\trun\tmetric\tvalue") == 0
			       ? 0
			       : err_set(e, "invalid columns (expected step, run, metric, value)");
	return copy[0] == '#' ? read_comment(r, copy, e) : read_sample(r, copy, e);
}

int
curves_file_read_text(const char *text, size_t size, struct curves *c, struct err *e)
{
	struct reader r = { .c = c };
	const char *end;

	for (size_t at = 0; (end = memchr(text + at, '\n', size - at));
	     at = (size_t)(end - text) + 1) {
		r.line++;
		if (read_line(&r, text + at, (size_t)(end - text) - at, e) < 0)
			return err_wrap(e, "line %zu", r.line);
	}
	if (r.line < 2)
		return err_set(e,
			       "line %zu: the file ends (expected \"# retort-metrics 1\" and "
			       "the names of the columns)",
			       r.line + 1);
	return 0;
}

struct curves *
curves_file_read(const char *path, bool raw, struct err *e)
{
	struct curves *c;
	char *text;
	size_t size;
	int status = io_read(path, CURVES_FILE_BYTES, &text, &size, e);

	if (status == IO_TOO_LARGE)
		err_set(e,
			"%s: too large (expected at most 256 MiB; record with a larger log-every)",
			path);
	if (status < 0)
		return NULL;
	c = curves_new(raw);
	if (curves_file_read_text(text, size, c, e) < 0) {
		err_wrap(e, "%s", path);
		curves_free(c);
		c = NULL;
	}
	mem_free(text);
	return c;
}
