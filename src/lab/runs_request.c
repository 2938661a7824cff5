/* runs_request.c: the runs that a request acts on, and requests about the list of runs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/runs_request.h"

#include <stdio.h>
#include <string.h>

#include "retort/lab/live_change.h"
#include "retort/lab/runs.h"

/* The name by which a request means a network; NULL: its kind has none. */
static char *
network_name(struct request *r)
{
	return r->kind == REQUEST_EVAL       ? r->u.teacher.name
	       : r->kind == REQUEST_EXPECT   ? r->u.expect.name
	       : r->kind == REQUEST_SNAPSHOT ? r->u.snapshot.name
					     : NULL;
}

/* Take the run in hand whose student a request names instead of a teacher: `save long FILE`. */
static void
take_named(struct trainer_state *w, struct request *r)
{
	char *name = network_name(r);

	for (int i = 0; name && name[0] && strcmp(name, "s") != 0 && i < w->n_runs; i++)
		if (strcmp(w->runs[i]->about.name, name) == 0 &&
		    lab_info_teacher(&w->info, name, NULL) < 0) {
			runs_take(w, i);
			name[0] = '\0';
			return;
		}
}

/* Take the run in training that is furthest behind: its step is that of the work. Of equal ones the
 * one in hand. */
static void
take_last(struct trainer_state *w)
{
	int last = runs_at(w);

	for (int i = 0; i < w->n_runs; i++)
		if (w->runs[i]->about.trains &&
		    (!w->runs[last]->about.trains ||
		     w->runs[i]->student->state->step < w->runs[last]->student->state->step))
			last = i;
	runs_take(w, last);
}

static int
check_all(const struct trainer_state *w, const struct request *r, struct err *e)
{
	if (!request_is(r, REQUEST_IS_ALL))
		return err_set(e, "all: `%s` does not act on every run",
			       request_table[r->kind].name);
	if (w->info.phase == LAB_DISTILLING && !runs_trains(w))
		return err_set(e, "all: run %d is focused and does not train; focus one that does",
			       w->run->about.number);
	return 0;
}

int
runs_request_target(struct trainer_state *w, struct request *r, struct err *e)
{
	int index = r->target[0] ? runs_find(w, r->target, e) : w->focus, status = 0;

	if (index < 0)
		status = -1;
	else
		runs_take(w, index);
	if (status == 0)
		take_named(w, r);
	if (status == 0 && r->all)
		status = check_all(w, r, e);
	if (status == 0 && !r->target[0] && w->info.phase == LAB_DISTILLING &&
	    !request_is(r, REQUEST_IS_RUN)) /* of the work as a whole, or the list of runs */
		take_last(w);
	r->run = w->run->about.number;
	return status;
}

/* Take back what the runs before `end` have taken, where `changed` says so. */
static void
take_back(struct trainer_state *w, const bool *changed, int end)
{
	struct request *undo = request_new(REQUEST_UNDO);

	for (int i = 0; i < end; i++)
		if (changed[i]) {
			runs_take(w, i);
			live_change_undo(w, undo, &undo->err);
			w->run->n_redo--;
		}
	request_free(undo);
}

int
runs_request_all(struct trainer_state *w, struct request *r, struct err *e)
{
	const struct request_row *row = &request_table[r->kind];
	bool changed[LAB_RUNS] = { false }, undoes = row->flags & REQUEST_IS_UNDO;
	char note[sizeof r->note] = "";
	int done = 0, slots = w->n_slots;

	if (r->kind == REQUEST_RUN) /* starts all together */
		return row->handle(w, r, e);
	for (int i = 0; i < w->n_runs; i++) {
		if (!w->runs[i]->student)
			continue;
		runs_take(w, i);
		if (row->handle(w, r, e) < 0) {
			if (!undoes)
				continue;
			take_back(w, changed, i);
			w->n_slots = slots; /* a refused line is not recorded, so a replay would
					       lack it */
			return err_wrap(e, "run %d", w->runs[i]->about.number);
		}
		changed[i] = !r->unchanged;
		done++;
		if (r->note[0] && !r->unchanged)
			snprintf(note, sizeof note, "%s", r->note);
		r->note[0] = '\0';
	}
	if (done == 0 && !e->msg[0])
		return err_set(e, "all: no run has a student yet; `student mlp 32` makes one");
	if (done)
		e->msg[0] = '\0'; /* of runs with nothing to undo */
	snprintf(r->note, sizeof r->note, "%s", note);
	r->unchanged = !note[0];
	return done ? 0 : -1;
}

static int
drop(struct trainer_state *w, int index, struct err *e)
{
	const struct lab_listed *about = &w->runs[index]->about;

	if (w->runs[index] == w->worker)
		return err_set(e, "run %d is at work; `stop` first", about->number);
	if (about->trains)
		return err_set(e, "run %d is training; `stop` first", about->number);
	if (w->n_runs == 1)
		return err_set(e, "run %d is the only one", about->number);
	if (about->number == w->info.reference)
		w->info.reference = w->runs[index == 0]->about.number;
	if (w->focus == index)
		w->focus = index ? index - 1 : 1;
	runs_take(w, w->focus);
	runs_drop(w, index);
	return 0;
}

static int
rename_run(struct trainer_state *w, int index, const char *name, struct err *e)
{
	if (runs_check_name(w, "run", name, e) < 0)
		return -1;
	snprintf(w->runs[index]->about.name, NET_NAME, "%s", name);
	return 0;
}

/* Index of a run in the list: there "s" is the one of that name, not the focused one. */
static int
find_listed(const struct trainer_state *w, const char *word, struct err *e)
{
	for (int i = 0; i < w->n_runs; i++)
		if (strcmp(w->runs[i]->about.name, word) == 0)
			return i;
	return runs_find(w, word, e);
}

int
runs_request_edit(struct trainer_state *w, struct request *r, struct err *e)
{
	static const char *const past[] = { "focused",       "shown",   "hidden",
					    "the reference", "renamed", "dropped" };
	int index = find_listed(w, r->u.runs.run, e), status = 0, number;

	if (index < 0)
		return err_wrap(e, "run");
	number = w->runs[index]->about.number;
	if (r->u.runs.act == REQUEST_FOCUS)
		w->focus = index;
	else if (r->u.runs.act == REQUEST_SHOW || r->u.runs.act == REQUEST_HIDE)
		w->runs[index]->about.hidden = r->u.runs.act == REQUEST_HIDE;
	else if (r->u.runs.act == REQUEST_REFERENCE)
		w->info.reference = number;
	else if (r->u.runs.act == REQUEST_RENAME)
		status = rename_run(w, index, r->u.runs.name, e);
	else
		status = drop(w, index, e);
	snprintf(r->note, sizeof r->note, "run %d %s%s%s", number, past[r->u.runs.act],
		 r->u.runs.act == REQUEST_RENAME ? " to " : "", r->u.runs.name);
	return status < 0 ? err_wrap(e, "run") : 0;
}
