/* scene.c: all that panes draw, as plain data. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/scene.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/unicode.h"

enum {
	KNOBS = 0
#define REAL(...) +1
#define INT(...) +1
#define PICK(...) +1
#include "retort/conf/knobs.def"
};
_Static_assert(KNOBS <= SCENE_KNOB_ROWS, "every knob has a row");

void
scene_init(struct scene *s)
{
	memset(s, 0, sizeof *s);
	s->info.run = &s->run;
	s->log = mem_array(SCENE_LOG, sizeof *s->log);
	knob_defaults(&s->defaults);
	knob_defaults(&s->info.run->settings.knobs);
	s->info.busy = -1;
	s->eta = -1;
	s->utf8 = s->braille = true;
	s->view.plot_metric[0] = METRIC_VAL_NLL;
	s->view.plot_metric[1] = METRIC_VAL_ACCURACY;
	s->view.plot_metric[2] = METRIC_VAL_KL;
	s->view.log_y[0] = s->view.log_y[2] = true; /* losses decrease by factors */
	s->view.run = CURVES_FIRST;
	s->view.follow_branch = true;
}

/* Free lines and set them to none. */
static void
release_lines(char ***lines, size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		mem_free((*lines)[i]);
	mem_free(*lines);
	*lines = NULL;
	*n = 0;
}

void
scene_release(struct scene *s)
{
	series_free(s->two_sample_auc);
	release_lines(&s->help, &s->n_help);
	release_lines(&s->report, &s->n_report);
	bitext_free(s->bitext);
	bitext_free(s->translation.last);
	mem_free(s->log);
	memset(s, 0, sizeof *s);
}

bool
scene_ascii(const struct scene *s)
{
	return !s->utf8 || s->info.run->settings.knobs.charset == KNOB_ASCII;
}

const char *
scene_arrow(const struct scene *s)
{
	return scene_ascii(s) ? "->" : "\u2192";
}

const char *
scene_times(const struct scene *s)
{
	return scene_ascii(s) ? "x" : "\u00D7";
}

const struct series *
scene_series(const struct scene *s, unsigned branch, unsigned metric)
{
	return curves_series(s->curves, s->view.run, branch, metric);
}

const struct scene_saved *
scene_saved(const struct scene *s, unsigned run)
{
	for (int i = 0; i < s->n_saved; i++)
		if (s->saved[i].run == run)
			return &s->saved[i];
	return NULL;
}

void
scene_save(struct scene *s, unsigned run, uint64_t steps, const char *path)
{
	struct scene_saved *entry = NULL;

	for (int i = 0; i < s->n_saved && !entry; i++)
		if (s->saved[i].run == run)
			entry = &s->saved[i];
	if (!entry &&
	    s->n_saved == LAB_RUNS) { /* of more runs than there can be, forget the first */
		memmove(s->saved, s->saved + 1, (LAB_RUNS - 1) * sizeof *s->saved);
		s->n_saved--;
	}
	entry = entry ? entry : &s->saved[s->n_saved++];
	entry->run = run;
	entry->steps = steps;
	snprintf(entry->path, sizeof entry->path, "%s", path);
}

/* The place of a run in the list of intervals; n_intervals: it has none. */
static int
find_interval(const struct scene *s, int run)
{
	int i = 0;

	while (i < s->n_intervals && s->interval[i].is.run != run)
		i++;
	return i;
}

const struct scene_interval *
scene_interval(const struct scene *s, int run)
{
	int i = find_interval(s, run);

	return i < s->n_intervals && s->interval[i].is.reference == s->info.reference
		       ? &s->interval[i]
		       : NULL;
}

void
scene_set_interval(struct scene *s, const struct scene_interval *interval)
{
	int i = find_interval(s, interval->is.run);

	if (i == LAB_RUNS) { /* of more runs than there can be, forget the first */
		memmove(s->interval, s->interval + 1, (LAB_RUNS - 1) * sizeof *s->interval);
		i = LAB_RUNS - 1;
	}
	s->interval[i] = *interval;
	s->n_intervals = i == s->n_intervals ? i + 1 : s->n_intervals;
	s->version++;
}

bool
scene_has_mark(const struct scene *s, const struct curves_mark *m, unsigned branch)
{
	return m->branch == branch && m->run == curves_owner(s->view.run, branch);
}

static void
add_line(struct scene *s, int level, const char *text)
{
	struct scene_line *l = &s->log[(s->log_first + s->n_log) % SCENE_LOG];

	if (s->n_log == SCENE_LOG)
		s->log_first = (s->log_first + 1) % SCENE_LOG;
	else
		s->n_log++;
	l->level = level;
	l->when = s->clock;
	snprintf(l->text, sizeof l->text, "%s", text);
	l->text[strcspn(l->text, "\n")] = '\0';
	/* a scrolled log keeps its lines in place */
	if (s->view.log_scroll > 0 && s->view.log_scroll < s->n_log - 1)
		s->view.log_scroll++;
	s->version++;
}

void
scene_log(struct scene *s, int level, const char *fmt, ...)
{
	char text[240];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	add_line(s, level, text);
}

void
scene_say(struct scene *s, bool is_error, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->message, sizeof s->message, fmt, ap);
	va_end(ap);
	s->message[strcspn(s->message, "\n")] = '\0';
	s->message_is_error = is_error;
	if (is_error)
		add_line(s, SCENE_ERROR, s->message);
	s->version++;
}

const struct ramp *
scene_ramp(const struct scene *s, int knob)
{
	const struct ramp *r =
		ramp_find(s->info.run->settings.ramp, s->info.run->settings.n_ramps, knob);
	uint64_t step =
		s->info.phase == LAB_DISTILLING ? s->info.run->step : s->info.run->student.steps;

	return r && step < ramp_end(r) ? r : NULL;
}

/* Number of bytes before the blank at which a line is wrapped; len where the line fits or is nroff
 * output. */
static size_t
wrap_length(const char *line, size_t len, int room)
{
	size_t cut = len, n;
	uint32_t cp;
	int x = 0;

	if (room < 40 || memchr(line, '\b', len))
		return len;
	for (size_t at = 0; at < len; at += n) {
		n = text_utf8(line + at, len - at, &cp);
		if (n == 0)
			return len;
		if (x <= room && cp == ' ' && x > room / 2)
			cut = at;
		x += cp == '\t' ? 8 - x % 8 : unicode_width(cp) < 0 ? 1 : unicode_width(cp);
	}
	return x <= room ? len : cut;
}

/* Replace lines by those of a text, the long ones wrapped to `room` columns. */
static void
split_lines(const char *text, int room, char ***lines, size_t *n)
{
	size_t cap = 0, left;
	int indent = 0;

	release_lines(lines, n);
	for (const char *p = text; *p; p += left) {
		size_t whole = strcspn(p, "\n"), len = wrap_length(p, whole, room - indent);
		char *line = mem_new((size_t)indent + len + 1);

		mem_grow(lines, &cap, *n + 1, sizeof **lines);
		memset(line, ' ', (size_t)indent);
		memcpy(line + indent, p, len);
		(*lines)[(*n)++] = line;
		indent = len < whole ? 4 : 0;
		left = len + (p[len] != '\0'); /* skip the blank, or the newline */
	}
}

void
scene_help(struct scene *s, const char *title, const char *text)
{
	split_lines(text, s->width - 2, &s->help, &s->n_help);
	snprintf(s->help_title, sizeof s->help_title, "%.47s", title);
	s->view.helping = true;
	s->view.help_scroll = 0;
	s->view.search[0] = '\0';
	s->version++;
}

void
scene_report(struct scene *s, const char *text)
{
	split_lines(text, s->width - 2, &s->report, &s->n_report);
	s->report_step = s->info.run->student.steps;
	s->view.report_scroll = 0;
	s->version++;
}

void
scene_dismiss(struct scene *s)
{
	s->question[0] = s->answer[0] = s->options[0] = '\0';
	s->n_choices = 0;
	s->leaving = false;
	s->version++;
}

int
scene_option(const struct scene *s, int key, const char **option)
{
	const char *p = s->options;

	while (key > 1 && *p) {
		p += strcspn(p, "|");
		p += *p == '|';
		key--;
	}
	*option = p;
	return (int)strcspn(p, "|");
}

void
scene_ask(struct scene *s, const char *line, const char *options, const char *question)
{
	const char *add = strstr(question, " (add ");

	if (strlen(line) >= sizeof s->answer - sizeof s->options)
		return;
	scene_dismiss(s);
	snprintf(s->question, sizeof s->question, "%.*s",
		 add ? (int)(add - question) : (int)strlen(question), question);
	snprintf(s->answer, sizeof s->answer, "%s", line);
	snprintf(s->options, sizeof s->options, "%s", options);
	s->version++;
}
