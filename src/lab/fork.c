/* fork.c: a run is copied at a step boundary and takes changes of its own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/fork.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/lab/history.h"
#include "retort/lab/knob_changes.h"
#include "retort/lab/live_change.h"
#include "retort/lab/past.h"
#include "retort/lab/rewind.h"
#include "retort/lab/runs.h"
#include "retort/train/feed.h"
#include "retort/train/orders.h"

/* What all runs of a session share cannot differ between forks. */
static int
check_knobs(const struct request_knobs *k, struct err *e)
{
	for (int i = 0; i < k->n; i++)
		if (k->set[i].knob->when == KNOB_FIXED)
			return err_set(e,
				       "%s cannot differ between a run and its fork; `student` "
				       "starts a run of its own",
				       k->set[i].knob->name);
	return 0;
}

static int
check_fork(const struct trainer_state *w, const struct request *r, struct err *e)
{
	if (!w->run->student)
		return err_set(e, "no student yet; `student mlp 32` makes one");
	if (runs_check_name(w, "run", r->u.fork.name, e) < 0)
		return -1;
	if (w->n_runs == LAB_RUNS)
		return err_set(
			e,
			"there are %d runs (expected fewer than that); `run drop RUN` removes "
			"one",
			LAB_RUNS);
	if (w->info.phase == LAB_REPORTING)
		return err_set(e, "the baseline of `report` is training; `stop` first");
	if (runs_trains(w) && runs_training(w) == LAB_LOCKSTEP)
		return err_set(e, "%d runs are training (expected at most %d at once)",
			       LAB_LOCKSTEP, LAB_LOCKSTEP);
	return check_knobs(&r->u.fork.knobs, e);
}

/* Apply the changes of the request to the run in hand, as one that can be undone. */
static int
change(struct trainer_state *w, const struct request *r, struct text *note, struct err *e)
{
	struct request *set = request_new(REQUEST_SET), *map = request_new(REQUEST_MAP);
	int status = 0;

	set->u.knobs = r->u.fork.knobs;
	map->u.map = r->u.fork.map;
	if (set->u.knobs.n)
		status = live_change_set(w, set, e);
	if (status == 0 && (map->u.map.n || r->u.fork.map_off))
		status = live_change_map(w, map, e);
	if (status == 0 && set->note[0] && !set->unchanged)
		text_item(note, "%s", set->note);
	if (status == 0 && map->note[0] && !map->unchanged)
		text_item(note, "%s", map->note);
	request_free(set);
	request_free(map);
	return status;
}

/* Bring the new run to an earlier step. While others train it catches up with them; else it is
 * trained by itself. */
static int
go_back(struct trainer_state *w, struct run *parent, uint64_t step, uint64_t *again, struct err *e)
{
	uint64_t now = parent->student->state->step;

	*again = 0;
	if (step > now)
		return err_set(e, "step %llu is ahead; run %d is at step %llu",
			       (unsigned long long)step, parent->about.number,
			       (unsigned long long)now);
	if (step == now)
		return 0;
	if (rewind_run(w, step, again, e) < 0)
		return -1;
	w->run->about.fork = step;
	if (parent->about.trains) {
		w->run->info.until = parent->info.until;
		history_add(w);
	} else {
		w->run->about.lockstep = w->run->about.number;
	}
	return 0;
}

/* Give the new run its place: in lockstep with the one it was copied from. */
static void
place(struct trainer_state *w, const struct run *parent)
{
	struct lab_listed *about = &w->run->about;

	about->parent = parent->about.number;
	about->fork = parent->student->state->step;
	about->lockstep = parent->about.lockstep;
	about->trains = parent->about.trains;
	about->unpaired = false;
	past_share(&w->run->past, &parent->past);
	orders_copy(&w->run->orders, &parent->orders, w->train.ds);
}

/* Copy the run in hand to a new one that is in hand afterwards. */
static int
copy_run(struct trainer_state *w, const char *name, struct err *e)
{
	struct run *parent = w->run;
	int was = w->focus, at = runs_at(w);
	struct run *r = runs_add(w, name);

	if (run_copy(r, parent, e) < 0) {
		runs_remove(w, at, was);
		return -1;
	}
	place(w, parent);
	return 0;
}

int
fork_request(struct trainer_state *w, struct request *r, struct err *e)
{
	int at = runs_at(w), was = w->focus;
	struct text note = { 0 };
	uint64_t again = 0;
	int status;

	if (check_fork(w, r, e) < 0 || copy_run(w, r->u.fork.name, e) < 0)
		return err_wrap(e, "fork");
	runs_share(w);
	status = r->u.fork.at < 0 ? 0 : go_back(w, w->runs[at], (uint64_t)r->u.fork.at, &again, e);
	r->again = again;
	if (status == 0) {
		knob_changes_begin(w->run);
		status = change(w, r, &note, e);
	}
	if (r->u.fork.at >= 0 && w->info.phase == LAB_DISTILLING &&
	    feed_prepare(&w->train, &w->info.run->settings, status < 0 ? NULL : e) < 0)
		status = -1; /* the steps were computed with the outputs of another map */
	if (status < 0) {
		runs_remove(w, at, was);
		runs_share(w);
		text_release(&note);
		return err_wrap(e, "fork");
	}
	snprintf(r->note, sizeof r->note, "fork %s of run %d at step %llu%s%.200s",
		 w->run->about.name, w->runs[at]->about.number,
		 (unsigned long long)w->run->about.fork, note.len ? ": " : "", text_get(&note));
	text_release(&note);
	return 0;
}
