/* hf_window.c: windows of attention in config.json. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_window.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/jsonparse.h"

/* Read one bit for each block that slides, from 0. */
static int
read_types(struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e)
{
	size_t layers = (size_t)hf_layout_get(m, "layers"), i;
	uint64_t blocks = 0;
	char got[60];
	json_t *one;

	if (!json_is_array(value) || json_array_size(value) != layers)
		return err_set(e, "%s: invalid value %s (expected a list of %zu types)", k->name,
			       jsonparse_show(value, got, sizeof got), layers);
	json_array_foreach(value, i, one)
	{
		const char *word = json_string_value(one);

		if (word && strcmp(word, "sliding_attention") == 0)
			blocks |= (uint64_t)1 << i;
		else if (!word || strcmp(word, "full_attention") != 0)
			return err_set(e,
				       "%s: unsupported value %s (expected one of full_attention, "
				       "sliding_attention)",
				       k->name, jsonparse_show(one, got, sizeof got));
	}
	m->window_blocks = blocks;
	m->has_types = true;
	return 0;
}

int
hf_window_read(struct hf_model *m, const struct hf_key *k, json_t *value, struct err *e)
{
	bool none = !value || json_is_null(value);
	char got[60];

	if (k->kind == HF_LAYER_TYPES)
		return none ? 0 : read_types(m, k, value, e);
	if (k->kind == HF_USES_WINDOW) {
		if (!none && !json_is_boolean(value))
			return err_set(e, "%s: invalid value %s (expected true or false)", k->name,
				       jsonparse_show(value, got, sizeof got));
		m->no_window = !json_is_true(value);
		return 0;
	}
	if (!none && !(json_is_integer(value) && json_integer_value(value) >= 0))
		return err_set(e, "%s: invalid value %s (expected a whole number)", k->name,
			       jsonparse_show(value, got, sizeof got));
	if (!none)
		m->window_from = json_number_value(value);
	return none ? text_to_double(k->absent, &m->window_from) : 0;
}

/* The blocks of a network, as bits. */
static uint64_t
all_blocks(const struct hf_model *m)
{
	return ((uint64_t)1 << (int)hf_layout_get(m, "layers")) - 1;
}

/* The blocks from number `from` on. */
static uint64_t
blocks_from(const struct hf_model *m, double from)
{
	return from < hf_layout_get(m, "layers") ? all_blocks(m) & ~(((uint64_t)1 << (int)from) - 1)
						 : 0;
}

int
hf_window_set(struct hf_model *m, struct err *e)
{
	uint64_t blocks = m->has_types ? m->window_blocks : blocks_from(m, m->window_from);
	char text[40];

	if (hf_layout_get(m, "window") <= 0)
		return 0;
	if (m->no_window || blocks == 0)
		return hf_layout_set(m, "window", "0", e);
	if (blocks == all_blocks(m))
		return 0;
	if (blocks >= (uint64_t)1 << 53)
		return err_set(e,
			       "%s above layer 53 (expected it in the first 53 layers alone, or in "
			       "all)",
			       hf_layout_find(m->layout, "window")->name);
	snprintf(text, sizeof text, "%llu", (unsigned long long)blocks);
	return hf_layout_set(m, "window-blocks", text, e);
}

int
hf_window_from(const struct hf_model *m)
{
	int layers = (int)hf_layout_get(m, "layers"), from = 0;
	uint64_t blocks = (uint64_t)hf_layout_get(m, "window-blocks");

	if (hf_layout_get(m, "window") <= 0)
		return layers;
	if (blocks == 0)
		return 0;
	while (from < layers && blocks != blocks_from(m, from))
		from++;
	return from < layers ? from : -1;
}

void
hf_window_print_types(const struct hf_model *m, struct text *out)
{
	uint64_t blocks = (uint64_t)hf_layout_get(m, "window-blocks");

	for (int i = 0; i < (int)hf_layout_get(m, "layers"); i++)
		text_addf(out, "%s\n    \"%s_attention\"", i ? "," : "[",
			  blocks >> i & 1 ? "sliding" : "full");
	text_add(out, "\n  ]");
}
