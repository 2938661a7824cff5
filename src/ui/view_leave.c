/* view_leave.c: leaving the workbench, and saving the student before. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/view_leave.h"

#include <stdio.h>

#include "retort/session/lex.h"

/* Whether steps of a student would be lost. */
static bool
is_lost(const struct scene *s, unsigned run, uint64_t steps)
{
	const struct scene_saved *saved = scene_saved(s, run);

	return steps > 0 && !(saved && saved->steps == steps);
}

/* List the runs whose student would be lost: "2 hot, 3 cold". A fork that has not been trained is
 * that of its parent. Returns how many. */
static int
list_lost(const struct scene *s, struct text *list)
{
	int n = 0;

	for (int i = 0; i < s->info.n_runs; i++) {
		const struct lab_listed *r = &s->info.runs[i];
		unsigned run = (unsigned)r->number;
		uint64_t steps = run == s->view.run ? s->info.run->student.steps : r->step;

		if (!r->has_student || (r->parent && steps == r->fork) || !is_lost(s, run, steps))
			continue;
		text_item(list, "%d %s", r->number, r->name);
		n++;
	}
	return n;
}

/* Add an answer to the question. */
static void
add_choice(struct scene *s, char key, const char *label, const char *line)
{
	struct scene_choice *c = &s->choice[s->n_choices++];

	c->key = key;
	snprintf(c->label, sizeof c->label, "%s", label);
	snprintf(c->line, sizeof c->line, "%s", line);
}

/* The answer that saves the student of the run in view: to the file that it was saved to, else the
 * prompt asks for one. It leaves, unless students of other runs would be lost. */
static void
add_save(struct scene *s, bool leaves)
{
	const struct scene_saved *saved = scene_saved(s, s->view.run);
	struct text line = { 0 };
	char label[40] = "save the student";

	if (!leaves)
		snprintf(label, sizeof label, "save the student of run %u", s->view.run);
	if (!leaves) {
		text_add(&line, "view write");
	} else if (saved && saved->path[0]) {
		text_add(&line, "quit with student ");
		lex_quote(&line, saved->path);
	} else {
		text_add(&line, "view prompt quit with student");
	}
	add_choice(s, 'w', label, text_get(&line));
	text_release(&line);
}

/* Ask whether to leave, if that would lose anything. Returns whether it asks. */
static bool
ask_leave(struct scene *s)
{
	bool has_student = s->info.run->has_student;
	uint64_t steps = has_student ? s->info.run->student.steps : 0;
	struct text lost = { 0 };
	int n = list_lost(s, &lost);
	bool is_in_view = is_lost(s, s->view.run, steps);

	scene_dismiss(s);
	if (s->info.phase != LAB_IDLE)
		snprintf(s->question, sizeof s->question, "training is running; leave?");
	else if (n > is_in_view)
		snprintf(s->question, sizeof s->question,
			 "student%s of run%s %.120s %s not saved; leave?", n > 1 ? "s" : "",
			 n > 1 ? "s" : "", text_get(&lost), n > 1 ? "are" : "is");
	else if (is_in_view)
		snprintf(s->question, sizeof s->question,
			 "the student of step %llu is not saved; leave?",
			 (unsigned long long)steps);
	text_release(&lost);
	if (!s->question[0])
		return false;
	if (has_student)
		add_choice(s, 's', "save the state",
			   s->recording ? "quit with state" : "view prompt quit with state");
	if (has_student)
		add_save(s, n <= is_in_view);
	add_choice(s, 'd', "discard", "quit");
	snprintf(s->answer, sizeof s->answer, "quit"); /* of y */
	add_choice(s, 'n', "stay", "");
	s->leaving = true;
	return true;
}

void
view_leave(struct scene *s, struct text *line)
{
	if (!ask_leave(s))
		text_add(line, "quit");
}

void
view_leave_follow(struct scene *s)
{
	if (s->leaving)
		ask_leave(s);
}

bool
view_leave_needs_file(const struct scene *s)
{
	const struct scene_saved *saved = scene_saved(s, s->view.run);

	return s->info.run->has_student && !(saved && saved->path[0]);
}

int
view_leave_write(const struct scene *s, const char *file, struct text *line, struct err *e)
{
	const struct scene_saved *saved = scene_saved(s, s->view.run);

	if (!s->info.run->has_student)
		return err_set(e, "view write: no student; `student mlp 16` creates one");
	text_add(line, "save s ");
	lex_quote(line, file[0] || !saved ? file : saved->path);
	return 0;
}
