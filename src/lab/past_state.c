/* past_state.c: the state of a run is copied and restored. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/past_state.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/scratch.h"
#include "retort/lab/settings_change.h"
#include "retort/train/best.h"
#include "retort/train/freeze.h"

void
past_state_free_blocks(struct past_state *s)
{
	mem_free(s->state);
	mem_free(s->best.value);
	mem_free(s->bias_before);
	mem_free(s->bias_after);
	s->state = NULL;
	s->best.value = s->bias_before = s->bias_after = NULL;
}

bool
past_state_is_loaded(const struct past_state *s)
{
	return s->state;
}

void
past_state_free(struct past_state *s)
{
	if (!s || (s->holders && --s->holders > 0) || s->writing)
		return;
	if (s->path)
		scratch_remove(s->path);
	mem_free(s->path);
	past_state_free_blocks(s);
	mem_free(s->stages);
	mem_free(s->of_stage);
	mem_free(s);
}

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

/* Copy the blocks of numbers of a run. False without memory. */
static bool
copy_blocks(struct past_state *s, const struct run *r)
{
	const struct lab_run *i = &r->info;
	bool in_stage = i->n_stages && i->stages[i->n_stages - 1].kind != LAB_RUN, ok = true;
	const struct settings of_stage[2] = { r->before, r->after };

	s->stages = copy_bytes(i->stages, (size_t)i->n_stages * sizeof *s->stages, &ok);
	s->of_stage = copy_bytes(in_stage ? of_stage : NULL, sizeof of_stage, &ok);
	s->state = copy_bytes(r->student->state, s->size, &ok);
	s->best.value = copy_bytes(r->student->best.value, s->n_best * sizeof(real), &ok);
	s->bias_before = copy_bytes(r->bias_before, s->n_bias * sizeof(real), &ok);
	s->bias_after = copy_bytes(r->bias_after, s->n_bias * sizeof(real), &ok);
	s->bytes = sizeof *s + (size_t)s->n_stages * sizeof *s->stages +
		   (in_stage ? sizeof of_stage : 0) + s->size +
		   (s->n_best + 2 * s->n_bias) * sizeof(real);
	return ok;
}

struct past_state *
past_state_take(const struct trainer_state *w, bool starts)
{
	const struct run *r = w->run;
	const struct branch *b = r->student;
	const struct lab_run *i = &r->info;
	struct past_state *s = mem_try(1, sizeof *s);

	if (!s)
		return NULL;
	*s = (struct past_state){ .holders = 1,
				  .step = b->state->step,
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
				  .n_log = r->n_log,
				  .figures = r->figures[BRANCH_STUDENT],
				  .begun = r->begun,
				  .eval_missed = r->eval_missed,
				  .diverged = r->about.diverged,
				  .rows = r->orders.main.rows,
				  .n_rows = r->orders.main.of,
				  .n_bias = r->n_bias,
				  .size = b->state->size,
				  .best = b->best,
				  .n_best = b->best.known ? best_numbers(b) : 0,
				  .here = b->rows.here,
				  .taught = b->rows.taught };
	memcpy(s->teaching, i->teaching, sizeof s->teaching);
	if (copy_blocks(s, r))
		return s;
	past_state_free(s);
	return NULL;
}

struct past_state *
past_state_share(struct past_state *s)
{
	s->holders++;
	return s;
}

/* A branch with the terms of the settings of a state, and its numbers. */
static struct branch *
rebuild(const struct trainer_state *w, const struct past_state *s, struct err *e)
{
	const struct settings *set = &s->settings;
	struct branch_plan plan = { &set->knobs, set->map, set->n_maps, w->train.teacher_info,
				    w->train.ds->n };
	struct branch *b = branch_blank(w->run->student, train_batch(set), &plan, e);
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
	i->has_baseline = false;
	restore_bias(r, s);
	restore_orders(w, s);
}

int
past_state_restore(struct trainer_state *w, const struct past_state *s, struct err *e)
{
	struct branch *b = rebuild(w, s, e);

	if (!b)
		return -1;
	w->run->student = b;
	restore_plain(w, s);
	return 0;
}
