/* hf_rope.c: rotary positions and windows of config.json. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_rope.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/nn/ops/rope.h"

/* What a key of the object means, and the types that have it: bits 1 << enum rope_scaling. */
#define ALL ~0u
#define SCALED ~(1u << ROPE_PLAIN)
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
	{ "original_max_position_embeddings", "rope-original", 1u << ROPE_YARN, NAN },
	{ "original_max_position_embeddings", "rope-original", 1u << ROPE_LLAMA3, 0 },
	{ "low_freq_factor", "rope-low", 1u << ROPE_LLAMA3, 0 },
	{ "high_freq_factor", "rope-high", 1u << ROPE_LLAMA3, 0 },
	{ "beta_slow", "rope-low", 1u << ROPE_YARN, 1 },
	{ "beta_fast", "rope-high", 1u << ROPE_YARN, 32 },
	{ "attention_factor", NULL, 1u << ROPE_YARN, NAN },
	{ "mscale", NULL, 1u << ROPE_YARN, NAN },
	{ "mscale_all_dim", NULL, 1u << ROPE_YARN, NAN },
	{ "truncate", NULL, 1u << ROPE_YARN, NAN },
};
#define KEYS (sizeof keys / sizeof *keys)

static const char *
show(const json_t *j, char *buf, size_t size)
{
	char *text = j ? json_dumps(j, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	snprintf(buf, size, "%s", text ? text : "nothing");
	free(text);
	return buf;
}

static int
find_type(const char *word)
{
	static const char *const name[] = { "default", "linear", "dynamic", "llama3", "yarn" };

	for (int i = 0; i < 5; i++)
		if (word && strcmp(word, name[i]) == 0)
			return i;
	return -1;
}

static int
set_number(struct hf_model *m, const struct key *k, const json_t *value, struct err *e)
{
	char text[40], got[60];

	if (!json_is_number(value) || !(json_number_value(value) > 0))
		return err_set(e, "%s: invalid value %s (expected a number above 0)", k->name,
			       show(value, got, sizeof got));
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

/* The factor of cosines and sines of yarn, from attention_factor, or from mscale and
 * mscale_all_dim. */
static int
set_gain(struct hf_model *m, const json_t *value, struct err *e)
{
	const json_t *given = json_object_get(value, "attention_factor"),
		     *scale = json_object_get(value, "mscale"),
		     *all = json_object_get(value, "mscale_all_dim");
	double factor = hf_layout_get(m, "rope-factor"), gain = rope_yarn_gain(factor);
	char text[40];

	if (json_is_false(json_object_get(value, "truncate")))
		return err_set(e, "truncate: unsupported value false (expected true)");
	if (json_number_value(scale) > 0 && json_number_value(all) > 0 && factor > 1)
		gain = (0.1 * json_number_value(scale) * log(factor) + 1) /
		       (0.1 * json_number_value(all) * log(factor) + 1);
	if (given && !json_is_null(given))
		gain = json_number_value(given);
	text_number(text, sizeof text, gain);
	return hf_layout_set(m, "rope-gain", text, e) < 0 ? err_wrap(e, "attention_factor") : 0;
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
				       show(x, got, sizeof got));
	}
	return 0;
}

/* The object itself, or that of every layer type where they are equal; NULL and an error. */
static json_t *
choose(json_t *value, struct err *e)
{
	json_t *full = json_object_get(value, "full_attention"),
	       *sliding = json_object_get(value, "sliding_attention");

	if (!full && !sliding)
		return value;
	if (full && sliding && !json_equal(full, sliding)) {
		err_set(e, "full_attention and sliding_attention differ (expected equal tables)");
		return NULL;
	}
	if (json_object_size(value) > 1u + (full && sliding)) {
		err_set(e, "unsupported keys beside those of layer types (expected full_attention "
			   "and sliding_attention alone)");
		return NULL;
	}
	return full ? full : sliding;
}

static int
read_object(struct hf_model *m, bool plain, json_t *value, struct err *e)
{
	const json_t *word = json_object_get(value, "rope_type");
	char got[60];
	int type;

	word = word ? word : json_object_get(value, "type");
	type = word ? find_type(json_string_value(word)) : ROPE_PLAIN;
	if (!json_is_object(value) || type < 0 || (plain && type != ROPE_PLAIN))
		return err_set(e,
			       "unsupported value %s (expected null or a rope_type of default%s)",
			       show(word ? word : value, got, sizeof got),
			       plain ? "" : ", linear, dynamic, llama3, yarn");
	if (check_keys(type, value, e) < 0 || set_keys(m, type, value, e) < 0)
		return -1;
	if (type == ROPE_YARN && set_gain(m, value, e) < 0)
		return -1;
	return type == ROPE_PLAIN ? 0
				  : hf_layout_set(m, "rope-scaling", json_string_value(word), e);
}

int
hf_rope_read(struct hf_model *m, const struct hf_key *k, json_t *value, struct err *e)
{
	if (!value || json_is_null(value))
		return 0;
	value = choose(value, e);
	return value && read_object(m, k->kind == HF_PLAIN_ROPE, value, e) == 0
		       ? 0
		       : err_wrap(e, "%s", k->name);
}

void
hf_rope_print(const struct hf_model *m, struct text *out)
{
	int type = (int)hf_layout_get(m, "rope-scaling");
	char word[24], number[40];

	if (type == ROPE_PLAIN) {
		text_add(out, "null");
		return;
	}
	hf_layout_value(&m->spec, model_option(m->spec.kind, "rope-scaling"), word, sizeof word);
	text_addf(out, "{\n    \"rope_type\": \"%s\"", word);
	for (size_t i = 0; i < KEYS; i++)
		if (keys[i].option && keys[i].of != ALL && keys[i].of >> type & 1 &&
		    hf_layout_get(m, keys[i].option) > 0)
			text_addf(out, ",\n    \"%s\": %s", keys[i].name,
				  text_number(number, sizeof number,
					      hf_layout_get(m, keys[i].option)));
	if (type == ROPE_YARN)
		text_addf(out, ",\n    \"attention_factor\": %s",
			  text_number(number, sizeof number, hf_layout_get(m, "rope-gain")));
	text_add(out, "\n  }");
}

/* ---------------------------------------------------------------- windows */

/* Read one bit for each block that slides, from 0. */
static int
read_types(struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e)
{
	size_t layers = (size_t)hf_layout_get(m, "layers"), i;
	double blocks = 0;
	char got[60];
	json_t *one;

	if (!json_is_array(value) || json_array_size(value) != layers)
		return err_set(e, "%s: invalid value %s (expected a list of %zu types)", k->name,
			       show(value, got, sizeof got), layers);
	json_array_foreach(value, i, one)
	{
		const char *word = json_string_value(one);

		if (word && strcmp(word, "sliding_attention") == 0)
			blocks += ldexp(1, (int)i);
		else if (!word || strcmp(word, "full_attention") != 0)
			return err_set(e,
				       "%s: unsupported value %s (expected one of full_attention, "
				       "sliding_attention)",
				       k->name, show(one, got, sizeof got));
	}
	m->window_blocks = blocks;
	return 0;
}

int
hf_rope_window(struct hf_model *m, const struct hf_key *k, json_t *value, struct err *e)
{
	bool none = !value || json_is_null(value);
	char got[60];

	if (k->kind == HF_LAYER_TYPES)
		return none ? 0 : read_types(m, k, value, e);
	if (k->kind == HF_USES_WINDOW) {
		if (!none && !json_is_boolean(value))
			return err_set(e, "%s: invalid value %s (expected true or false)", k->name,
				       show(value, got, sizeof got));
		m->no_window = !json_is_true(value);
		return 0;
	}
	if (!none && !(json_is_integer(value) && json_integer_value(value) >= 0))
		return err_set(e, "%s: invalid value %s (expected a whole number)", k->name,
			       show(value, got, sizeof got));
	if (!none)
		m->window_from = json_number_value(value);
	return none ? text_to_double(k->absent, &m->window_from) : 0;
}

int
hf_rope_windows(struct hf_model *m, struct err *e)
{
	double layers = hf_layout_get(m, "layers"), blocks = m->window_blocks;
	char text[40];

	if (hf_layout_get(m, "window") <= 0)
		return 0;
	if (m->no_window || (blocks < 0 && m->window_from >= layers) || blocks == 0)
		return hf_layout_set(m, "window", "0", e);
	if (blocks < 0 && m->window_from <= 0)
		return 0;
	if (blocks < 0)
		blocks = ldexp(1, (int)layers) - ldexp(1, (int)m->window_from);
	if (blocks >= ldexp(1, (int)layers) - 1)
		return 0;
	text_number(text, sizeof text, blocks);
	return hf_layout_set(m, "window-blocks", text, e);
}

int
hf_rope_window_from(const struct hf_model *m)
{
	int layers = (int)hf_layout_get(m, "layers"), from = 0;
	double blocks = hf_layout_get(m, "window-blocks"), all = ldexp(1, layers);

	if (hf_layout_get(m, "window") <= 0)
		return layers;
	if (blocks == 0)
		return 0;
	while (from < layers && blocks != all - ldexp(1, from))
		from++;
	return from < layers ? from : -1;
}

void
hf_rope_print_types(const struct hf_model *m, struct text *out)
{
	unsigned long blocks = (unsigned long)hf_layout_get(m, "window-blocks");

	for (int i = 0; i < (int)hf_layout_get(m, "layers"); i++)
		text_addf(out, "%s\n    \"%s_attention\"", i ? "," : "[",
			  blocks >> i & 1 ? "sliding" : "full");
	text_add(out, "\n  ]");
}
