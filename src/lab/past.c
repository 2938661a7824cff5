/* past.c: states of a run, kept in memory: dense near the present, sparse far back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/past.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/lab/settings_change.h"
#include "retort/lab/trainer_state.h"
#include "retort/train/best.h"
#include "retort/train/freeze.h"

#define STATES 64 /* of one run at most, besides the starts of work */
#define SHARE 100 /* the time between two copies is this many times that of one */

/*
 * A state: all that training mutates. The blocks of numbers are those of struct branch; the history
 * is that of the run up to n_history, which only grows.
 */
struct past_state {
	uint64_t step, version; /* version: w->taught then; teachers have changed since: other */
	bool starts;
	size_t bytes;
	struct settings settings;
	struct teaching teaching[TRAIN_TEACHERS];
	int n_stages;
	struct lab_stage *stages;   /* [n_stages] owned */
	struct settings *of_stage;  /* [2] owned: before and after its start; NULL: in a plain run */
	uint64_t from, until;       /* of the work at hand */
	struct scores last, best_scores, target;
	size_t n_history;
	struct run_figures figures; /* of the student */
	bool begun, eval_missed;
	uint64_t diverged;
	const uint32_t *rows; /* that the run drew from, and their number */
	size_t n_rows;
	size_t n_bias;
	real *bias_before, *bias_after; /* [n_bias] */
	size_t size;                    /* bytes of the branch's state */
	void *state;
	struct branch_best best; /* value owned */
	size_t n_best;           /* numbers of value */
	unsigned here, taught;
};

static void
free_state(struct past_state *s)
{
	if (!s)
		return;
	mem_free(s->state);
	mem_free(s->best.value);
	mem_free(s->bias_before);
	mem_free(s->bias_after);
	mem_free(s->stages);
	mem_free(s->of_stage);
	mem_free(s);
}

void
past_release(struct past *p)
{
	for (size_t i = 0; i < p->n; i++)
		free_state(p->state[i]);
	mem_free(p->state);
	memset(p, 0, sizeof *p);
}

void
past_cut(struct past *p, uint64_t step)
{
	while (p->n && p->state[p->n - 1]->step > step)
		free_state(p->state[--p->n]);
}

/* Index of the last state at or before a step; p->n: none. */
static size_t
last_at(const struct past *p, uint64_t step)
{
	size_t i = p->n;

	while (i > 0 && p->state[i - 1]->step > step)
		i--;
	return i ? i - 1 : p->n;
}

/* ---- taken ---- */

/* A copy of `n` bytes, or NULL without memory; *ok becomes false then. */
static void *
copy_bytes(const void *from, size_t n, bool *ok)
{
	void *to = from && n ? mem_try(n, 1) : NULL;

	if (to)
		memcpy(to, from, n);
	else if (from && n)
		*ok = false;
	return to;
}

/* The state of a run as it is now; NULL without memory. */
static struct past_state *
take(const struct trainer_state *w, const struct run *r, bool starts)
{
	const struct branch *b = r->student;
	const struct lab_run *i = &r->info;
	bool in_stage = i->n_stages && i->stages[i->n_stages - 1].kind != LAB_RUN;
	const struct settings of_stage[2] = { r->before, r->after };
	struct past_state *s = mem_try(1, sizeof *s);
	bool ok = true;

	if (!s)
		return NULL;
	*s = (struct past_state){ .step = b->state->step,
				  .version = w->taught,
				  .starts = starts,
				  .settings = i->settings,
				  .n_stages = i->n_stages,
				  .from = i->from,
				  .until = i->until,
				  .last = i->student.last,
				  .best_scores = i->student.best,
				  .target = i->student.target,
				  .n_history = r->n_history,
				  .figures = r->figures[BRANCH_STUDENT],
				  .begun = r->begun,
				  .eval_missed = r->eval_missed,
				  .diverged = r->about.diverged,
				  .rows = r->orders.main.rows,
				  .n_rows = r->orders.main.of,
				  .n_bias = r->n_bias,
				  .size = b->state->size,
				  .best = b->best,
				  .n_best = b->best.value ? best_numbers(b) : 0,
				  .here = b->rows.here,
				  .taught = b->rows.taught };
	memcpy(s->teaching, i->teaching, sizeof s->teaching);
	s->stages = copy_bytes(i->stages, (size_t)i->n_stages * sizeof *s->stages, &ok);
	s->of_stage = copy_bytes(in_stage ? of_stage : NULL, sizeof of_stage, &ok);
	s->state = copy_bytes(b->state, s->size, &ok);
	s->best.value = copy_bytes(b->best.value, s->n_best * sizeof(real), &ok);
	s->bias_before = copy_bytes(r->bias_before, s->n_bias * sizeof(real), &ok);
	s->bias_after = copy_bytes(r->bias_after, s->n_bias * sizeof(real), &ok);
	s->bytes = sizeof *s + (size_t)s->n_stages * sizeof *s->stages +
		   (in_stage ? sizeof of_stage : 0) + s->size + (s->n_best + 2 * s->n_bias) * sizeof(real);
	if (ok)
		return s;
	free_state(s);
	return NULL;
}

static struct past_state *
copy_state(const struct past_state *from)
{
	struct past_state *s = mem_try(1, sizeof *s);
	bool ok = true;

	if (!s)
		return NULL;
	*s = *from;
	s->stages = copy_bytes(from->stages, (size_t)from->n_stages * sizeof *s->stages, &ok);
	s->of_stage = copy_bytes(from->of_stage, 2 * sizeof *s->of_stage, &ok);
	s->state = copy_bytes(from->state, from->size, &ok);
	s->best.value = copy_bytes(from->best.value, from->n_best * sizeof(real), &ok);
	s->bias_before = copy_bytes(from->bias_before, from->n_bias * sizeof(real), &ok);
	s->bias_after = copy_bytes(from->bias_after, from->n_bias * sizeof(real), &ok);
	if (ok)
		return s;
	free_state(s);
	return NULL;
}

int
past_copy(struct past *to, const struct past *from, uint64_t step, struct err *e)
{
	size_t i = last_at(from, step);
	struct past_state *s = i < from->n ? copy_state(from->state[i]) : NULL;

	if (!s)
		return i < from->n ? err_set(e, "no memory for the state of a run") : 0;
	mem_grow(&to->state, &to->cap, to->n + 1, sizeof *to->state);
	to->state[to->n++] = s;
	return 0;
}

/* ---- thinned ---- */

/* How little state i is missed: the distance of its neighbours, as a share of its age. */
static double
gap(const struct past *p, size_t i, uint64_t now)
{
	double age = (double)(now - p->state[i]->step) + 1;

	return (double)(p->state[i + 1]->step - p->state[i - 1]->step) / age;
}

/* Free the state of a run that is least missed, but no start of work and neither the first nor the
 * last. Return whether there was one. */
static bool
thin(struct past *p)
{
	size_t least = 0;
	uint64_t now = p->n ? p->state[p->n - 1]->step : 0;

	for (size_t i = 1; i + 1 < p->n; i++)
		if (!p->state[i]->starts && (!least || gap(p, i, now) < gap(p, least, now)))
			least = i;
	if (!least)
		return false;
	free_state(p->state[least]);
	memmove(&p->state[least], &p->state[least + 1],
		(p->n - least - 1) * sizeof *p->state);
	p->n--;
	return true;
}

static size_t
bytes_of(const struct past *p)
{
	size_t sum = 0;

	for (size_t i = 0; i < p->n; i++)
		sum += p->state[i]->bytes;
	return sum;
}

size_t
past_bytes(const struct trainer_state *w)
{
	size_t sum = 0;

	for (int i = 0; i < w->n_runs; i++)
		sum += bytes_of(&w->runs[i]->past);
	return sum;
}

/* Free states until all runs together fit: of the run with the most bytes first; where only starts
 * of work are left, the oldest of that run. */
static void
fit_budget(struct trainer_state *w)
{
	size_t most = (size_t)w->info.run->settings.knobs.keep_mib << 20;

	while (past_bytes(w) > most) {
		struct past *large = &w->runs[0]->past;

		for (int i = 1; i < w->n_runs; i++)
			if (bytes_of(&w->runs[i]->past) > bytes_of(large))
				large = &w->runs[i]->past;
		if (thin(large))
			continue;
		free_state(large->state[0]);
		memmove(large->state, large->state + 1, --large->n * sizeof *large->state);
	}
}

void
past_keep(struct trainer_state *w, bool starts)
{
	struct past *p = &w->run->past;
	double from = mono_now();
	struct past_state *s;
	size_t starting = 0;

	if (w->info.run->settings.knobs.keep_mib == 0 ||
	    (!starts && p->n && from - p->kept < SHARE * p->cost))
		return;
	past_cut(p, w->run->student->state->step);
	s = take(w, w->run, starts);
	if (!s)
		return; /* a run that cannot go back is still one that trains */
	while (p->n && p->state[p->n - 1]->step == s->step) {
		s->starts |= p->state[p->n - 1]->starts;
		free_state(p->state[--p->n]);
	}
	mem_grow(&p->state, &p->cap, p->n + 1, sizeof *p->state);
	p->state[p->n++] = s;
	for (size_t i = 0; i < p->n; i++)
		starting += p->state[i]->starts;
	while (p->n > STATES + starting && thin(p))
		;
	fit_budget(w);
	p->kept = mono_now();
	p->cost = p->kept - from;
}

/* ---- found, restored ---- */

uint64_t
past_before(const struct past *p, uint64_t step)
{
	for (size_t i = p->n; i-- > 0;)
		if (p->state[i]->step < step)
			return p->state[i]->step;
	return UINT64_MAX;
}

int
past_find(const struct trainer_state *w, uint64_t step, uint64_t *found, struct err *e)
{
	const struct past *p = &w->run->past;
	size_t i = last_at(p, step);

	if (i == p->n && p->n)
		return err_set(e, "step %llu is no longer kept (the first is %llu; `set keep-mib` "
				  "keeps more)",
			       (unsigned long long)step, (unsigned long long)p->state[0]->step);
	if (i == p->n)
		return err_set(e, "no state of run %d is kept yet: `run` keeps the first",
			       w->run->about.number);
	if (p->state[i]->step != step && p->state[i]->version != w->taught)
		return err_set(e,
			       "step %llu cannot be computed again, because teachers have changed "
			       "since (kept: %llu%s)",
			       (unsigned long long)step, (unsigned long long)p->state[i]->step,
			       i + 1 < p->n ? " and later steps" : "");
	*found = p->state[i]->step;
	return 0;
}

/* A branch with the terms of the settings of a state, and its numbers. */
static struct branch *
rebuild(const struct trainer_state *w, const struct past_state *s, struct err *e)
{
	const struct settings *set = &s->settings;
	struct branch_plan plan = { &set->knobs, set->map, set->n_maps, w->train.teacher_info,
				    w->train.ds->n };
	struct branch *b = branch_rebuilt(w->run->student, train_batch(set), &plan, e);
	real *value;

	if (!b || best_open(b, e) < 0) {
		branch_free(b);
		return NULL;
	}
	if (b->state->size != s->size) {
		err_set(e, "step %llu: its state has %zu bytes (expected %zu)",
			(unsigned long long)s->step, s->size, b->state->size);
		branch_free(b);
		return NULL;
	}
	memcpy(b->state, s->state, s->size);
	b->net->graph->seed = b->state->seed;
	value = b->best.value;
	if (s->n_best)
		memcpy(value, s->best.value, s->n_best * sizeof *value);
	b->best = s->best;
	b->best.value = value;
	b->rows.here = s->here;
	b->rows.taught = s->taught;
	freeze_set(b, set->frozen);
	return b;
}

/* Draw from the rows that the state drew from. */
static void
restore_orders(struct trainer_state *w, const struct past_state *s)
{
	struct sampler *main = &w->run->orders.main;
	uint64_t seed = main->seed;

	sampler_release(&w->run->orders.baseline);
	if (main->rows == s->rows || !s->n_rows)
		return;
	sampler_release(main);
	sampler_init(main, w->train.ds, s->rows, s->n_rows, seed);
}

static void
restore_bias(struct run *r, const struct past_state *s)
{
	if (r->n_bias != s->n_bias)
		run_resize_bias(r, s->n_bias);
	if (!s->n_bias)
		return;
	memcpy(r->bias_before, s->bias_before, s->n_bias * sizeof *r->bias_before);
	memcpy(r->bias_after, s->bias_after, s->n_bias * sizeof *r->bias_after);
}

/* Restore the plain data. Teachers and sets that were added since keep their weights. */
static void
restore_plain(struct trainer_state *w, const struct past_state *s)
{
	struct run *r = w->run;
	struct lab_run *i = &r->info;
	struct settings now = i->settings;
	size_t n = s->n_history < r->n_history ? s->n_history : r->n_history;

	i->settings = s->settings;
	settings_change_extend(&i->settings, &now);
	memcpy(i->teaching, s->teaching, sizeof i->teaching);
	i->n_stages = s->n_stages;
	if (s->n_stages)
		memcpy(i->stages, s->stages, (size_t)s->n_stages * sizeof *i->stages);
	i->from = s->from;
	i->until = s->until;
	i->step = i->student.steps = s->step;
	i->student.last = s->last;
	i->student.best = s->best_scores;
	i->student.target = s->target;
	r->n_history = n;
	if (n && r->history[n - 1].step == s->step) /* it may have been replaced at this step */
		r->history[n - 1].settings = i->settings;
	if (s->of_stage) {
		r->before = s->of_stage[0];
		r->after = s->of_stage[1];
	}
	r->figures[BRANCH_STUDENT] = s->figures;
	run_figures_init(&r->figures[BRANCH_BASELINE]);
	r->begun = s->begun;
	r->eval_missed = s->eval_missed;
	r->about.diverged = s->diverged;
	r->n_undo = r->n_redo = 0;
	branch_free(r->baseline);
	r->baseline = NULL;
	i->has_baseline = false;
	restore_bias(r, s);
	restore_orders(w, s);
	settings_change_describe(w);
}

int
past_restore(struct trainer_state *w, uint64_t found, struct err *e)
{
	struct past *p = &w->run->past;
	const struct past_state *s = p->state[last_at(p, found)];
	struct branch *b = rebuild(w, s, e);

	if (!b)
		return -1;
	branch_free(w->run->student);
	w->run->student = b;
	restore_plain(w, s);
	past_cut(p, s->step);
	return 0;
}
