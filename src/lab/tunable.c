/* tunable.c: knobs, and weights of sets, teachers and pairs of layers, by one number each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/tunable.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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

	for (int i = 0; i < info->n_maps; i++)
		text_item(&names, "map%u", info->map[i].slot + 1);
	for (int i = 0; text_to_int(word + 3, &n) == 0 && i < info->n_maps; i++)
		if (n == (int64_t)info->map[i].slot + 1) {
			text_release(&names);
			return TUNABLE_MAP(info->map[i].slot);
		}
	err_set(e, "%.40s: no such pair on the map; there is %.160s", word,
		names.len ? text_get(&names) : "none");
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
tunable_name(const struct lab_info *info, int dial, char *buf, size_t size)
{
	if (dial < RAMP_OTHER)
		snprintf(buf, size, "%s", knob_table[dial].name);
	else if (dial < TUNABLE_TEACHER(0))
		snprintf(buf, size, "set:%s", info->set[dial - TUNABLE_SET(0)].name);
	else if (dial < TUNABLE_MAP(0))
		snprintf(buf, size, "teacher:%s", info->teacher[dial - TUNABLE_TEACHER(0)].name);
	else
		snprintf(buf, size, "map%d", dial - TUNABLE_MAP(0) + 1);
	return buf;
}

/* Where the weight of a pair is, or NULL: it is not on this map. */
static double *
pair_at(struct lab_map *map, int n, int dial)
{
	for (int i = 0; i < n; i++)
		if (TUNABLE_MAP(map[i].slot) == dial)
			return &map[i].weight;
	return NULL;
}

/* Where the number of a dial that is no knob is, or NULL. */
static double *
place(struct trainer_state_settings *s, int dial)
{
	if (dial >= TUNABLE_MAP(0))
		return pair_at(s->map, s->n_maps, dial);
	if (dial >= TUNABLE_TEACHER(0))
		return dial < TUNABLE_TEACHER(s->n_teachers) ? &s->weight[dial - TUNABLE_TEACHER(0)]
							     : NULL;
	return dial < TUNABLE_SET(s->n_sets) ? &s->set_weight[dial - TUNABLE_SET(0)] : NULL;
}

static double *
place_now(struct lab_info *info, int dial)
{
	if (dial >= TUNABLE_MAP(0))
		return pair_at(info->map, info->n_maps, dial);
	if (dial >= TUNABLE_TEACHER(0))
		return dial < TUNABLE_TEACHER(info->n_teachers)
			       ? &info->teacher[dial - TUNABLE_TEACHER(0)].weight
			       : NULL;
	return dial < TUNABLE_SET(info->n_sets) ? &info->set[dial - TUNABLE_SET(0)].weight : NULL;
}

double
tunable_value(const struct trainer_state_settings *s, int dial)
{
	const double *at =
		dial < RAMP_OTHER ? NULL : place((struct trainer_state_settings *)s, dial);

	return dial < RAMP_OTHER ? knob_value(&s->knobs, &knob_table[dial]) : at ? *at : NAN;
}

double
tunable_now(const struct lab_info *info, int dial)
{
	const double *at = dial < RAMP_OTHER ? NULL : place_now((struct lab_info *)info, dial);

	return dial < RAMP_OTHER ? knob_value(&info->knobs, &knob_table[dial]) : at ? *at : NAN;
}

void
tunable_turn(struct trainer_state_settings *s, int dial, double value)
{
	double *at = dial < RAMP_OTHER ? NULL : place(s, dial);
	void *field = dial < RAMP_OTHER ? (char *)&s->knobs + knob_table[dial].offset : NULL;

	if (field && knob_table[dial].type == KNOB_REAL)
		*(double *)field = value;
	else if (field)
		*(int64_t *)field = (int64_t)value;
	else if (at)
		*at = value;
	ramp_drop(s->ramp, &s->n_ramps, dial);
}

int
tunable_next(const struct trainer_state_settings *s, int dial)
{
	if (++dial < (int)knob_count)
		return dial;
	for (dial = dial < RAMP_OTHER ? RAMP_OTHER : dial; dial < TUNABLE_MAP(LAB_MAPS); dial++)
		if (place((struct trainer_state_settings *)s, dial))
			return dial;
	return -1;
}

void
tunable_apply(struct trainer_state_settings *s, uint64_t step)
{
	ramp_apply(s->ramp, s->n_ramps, step, &s->knobs);
	for (int i = 0; i < s->n_ramps; i++) {
		double *at = s->ramp[i].knob < RAMP_OTHER ? NULL : place(s, s->ramp[i].knob);

		if (at)
			*at = ramp_value(&s->ramp[i], step);
	}
}

void
tunable_follow(struct lab_info *info, uint64_t step)
{
	ramp_apply(info->ramp, info->n_ramps, step, &info->knobs);
	for (int i = 0; i < info->n_ramps; i++) {
		double *at = info->ramp[i].knob < RAMP_OTHER ? NULL
							     : place_now(info, info->ramp[i].knob);

		if (at)
			*at = ramp_value(&info->ramp[i], step);
	}
}

void
tunable_forget(struct lab_info *info, int from, int below)
{
	for (int dial = from; dial < below; dial++)
		ramp_drop(info->ramp, &info->n_ramps, dial);
}
