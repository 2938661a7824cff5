/* status.c: the status line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/status.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Name the phase, and the teacher that trains: "TRAIN big". Returns buf. */
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
			 : i->phase == LAB_DISTILLING ? "RUN"
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
add_epochs(const struct lab_info *i, struct text *t)
{
	double batches = i->n_train && i->run->settings.knobs.batch
				 ? (double)i->n_train / (double)i->run->settings.knobs.batch
				 : 0,
	       all;

	if (batches <= 0 || i->phase == LAB_IDLE || i->phase == LAB_REPORTING ||
	    i->phase == LAB_SWEEPING)
		return;
	all = ceil((double)i->run->until / batches);
	text_addf(t, "  epoch %*.0f/%.0f", count_digits(all),
		  fmin(floor((double)i->run->step / batches) + 1, all), all);
}

/* Format the right side in `room` columns. What does not fit is left out in this order: epoch,
 * time left, speed and the word "step", recording sign. */
static void
format_progress(const struct scene *s, int room, struct text *t)
{
	const struct lab_info *i = &s->info;
	char left[32];

	format_time_left(left, sizeof left, s->eta);
	for (int drop = 0; drop < 5; drop++) {
		text_clear(t);
		if (i->phase == LAB_IDLE && i->run->has_student) /* no run, no last step */
			text_addf(t, "%s%llu", drop < 3 ? "step " : "",
				  (unsigned long long)i->run->step);
		else if (i->phase != LAB_IDLE && i->run->until)
			text_addf(t, "%s%*llu/%llu", drop < 3 ? "step " : "",
				  count_digits((double)i->run->until),
				  (unsigned long long)i->run->step,
				  (unsigned long long)i->run->until);
		if (drop < 1)
			add_epochs(i, t);
		if (s->rate > 0 && drop < 3)
			text_addf(t, " %5.0f steps/s", s->rate);
		if (left[0] && drop < 2)
			text_addf(t, "  ETA %5s", left);
		if (s->recording && drop < 4)
			text_add(t, scene_ascii(s) ? "  REC" : "  REC \u25CF");
		if (text_width(text_get(t)) <= room)
			return;
	}
	text_clear(t);
}

void
status_draw(const struct scene *s, struct canvas_area a)
{
	struct text t = { 0 };
	char word[64];
	int x;

	for (x = 0; x < a.width; x++)
		canvas_put(a, x, 0, ' ', CANVAS_TITLE);
	x = canvas_text(a, 1, 0, CANVAS_TITLE, "retort");
	if (a.width >= 60)
		x = canvas_text(canvas_cut(a, 0, 0, a.width / 3, 1), x + 2, 0, CANVAS_TITLE,
				s->session);
	x = x < a.width / 3 ? x : a.width / 3;
	if (a.width >= 100 && s->info.data[0]) {
		x = canvas_text(a, x, 0, CANVAS_TITLE, "   data ");
		x = canvas_text_most(a, x, 0, 20, CANVAS_TITLE, s->info.data);
		x = canvas_textf(a, x, 0, CANVAS_TITLE, ", %zu rows", s->info.rows);
	}
	x = canvas_text(a, x + 2, 0, CANVAS_TITLE, phase_text(s, word, sizeof word));
	format_progress(s, a.width - x - 3, &t);
	canvas_text(a, a.width - 1 - text_width(text_get(&t)), 0, CANVAS_TITLE, text_get(&t));
	text_release(&t);
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
