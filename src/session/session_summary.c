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
#define TEACHERS 16             /* whose last figures are compared */

/* Last val-nll of each teacher, by the owner of its stamps. */
struct teachers {
	int n;
	char owner[TEACHERS][24];
	double nll[TEACHERS];
};

static void
join_words(const struct lex *l, int from, char *out, size_t size)
{
	int n = 0;

	out[0] = '\0';
	for (int i = from; i < l->n && (size_t)n < size; i++)
		n += snprintf(out + n, size - (size_t)n, "%s%s", i > from ? " " : "", l->word[i]);
}

static void
take_teacher(struct teachers *t, const char *owner, double nll)
{
	int i = 0;

	while (i < t->n && strcmp(t->owner[i], owner) != 0)
		i++;
	if (i == TEACHERS)
		return;
	if (i == t->n)
		snprintf(t->owner[t->n++], sizeof t->owner[0], "%s", owner);
	t->nll[i] = nll;
}

/* Take the value of `expect METRIC VALUE` with a stamp. */
static void
take_figure(struct session_summary *s, struct teachers *t, const struct lex *l)
{
	const char *colon = strchr(l->word[1], ':'), *metric = colon ? colon + 1 : l->word[1];
	double x;

	if (strcmp(metric, "val-nll") != 0 || text_to_double(l->word[2], &x) < 0)
		return;
	if (l->owner[0]) {
		take_teacher(t, l->owner, x);
		return;
	}
	s->step = l->at;
	s->nll = x;
	s->best = isnan(s->best) || x < s->best ? x : s->best;
}

static void
take_line(struct session_summary *s, struct teachers *t, const struct lex *l)
{
	bool figure = l->n >= 3 && strcmp(l->word[0], "expect") == 0;

	if (l->stamped && figure)
		take_figure(s, t, l);
	else if (l->stamped && l->n)
		s->changes++;
	else if (l->n > 1 && strcmp(l->word[0], "data") == 0 && strcmp(l->word[1], "add") != 0)
		snprintf(s->data, sizeof s->data, "%.63s", l->word[1]);
	else if (l->n > 1 && strcmp(l->word[0], "student") == 0 && strcmp(l->word[1], "init") != 0)
		join_words(l, 1, s->student, sizeof s->student);
}

/* Read the lines of a text, which is changed. */
static void
read_lines(struct session_summary *s, char *text)
{
	struct teachers *t = mem_new(sizeof *t);
	struct lex *l = mem_new(sizeof *l);
	int column;

	for (char *line = text, *next; (next = strchr(line, '\n')); line = next) {
		*next++ = '\0';
		if (lex_line(line, l, &column, NULL) < 0)
			break;
		take_line(s, t, l);
	}
	for (int i = 0; i < t->n; i++)
		s->teacher = isnan(s->teacher) || t->nll[i] < s->teacher ? t->nll[i] : s->teacher;
	mem_free(l);
	mem_free(t);
}

int
session_summary_read(struct session_summary *s, const char *path, struct err *e)
{
	static const char header[] = "retort-session ";
	size_t size;
	char *text;

	*s = (struct session_summary){ .nll = NAN, .best = NAN, .teacher = NAN };
	if (io_read(path, LIMIT, &text, &size, e) < 0)
		return -1;
	if (strncmp(text, header, strlen(header)) != 0 || strlen(text) != size) {
		mem_free(text);
		return err_set(e, "%s: no recording (expected '%s' at its start)", path, header);
	}
	read_lines(s, text);
	mem_free(text);
	return 0;
}
