/* sweep.c: units of a sweep are trained group by group, evaluated, and dropped by halving. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/lab/idle_change.h"
#include "retort/lab/runs.h"
#include "retort/lab/sweep_group.h"
#include "retort/lab/sweep_labels.h"
#include "retort/lab/sweep_point.h"
#include "retort/lab/sweep_score.h"
#include "retort/lab/sweep_share.h"
#include "retort/lab/work.h"

/* ---- memory ---- */

struct sweep *
sweep_new(void)
{
	return mem_new(sizeof(struct sweep));
}

void
sweep_free_run(struct sweep_unit *u)
{
	if (u->run)
		run_release(u->run);
	mem_free(u->run);
	u->run = NULL;
}

void
sweep_free(struct sweep *s)
{
	if (!s)
		return;
	sweep_share_free(s);
	for (size_t i = 0; i < s->n_known; i++)
		mem_free(s->known[i].row);
	for (size_t i = 0; i < s->n_units; i++) {
		sweep_free_run(&s->unit[i]);
		mem_free(s->unit[i].row);
	}
	sweep_labels_free(s);
	mem_free(s->known);
	mem_free(s->unit);
	mem_free(s->row);
	mem_free(s->count);
	sweep_plan_release(&s->plan);
	mem_free(s);
}

/* ---- begin ---- */

/* List the rows: those that rank, then those for the winner alone. */
static int
choose_rows(const struct trainer_state *w, struct sweep *s, struct err *e)
{
	const struct split *p = &w->train.split;
	size_t half = p->n_held / 2;

	s->on_target = p->n_target > 0;
	s->n_confirm = s->on_target ? p->n_target : half;
	s->n_rank = s->on_target ? p->n_held : p->n_held - half;
	s->n_rows = s->n_rank + s->n_confirm;
	if (s->n_confirm == 0)
		return err_set(e, "1 held-out row (expected at least 2)");
	s->row = mem_try(s->n_rows, sizeof *s->row);
	s->count = mem_try(s->n_rows, sizeof *s->count);
	if (!s->row || !s->count)
		return err_set(e, "no memory for the numbers of %zu rows", s->n_rows);
	memcpy(s->row, p->held, p->n_held * sizeof *s->row);
	if (s->on_target)
		memcpy(s->row + p->n_held, p->target, p->n_target * sizeof *s->row);
	else
		rng_shuffle(rng_stream(w->info.seed, "sweep rows", 0, 0), s->row,
			    (uint32_t)p->n_held);
	return 0;
}

/* Count the labels of each row, in an evaluation of the student as it is. */
static int
count_labels(struct trainer_state *w, struct sweep *s, struct err *e)
{
	struct eval_row *scratch = mem_try(s->n_rows, sizeof *scratch);

	if (!scratch)
		return err_set(e, "no memory for the figures of %zu rows", s->n_rows);
	eval_rows(&w->train, &w->run->info.settings, w->run->student, s->row, s->n_rows, scratch,
		  s->count, false);
	mem_free(scratch);
	return 0;
}

static void
make_units(const struct trainer_state *w, struct sweep *s)
{
	s->n_seeds = s->seeds ? s->seeds : 1;
	s->n_units = (size_t)(1 + s->plan.n_points) * (size_t)s->n_seeds;
	s->unit = mem_array(s->n_units, sizeof *s->unit);
	for (size_t i = 0; i < s->n_units; i++) {
		size_t k = i % (size_t)s->n_seeds;

		s->unit[i].seed = w->info.seed;
		if (k)
			s->unit[i].seed = rng_bits(rng_stream(w->info.seed, "sweep seed", k, 0), 0);
	}
}

/* Times that the points are halved. */
static int
halvings(const struct sweep *s)
{
	int n = 0;

	while (s->halving && 1 << n < s->plan.n_points)
		n++;
	return n;
}

/* Check that the lab has time for a sweep. */
static int
check_phase(const struct trainer_state *w, const struct sweep *s, struct err *e)
{
	const struct lab_run *r = &w->run->info;

	if (w->info.phase == LAB_IDLE)
		return 0;
	if (!s->background || w->info.phase != LAB_DISTILLING)
		return work_refuse(w, e);
	if (r->n_stages && r->stages[r->n_stages - 1].kind != LAB_RUN)
		return err_set(e,
			       "a stage is under way, whose settings end with it; sweep after it");
	return 0;
}

/* Check that there is a teacher where the metric compares with it. */
static int
check_metric(const struct trainer_state *w, const struct sweep *s, struct err *e)
{
	bool taught = false;

	for (int i = 0; i < w->info.n_teachers; i++)
		taught |= train_teaches(&w->train, &w->run->info.settings, i);
	if (taught || !sweep_score_taught(s->metric))
		return 0;
	return err_set(e, "by %s: no teacher to compare with; `by val-nll`, or `teacher` adds one",
		       metric_info(s->metric)->name);
}

static int
check(const struct trainer_state *w, struct sweep *s, struct err *e)
{
	if (check_phase(w, s, e) < 0)
		return -1;
	if (!w->run->student)
		return err_set(e, "no student yet; `student mlp 32` makes one");
	if (w->run != w->runs[w->focus])
		return err_set(e, "acts on the focused run; `run focus %d` first",
			       w->run->about.number);
	if (w->n_runs == LAB_RUNS)
		return err_set(e, "no room beside %d runs; `run drop` one first", LAB_RUNS);
	if (s->steps >> halvings(s) == 0)
		return err_set(e, "halving %d points takes at least %d steps", s->plan.n_points,
			       1 << halvings(s));
	return check_metric(w, s, e) < 0 ? -1 : sweep_point_check(w, s, e);
}

int
sweep_prepare(struct trainer_state *w, struct sweep *s, struct err *e)
{
	bool idle = w->info.phase == LAB_IDLE;

	if (check(w, s, e) < 0 || (idle && idle_change_prepare(w, e) < 0) ||
	    choose_rows(w, s, e) < 0 || count_labels(w, s, e) < 0)
		return err_wrap(e, "sweep");
	make_units(w, s);
	s->same = sweep_point_same(w, s);
	s->from = sweep_point_fresh(s) ? 0 : w->run->student->state->step;
	s->data = sweep_point_data(w, s);
	sweep_point_keys(w, s);
	s->target = s->steps >> halvings(s);
	return 0;
}

/* Let the work at hand wait. */
static void
hold_work(struct trainer_state *w, struct sweep *s)
{
	s->held = (struct sweep_held){ .phase = w->info.phase, .paused = w->info.paused };
	for (int i = 0; i < w->n_runs; i++) {
		s->held.trains[i] = w->runs[i]->about.trains;
		w->runs[i]->about.trains = false;
	}
	runs_share(w);
	w->info.phase = LAB_SWEEPING;
	w->info.paused = false;
}

/* Continue it: outputs and buffers are those of its runs again. */
static void
resume_work(struct trainer_state *w, const struct sweep *s)
{
	w->info.phase = s->held.phase;
	w->info.paused = s->held.paused;
	for (int i = 0; i < w->n_runs; i++)
		w->runs[i]->about.trains = s->held.trains[i];
	runs_share(w);
	for (int i = 0; i < w->n_runs; i++) {
		if (i != w->focus && !s->held.trains[i])
			continue;
		runs_take(w, i);
		if (w->run->orders.main.n)
			idle_change_prepare(w, NULL); /* without memory: the next step pauses */
	}
	runs_take(w, w->focus);
}

bool
sweep_holds(const struct trainer_state *w)
{
	return w->sweep && w->sweep->held.phase != LAB_IDLE;
}

int
sweep_request(struct trainer_state *w, struct request *r, struct err *e)
{
	struct sweep *s = r->u.sweep.sweep;

	if (sweep_prepare(w, s, e) < 0)
		return -1;
	hold_work(w, s);
	w->sweep = s;
	w->n_sweeps++;
	return 0;
}

/* ---- work ---- */

/* Count the points that are finished from the first on: a stopped sweep has these. */
static void
count_done(struct sweep *s)
{
	int last = s->most && s->most < s->plan.n_points ? s->most : s->plan.n_points;

	s->done = 0;
	while (s->done < last && (sweep_score_done(s, s->done + 1) ||
				  s->unit[(s->done + 1) * s->n_seeds].state == SWEEP_DROPPED))
		s->done++;
	if (!sweep_score_done(s, s->same))
		s->done = 0;
}

void
sweep_store(struct trainer_state *w, const struct sweep *s)
{
	mem_free(w->swept);
	w->n_swept = s->stopped && s->halving ? 0 : s->done + 1;
	w->swept_by = s->metric;
	w->swept = w->n_swept ? mem_array((size_t)w->n_swept, sizeof *w->swept) : NULL;
	for (int i = 0; i < w->n_swept; i++)
		w->swept[i] = sweep_score_point(s, i ? i : s->same, false);
}

/* Whether the reference of a halving that was stopped, and another point, have figures after the
 * same steps. */
static bool
has_points(const struct sweep *s)
{
	int n = 0;

	for (int i = 0; i <= s->plan.n_points; i++)
		n += (i != 0 || !s->same) && sweep_score_at(s, i, s->compared);
	return sweep_score_at(s, s->same, s->compared) && n > 1;
}

/* Count the points that are finished, and check that they can be compared. */
static int
conclude(struct sweep *s, struct err *e)
{
	bool cut = s->stopped && s->halving;

	count_done(s);
	s->compared = cut ? s->unit[s->same * s->n_seeds].steps : s->steps;
	if (cut ? !has_points(s) : s->done == 0)
		return err_set(e, "sweep: stopped before the first point was finished");
	if (!isfinite(sweep_score_point(s, s->same, false)))
		return err_set(e, "sweep: the reference has diverged: nothing to compare with");
	return 0;
}

bool
sweep_recall_part(struct sweep *s)
{
	while (sweep_group_recall(s)) {
		if (s->target == s->steps)
			return true;
		sweep_score_halve(s);
	}
	return false;
}

int
sweep_recall(struct sweep *s, struct err *e)
{
	s->stopped = !sweep_recall_part(s);
	return conclude(s, e);
}

static enum phase_outcome
end_sweep(struct trainer_state *w, struct sweep *s, int status, struct err *e)
{
	for (size_t i = 0; i < s->n_units; i++)
		sweep_free_run(&s->unit[i]);
	w->sweep = NULL;
	w->pause_at = UINT64_MAX;
	if (status == 0 && conclude(s, e) == 0) {
		e->msg[0] = '\0';
		sweep_store(w, s);
	}
	resume_work(w, s);
	return PHASE_REPORTED;
}

/* Begin with the next units, or halve where all have reached the target. *over: the sweep ends. */
static int
choose_next(struct trainer_state *w, struct sweep *s, bool *over, struct err *e)
{
	bool reached;

	if (w->share) {
		if (sweep_share_choose(w, s, &reached, e) < 0)
			return -1;
	} else {
		sweep_group_choose(w, s);
		reached = s->n_group == 0;
	}
	*over = reached && s->target == s->steps;
	if (reached && !*over)
		sweep_score_halve(s);
	return s->n_group ? sweep_group_begin(w, s, e) : 0;
}

/* A step of the units at work. */
static int
step_group(struct trainer_state *w, struct sweep *s, struct err *e)
{
	if (w->share && sweep_share_serve(w, s, e) < 0)
		return -1;
	if (sweep_group_step(w, s, e) < 0)
		return -1;
	if (w->share && s->n_group == 0)
		sweep_share_report(w, s);
	return 0;
}

enum phase_outcome
sweep_step(struct trainer_state *w, struct err *e)
{
	struct sweep *s = w->sweep;
	bool over = s->stopped;
	int status = 0;

	if (!over)
		status = s->n_group ? step_group(w, s, e) : choose_next(w, s, &over, e);
	if (over && status == 0)
		return end_sweep(w, s, 0, e);
	if (status == 0)
		return PHASE_STEPPED;
	err_wrap(e, "sweep");
	return end_sweep(w, s, -1, e);
}
