/* state_file.c: the state of a run, or of the lab, in a checkpoint. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/state_file.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/runs.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/state_lab.h"
#include "retort/lab/state_remedy.h"
#include "retort/lab/state_run.h"
#include "retort/lab/state_session.h"

#define FORMAT 1

bool
state_file_is(const struct ckpt *c)
{
	return ckpt_get(c, STATE_FILE_NOTE);
}

/* ---- writing ---- */

static int
check_writable(const struct trainer_state *w, bool whole, struct err *e)
{
	if (w->info.phase != LAB_IDLE && w->info.phase != LAB_DISTILLING)
		return err_set(e, "%s; `stop` first",
			       w->info.phase == LAB_TRAINING ? "a teacher is training"
			       : w->info.phase == LAB_REPORTING
				       ? "the baseline of `report` is training"
				       : "other work is under way");
	for (int i = 0; i < w->n_runs; i++)
		if ((whole || w->runs[i] == w->run) && w->runs[i]->n_history > STATE_RUN_HISTORY)
			return err_set(e, "run %d has more than %d changes of its settings",
				       w->runs[i]->about.number, STATE_RUN_HISTORY);
	return 0;
}

static void
write_runs(struct state_field *f, struct state_settings *c, bool whole, struct ckpt *to)
{
	struct trainer_state *w = c->w;
	size_t n = 0, at = 0;
	char prefix[32];

	for (int i = 0; i < w->n_runs; i++)
		n += w->runs[i]->student && (whole || w->runs[i] == w->run);
	state_field_list(f, "runs", &n, LAB_RUNS);
	for (int i = 0; i < w->n_runs; i++) {
		struct run *r = w->runs[i];

		if (!r->student || (!whole && r != w->run))
			continue;
		prefix[0] = '\0';
		if (r != w->run)
			snprintf(prefix, sizeof prefix, "state.r%d.", i);
		c->student = &r->info.student;
		state_field_item(f, at++);
		state_run_write(f, c, r, prefix, to);
		state_field_end(f);
	}
	state_field_end(f);
}

int
state_file_add(struct trainer_state *w, struct ckpt *c, bool whole, struct err *e)
{
	struct state_settings settings = { .w = w, .n_teachers = w->info.n_teachers };
	struct state_field f;
	char *text;
	int version = FORMAT, status = -1;

	if (check_writable(w, whole, e) < 0)
		return -1;
	state_field_write(&f, e);
	state_field_int(&f, "version", &version, FORMAT, FORMAT);
	state_field_bool(&f, "whole", &whole);
	state_lab_data(&f, w);
	state_lab_write_teachers(&f, &settings, whole, c);
	state_remedy_write(&f, &settings, c);
	state_lab_slots(&f, &settings);
	write_runs(&f, &settings, whole, c);
	if (whole)
		state_session_visit(&f, w);
	text = f.failed ? NULL : state_field_text_of(&f);
	if (text) {
		ckpt_note(c, STATE_FILE_NOTE, text);
		status = 0;
	} else if (!f.failed) {
		err_set(e, "no memory for the state");
	}
	mem_free(text);
	state_field_release(&f);
	return status;
}

/* ---- reading ---- */

int
state_file_open(struct state_field *f, const struct trainer_state *w, const struct ckpt *c,
		bool *whole, struct err *e)
{
	int version = 0;

	if (state_field_read(f, ckpt_get(c, STATE_FILE_NOTE), e) < 0)
		return -1;
	state_field_int(f, "version", &version, 0, 1000000);
	if (!f->failed && version != FORMAT)
		state_field_fail(f, "version %d is not %d, which is read", version, FORMAT);
	state_field_bool(f, "whole", whole);
	state_lab_data(f, w);
	return f->failed ? -1 : 0;
}

/* Take a run in hand that is not in the list. */
static void
hold(struct trainer_state *w, struct run *r)
{
	w->run = r;
	w->info.run = &r->info;
	w->train.orders = &r->orders;
}

int
state_file_read_run(struct state_field *f, const struct state_settings *c, struct run *r,
		    size_t index, const struct ckpt *from)
{
	struct run *was = c->w->run;
	int status;

	hold(c->w, r);
	state_field_item(f, index);
	status = f->failed ? -1 : state_run_read(f, c, r, from);
	state_field_end(f);
	hold(c->w, was);
	return status;
}

/* Index of the run without a prefix. */
static int
find_main(struct state_field *f, size_t n, size_t *index)
{
	char prefix[32] = "";

	for (size_t i = 0; !f->failed && i < n; i++) {
		state_field_item(f, i);
		state_field_text(f, "prefix", prefix, sizeof prefix);
		state_field_end(f);
		*index = i;
		if (!prefix[0])
			return f->failed ? -1 : 0;
	}
	return state_field_fail(f, "runs: none is the student of the file");
}

void
state_file_replace(struct trainer_state *w, struct run *r)
{
	struct run old = *w->run;

	settings_change_extend(&r->info.settings, &old.info.settings);
	r->past = old.past;
	memset(&old.past, 0, sizeof old.past);
	*w->run = *r;
	mem_free(r);
	run_release(&old);
}

/* Read the run without a prefix into a new run. NULL and an error. */
static struct run *
read_single(struct state_field *f, struct state_settings *c, const struct ckpt *from)
{
	struct run *r = mem_new(sizeof *r);
	size_t n = 0, index = 0;
	int status;

	run_init(r, &c->w->train);
	status = state_lab_check_teachers(f, c);
	if (status == 0)
		status = state_remedy_read(f, c, from);
	if (status == 0)
		state_lab_slots(f, c);
	state_field_list(f, "runs", &n, LAB_RUNS);
	if (status == 0)
		status = find_main(f, n, &index);
	if (status == 0)
		status = state_file_read_run(f, c, r, index, from);
	state_field_end(f);
	if (status == 0 && !f->failed)
		return r;
	run_release(r);
	mem_free(r);
	return NULL;
}

void
state_file_note(const struct trainer_state *w, struct request *r)
{
	const struct lab_run *i = w->info.run;
	size_t len;

	snprintf(r->note, sizeof r->note, "s continues at step %llu",
		 (unsigned long long)w->run->student->state->step);
	len = strlen(r->note);
	if (w->info.phase == LAB_DISTILLING)
		snprintf(r->note + len, sizeof r->note - len, " of %llu",
			 (unsigned long long)i->until);
	else if (i->interrupted)
		snprintf(r->note + len, sizeof r->note - len,
			 "; `run` without a number continues to step %llu",
			 (unsigned long long)i->until);
	r->notable = true;
}

int
state_file_load(struct trainer_state *w, struct request *r, struct err *e)
{
	struct state_settings c = { .w = w, .remedies = (int)w->train.remedies.n };
	int slots = w->n_slots;
	struct state_field f;
	struct run *new = NULL;
	struct lab_listed about;
	bool whole = false;

	if (state_file_open(&f, w, r->u.net.ckpt, &whole, e) == 0)
		new = read_single(&f, &c, r->u.net.ckpt);
	state_field_release(&f);
	if (!new) {
		w->n_slots = slots;
		while (w->train.remedies.n > (size_t)c.remedies)
			remedy_result_drop(&w->train.remedies);
		return err_wrap(e, "state");
	}
	runs_begin(w, r);
	about = w->run->about;
	about.diverged = new->about.diverged;
	new->info.interrupted = new->about.trains || new->info.interrupted;
	new->about = about;
	state_file_replace(w, new);
	w->again = w->info.run->student.model;
	snprintf(w->info.run->student.origin, sizeof w->info.run->student.origin, "%s",
		 r->u.net.from);
	state_file_note(w, r);
	return 0;
}
