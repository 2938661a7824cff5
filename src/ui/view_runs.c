/* view_runs.c: view actions on the list of runs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep_suggest.h"
#include "retort/ui/view_runs.h"

#include <stdio.h>
#include <string.h>

int
view_runs_row(const struct scene *s)
{
	for (int i = 0; i < s->info.n_runs; i++)
		if ((unsigned)s->info.runs[i].number == s->view.chosen_run)
			return i;
	return s->info.focus;
}

void
view_runs_select(struct scene *s, int row)
{
	int n = s->info.n_runs;

	row = row >= n ? n - 1 : row;
	s->view.chosen_run = n ? (unsigned)s->info.runs[row < 0 ? 0 : row].number : 0;
}

/* The selected run, or NULL and an error. */
static const struct lab_listed *
selected_run(const struct scene *s, struct err *e)
{
	if (s->info.n_runs > 0)
		return &s->info.runs[view_runs_row(s)];
	err_set(e, "no run; `student mlp 16` creates a student");
	return NULL;
}

static int
add_line(const struct scene *s, const char *word, struct text *line, struct err *e)
{
	const struct lab_listed *r = selected_run(s, e);

	if (!r)
		return -1;
	text_addf(line, "run %s %d", word, r->number);
	return 0;
}

int
view_runs_focus(const struct scene *s, struct text *line, struct err *e)
{
	return add_line(s, "focus", line, e);
}

int
view_runs_hide(const struct scene *s, struct text *line, struct err *e)
{
	const struct lab_listed *r = selected_run(s, e);

	return add_line(s, r && r->hidden ? "show" : "hide", line, e);
}

int
view_runs_reference(const struct scene *s, struct text *line, struct err *e)
{
	return add_line(s, "reference", line, e);
}

int
view_runs_drop(struct scene *s, struct err *e)
{
	const struct lab_listed *r = selected_run(s, e);

	if (!r)
		return -1;
	scene_dismiss(s);
	snprintf(s->question, sizeof s->question, "drop run %d, %s, of step %llu? y/n", r->number,
		 r->name, (unsigned long long)r->step);
	snprintf(s->answer, sizeof s->answer, "run drop %d", r->number);
	return 0;
}

static bool
is_taken(const struct lab_info *i, const char *name)
{
	for (int k = 0; k < i->n_runs; k++)
		if (strcmp(i->runs[k].name, name) == 0)
			return true;
	return lab_info_teacher(i, name, NULL) >= 0;
}

int
view_runs_fork(struct scene *s, struct err *e)
{
	const struct knob *k = &knob_table[s->view.knob];
	struct text line = { 0 };
	char name[NET_NAME];
	int n = s->info.n_runs + 1;

	if (!s->info.run->has_student)
		return err_set(e, "fork: no student; `student mlp 16` creates one");
	snprintf(name, sizeof name, "f%d", n);
	while (is_taken(&s->info, name))
		snprintf(name, sizeof name, "f%d", ++n);
	text_addf(&line, "fork %s ", name);
	if (k->when == KNOB_LIVE) /* a present value would stay before what is typed */
		text_addf(&line, "set %s ", k->name);
	snprintf(s->prefill, sizeof s->prefill, "%s", text_get(&line));
	s->wants |= SCENE_PROMPT;
	text_release(&line);
	return 0;
}

int
view_runs_difference(struct scene *s, struct err *e)
{
	const struct curves_run *r = curves_run(s->curves, (unsigned)s->info.reference);

	if (s->info.n_runs < 2)
		return err_set(e,
			       "difference: a single run; `fork NAME` copies it to a second one");
	s->view.difference = !s->view.difference;
	if (s->view.difference)
		scene_say(s, false, "differences to run %d, %s, at the same steps",
			  s->info.reference, r ? r->name : "");
	else
		scene_say(s, false, "the metrics themselves");
	return 0;
}

void
view_runs_back(const struct scene *s, struct text *line)
{
	text_add(line, "rewind");
	if (s->view.cursor_on)
		text_addf(line, " %u", s->view.cursor);
}

int
view_runs_sweep(struct scene *s, struct err *e)
{
	const struct knob *k = &knob_table[s->view.knob];
	const struct lab_run *r = s->info.run;
	char values[160];

	if (!r->has_student)
		return err_set(e, "sweep: no student; `student mlp 16` creates one");
	sweep_suggest_values(k, &r->settings.knobs, values, sizeof values);
	snprintf(s->prefill, sizeof s->prefill, "sweep %s %s for %llu%s", k->name, values,
		 (unsigned long long)sweep_suggest_steps(r->from, r->step, r->until),
		 s->info.phase == LAB_DISTILLING ? " in background" : "");
	s->wants |= SCENE_PROMPT;
	return 0;
}
