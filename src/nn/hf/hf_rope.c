/* hf_rope.c: rotary positions of config.json. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_rope.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/jsonparse.h"
#include "retort/nn/ops/rope.h"

/* What a key of the object means, and the types that have it: bits 1 << enum rope_scaling. */
#define ALL ~0u
#define SCALED ~(1u << ROPE_PLAIN | 1u << ROPE_LONG)
#define ORIGINAL (1u << ROPE_YARN | 1u << ROPE_LONG)
static const struct key {
	const char *name, *option; /* option: NULL: read elsewhere, or without effect */
	unsigned of;
	double absent; /* set where the key is absent; 0: required, NAN: left */
} keys[] = {
	{ "rope_type", NULL, ALL, NAN },
	{ "type", NULL, ALL, NAN },
	{ "rope_theta", "rope-base", ALL, NAN },
	{ "partial_rotary_factor", "rotary-part", ALL, NAN },
	{ "factor", "rope-factor", SCALED, 0 },
	{ "factor", NULL, 1u << ROPE_LONG, NAN },
	{ "original_max_position_embeddings", "rope-original", ORIGINAL, NAN },
	{ "original_max_position_embeddings", "rope-original", 1u << ROPE_LLAMA3, 0 },
	{ "low_freq_factor", "rope-low", 1u << ROPE_LLAMA3, 0 },
	{ "high_freq_factor", "rope-high", 1u << ROPE_LLAMA3, 0 },
	{ "beta_slow", "rope-low", 1u << ROPE_YARN, 1 },
	{ "beta_fast", "rope-high", 1u << ROPE_YARN, 32 },
	{ "short_factor", NULL, 1u << ROPE_LONG, NAN },
	{ "long_factor", NULL, 1u << ROPE_LONG, NAN },
	{ "attention_factor", NULL, ORIGINAL, NAN },
	{ "mscale", NULL, 1u << ROPE_YARN, NAN },
	{ "mscale_all_dim", NULL, 1u << ROPE_YARN, NAN },
	{ "truncate", NULL, 1u << ROPE_YARN, NAN },
};
#define KEYS (sizeof keys / sizeof *keys)

/* By enum rope_scaling. */
static const char *const names[] = { "default", "linear", "dynamic", "llama3", "yarn", "longrope" };
#define NAMES (sizeof names / sizeof *names)

static int
find_type(const char *word)
{
	for (size_t i = 0; i < NAMES; i++)
		if (word && strcmp(word, names[i]) == 0)
			return (int)i;
	return -1;
}

/* The same for layouts whose published code has longrope alone, and older names of it. */
static int
find_long_type(const char *word)
{
	int type = find_type(word);

	if (type == ROPE_YARN || (word && strcmp(word, "su") == 0))
		return ROPE_LONG;
	return type == ROPE_PLAIN || type == ROPE_LONG ? type : -1;
}

static int
set_number(struct hf_model *m, const struct key *k, const json_t *value, struct err *e)
{
	char text[40], got[60];

	if (!json_is_number(value) || !(json_number_value(value) > 0))
		return err_set(e, "%s: invalid value %s (expected a number above 0)", k->name,
			       jsonparse_show(value, got, sizeof got));
	text_number(text, sizeof text, json_number_value(value));
	return hf_layout_set(m, k->option, text, e) < 0 ? err_wrap(e, "%s", k->name) : 0;
}

static int
set_keys(struct hf_model *m, int type, const json_t *value, struct err *e)
{
	char text[40];

	for (size_t i = 0; i < KEYS; i++) {
		const json_t *x = json_object_get(value, keys[i].name);
		bool none = !x || json_is_null(x);

		if (!keys[i].option || !(keys[i].of >> type & 1) || (none && isnan(keys[i].absent)))
			continue;
		if (!none && strcmp(keys[i].option, "rotary-part") == 0 &&
		    !hf_layout_find(m->layout, "rotary-part") && json_number_value(x) != 1)
			return err_set(e, "%s: unsupported value %s (expected 1)", keys[i].name,
				       jsonparse_show(x, text, sizeof text));
		if (none && keys[i].absent == 0)
			return err_set(e, "%s: missing", keys[i].name);
		if (!none && set_number(m, &keys[i], x, e) < 0)
			return -1;
		text_number(text, sizeof text, keys[i].absent);
		if (none && hf_layout_set(m, keys[i].option, text, e) < 0)
			return -1;
	}
	return 0;
}

/* The usual factor of cosines and sines of yarn, or that of mscale and mscale_all_dim. */
static double
yarn_gain(const struct hf_model *m, const json_t *value)
{
	const json_t *scale = json_object_get(value, "mscale"),
		     *all = json_object_get(value, "mscale_all_dim");
	double factor = hf_layout_get(m, "rope-factor");

	if (json_number_value(scale) > 0 && json_number_value(all) > 0 && factor > 1)
		return (0.1 * json_number_value(scale) * log(factor) + 1) /
		       (0.1 * json_number_value(all) * log(factor) + 1);
	return rope_yarn_gain(factor);
}

/* The usual one of longrope, from how many times longer texts are: `factor`; 0: positions over
 * those before scaling. */
static double
long_gain(const struct hf_model *m, double factor)
{
	double positions = hf_layout_get(m, "positions"),
	       original = hf_layout_get(m, "rope-original");

	original = original > 0 ? original : positions;
	return rope_long_gain(factor > 0 ? factor : positions / original, original);
}

/* Set the factor of cosines and sines: attention_factor, or else the usual one. */
static int
set_gain(struct hf_model *m, int type, const json_t *value, struct err *e)
{
	const json_t *given = json_object_get(value, "attention_factor");
	double gain = type == ROPE_YARN
			      ? yarn_gain(m, value)
			      : long_gain(m, json_number_value(json_object_get(value, "factor")));
	char text[40];

	if (json_is_false(json_object_get(value, "truncate")))
		return err_set(e, "truncate: unsupported value false (expected true)");
	if (given && !json_is_null(given))
		gain = json_number_value(given);
	text_number(text, sizeof text, gain);
	return hf_layout_set(m, "rope-gain", text, e) < 0 ? err_wrap(e, "attention_factor") : 0;
}

/* Set an option that is a list, one divisor for each pair of numbers that is rotated. */
static int
set_list(struct hf_model *m, const char *key, const char *option, const json_t *value,
	 struct err *e)
{
	const json_t *list = json_object_get(value, key), *one;
	struct text text = { 0 };
	char got[60], number[40];
	int status = 0;
	size_t i;

	if (!list || json_is_null(list))
		return err_set(e, "%s: missing", key);
	if (!json_is_array(list) || json_array_size(list) > MODEL_ENTRIES)
		return err_set(e, "%s: invalid value %s (expected a list of at most %d numbers)",
			       key, jsonparse_show(list, got, sizeof got), MODEL_ENTRIES);
	json_array_foreach(list, i, one)
	{
		if (!json_is_number(one) || !(json_number_value(one) > 0))
			status = err_set(e, "%s: invalid value %s (expected numbers above 0)", key,
					 jsonparse_show(one, got, sizeof got));
		text_addf(&text, "%s%s", i ? "," : "",
			  text_number(number, sizeof number, json_number_value(one)));
	}
	if (status == 0 && hf_layout_set(m, option, text_get(&text), e) < 0)
		status = err_wrap(e, "%s", key);
	text_release(&text);
	return status;
}

/* Set the lists of longrope, for which the head is known by now. */
static int
set_lists(struct hf_model *m, const json_t *value, struct err *e)
{
	double part = hf_layout_get(m, "rotary-part");
	size_t pairs = (size_t)((double)hf_layout_size(m, 'h') * part) / 2;
	static const char *const lists[][2] = { { "short_factor", "rope-short" },
						{ "long_factor", "rope-long" } };

	for (int i = 0; i < 2; i++) {
		if (set_list(m, lists[i][0], lists[i][1], value, e) < 0)
			return -1;
		if (hf_layout_get(m, lists[i][1]) != (double)pairs)
			return err_set(e,
				       "%s: %g numbers (expected %zu, one for each pair of a head "
				       "that is rotated)",
				       lists[i][0], hf_layout_get(m, lists[i][1]), pairs);
	}
	return 0;
}

/* Refuse a key that the type does not have. */
static int
check_keys(int type, json_t *value, struct err *e)
{
	const char *name;
	char got[60];
	json_t *x;

	json_object_foreach(value, name, x)
	{
		bool known = false;

		for (size_t i = 0; i < KEYS; i++)
			known |= strcmp(keys[i].name, name) == 0 && keys[i].of >> type & 1;
		if (!known && !json_is_null(x))
			return err_set(e, "%.40s: unsupported value %s (expected nothing)", name,
				       jsonparse_show(x, got, sizeof got));
	}
	return 0;
}

/* The object itself, or that of every layer type where they are equal; NULL and an error. */
static json_t *
choose(const struct hf_model *m, json_t *value, struct err *e)
{
	json_t *full = json_object_get(value, "full_attention"),
	       *sliding = json_object_get(value, "sliding_attention");

	if (!full && !sliding)
		return value;
	if (full && sliding && !json_equal(full, sliding)) {
		err_set(e,
			"full_attention and sliding_attention differ (expected equal tables: in "
			"the published code of %s all layers share one)",
			m->layout->name);
		return NULL;
	}
	if (json_object_size(value) > 1u + (full && sliding)) {
		err_set(e, "unsupported keys beside those of layer types (expected full_attention "
			   "and sliding_attention alone)");
		return NULL;
	}
	return full ? full : sliding;
}

/* A key of that name beside the object comes before the one in it, as in the published code. */
static int
set_original(struct hf_model *m, int type, struct err *e)
{
	char text[40];

	if (m->original <= 0 || type == ROPE_PLAIN || type == ROPE_LINEAR || type == ROPE_DYNAMIC)
		return 0;
	text_number(text, sizeof text, m->original);
	return hf_layout_set(m, "rope-original", text, e);
}

static int
read_object(struct hf_model *m, bool only_long, json_t *value, struct err *e)
{
	const json_t *word = json_object_get(value, "rope_type");
	int (*find)(const char *word) = only_long ? find_long_type : find_type;
	char got[60];
	int type;

	word = word ? word : json_object_get(value, "type");
	type = word ? find(json_string_value(word)) : ROPE_PLAIN;
	if (!json_is_object(value) || type < 0)
		return err_set(e,
			       "unsupported value %s (expected null or a rope_type of default%s, "
			       "longrope)",
			       jsonparse_show(word ? word : value, got, sizeof got),
			       only_long ? "" : ", linear, dynamic, llama3, yarn");
	if (check_keys(type, value, e) < 0 || set_keys(m, type, value, e) < 0 ||
	    set_original(m, type, e) < 0)
		return -1;
	if (type == ROPE_LONG && set_lists(m, value, e) < 0)
		return -1;
	if ((type == ROPE_YARN || type == ROPE_LONG) && set_gain(m, type, value, e) < 0)
		return -1;
	return type == ROPE_PLAIN ? 0 : hf_layout_set(m, "rope-scaling", names[type], e);
}

/* Whether another key takes the place of this one. */
static bool
is_replaced(const struct hf_key *k, const json_t *root)
{
	return strcmp(k->name, "rope_parameters") == 0 &&
	       json_object_size(json_object_get(root, "rope_scaling")) > 0;
}

int
hf_rope_read(struct hf_model *m, const struct hf_key *k, const json_t *root, struct err *e)
{
	json_t *value = json_object_get(root, k->name);

	if (!value || json_is_null(value) || is_replaced(k, root))
		return 0;
	value = choose(m, value, e);
	return value && read_object(m, k->kind == HF_LONG_ROPE, value, e) == 0
		       ? 0
		       : err_wrap(e, "%s", k->name);
}

static void
print_list(const struct hf_model *m, const char *key, const char *option, struct text *out)
{
	int i = model_option(m->spec.kind, option);

	text_addf(out, ",\n    \"%s\": [", key);
	model_print_list(m->spec.list[model_list(m->spec.kind, i)], (size_t)m->spec.value[i], out);
	text_add(out, "]");
}

/* Write the keys that are numbers. A key beside the object has the positions before scaling where
 * the layout has one. */
static void
print_keys(const struct hf_model *m, int type, struct text *out)
{
	bool apart = hf_rope_is_long(m->layout);
	char number[40];

	for (size_t i = 0; i < KEYS; i++) {
		const struct key *k = &keys[i];

		if (k->option && k->of != ALL && k->of >> type & 1 &&
		    hf_layout_get(m, k->option) > 0 &&
		    !(apart && strcmp(k->option, "rope-original") == 0))
			text_addf(out, ",\n    \"%s\": %s", k->name,
				  text_number(number, sizeof number, hf_layout_get(m, k->option)));
	}
}

void
hf_rope_print(const struct hf_model *m, struct text *out)
{
	int type = (int)hf_layout_get(m, "rope-scaling");
	double gain = hf_layout_get(m, "rope-gain");
	char number[40];

	if (type == ROPE_PLAIN) {
		text_add(out, "null");
		return;
	}
	text_addf(out, "{\n    \"%s\": \"%s\"", type == ROPE_LONG ? "type" : "rope_type",
		  names[type]);
	print_keys(m, type, out);
	if (type == ROPE_LONG) {
		print_list(m, "short_factor", "rope-short", out);
		print_list(m, "long_factor", "rope-long", out);
	}
	if (type == ROPE_YARN || (type == ROPE_LONG && gain != long_gain(m, 0)))
		text_addf(out, ",\n    \"attention_factor\": %s",
			  text_number(number, sizeof number, gain));
	text_add(out, "\n  }");
}

bool
hf_rope_is_long(const struct hf_layout *l)
{
	for (const struct hf_key *k = l->key; k->name; k++)
		if (k->kind == HF_LONG_ROPE)
			return true;
	return false;
}

int
hf_rope_read_original(struct hf_model *m, const struct hf_key *k, const json_t *value,
		      struct err *e)
{
	char got[60];

	if (!value || json_is_null(value))
		return k->absent ? text_to_double(k->absent, &m->original) : 0;
	if (!json_is_integer(value) || json_integer_value(value) < 1)
		return err_set(e, "%s: invalid value %s (expected a whole number above 0)", k->name,
			       jsonparse_show(value, got, sizeof got));
	m->original = json_number_value(value);
	return 0;
}

void
hf_rope_print_original(const struct hf_model *m, struct text *out)
{
	double original = hf_layout_get(m, "rope-original");
	bool scales = hf_layout_get(m, "rope-scaling") != ROPE_PLAIN;

	text_addf(out, "%.0f", scales && original > 0 ? original : hf_layout_get(m, "positions"));
}
