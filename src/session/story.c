/* story.c: what happened to the student, for its report. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/story.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/curve/curves_result.h"
#include "retort/lab/settings_describe.h"
#include "retort/lab/tunable.h"

void
story_release(struct story *t)
{
	mem_free(t->entry);
	mem_free(t->told);
	memset(t, 0, sizeof *t);
}

static struct report_change *
add_change(struct story *t, int run, const char *stamp, uint64_t step)
{
	struct report_change *c;

	mem_grow(&t->entry, &t->cap, t->n + 1, sizeof *t->entry);
	t->entry[t->n].run = run;
	c = &t->entry[t->n++].change;
	snprintf(c->stamp, sizeof c->stamp, "%s", stamp);
	c->text[0] = '\0';
	c->step = step;
	return c;
}

/* Add the knobs that differ from their defaults. */
static void
add_knobs(struct story *t, int run, const struct settings *s)
{
	struct knobs initial;
	char value[64];

	knob_defaults(&initial);
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *k = &knob_table[i];
		struct report_change *c;

		if (k->when == KNOB_VIEW || knob_value(&s->knobs, k) == knob_value(&initial, k))
			continue;
		c = add_change(t, run, "start", 0);
		snprintf(c->text, sizeof c->text, "%s %s", k->name,
			 knob_print(&s->knobs, k, value, sizeof value));
	}
}

/* Add what else is not as it is by default: teachers, ramps, maps. */
static void
add_others(struct story *t, int run, const struct lab_info *info)
{
	const struct settings *s = &info->run->settings;
	char number[40], name[80];
	struct report_change *c;

	for (int i = 0; i < s->n_teachers; i++) {
		if (s->teacher_weight[i] == 1 && !s->teacher_muted[i])
			continue;
		c = add_change(t, run, "start", 0);
		snprintf(c->text, sizeof c->text, "%s weight %s%s", info->teacher[i].name,
			 text_number(number, sizeof number, s->teacher_weight[i]),
			 s->teacher_muted[i] ? ", muted" : "");
	}
	for (int i = 0; i < s->n_ramps; i++) {
		c = add_change(t, run, "start", 0);
		snprintf(c->text, sizeof c->text, "%s ramps to %s until %llu",
			 tunable_name(info, s->ramp[i].knob, name, sizeof name),
			 text_number(number, sizeof number, ramp_last(&s->ramp[i])),
			 (unsigned long long)ramp_end(&s->ramp[i]));
	}
	for (int i = 0; i < s->n_maps; i++) {
		struct text pair = { 0 };

		settings_describe_pair(info, &s->map[i], &pair);
		c = add_change(t, run, "start", 0);
		snprintf(c->text, sizeof c->text, "%s", text_get(&pair));
		text_release(&pair);
	}
}

/* Remove the entries of a run: its changes before the first step are in its settings. */
static void
forget(struct story *t, int run)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->entry[i].run != run)
			t->entry[n++] = t->entry[i];
	t->n = n;
}

/* Work of a run begins at `step`: a run that goes back there keeps the changes before. */
static void
settle(struct story *t, int run, uint64_t step)
{
	for (size_t i = 0; i < t->n; i++)
		t->entry[i].settled |= t->entry[i].run == run && t->entry[i].change.step == step;
}

/* A run has gone back to `step`: its changes from there on, and those made at that step since work
 * began there, are those of the stretch that it left. */
static void
leave(struct story *t, const struct curves *c, unsigned run, uint64_t step)
{
	unsigned left = 0;

	for (size_t i = 0; i < c->n_runs; i++)
		if (c->run[i].run.left_by == run && c->run[i].run.number > left)
			left = c->run[i].run.number;
	for (size_t i = 0; left && i < t->n; i++) {
		struct story_change *x = &t->entry[i];

		if (x->run == (int)run && strcmp(x->change.stamp, "start") != 0 &&
		    (x->change.step > step || (x->change.step == step && !x->settled)))
			x->run = (int)left;
	}
}

/* The changes of knobs of a run in an answer, "temperature 4 -> 2, lr 1 -> 2"; owned. */
static struct text
list_changes(const struct request *r, int run)
{
	struct text t = { 0 };
	char change[160];

	for (size_t i = 0; i < r->n_changes; i++)
		if (r->change[i].run == run)
			text_item(&t, "%s",
				  curves_result_change(&r->change[i], change, sizeof change));
	return t;
}

/* Add a change at a step, unless its text is empty; takes the text. */
static void
add_text(struct story *t, int run, uint64_t step, struct text text)
{
	struct report_change *c;
	char stamp[24];

	if (text.len) {
		snprintf(stamp, sizeof stamp, "@%llu", (unsigned long long)step);
		c = add_change(t, run, stamp, step);
		text_fit(c->text, sizeof c->text, text_get(&text));
	}
	text_release(&text);
}

/* Runs have gone back; a change made before work began at that step may have been undone there. */
static void
follow_back(struct story *t, const struct curves *c, const struct request *r)
{
	unsigned runs[LAB_RUNS];
	size_t n = curves_result_back(r, runs);

	for (size_t i = 0; i < n; i++) {
		leave(t, c, runs[i], (uint64_t)r->u.rewind.at);
		if (r->u.rewind.undone)
			add_text(t, (int)runs[i], (uint64_t)r->u.rewind.at,
				 list_changes(r, (int)runs[i]));
	}
}

/* Add what an answer has changed in a run: its note, of other runs and after `all:` their knobs. */
static void
add_answer(struct story *t, const struct request *r, int run, uint64_t step)
{
	struct text knobs = list_changes(r, run), note = { 0 };
	bool own = run == r->run && !(r->all && knobs.len);

	if (own || (r->all && r->n_changes == 0)) {
		text_add(&note, r->unchanged ? "" : r->note);
		text_release(&knobs);
		add_text(t, run, step, note);
		return;
	}
	add_text(t, run, step, knobs);
}

void
story_follow(struct story *t, const struct lab_info *info, const struct curves *c,
	     const struct request *r)
{
	if (r->kind == REQUEST_DATA || r->kind == REQUEST_SEED)
		t->n = 0;
	if (r->kind == REQUEST_STUDENT || r->kind == REQUEST_DATA || r->kind == REQUEST_SEED ||
	    r->kind == REQUEST_TEACH || !info->run->has_student)
		return;
	if (r->kind == REQUEST_RUN && r->step == 0) {
		forget(t, r->run);
		add_knobs(t, r->run, &info->run->settings);
		add_others(t, r->run, info);
	}
	if (r->kind == REQUEST_RUN)
		settle(t, r->run, r->step);
	if (r->kind == REQUEST_REWIND) {
		follow_back(t, c, r);
		return;
	}
	for (int i = 0; i < info->n_runs; i++) {
		const struct lab_listed *l = &info->runs[i];
		uint64_t step =
			l->number == r->run && r->branch == BRANCH_STUDENT ? r->step : l->step;

		if (l->has_student)
			add_answer(t, r, l->number, step);
	}
}

/* Whether a change belongs to the history of a run: its own, or a parent's before the fork. */
static bool
belongs(const struct lab_info *info, const struct curves *c, int run, const struct story_change *x)
{
	uint64_t until = info->run->student.steps;
	const struct curves_run *r = curves_run(c, (unsigned)run);

	for (; r; r = r->parent ? curves_run(c, r->parent) : NULL) {
		bool start = strcmp(x->change.stamp, "start") == 0;

		if (x->run == (int)r->number)
			return start || x->change.step < until;
		/* changes at the step to which a run went back are those of the stretch */
		if (r->fork < until)
			until = (uint64_t)r->fork + !r->left_by;
	}
	return false;
}

const struct report_change *
story_tell(struct story *t, const struct lab_info *info, const struct curves *c, size_t *n)
{
	int run = info->n_runs ? info->runs[info->focus].number : 1;

	mem_free(t->told);
	t->told = mem_array(t->n + 1, sizeof *t->told);
	*n = 0;
	for (size_t i = 0; i < t->n; i++)
		if (belongs(info, c, run, &t->entry[i]))
			t->told[(*n)++] = t->entry[i].change;
	return t->told;
}
