/* run.c: a run is created, copied, freed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/run.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/undo.h"
#include "retort/train/orders.h"

void
run_figures_init(struct run_figures *f)
{
	*f = (struct run_figures){ .evaluated = UINT64_MAX };
	for (int i = 0; i < METRIC_COUNT; i++)
		f->last[i] = NAN;
}

void
run_init(struct run *r, const struct train *train)
{
	memset(r, 0, sizeof *r);
	r->train = train;
	for (int i = 0; i < TRAIN_TEACHERS; i++)
		r->info.teaching[i] = (struct teaching){ NAN, NAN, NAN };
	run_figures_init(&r->figures[BRANCH_STUDENT]);
	run_figures_init(&r->figures[BRANCH_BASELINE]);
}

void
run_release(struct run *r)
{
	branch_free(r->student);
	branch_free(r->baseline);
	orders_release(&r->orders);
	past_release(&r->past);
	mem_free(r->history);
	undo_release(r);
	mem_free(r->bias_before);
	mem_free(r->bias_after);
	memset(r, 0, sizeof *r);
}

void
run_resize_bias(struct run *r, size_t n)
{
	mem_free(r->bias_before);
	mem_free(r->bias_after);
	r->bias_before = mem_array(n, sizeof *r->bias_before);
	r->bias_after = mem_array(n, sizeof *r->bias_after);
	r->n_bias = n;
}

/* A new copy of a branch of `from`, or NULL where it has none. -1 without memory. */
static int
clone_branch(const struct run *from, const struct branch *b, struct branch **out, struct err *e)
{
	const struct settings *s = &from->info.settings;
	const struct train *t = from->train;
	struct branch_plan plan = { &s->knobs, s->map, s->n_maps, t->teacher_info,
				    t->ds ? t->ds->n : 0 };

	*out = NULL;
	if (!b)
		return 0;
	*out = branch_copy(b, b->id == BRANCH_STUDENT ? &plan : NULL, e);
	return *out ? 0 : -1;
}

void
run_copy_plain(struct run *to, const struct run *from)
{
	to->info = from->info;
	mem_grow(&to->history, &to->cap_history, from->n_history, sizeof *to->history);
	if (from->n_history)
		memcpy(to->history, from->history, from->n_history * sizeof *to->history);
	to->n_history = from->n_history;
	undo_copy(to, from);
	to->before = from->before;
	to->after = from->after;
	memcpy(to->figures, from->figures, sizeof to->figures);
	to->begun = from->begun;
	to->eval_missed = from->eval_missed;
	if (to->n_bias != from->n_bias)
		run_resize_bias(to, from->n_bias);
	if (from->n_bias == 0)
		return;
	memcpy(to->bias_before, from->bias_before, from->n_bias * sizeof *to->bias_before);
	memcpy(to->bias_after, from->bias_after, from->n_bias * sizeof *to->bias_after);
}

/* Put the copy `clone`, or the bytes of `from` where that fits, in the place of *to. */
static void
replace_branch(struct branch **to, const struct branch *from, struct branch *clone)
{
	if (branch_fits(*to, from)) {
		if (*to)
			branch_assign(*to, from);
		return;
	}
	branch_free(*to);
	*to = clone;
}

int
run_copy(struct run *to, const struct run *from, struct err *e)
{
	struct branch *student = NULL, *baseline = NULL;

	if ((!branch_fits(to->student, from->student) &&
	     clone_branch(from, from->student, &student, e) < 0) ||
	    (!branch_fits(to->baseline, from->baseline) &&
	     clone_branch(from, from->baseline, &baseline, e) < 0)) {
		branch_free(student);
		return -1;
	}
	replace_branch(&to->student, from->student, student);
	replace_branch(&to->baseline, from->baseline, baseline);
	run_copy_plain(to, from);
	return 0;
}
