/* nudge.c: keys that change knobs, weights and cells. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/nudge.h"

#include <math.h>

#include "retort/ui/editor.h"
#include "retort/ui/layout.h"
#include "retort/ui/move.h"

static void
nudge_knob(const struct scene *s, const struct knob *k, int direction, struct text *line)
{
	struct knobs knobs = s->info.run->settings.knobs;
	char value[64];

	if (s->pending[k - knob_table])
		knob_set(&knobs, k, s->pending_text[k - knob_table], NULL);
	text_addf(line, "set %s %s", k->name,
		  knob_nudge(&knobs, k, direction, value, sizeof value));
}

static int
need_teacher(const struct scene *s, struct err *e)
{
	if (s->info.n_teachers == 0)
		return err_set(e, "no teacher; `teacher big mlp 256,256` adds one");
	if (s->view.teacher >= s->info.n_teachers)
		return err_set(e, "no teacher is selected");
	return 0;
}

/* The next multiple of 0.1 above or below w, at least 0. */
static double
next_tenth(double w, int direction)
{
	w = (direction > 0 ? floor(10 * w + 1e-9) : ceil(10 * w - 1e-9)) + direction;
	return w < 0 ? 0 : w / 10;
}

static int
nudge_weight(const struct scene *s, int direction, struct text *line, struct err *e)
{
	const struct net_info *t = &s->info.teacher[s->view.teacher];
	char value[40];

	if (need_teacher(s, e) < 0)
		return -1;
	text_addf(line, "teachers %s weight %s", t->name,
		  text_number(value, sizeof value,
			      next_tenth(s->info.run->settings.teacher_weight[s->view.teacher],
					 direction)));
	return 0;
}

/*
 * Change the pending or current weight of the cell; below 0.1 it is off. Steps are 0.1 below 1, 1
 * below 10, 10 below 100 ...: squared errors of attention maps are small and need large weights.
 */
static int
nudge_cell(struct scene *s, int direction, struct err *e)
{
	double w = editor_cell(s, s->view.edit_row, s->view.edit_column).weight, unit = 1;

	while (direction > 0 ? w >= unit * (1 - 1e-9) : w > unit * (1 + 1e-9))
		unit *= 10;
	w = unit * next_tenth((w < 0 ? 0 : w) / unit, direction);
	return editor_edit(s, w <= 0 ? -1 : fmin(w, 1e6), e);
}

int
nudge_value(struct scene *s, int direction, struct text *line, struct err *e)
{
	if (editor_is_open(s) && !s->view.helping)
		return nudge_cell(s, direction, e);
	if (move_target(s) == LAYOUT_teachers)
		return nudge_weight(s, direction, line, e);
	if (move_target(s) == LAYOUT_texts)
		nudge_knob(s, knob_find("backtranslate-keep", NULL), direction, line);
	else
		nudge_knob(s, &knob_table[s->view.knob], direction, line);
	return 0;
}

/* Each step roughly doubles the window of the average. */
void
nudge_smooth(const struct scene *s, int direction, struct text *line)
{
	static const double steps[] = { 0, 0.5, 0.75, 0.9, 0.95, 0.98, 0.99 };
	int n = (int)(sizeof steps / sizeof *steps), i = direction > 0 ? 0 : n - 1;
	double now = s->info.run->settings.knobs.smooth;

	while (direction > 0 ? i < n - 1 && steps[i] <= now + 1e-9
			     : i > 0 && steps[i] >= now - 1e-9)
		i += direction;
	text_addf(line, "set smooth %g", steps[i]);
}

int
nudge_mute(const struct scene *s, struct text *line, struct err *e)
{
	const struct net_info *t = &s->info.teacher[s->view.teacher];

	if (need_teacher(s, e) < 0)
		return -1;
	text_addf(line, "teachers %s %s", t->name,
		  s->info.run->settings.teacher_muted[s->view.teacher] ? "unmute" : "mute");
	return 0;
}

int
nudge_solo(const struct scene *s, struct text *line, struct err *e)
{
	bool alone = s->info.n_teachers > 1;

	if (need_teacher(s, e) < 0)
		return -1;
	for (int i = 0; i < s->info.n_teachers; i++)
		alone = alone && s->info.run->settings.teacher_muted[i] == (i != s->view.teacher);
	if (alone)
		text_add(line, "teachers unmute");
	else
		text_addf(line, "teachers %s solo", s->info.teacher[s->view.teacher].name);
	return 0;
}

int
nudge_equalise(const struct scene *s, struct text *line, struct err *e)
{
	if (need_teacher(s, e) < 0)
		return -1;
	text_add(line, "teachers equal");
	return 0;
}
