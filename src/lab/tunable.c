/* tunable.c: knobs, and weights of sets, teachers and pairs of layers, by one integer each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/tunable.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/text.h"

bool
tunable_is_weight(const char *word)
{
	return strncmp(word, "set:", 4) == 0 || strncmp(word, "teacher:", 8) == 0 ||
	       (strncmp(word, "map", 3) == 0 && word[3] >= '0' && word[3] <= '9');
}

static int
find_pair(const struct lab_info *info, const char *word, struct err *e)
{
	struct text names = { 0 };
	int64_t n;

	for (int i = 0; i < info->run->settings.n_maps; i++)
		text_item(&names, "map%u", info->run->settings.map[i].slot + 1);
	for (int i = 0; text_to_int(word + 3, &n) == 0 && i < info->run->settings.n_maps; i++)
		if (n == (int64_t)info->run->settings.map[i].slot + 1) {
			text_release(&names);
			return TUNABLE_MAP(info->run->settings.map[i].slot);
		}
	choice_invalid(e, "pair", word, names.len ? text_get(&names) : "none");
	text_release(&names);
	return -1;
}

int
tunable_find(const struct lab_info *info, const char *word, struct err *e)
{
	int k;

	if (strncmp(word, "map", 3) == 0)
		return find_pair(info, word, e);
	if (strncmp(word, "set:", 4) == 0)
		return (k = lab_set(info, word + 4, e)) < 0 ? -1 : TUNABLE_SET(k);
	return (k = lab_info_teacher(info, word + 8, e)) < 0 ? -1 : TUNABLE_TEACHER(k);
}

const char *
tunable_name(const struct lab_info *info, int id, char *buf, size_t size)
{
	if (id < RAMP_OTHER)
		snprintf(buf, size, "%s", knob_table[id].name);
	else if (id < TUNABLE_TEACHER(0))
		snprintf(buf, size, "set:%s", info->set[id - TUNABLE_SET(0)].name);
	else if (id < TUNABLE_MAP(0))
		snprintf(buf, size, "teacher:%s", info->teacher[id - TUNABLE_TEACHER(0)].name);
	else
		snprintf(buf, size, "map%d", id - TUNABLE_MAP(0) + 1);
	return buf;
}

/* The weight of a pair of layers, or NULL: it is not on the map. */
static double *
pair_weight(struct settings *s, int id)
{
	for (int i = 0; i < s->n_maps; i++)
		if (TUNABLE_MAP(s->map[i].slot) == id)
			return &s->map[i].weight;
	return NULL;
}

/* The weight that an id above the knobs stands for, or NULL. */
static double *
weight_at(struct settings *s, int id)
{
	if (id >= TUNABLE_MAP(0))
		return pair_weight(s, id);
	if (id >= TUNABLE_TEACHER(0))
		return id < TUNABLE_TEACHER(s->n_teachers)
			       ? &s->teacher_weight[id - TUNABLE_TEACHER(0)]
			       : NULL;
	return id < TUNABLE_SET(s->n_sets) ? &s->set_weight[id - TUNABLE_SET(0)] : NULL;
}

double
tunable_value(const struct settings *s, int id)
{
	const double *at = id < RAMP_OTHER ? NULL : weight_at((struct settings *)s, id);

	return id < RAMP_OTHER ? knob_value(&s->knobs, &knob_table[id]) : at ? *at : NAN;
}

void
tunable_set(struct settings *s, int id, double value)
{
	double *at = id < RAMP_OTHER ? NULL : weight_at(s, id);
	void *field = id < RAMP_OTHER ? (char *)&s->knobs + knob_table[id].offset : NULL;

	if (field && knob_table[id].type == KNOB_REAL)
		*(double *)field = value;
	else if (field)
		*(int64_t *)field = (int64_t)value;
	else if (at)
		*at = value;
	ramp_remove(s->ramp, &s->n_ramps, id);
}

int
tunable_next(const struct settings *s, int id)
{
	if (++id < (int)knob_count)
		return id;
	for (id = id < RAMP_OTHER ? RAMP_OTHER : id; id < TUNABLE_MAP(TRAIN_MAPS); id++)
		if (weight_at((struct settings *)s, id))
			return id;
	return -1;
}

void
tunable_follow(struct settings *s, uint64_t step)
{
	ramp_apply(s->ramp, s->n_ramps, step, &s->knobs);
	for (int i = 0; i < s->n_ramps; i++) {
		double *at = s->ramp[i].knob < RAMP_OTHER ? NULL : weight_at(s, s->ramp[i].knob);

		if (at)
			*at = ramp_value(&s->ramp[i], step);
	}
}

void
tunable_drop_ramps(struct settings *s, int from, int below)
{
	for (int id = from; id < below; id++)
		ramp_remove(s->ramp, &s->n_ramps, id);
}
