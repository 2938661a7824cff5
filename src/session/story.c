/* story.c: what happened to the student, for its report. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/story.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
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

void
story_follow(struct story *t, const struct lab_info *info, const struct request *r)
{
	char stamp[24];
	uint64_t step;
	struct report_change *c;

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
	if (!r->note[0] || r->unchanged)
		return;
	step = r->branch == BRANCH_STUDENT ? r->step : info->run->student.steps;
	snprintf(stamp, sizeof stamp, "@%llu", (unsigned long long)step);
	c = add_change(t, r->run, stamp, step);
	snprintf(c->text, sizeof c->text, "%s", r->note);
}

static const struct lab_listed *
find_run(const struct lab_info *info, int number)
{
	for (int i = 0; i < info->n_runs; i++)
		if (info->runs[i].number == number)
			return &info->runs[i];
	return NULL;
}

/* Whether a change belongs to the history of a run: its own, or a parent's before the fork. */
static bool
belongs(const struct lab_info *info, int run, const struct story_change *c)
{
	uint64_t until = info->run->student.steps;
	const struct lab_listed *r = find_run(info, run);

	for (; r; r = find_run(info, r->parent)) {
		bool start = strcmp(c->change.stamp, "start") == 0;

		if (c->run == r->number)
			return start || c->change.step < until;
		until = r->fork < until ? r->fork + 1 : until;
	}
	return false;
}

const struct report_change *
story_tell(struct story *t, const struct lab_info *info, size_t *n)
{
	int run = info->n_runs ? info->runs[info->focus].number : 1;

	mem_free(t->told);
	t->told = mem_array(t->n + 1, sizeof *t->told);
	*n = 0;
	for (size_t i = 0; i < t->n; i++)
		if (belongs(info, run, &t->entry[i]))
			t->told[(*n)++] = t->entry[i].change;
	return t->told;
}
