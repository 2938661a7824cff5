/* curves.c: samples of each run, network and metric, and markers of changes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/curve/curves.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/conf/knob.h"

/* ---- runs ---- */

struct curves *
curves_new(bool raw)
{
	struct curves *c = mem_new(sizeof *c);

	c->raw = raw;
	curves_run_add(c, CURVES_SHARED, "", 0, 0);
	curves_run_add(c, CURVES_FIRST, "s", 0, 0);
	return c;
}

/* Free the series of a network. */
static void
release_branch(struct series ***branch)
{
	for (unsigned m = 0; *branch && m < METRIC_COUNT; m++)
		series_free((*branch)[m]);
	mem_free(*branch);
	*branch = NULL;
}

static void
release_run(struct curves_samples *r)
{
	for (unsigned b = 0; b < BRANCH_IDS; b++)
		release_branch(&r->branch[b]);
}

void
curves_free(struct curves *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_runs; i++)
		release_run(&c->run[i]);
	mem_free(c->run);
	mem_free(c->mark);
	mem_free(c);
}

static struct curves_samples *
find_run(const struct curves *c, unsigned number)
{
	if (number < c->n_runs && c->run[number].run.number == number)
		return &c->run[number];
	for (size_t i = 0; i < c->n_runs; i++)
		if (c->run[i].run.number == number)
			return &c->run[i];
	return NULL;
}

void
curves_run_add(struct curves *c, unsigned number, const char *name, unsigned parent, uint32_t fork)
{
	struct curves_samples *r = find_run(c, number);

	if (!r) {
		mem_grow(&c->run, &c->cap_runs, c->n_runs + 1, sizeof *c->run);
		r = &c->run[c->n_runs++];
		r->run.number = number;
	}
	/* the stretch that it was forked from may have been left since, see curves_cut */
	if (r->run.parent < CURVES_LEFT || !parent)
		r->run.parent = parent;
	r->run.fork = fork;
	snprintf(r->run.name, sizeof r->run.name, "%s", name);
}

const struct curves_run *
curves_run(const struct curves *c, unsigned number)
{
	const struct curves_samples *r = find_run(c, number);

	return r ? &r->run : NULL;
}

const struct curves_run *
curves_run_named(const struct curves *c, const char *name)
{
	for (size_t i = c->n_runs; i-- > 1;)
		if (strcmp(c->run[i].run.name, name) == 0)
			return &c->run[i].run;
	return NULL;
}

void
curves_teacher(struct curves *c, int k, const char *name)
{
	snprintf(c->teacher[k], sizeof c->teacher[k], "%s", name);
}

unsigned
curves_owner(unsigned run, unsigned branch)
{
	return branch >= BRANCH_TEACHER(0) ? CURVES_SHARED : run;
}

bool
curves_is_name(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");

	return n > 0 && n < NET_NAME && !name[n];
}

/* ---- samples ---- */

/* The place of a series, which is made with its run and network. */
static struct series **
series_place(struct curves *c, unsigned number, unsigned branch, unsigned metric)
{
	struct curves_samples *r = find_run(c, number);
	char name[NET_NAME];

	if (!r) {
		snprintf(name, sizeof name, "s%u", number);
		curves_run_add(c, number, name, 0, 0);
		r = find_run(c, number);
	}
	if (!r->branch[branch])
		r->branch[branch] = mem_array(METRIC_COUNT, sizeof *r->branch[branch]);
	return &r->branch[branch][metric];
}

/* Samples that a series keeps. Those of each step are drawn from buckets alone; those of
 * evaluations are compared step by step with other runs. */
#define STEPS_KEPT ((size_t)1 << 15)
#define EVALUATIONS_KEPT ((size_t)1 << 18)
#define RAW_KEPT ((size_t)1 << 20) /* of either, without buckets */

static struct series *
new_series(const struct curves *c, unsigned metric)
{
	struct series *s = c->raw ? series_new_raw() : series_new();
	bool is_evaluated = metric_is_evaluated(metric);

	series_smooth(s, c->smooth);
	series_limit(s, c->raw ? RAW_KEPT : is_evaluated ? EVALUATIONS_KEPT : STEPS_KEPT);
	return s;
}

bool
curves_sample(struct curves *c, unsigned run, unsigned branch, unsigned metric, uint32_t step,
	      double value)
{
	struct series **s = series_place(c, curves_owner(run, branch), branch, metric);
	uint32_t last_step;
	double last;

	if (*s && series_last(*s, &last_step, &last) && last_step == step &&
	    memcmp(&last, &value, sizeof value) == 0)
		return false;
	if (!*s)
		*s = new_series(c, metric);
	series_push(*s, step, value);
	return true;
}

const struct series *
curves_series(const struct curves *c, unsigned run, unsigned branch, unsigned metric)
{
	const struct curves_samples *r;
	const struct series *s;

	if (branch >= BRANCH_IDS || metric >= METRIC_COUNT)
		return NULL;
	r = find_run(c, curves_owner(run, branch));
	s = r && r->branch[branch] ? r->branch[branch][metric] : NULL;
	return s && series_len(s) ? s : NULL;
}

void
curves_smooth(struct curves *c, double smooth)
{
	c->smooth = smooth;
	for (size_t i = 0; i < c->n_runs; i++)
		for (unsigned b = 0; b < BRANCH_IDS; b++)
			for (unsigned m = 0; c->run[i].branch[b] && m < METRIC_COUNT; m++)
				if (c->run[i].branch[b][m])
					series_smooth(c->run[i].branch[b][m], smooth);
}

/* ---- cut ---- */

/* Move the samples of a metric after `step` to a series of run `to`. */
static void
cut_series(struct curves *c, struct series **s, unsigned to, unsigned metric, uint32_t step)
{
	struct series *kept = new_series(c, metric);
	uint32_t at;
	double value;

	for (size_t i = 0; i < series_len(*s); i++) {
		series_get(*s, i, &at, &value);
		if (at <= step)
			series_push(kept, at, value);
		else
			curves_sample(c, to, BRANCH_STUDENT, metric, at, value);
	}
	series_free(*s);
	*s = kept;
}

/* Add the run of the stretch that a run leaves when it goes back to `step`. Returns its number. */
static unsigned
add_left(struct curves *c, unsigned run, uint32_t step)
{
	struct curves_run *r = &find_run(c, run)->run;
	unsigned to = CURVES_LEFT;
	bool before = r->parent && step < r->fork; /* all of its own steps are left */
	struct curves_run left = { .parent = before ? r->parent : run,
				   .fork = before ? r->fork : step };

	for (size_t i = 0; i < c->n_runs; i++)
		to += c->run[i].run.number >= CURVES_LEFT;
	snprintf(left.name, sizeof left.name, "%.15s~%u", r->name, to - CURVES_LEFT + 1);
	if (before)
		r->fork = step;
	curves_run_add(c, to, left.name, left.parent, left.fork);
	find_run(c, to)->run.left_by = run;
	/* what was forked from a step that is left is forked from there */
	for (size_t i = 0; i < c->n_runs; i++)
		if (c->run[i].run.parent == run && c->run[i].run.number != to &&
		    c->run[i].run.fork > step)
			c->run[i].run.parent = to;
	return to;
}

void
curves_cut(struct curves *c, unsigned run, uint32_t step)
{
	struct curves_samples *r;
	unsigned to;

	if (!find_run(c, run))
		return;
	to = add_left(c, run, step);
	for (unsigned m = 0; m < METRIC_COUNT; m++) {
		r = find_run(c, run); /* the array may have moved */
		if (r->branch[BRANCH_STUDENT] && r->branch[BRANCH_STUDENT][m])
			cut_series(c, &r->branch[BRANCH_STUDENT][m], to, m, step);
	}
	curves_mark_cut(c, run, to, step);
	curves_forget(c, run, BRANCH_BASELINE);
}

const char *
curves_knob_value(int knob, double value, char *buf, size_t size)
{
	const struct knob *d = &knob_table[knob];

	if (d->type == KNOB_INT)
		snprintf(buf, size, "%.0f", value);
	else if (d->type != KNOB_PICK || !(value >= 0 && value < 99) ||
		 !knob_choice(d, (size_t)value, buf, size))
		snprintf(buf, size, "%.6g", value);
	return buf;
}

/* ---- removal ---- */

void
curves_forget(struct curves *c, unsigned run, unsigned branch)
{
	unsigned owner = curves_owner(run, branch);
	struct curves_samples *r = find_run(c, owner);
	size_t kept = 0;

	if (r)
		release_branch(&r->branch[branch]);
	for (size_t i = 0; i < c->n_marks; i++)
		if (c->mark[i].branch != branch || c->mark[i].run != owner)
			c->mark[kept++] = c->mark[i];
	c->n_marks = kept;
}

void
curves_clear(struct curves *c)
{
	for (size_t i = 0; i < c->n_runs; i++)
		release_run(&c->run[i]);
	c->n_runs = CURVES_FIRST + 1;
	c->n_marks = 0;
}

const char *
curves_label(const struct curves *c, unsigned run, unsigned branch, char buf[CURVES_LABEL])
{
	const struct curves_run *r = curves_run(c, run);

	if (branch >= BRANCH_TEACHER(0))
		snprintf(buf, CURVES_LABEL, "%s", c->teacher[branch - BRANCH_TEACHER(0)]);
	else
		snprintf(buf, CURVES_LABEL, "%s%s", r ? r->name : "s",
			 branch == BRANCH_BASELINE ? ":baseline" : "");
	return buf;
}
