/* storm_changes.c: random changes of knobs, terms, maps, teachers, sets, ramps and remedies. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "storm_changes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/rng.h"
#include "retort/conf/knob.h"
#include "retort/data/dataset.h"
#include "retort/kd/losses/loss_table.h"

static struct rng draws;
static uint64_t drawn;

void
storm_changes_seed(uint64_t seed)
{
	draws = rng_stream(seed, "storm", 0, 0);
}

static uint32_t
below(uint32_t n)
{
	return rng_below(draws, drawn++, n);
}

static const char *
one_of(const char *const *words, uint32_t n)
{
	return words[below(n)];
}

/* A random value for a knob: one of its choices, or a number within a factor of 30 of its default.
 */
static void
value_of(const struct knob *k, char *buf, size_t size)
{
	double initial, x = 1;
	uint32_t n = 0;
	char name[32];

	if (k->choices) {
		while (knob_choice(k, n, name, sizeof name))
			n++;
		knob_choice(k, below(n), buf, size);
		return;
	}
	text_to_double(k->initial, &initial);
	x = (initial > 0 ? initial : 1) * pow(30, 2 * rng_unit(draws, drawn++) - 1);
	/* larger learning rates diverge, which other tests cover */
	if (strcmp(k->name, "lr") == 0 || strcmp(k->name, "eval-every") == 0)
		x = initial * (0.2 + rng_unit(draws, drawn++));
	if (strncmp(k->name, "beta", 4) == 0 || strcmp(k->name, "momentum") == 0)
		x = 1 - (1 - initial) * (0.8 + 2 * rng_unit(draws, drawn++));
	x = x < k->min ? k->min : x > k->max ? k->max : x;
	if ((strstr(k->name, "weight") && below(3) == 0) ||
	    (strstr(k->name, "-rate") && below(2) == 0))
		x = 0;
	else if (strstr(k->name, "temperature") || (k->max <= 1 && loss_table_of_knob(k)))
		x = below(8) ? x : below(2) ? k->min : k->max;
	snprintf(buf, size, k->type == KNOB_INT ? "%.0f" : "%.4g",
		 k->type == KNOB_INT ? floor(x) : x);
}

static const struct knob *
live_knob(void)
{
	const struct knob *k;

	do
		k = &knob_table[below((uint32_t)knob_count)];
	while (k->when != KNOB_LIVE);
	return k;
}

static void
change_knob(struct text *line)
{
	const struct knob *k = live_knob();
	char value[64];

	value_of(k, value, sizeof value);
	text_addf(line, "set %s %s", k->name, value);
}

static void
change_term(struct text *line)
{
	const struct loss *l = loss_table[below(LOSS_OUTPUTS)];

	if (below(3) == 0)
		text_addf(line, "loss %s off", l->name);
	else
		text_addf(line, "loss %s weight %.3g", l->name, 0.01 + rng_unit(draws, drawn++));
}

/* A tensor that the loss can compare, or any. */
static enum model_tap
tap_of(const struct loss *l)
{
	enum model_tap tap;

	do
		tap = (enum model_tap)below(MODEL_TAPS);
	while (l->on && !(l->on & 1u << tap) && below(8));
	return tap;
}

/* Layers as "big:1 s:2", two ranges, a preset, or a list. */
static void
pairs(struct text *line, const char *teacher, const char *const *layer, uint32_t layers)
{
	static const char *const preset[] = { "uniform", "last", "skip", "first", "auto" };
	const char *t = one_of(layer, layers), *s = one_of(layer, layers);
	uint32_t from = 1 + below(2);

	switch (below(8)) {
	case 0:
		text_addf(line, "%s %s", teacher, one_of(preset, 5));
		break;
	case 1:
		text_addf(line, "%s %s:%s,1:%s", teacher, t, s, one_of(layer, layers));
		break;
	case 2:
		text_addf(line, "%s:%u..2 s:1..%u", teacher, from, 3 - from);
		break;
	default:
		text_addf(line, "%s:%s s:%s", teacher, t, s);
	}
}

static void
edit(struct text *line, const char *const *layer, uint32_t layers)
{
	static const char *const through[] = { "none", "linear", "conv1x1", "shared" };
	const struct loss *l;
	uint32_t n = (uint32_t)loss_table_count - LOSS_OUTPUTS;

	pairs(line, below(2) ? "wide" : "big", layer, layers);
	if (below(3) == 0) {
		text_add(line, " off");
		return;
	}
	l = loss_table[LOSS_OUTPUTS + below(n)];
	text_addf(line, " match %s weight %.3g", l->name, rng_unit(draws, drawn++));
	if (l->on || below(4) == 0)
		text_addf(line, " on %s", model_tap_name[tap_of(l)]);
	if (below(3) == 0)
		text_addf(line, " through %s", one_of(through, 4));
}

static void
change_map(struct text *line, const char *const *layer, uint32_t layers)
{
	text_add(line, "map ");
	if (below(24) == 0) {
		text_add(line, "clear");
		return;
	}
	edit(line, layer, layers);
	if (below(8) == 0) {
		text_add(line, " and ");
		edit(line, layer, layers);
	}
}

static void
change_teacher(struct text *line)
{
	const char *teacher = below(2) ? "wide" : "big";

	switch (below(10)) {
	case 0:
	case 1:
		text_addf(line, "teachers %s mute", teacher);
		break;
	case 2:
		text_addf(line, "teachers %s solo", teacher);
		break;
	case 3:
		text_add(line, "teachers equal");
		break;
	case 4:
		text_add(line, "teachers unmute");
		break;
	case 5:
		text_addf(line, "teachers %s unmute", teacher);
		break;
	default:
		text_addf(line, "teachers %s weight %.3g", teacher,
			  below(4) ? 2 * rng_unit(draws, drawn++) : 0);
	}
}

static void
change_frozen(struct text *line, const char *const *layer, uint32_t layers)
{
	static const char *const of_teacher[] = { "wide:1", "wide:logits", "big:1" };

	text_addf(line, "%s %s", below(3) ? "freeze" : "thaw",
		  below(4) ? one_of(layer, layers) : one_of(of_teacher, 3));
}

/* A weight of the rows of a set; sometimes 0. */
static void
change_draw(struct text *line)
{
	text_addf(line, "data weight %s %.3g", below(2) ? "train" : "more",
		  below(3) ? 2 * rng_unit(draws, drawn++) : 0);
}

static void
change_remedy(struct text *line)
{
	static const char *const lines[] = {
		"weigh train like held-out",
		"weigh train like held-out limit 2",
		"weigh off",
		"select train 400 by uncertainty",
		"select train 500 by margin",
		"select train 100 by coverage of held-out",
		"select train without 1",
		"select off",
		"prior",
		"prior held-out by em",
		"prior off",
	};

	text_addf(line, "remedy %s", one_of(lines, sizeof lines / sizeof *lines));
}

static void
change_mix(struct text *line)
{
	const struct knob *k = knob_find(below(4) ? "mix" : "mix-box", NULL);
	char value[64];

	value_of(k, value, sizeof value);
	text_addf(line, "set %s %s", k->name, value);
}

static void
change_shares(struct text *line)
{
	text_add(line, "balance");
	if (below(2))
		text_addf(line, " kd %.3g", 0.1 + 0.8 * rng_unit(draws, drawn++));
	if (below(4) == 0)
		text_addf(line, " map%u 0.05", 1 + below(4));
}

/* Append TO over N SHAPE; refused for a knob of words. */
static void
stretch(struct text *line, const struct knob *k)
{
	static const char *const shape[] = { "linear", "cosine", "exponential" };
	uint32_t n = 1 + below(200);
	char to[64];

	value_of(k, to, sizeof to);
	text_addf(line, " %s over %u ", to, n);
	if (below(4))
		text_add(line, one_of(shape, 3));
	else
		text_addf(line, "steps %u", 1 + below(n));
}

/* Append a ramp of a set, teacher or pair of layers; refused for a pair that is not mapped. */
static void
change_weight_by_itself(struct text *line)
{
	static const char *const weights[] = { "set:train",    "set:more", "teacher:big",
					       "teacher:wide", "map1",     "map2",
					       "map3" };
	double to = below(3) ? 2 * rng_unit(draws, drawn++) : 0;

	text_add(line, one_of(weights, 7));
	if (below(6) == 0)
		text_add(line, " off");
	else
		text_addf(line, " %.3g %.3g over %u", 2 * rng_unit(draws, drawn++), to,
			  1 + below(200));
}

/* A ramp, possibly of several legs. */
static void
change_schedule(struct text *line)
{
	const struct knob *k = live_knob();
	char from[64];

	if (below(8) == 0) {
		change_shares(line);
		return;
	}
	if (below(3) == 0) {
		text_add(line, "ramp ");
		change_weight_by_itself(line);
		return;
	}
	text_addf(line, "ramp %s", k->name);
	if (below(6) == 0) {
		text_add(line, " off");
		return;
	}
	value_of(k, from, sizeof from);
	text_addf(line, " %s", from);
	stretch(line, k);
	while (below(3) == 0) {
		text_add(line, " then");
		stretch(line, k);
	}
}

void
storm_changes_add(struct text *line, const char *const *layer, uint32_t layers)
{
	switch (below(12)) {
	case 0:
	case 1:
	case 2:
		change_knob(line);
		break;
	case 3:
	case 4:
		change_term(line);
		break;
	case 5:
	case 6:
		change_map(line, layer, layers);
		break;
	case 7:
		if (below(3))
			change_teacher(line);
		else
			change_frozen(line, layer, layers);
		break;
	case 8:
		change_schedule(line);
		break;
	case 9:
		if (below(2))
			change_mix(line);
		else
			change_remedy(line);
		break;
	case 10:
		change_draw(line);
		break;
	default:
		text_add(line, below(3) ? "undo" : "redo");
	}
}

void
storm_changes_option(struct text *line)
{
	static const char *const cache[] = { "auto", "off", "memory", "disk" };

	text_addf(line, "teacher %s ", below(2) ? "wide" : "big");
	switch (below(4)) {
	case 0:
		text_addf(line, "cache %s", one_of(cache, 4));
		break;
	case 1:
		text_addf(line, "precision %s", below(2) ? "bf16" : "f32");
		break;
	case 2:
		text_add(line, "top all");
		break;
	default:
		text_addf(line, "top %u", 1 + below(2));
	}
}
