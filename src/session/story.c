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
	mem_free(t->change);
	memset(t, 0, sizeof *t);
}

static struct report_change *
add_change(struct story *t, const char *stamp, uint64_t step)
{
	struct report_change *c;

	mem_grow(&t->change, &t->cap, t->n + 1, sizeof *t->change);
	c = &t->change[t->n++];
	snprintf(c->stamp, sizeof c->stamp, "%s", stamp);
	c->text[0] = '\0';
	c->step = step;
	return c;
}

/* Add the knobs that differ from their defaults. */
static void
add_knobs(struct story *t, const struct settings *s)
{
	struct knobs initial;
	char value[64];

	knob_defaults(&initial);
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *k = &knob_table[i];
		struct report_change *c;

		if (k->when == KNOB_VIEW || knob_value(&s->knobs, k) == knob_value(&initial, k))
			continue;
		c = add_change(t, "start", 0);
		snprintf(c->text, sizeof c->text, "%s %s", k->name,
			 knob_print(&s->knobs, k, value, sizeof value));
	}
}

/* Add what else is not as it is by default: teachers, ramps, maps. */
static void
add_others(struct story *t, const struct lab_info *info)
{
	const struct settings *s = &info->run->settings;
	char number[40], name[80];
	struct report_change *c;

	for (int i = 0; i < s->n_teachers; i++) {
		if (s->teacher_weight[i] == 1 && !s->teacher_muted[i])
			continue;
		c = add_change(t, "start", 0);
		snprintf(c->text, sizeof c->text, "%s weight %s%s", info->teacher[i].name,
			 text_number(number, sizeof number, s->teacher_weight[i]),
			 s->teacher_muted[i] ? ", muted" : "");
	}
	for (int i = 0; i < s->n_ramps; i++) {
		c = add_change(t, "start", 0);
		snprintf(c->text, sizeof c->text, "%s ramps to %s until %llu",
			 tunable_name(info, s->ramp[i].knob, name, sizeof name),
			 text_number(number, sizeof number, ramp_last(&s->ramp[i])),
			 (unsigned long long)ramp_end(&s->ramp[i]));
	}
	for (int i = 0; i < s->n_maps; i++) {
		struct text pair = { 0 };

		settings_describe_pair(info, &s->map[i], &pair);
		c = add_change(t, "start", 0);
		snprintf(c->text, sizeof c->text, "%s", text_get(&pair));
		text_release(&pair);
	}
}

/* True if the answer means that the student before is no more. */
static bool
is_new_student(const struct request *r)
{
	return r->kind == REQUEST_STUDENT || r->kind == REQUEST_DATA || r->kind == REQUEST_SEED ||
	       r->kind == REQUEST_TEACH;
}

void
story_follow(struct story *t, const struct lab_info *info, const struct request *r)
{
	uint64_t step = info->run->student.steps;
	char stamp[24];
	struct report_change *c;

	if (is_new_student(r))
		t->n = 0;
	if (is_new_student(r) || !info->run->has_student)
		return;
	if (r->kind == REQUEST_RUN && step == 0) {
		t->n = 0; /* changes before are in the settings at the start */
		add_knobs(t, &info->run->settings);
		add_others(t, info);
	}
	if (!r->note[0] || r->unchanged)
		return;
	snprintf(stamp, sizeof stamp, "@%llu", (unsigned long long)step);
	c = add_change(t, stamp, step);
	snprintf(c->text, sizeof c->text, "%s", r->note);
}

const struct report_change *
story_tell(struct story *t, const struct lab_info *info, size_t *n)
{
	*n = t->n;
	while (*n && t->change[*n - 1].step >= info->run->student.steps &&
	       strcmp(t->change[*n - 1].stamp, "start") != 0)
		(*n)--;
	return t->change;
}
