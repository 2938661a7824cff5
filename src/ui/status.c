/* status.c: the status line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/status.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/base/unicode.h"

/* Name the phase: "TRAIN" where the student trains, "TRAIN big" where a teacher does. Returns buf.
 */
static const char *
phase_text(const struct scene *s, char *buf, size_t size)
{
	const struct lab_info *i = &s->info;
	bool known = i->busy >= 0 && i->busy < i->n_teachers;

	if (i->phase == LAB_TRAINING)
		snprintf(buf, size, "%s%s%s", i->paused ? "PAUSED" : "TRAIN", known ? " " : "",
			 known ? i->teacher[i->busy].name : "");
	else
		snprintf(buf, size, "%s",
			 i->phase == LAB_IDLE         ? "IDLE"
			 : i->paused                  ? "PAUSED"
			 : i->phase == LAB_DISTILLING ? "TRAIN"
			 : i->phase == LAB_SWEEPING   ? "SWEEP"
						      : "REPORT");
	return buf;
}

/*
 * Format "0:09", "12m", "3h20m", or "" for unknown. Longer times are coarser: each digit that
 * changes costs bytes.
 */
static void
format_time_left(char *buf, size_t size, double seconds)
{
	int n = !(seconds >= 0) || seconds > 359999 ? -1 : (int)ceil(seconds);

	if (n < 0)
		buf[0] = '\0';
	else if (n < 600)
		snprintf(buf, size, "%d:%02d", n / 60, n < 100 ? n % 60 : n % 60 / 5 * 5);
	else if (n < 6000)
		snprintf(buf, size, "%dm", n / 60);
	else
		snprintf(buf, size, "%dh%02dm", n / 3600, n / 60 % 60);
}

static int
count_digits(double x)
{
	char buf[32];

	return snprintf(buf, sizeof buf, "%.0f", x);
}

/* Add "epoch 3/8"; an epoch is one pass over the training rows of the data. */
static void
format_epochs(const struct lab_info *i, char *buf, size_t size)
{
	double batches = i->n_train && i->run->settings.knobs.batch
				 ? (double)i->n_train / (double)i->run->settings.knobs.batch
				 : 0,
	       all;

	if (batches <= 0 || i->phase == LAB_IDLE || i->phase == LAB_REPORTING ||
	    i->phase == LAB_SWEEPING)
		return;
	all = ceil((double)i->run->until / batches);
	snprintf(buf, size, " epoch %*.0f/%.0f", count_digits(all),
		 fmin(floor((double)i->run->step / batches) + 1, all), all);
}

/* The parts of the line in their order. */
enum part {
	SESSION,
	DATA,
	RUN,
	STATE,
	BAR,
	STEPS,
	EPOCH,
	RATE,
	LEFT,
	ACCURACY,
	NLL,
	LAST,
	BASELINE,
	SPACE,
	RECORDING,
	RECORD,
	PARTS
};

/* Parts that are left out without room, the first one first. */
static const enum part dispensable[] = { RECORD, DATA,    EPOCH, BASELINE,  RATE,     LAST, LEFT,
					 BAR,    SESSION, NLL,   RECORDING, ACCURACY, STEPS };

struct line {
	char part[PARTS][160];
	int bar; /* cells of the progress bar */
};

static const char *
file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* A text in at most `most` columns, cut before an ellipsis. */
static void
shorten(const char *text, int most, char *buf, size_t size)
{
	size_t n, kept = 0;
	uint32_t cp;

	if (text_width(text) <= most) {
		snprintf(buf, size, "%s", text);
		return;
	}
	for (int x = 0; (n = text_utf8(text + kept, strlen(text + kept), &cp)) > 0; kept += n) {
		x += unicode_width(cp) < 0 ? 1 : unicode_width(cp);
		if (x >= most)
			break;
	}
	snprintf(buf, size, "%.*s\u2026", (int)kept, text);
}

/* "digits" of "runs/digits.ret", in at most `most` columns. */
static void
format_session(const struct scene *s, int most, char *buf, size_t size)
{
	char name[sizeof s->session];

	snprintf(name, sizeof name, "%s", file_name(s->session));
	name[text_stem(name, ".ret")] = '\0';
	shorten(name, most, buf, size);
}

/* The value of a metric and how it has moved over the last tenth of the steps: 1 up, -1 down. NaN:
 * no sample. */
static double
last_value(const struct scene *s, unsigned branch, unsigned metric, int *moved)
{
	const struct series *series = scene_series(s, branch, metric);
	uint32_t step, at;
	double value, before;

	*moved = 0;
	if (!series || !series_last(series, &step, &value))
		return NAN;
	if (series_at(series, step - (step < 10 ? step > 0 : step / 10), &at, &before))
		*moved = (value > before) - (value < before);
	return value;
}

/* Format " acc 98.4%" and the direction as a sign; nothing for NaN. */
static void
format_figure(const struct scene *s, unsigned branch, unsigned metric, const char *name, char *buf,
	      size_t size)
{
	static const char *const arrow[2][3] = { { "v", " ", "^" }, { "\u25BC", " ", "\u25B2" } };
	char number[32];
	int moved;
	double x = last_value(s, branch, metric, &moved);

	if (!isfinite(x))
		return;
	if (metric == METRIC_VAL_ACCURACY)
		snprintf(number, sizeof number, "%4.1f%%", 100 * x);
	else
		snprintf(number, sizeof number, "%.*f", x < 9.995 ? 3 - (x >= 0.9995) : x < 99.95,
			 x);
	snprintf(buf, size, " %s %s%s", name, number + (number[0] == '0' && number[1] == '.'),
		 arrow[!scene_ascii(s)][1 + moved]);
}

/* The branch whose figures are shown: the network that trains, else the one in view. */
static unsigned
figure_branch(const struct scene *s)
{
	if (s->info.phase == LAB_TRAINING && s->info.busy >= 0)
		return (unsigned)BRANCH_TEACHER(s->info.busy);
	return s->info.phase == LAB_IDLE && s->view.branch >= 0 && s->view.branch < BRANCH_IDS
		       ? (unsigned)s->view.branch
		       : BRANCH_STUDENT;
}

static void
format_figures(const struct scene *s, struct line *l)
{
	unsigned branch = figure_branch(s);
	bool kl = scene_series(s, branch, METRIC_VAL_KL) != NULL;
	double baseline = s->info.run->baseline.last.accuracy;

	format_figure(s, branch, METRIC_VAL_ACCURACY, " acc", l->part[ACCURACY], sizeof *l->part);
	format_figure(s, branch, METRIC_VAL_NLL, "nll", l->part[NLL], sizeof *l->part);
	format_figure(s, branch, kl ? METRIC_VAL_KL : METRIC_VAL_ECE, kl ? "KL" : "ECE",
		      l->part[LAST], sizeof *l->part);
	if (branch == BRANCH_STUDENT && scene_series(s, BRANCH_BASELINE, METRIC_VAL_ACCURACY) &&
	    isfinite(baseline))
		snprintf(l->part[BASELINE], sizeof *l->part, " baseline %.1f%%", 100 * baseline);
}

/* Format state, progress, speed and time left. */
static void
format_progress(const struct scene *s, struct line *l)
{
	const struct lab_info *i = &s->info;
	char word[64], left[32];

	snprintf(l->part[STATE], sizeof *l->part, " %s", phase_text(s, word, sizeof word));
	if (i->n_runs > 1) {
		int number = i->runs[i->focus].number;

		snprintf(l->part[RUN], sizeof *l->part,
			 number <= i->n_runs ? " run %d of %d" : " run %d, %d in all", number,
			 i->n_runs);
	}
	if (i->phase == LAB_IDLE && i->run->has_student) /* no run, no last step */
		snprintf(l->part[STEPS], sizeof *l->part, " step %llu",
			 (unsigned long long)i->run->step);
	if (i->phase == LAB_IDLE || !i->run->until)
		return;
	snprintf(l->part[STEPS], sizeof *l->part, " %*llu/%llu",
		 count_digits((double)i->run->until), (unsigned long long)i->run->step,
		 (unsigned long long)i->run->until);
	snprintf(l->part[BAR], sizeof *l->part, "%*s", l->bar + 1, "");
	format_epochs(i, l->part[EPOCH], sizeof *l->part);
	if (s->rate > 0)
		snprintf(l->part[RATE], sizeof *l->part, " %.0f%s", s->rate,
			 l->bar > 4 ? " st/s" : "/s");
	format_time_left(left, sizeof left, s->eta);
	if (left[0])
		snprintf(l->part[LEFT], sizeof *l->part, " ETA %4s", left);
}

/* Format all parts and leave out those for which `width` has no room. */
static void
format_line(const struct scene *s, int width, struct line *l)
{
	char name[96];
	int used = 1, n = 0;

	memset(l, 0, sizeof *l);
	l->bar = width >= 120 ? 12 : width >= 100 ? 8 : 4;
	format_session(s, width < 60 ? 12 : width / 5, l->part[SESSION], sizeof *l->part);
	shorten(s->info.data, 20, name, sizeof name);
	if (name[0])
		snprintf(l->part[DATA], sizeof *l->part, "  data %s, %zu rows ", name,
			 s->info.rows);
	format_progress(s, l);
	format_figures(s, l);
	if (s->recording)
		snprintf(l->part[RECORDING], sizeof *l->part, "%s",
			 s->braille && !scene_ascii(s) ? " \u25CFREC" : " REC");
	shorten(file_name(s->record), 48, name, sizeof name);
	if (s->recording && name[0])
		snprintf(l->part[RECORD], sizeof *l->part, " %s%s",
			 strchr(s->record, '/') ? "\u2026/" : "", name);
	for (int i = 0; i < PARTS; i++)
		used += text_width(l->part[i]);
	for (; used + 1 > width && n < (int)(sizeof dispensable / sizeof *dispensable); n++) {
		used -= text_width(l->part[dispensable[n]]);
		l->part[dispensable[n]][0] = '\0';
	}
	if (used + 1 < width)
		snprintf(l->part[SPACE], sizeof *l->part, "%*s", width - used - 1, "");
}

/* Draw the part of the run that is done as cells of a bar: whole cells, which change rarely. */
static void
draw_bar(const struct scene *s, struct canvas_area a, int x, int cells)
{
	double from = (double)s->info.run->from, until = (double)s->info.run->until;
	double part = until > from ? ((double)s->info.run->step - from) / (until - from) : 0;

	for (int i = 0; i < cells; i++) {
		bool done = part * cells >= i + 0.5;

		canvas_put(a, x + 1 + i, 0,
			   scene_ascii(s) ? (done ? '#' : '.')
			   : done         ? (s->braille ? 0x2587 : 0x2588)
					  : (s->braille ? 0x2581 : 0x2591), /* the console's font */
			   CANVAS_TITLE);
	}
}

void
status_draw(const struct scene *s, struct canvas_area a)
{
	struct line l;
	int x;

	for (x = 0; x < a.width; x++)
		canvas_put(a, x, 0, ' ', CANVAS_TITLE);
	format_line(s, a.width, &l);
	x = 1;
	for (int i = 0; i < PARTS; i++) {
		if (i == BAR && l.part[BAR][0])
			draw_bar(s, a, x, l.bar);
		x = i == BAR ? x + text_width(l.part[BAR])
			     : canvas_text(a, x, 0, CANVAS_TITLE, l.part[i]);
	}
}

void
status_brief(const struct scene *s, struct canvas_area a)
{
	const struct series *nll = scene_series(s, s->view.branch, METRIC_VAL_NLL);
	unsigned long long at = s->info.run->step;
	const char *end = s->info.paused ? " =" : " >";
	char number[32] = "", text[96] = "";
	const char *value = number;
	uint32_t step;
	double x;

	if (nll && series_last(nll, &step, &x) && isfinite(x)) {
		snprintf(number, sizeof number, "%.3f", x);
		value += number[0] == '0';
	}
	for (int drop = value[0] ? 0 : 2; drop < 5; drop++) {
		snprintf(text, sizeof text, "%s%llu%s%s%s%s", drop < 3 ? "step " : "", at,
			 drop < 2 ? " " : "", drop < 1 ? "val " : "", drop < 2 ? value : "",
			 drop < 4 ? end : "");
		if ((int)strlen(text) <= a.width)
			break;
	}
	canvas_text(a, 0, 0, CANVAS_PLAIN, text);
}
