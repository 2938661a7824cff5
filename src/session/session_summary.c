/* session_summary.c: read what a recording trained, and its last figures. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/session_summary.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/session/lex.h"

#define LIMIT ((size_t)1 << 28) /* bytes of a recording */
#define NETWORKS 4096           /* whose figures are kept */

/* Figures of a teacher, or of a run of the student. */
struct network {
	char owner[24], run[24]; /* as of its lines, "": the student; run "1" where none is named */
	char model[96];          /* of the last `student` line before its first figure */
	uint64_t step;
	double last, best; /* val-nll */
};

struct networks {
	size_t n, cap;
	struct network *network; /* owned */
};

static void
join_words(const struct lex *l, int from, char *out, size_t size)
{
	int n = 0;

	out[0] = '\0';
	for (int i = from; i < l->n && (size_t)n < size; i++)
		n += snprintf(out + n, size - (size_t)n, "%s%s", i > from ? " " : "", l->word[i]);
}

/* The network that a line names, appended where it is new; NULL: there is no room. */
static struct network *
find_network(struct networks *all, const struct lex *l, const char *model)
{
	const char *run = l->owner[0] ? "" : l->target[0] ? l->target : "1";
	struct network *x;

	for (size_t i = all->n; i-- > 0;) {
		x = &all->network[i];
		if (strcmp(x->owner, l->owner) == 0 && strcmp(x->run, run) == 0)
			return x;
	}
	if (all->n == NETWORKS)
		return NULL;
	mem_grow(&all->network, &all->cap, all->n + 1, sizeof *all->network);
	x = &all->network[all->n++];
	*x = (struct network){ .last = NAN, .best = NAN };
	snprintf(x->owner, sizeof x->owner, "%s", l->owner);
	snprintf(x->run, sizeof x->run, "%s", run);
	snprintf(x->model, sizeof x->model, "%s", model);
	return x;
}

/* Take the value of `expect METRIC VALUE` with a stamp. -1: there are too many networks. */
static int
take_figure(const struct session_summary *s, struct networks *all, const struct lex *l)
{
	const char *colon = strchr(l->word[1], ':'), *metric = colon ? colon + 1 : l->word[1];
	struct network *to;
	double x;

	if (strcmp(metric, "val-nll") != 0 || text_to_double(l->word[2], &x) < 0)
		return 0;
	to = find_network(all, l, s->student);
	if (!to)
		return -1;
	to->step = l->at;
	to->last = x;
	to->best = isnan(to->best) || x < to->best ? x : to->best;
	return 0;
}

/* Whether a `data` line names the data set: the others act on it. */
static bool
names_data(const struct lex *l)
{
	static const char *const other[] = { "add", "target", "held-out", "weight", "show" };

	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		if (l->n > 1 && strcmp(l->word[1], other[i]) == 0)
			return false;
	return l->n > 1 && strcmp(l->word[0], "data") == 0;
}

/* Whether a `student` line names a model: `again` keeps it, and `init` its size. */
static bool
names_model(const struct lex *l)
{
	return l->n > 1 && strcmp(l->word[0], "student") == 0 && strcmp(l->word[1], "init") != 0 &&
	       strcmp(l->word[1], "again") != 0;
}

static int
take_line(struct session_summary *s, struct networks *all, const struct lex *l)
{
	bool figure = l->n >= 3 && strcmp(l->word[0], "expect") == 0;

	if (l->stamped && figure)
		return take_figure(s, all, l);
	if (l->stamped && l->n)
		s->changes++;
	else if (names_data(l))
		snprintf(s->data, sizeof s->data, "%.63s", l->word[1]);
	else if (names_model(l))
		join_words(l, 1, s->student, sizeof s->student);
	return 0;
}

/* Take the lowest last figure of the teachers, and the run that has that of the student. */
static void
choose(struct session_summary *s, const struct networks *all)
{
	for (size_t i = 0; i < all->n; i++) {
		const struct network *x = &all->network[i];
		double *lowest = x->owner[0] ? &s->teacher : &s->nll;

		if (!isnan(*lowest) && x->last >= *lowest)
			continue;
		*lowest = x->last;
		if (x->owner[0])
			continue;
		s->step = x->step;
		s->best = x->best;
		snprintf(s->student, sizeof s->student, "%s", x->model);
	}
}

/* Read the lines of a text, which is changed. -1: it names too many networks. */
static int
read_lines(struct session_summary *s, char *text)
{
	struct networks all = { 0 };
	struct lex *l = mem_new(sizeof *l);
	int column, status = 0;

	for (char *line = text, *next; status == 0 && (next = strchr(line, '\n')); line = next) {
		*next++ = '\0';
		if (lex_line(line, l, &column, NULL) < 0)
			break;
		status = take_line(s, &all, l);
	}
	choose(s, &all);
	mem_free(all.network);
	mem_free(l);
	return status;
}

int
session_summary_read(struct session_summary *s, const char *path, struct err *e)
{
	static const char header[] = "retort-session ";
	size_t size;
	char *text;
	int status;

	*s = (struct session_summary){ .nll = NAN, .best = NAN, .teacher = NAN };
	if (io_read(path, LIMIT, &text, &size, e) < 0)
		return -1;
	if (strncmp(text, header, strlen(header)) != 0 || strlen(text) != size) {
		mem_free(text);
		return err_set(e, "%s: no recording (expected '%s' at its start)", path, header);
	}
	status = read_lines(s, text);
	mem_free(text);
	return status < 0 ? err_set(e, "%s: figures of more than %d networks", path, NETWORKS) : 0;
}
