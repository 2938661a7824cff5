/* state_session.c: the state of a whole session: all runs, and the teachers' networks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/state_session.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/idle_change.h"
#include "retort/lab/past.h"
#include "retort/lab/runs.h"
#include "retort/lab/state_file.h"
#include "retort/lab/state_lab.h"
#include "retort/lab/state_remedy.h"
#include "retort/nn/models/model_table.h"

void
state_session_visit(struct state_field *f, struct trainer_state *w)
{
	char again[MODEL_TEXT] = "";
	struct err e;

	if (!f->reading && w->again.kind)
		model_print(&w->again, again, sizeof again);
	state_field_text(f, "again", again, sizeof again);
	state_field_int(f, "stage", &w->info.stage, 0, TRAIN_TEACHERS);
	state_field_int(f, "numbers", &w->n_numbers, 1, 1000000);
	state_field_int(f, "reference", &w->info.reference, 1, 1000000);
	state_field_int(f, "focus", &w->focus, 0, LAB_RUNS - 1);
	if (!f->reading || f->failed)
		return;
	w->again.kind = NULL;
	if (again[0] && model_table_parse(again, &w->again, &e) < 0)
		state_field_fail(f, "%s", e.msg);
}

/* Check numbers and names that the runs of a file have. */
static int
check_about(struct state_field *f, const struct trainer_state *w, const struct run *r)
{
	struct err e;

	for (int i = 0; i < w->n_runs; i++)
		if (w->runs[i]->student && (w->runs[i]->about.number >= r->about.number ||
					    strcmp(w->runs[i]->about.name, r->about.name) == 0))
			return state_field_fail(f, "runs: numbers are not ascending, or a name is "
						   "used twice");
	if (strcmp(r->about.name, "s") != 0 && runs_check_name(w, "run", r->about.name, &e) < 0)
		return state_field_fail(f, "%s", e.msg);
	return 0;
}

/* Read all runs: the first takes the place of the one that the lab has. */
static int
read_runs(struct state_field *f, const struct state_settings *c, const struct ckpt *from)
{
	struct trainer_state *w = c->w;
	size_t n = 0;
	int status = 0;

	state_field_list(f, "runs", &n, LAB_RUNS);
	if (!f->failed && n == 0)
		state_field_fail(f, "runs: there are none");
	for (size_t i = 0; status == 0 && !f->failed && i < n; i++) {
		struct run *r = mem_new(sizeof *r);

		run_init(r, &w->train);
		status = state_file_read_run(f, c, r, i, from);
		if (status == 0)
			status = check_about(f, w, r);
		if (status < 0) {
			run_release(r);
			mem_free(r);
			break;
		}
		if (i)
			runs_add(w, NULL);
		state_file_replace(w, r);
	}
	state_field_end(f);
	return f->failed ? -1 : status;
}

/* Check that the runs in training can be trained together. */
static int
check_lockstep(struct state_field *f, struct trainer_state *w)
{
	int64_t batch = 0;

	for (int i = 0; i < w->n_runs; i++) {
		const struct run *r = w->runs[i];

		if (!r->about.trains)
			continue;
		if (batch && r->info.settings.knobs.batch != batch)
			return state_field_fail(f,
						"runs: those in training have different batches");
		batch = r->info.settings.knobs.batch;
	}
	return runs_training(w) > LAB_LOCKSTEP
		       ? state_field_fail(f, "runs: %d are in training (expected at most %d)",
					  runs_training(w), LAB_LOCKSTEP)
		       : 0;
}

/* The runs that trained are in training, and the work is paused. */
static int
pause_work(struct trainer_state *w, struct err *e)
{
	int focus = w->focus;

	if (runs_training(w) == 0)
		return 0;
	for (int i = 0; i < w->n_runs; i++) {
		runs_take(w, i);
		if (!w->run->about.trains)
			continue;
		runs_share(w);
		if (idle_change_prepare(w, e) < 0)
			return -1;
		past_keep(w, true);
	}
	runs_take(w, focus);
	w->info.phase = LAB_DISTILLING;
	w->info.paused = true;
	return 0;
}

static int
read_whole(struct state_field *f, struct state_settings *c, const struct ckpt *from)
{
	struct trainer_state *w = c->w;

	if (state_lab_read_teachers(f, c, from) < 0 || state_remedy_read(f, c, from) < 0)
		return -1;
	state_lab_slots(f, c);
	if (f->failed || read_runs(f, c, from) < 0)
		return -1;
	state_session_visit(f, w);
	if (f->failed || check_lockstep(f, w) < 0)
		return -1;
	if (w->focus >= w->n_runs || w->n_numbers < w->runs[w->n_runs - 1]->about.number)
		return state_field_fail(f, "focus: there is no such run");
	runs_take(w, w->focus);
	return pause_work(w, f->e);
}

int
state_session_continue(struct trainer_state *w, struct request *r, struct err *e)
{
	struct state_settings c = { .w = w };
	struct state_field f;
	bool whole = false;
	int status;

	if (!w->train.ds)
		return err_set(e, "state: no data yet");
	if (w->info.phase != LAB_IDLE || w->run->student || w->n_runs > 1)
		return err_set(e, "state: the session has a student already, or trains a teacher");
	status = state_file_open(&f, w, r->u.net.ckpt, &whole, e);
	if (status == 0 && !whole)
		status = state_field_fail(&f, "it is of one run, not of a session; `load s FILE` "
					      "continues it");
	if (status == 0)
		status = read_whole(&f, &c, r->u.net.ckpt);
	state_field_release(&f);
	if (status < 0)
		return err_wrap(e, "state");
	state_file_note(w, r);
	return 0;
}
