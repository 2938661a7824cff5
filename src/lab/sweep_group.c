/* sweep_group.c: units of a sweep are trained in lockstep, evaluated and closed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep_group.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/idle_change.h"
#include "retort/lab/lockstep.h"
#include "retort/lab/runs.h"
#include "retort/lab/sweep_labels.h"
#include "retort/lab/sweep_point.h"

/* ---- begin ---- */

/* Unit `k` in the order of training: the reference, then the points. SIZE_MAX: it is not trained.
 */
static size_t
unit_at(const struct sweep *s, size_t k)
{
	size_t n = (size_t)s->n_seeds;
	int point = (int)(k / n);

	if (point == 0)
		point = s->same;
	else if (point == s->same || (s->most && point > s->most))
		return SIZE_MAX;
	return (size_t)point * n + k % n;
}

/* Take the figures of a unit from the journal, if that has them. */
static void
take_known(struct sweep *s, struct sweep_unit *u)
{
	for (size_t i = 0; i < s->n_known; i++) {
		struct sweep_figures *f = &s->known[i];

		if (f->steps != s->target || memcmp(&f->key, &u->key, sizeof f->key) != 0 ||
		    s->known_rows != s->n_rows)
			continue;
		if (f->diverged) {
			u->state = SWEEP_DIVERGED;
			u->steps = s->target;
			return;
		}
		if (!f->row)
			continue;
		mem_free(u->row);
		u->row = f->row;
		f->row = NULL;
		u->steps = s->target;
		if (s->target == s->steps)
			u->state = SWEEP_DONE;
		return;
	}
}

/* Whether a unit has a run, here or at another rank. */
static bool
has_run(const struct sweep_unit *u)
{
	return u->run || u->holder;
}

/* Whether two units can be trained on the same batches. */
static bool
fit_together(const struct trainer_state *w, const struct sweep *s, size_t a, size_t b)
{
	int p = (int)(a / (size_t)s->n_seeds), q = (int)(b / (size_t)s->n_seeds);

	return s->unit[a].seed == s->unit[b].seed && has_run(&s->unit[a]) == has_run(&s->unit[b]) &&
	       sweep_point_batch(w, s, p) == sweep_point_batch(w, s, q) &&
	       sweep_labels_of(s, p) == sweep_labels_of(s, q);
}

/* Unit `k` in the order of training if it is to be trained and no other rank trains it; else
 * SIZE_MAX. Takes it from the journal if that has it. */
static size_t
waiting_at(struct sweep *s, size_t k)
{
	size_t i = unit_at(s, k);
	struct sweep_unit *u = i == SIZE_MAX ? NULL : &s->unit[i];

	if (!u || u->given || u->state != SWEEP_WAITS || u->steps >= s->target)
		return SIZE_MAX;
	if (u->searched != s->target)
		take_known(s, u);
	u->searched = s->target;
	return u->state == SWEEP_WAITS && u->steps < s->target ? i : SIZE_MAX;
}

size_t
sweep_group_left(struct sweep *s)
{
	size_t n = 0;

	for (size_t k = 0; k < s->n_units; k++)
		n += waiting_at(s, k) != SIZE_MAX;
	return n;
}

size_t
sweep_group_pick(struct trainer_state *w, struct sweep *s, int rank, size_t most, size_t *group)
{
	size_t room = (size_t)(LAB_RUNS - w->n_runs), n = 0;

	room = room < LAB_LOCKSTEP ? room : LAB_LOCKSTEP;
	room = room < most ? room : most;
	for (size_t k = 0; k < s->n_units && n < room; k++) {
		size_t i = waiting_at(s, k);
		const struct sweep_unit *u = i == SIZE_MAX ? NULL : &s->unit[i];

		if (u && (!has_run(u) || u->holder == rank) &&
		    (!n || fit_together(w, s, group[0], i)))
			group[n++] = i;
	}
	return n;
}

void
sweep_group_choose(struct trainer_state *w, struct sweep *s)
{
	s->n_group = sweep_group_pick(w, s, 0, LAB_LOCKSTEP, s->group);
}

bool
sweep_group_recall(struct sweep *s)
{
	for (size_t i = 0; i < s->n_units; i++)
		s->unit[i].searched = 0; /* the journal has grown */
	return sweep_group_left(s) == 0;
}

/* Take the runs of the group out of the list of runs. */
static void
detach(struct trainer_state *w, struct sweep *s)
{
	runs_take(w, w->focus);
	w->n_runs -= (int)s->n_group;
}

static void
attach(struct trainer_state *w, const struct sweep *s)
{
	for (size_t i = 0; i < s->n_group; i++)
		w->runs[w->n_runs++] = s->unit[s->group[i]].run;
}

/* Forget samples, notices and messages of the units. */
static void
forget_output(struct trainer_state *w)
{
	w->n_samples = 0;
	w->n_notices = 0;
	w->ended[0] = '\0';
	w->not_finite.msg[0] = '\0';
	w->diverged = false;
	w->info.paused = false;
	w->info.phase = LAB_SWEEPING;
}

/* Make the runs of the group that are not there yet; all are in the list of runs. */
static int
open_group(struct trainer_state *w, struct sweep *s, struct err *e)
{
	size_t n = s->n_group;

	for (s->n_group = 0; s->n_group < n; s->n_group++) {
		struct sweep_unit *u = &s->unit[s->group[s->n_group]];

		if (u->run)
			w->runs[w->n_runs++] = u->run;
		else if (sweep_point_open(w, s, s->group[s->n_group], e) < 0)
			return -1;
		u->run = w->runs[w->n_runs - 1];
		u->run->about.lockstep = -1;
	}
	return 0;
}

/* Start the work of the runs of the group, or let all of it go on. */
static int
start_group(struct trainer_state *w, struct sweep *s, bool fresh, struct err *e)
{
	struct request *r = request_new(REQUEST_RUN);
	int first = w->n_runs - (int)s->n_group, status = 0;

	r->u.run.steps = (int64_t)s->steps;
	runs_take(w, first);
	if (fresh)
		status = idle_change_run(w, r, e);
	for (int i = first; i < w->n_runs; i++) {
		if (status == 0 && !w->runs[i]->about.trains)
			w->runs[i]->about.trains = true;
		w->runs[i]->begun = true; /* without an evaluation at the start */
	}
	if (status == 0 && r->note[0])
		status = err_set(e, "%s", r->note);
	request_free(r);
	runs_share(w);
	if (status == 0)
		status = idle_change_prepare(w, e);
	return status;
}

int
sweep_group_begin(struct trainer_state *w, struct sweep *s, struct err *e)
{
	bool fresh = !s->unit[s->group[0]].run;
	uint64_t seed = w->info.seed;
	int status;

	if (sweep_labels_begin(w, s, (int)(s->group[0] / (size_t)s->n_seeds), e) < 0)
		return -1;
	w->info.seed = w->train.seed = s->unit[s->group[0]].seed;
	w->info.phase = LAB_IDLE;
	sweep_labels_swap(w, s);
	status = open_group(w, s, e);
	if (status == 0)
		status = start_group(w, s, fresh, e);
	sweep_labels_swap(w, s);
	w->info.seed = w->train.seed = seed;
	detach(w, s);
	forget_output(w);
	return status;
}

/* ---- figures ---- */

static bool
is_finite(const struct eval_row *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(row[i].nll) || (!isnan(row[i].agree) && !isfinite(row[i].kl)))
			return false;
	return true;
}

static void
finish_unit(struct sweep *s, size_t unit, enum sweep_state state)
{
	struct sweep_unit *u = &s->unit[unit];

	u->state = state;
	u->steps = s->target;
	u->given = false;
	s->finished[s->n_finished++] = unit;
	if (state != SWEEP_WAITS)
		sweep_free_run(u);
}

void
sweep_group_store(struct sweep *s, size_t unit, bool diverged, struct eval_row *row)
{
	struct sweep_unit *u = &s->unit[unit];

	u->given = false;
	mem_free(u->row);
	u->row = row;
	u->steps = s->target;
	u->state = diverged ? SWEEP_DIVERGED : s->target == s->steps ? SWEEP_DONE : SWEEP_WAITS;
}

/* Evaluate a unit that has reached the target; it is in hand. */
static int
evaluate(struct trainer_state *w, struct sweep *s, size_t unit, struct err *e)
{
	struct sweep_unit *u = &s->unit[unit];

	if (!u->row)
		u->row = mem_try(s->n_rows, sizeof *u->row);
	if (!u->row)
		return err_set(e, "no memory for the figures of %zu rows", s->n_rows);
	eval_rows(&w->train, &w->run->info.settings, w->run->student, s->row, s->n_rows, u->row,
		  NULL, true);
	return 0;
}

/* Evaluate and close the units of a group, all of which have reached the target or diverged. */
static int
close_group(struct trainer_state *w, struct sweep *s, struct err *e)
{
	int status = 0;

	attach(w, s);
	for (size_t i = 0; status == 0 && i < s->n_group; i++) {
		struct run *r = s->unit[s->group[i]].run;

		runs_take(w, w->n_runs - (int)s->n_group + (int)i);
		if (!r->about.diverged)
			status = evaluate(w, s, s->group[i], e);
	}
	detach(w, s);
	for (size_t i = 0; status == 0 && i < s->n_group; i++) {
		const struct sweep_unit *u = &s->unit[s->group[i]];
		bool lost = u->run->about.diverged || !is_finite(u->row, s->n_rows);

		finish_unit(s, s->group[i],
			    lost                    ? SWEEP_DIVERGED
			    : s->target == s->steps ? SWEEP_DONE
						    : SWEEP_WAITS);
	}
	s->n_group = 0;
	runs_share(w);
	return status;
}

/* ---- work ---- */

/* End the units of the group that have reached the target, or had a step that was not applied. */
static int
follow_group(struct trainer_state *w, struct sweep *s, enum phase_outcome outcome, struct err *e)
{
	bool any = false;

	for (size_t i = 0; i < s->n_group; i++) {
		struct run *r = s->unit[s->group[i]].run;

		if (outcome == PHASE_DIVERGED && r->about.trains) { /* it was the last one */
			if (r->eval_missed || strncmp(e->msg, "paused", 6) == 0)
				return -1; /* no memory */
			r->about.diverged = r->student->state->step + 1;
			r->about.trains = false;
		}
		if (r->student->state->step - s->from >= s->target)
			r->about.trains = false;
		any = any || r->about.trains;
	}
	return any ? 0 : close_group(w, s, e);
}

int
sweep_group_step(struct trainer_state *w, struct sweep *s, struct err *e)
{
	uint64_t seed = w->train.seed;
	enum phase_outcome outcome;

	attach(w, s);
	w->train.seed = s->unit[s->group[0]].seed;
	w->info.phase = LAB_DISTILLING;
	runs_share(w);
	sweep_labels_swap(w, s);
	outcome = lockstep_step(w, e);
	sweep_labels_swap(w, s);
	w->train.seed = seed;
	detach(w, s);
	forget_output(w);
	return follow_group(w, s, outcome, e);
}
