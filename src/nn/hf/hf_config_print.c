/* hf_config_print.c: writes config.json of a published model. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_config.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/nn/hf/hf_rope.h"
#include "retort/nn/hf/hf_window.h"
#include "retort/nn/models/transformer.h"

static void
print_string(struct text *out, const char *s)
{
	json_t *j = json_string(s);
	char *text = j ? json_dumps(j, JSON_ENCODE_ANY | JSON_ENSURE_ASCII) : NULL;

	text_add(out, text ? text : "\"\""); /* not UTF-8: cannot have been typed */
	free(text);
	json_decref(j);
}

static void
print_option(const struct hf_model *m, const struct hf_key *k, struct text *out)
{
	const struct model_option *o = &m->spec.kind->option[model_option(m->spec.kind, k->arg)];
	double x = hf_layout_get(m, k->arg);
	char number[32];

	if (strcmp(k->arg, "ff") == 0)
		x = (double)hf_layout_size(m, 'F');
	if (k->kind == HF_SHARED && x < 1)
		x = hf_layout_get(m, "heads");
	if (k->kind == HF_QUADRUPLE && hf_layout_size(m, 'F') == 4 * hf_layout_size(m, 'D')) {
		text_add(out, "null");
		return;
	}
	text_add(out, text_number(number, sizeof number, x));
	if (o->type == MODEL_REAL && !strpbrk(number, ".e"))
		text_add(out, ".0");
}

static void
print_act(const struct hf_model *m, const struct hf_key *k, struct text *out)
{
	char word[24];
	const struct hf_act *a = hf_layout_table_act;

	hf_layout_value(&m->spec, model_option(m->spec.kind, k->arg), word, sizeof word);
	while (a->theirs && strcmp(a->ours, word) != 0)
		a++;
	assert(a->theirs);
	text_addf(out, "\"%s\"", a->theirs);
}

/* Whether label i has the name of an earlier one: JSON has no duplicate keys. */
static bool
is_duplicate(const struct hf_model *m, size_t i)
{
	for (size_t k = 0; m->label && k < i; k++)
		if (strcmp(m->label[k], m->label[i]) == 0)
			return true;
	return false;
}

/* Write {"0": "name", ...}, or with names_first {"name": 0, ...}. */
static void
print_labels(const struct hf_model *m, bool names_first, struct text *out)
{
	char plain[32];

	text_add(out, "{");
	for (size_t i = 0; i < m->classes; i++) {
		const char *name = m->label ? m->label[i] : plain;

		if (names_first && is_duplicate(m, i))
			continue;
		snprintf(plain, sizeof plain, "LABEL_%zu", i);
		text_add(out, i ? ",\n    " : "\n    ");
		if (!names_first)
			text_addf(out, "\"%zu\": ", i);
		print_string(out, name);
		if (names_first)
			text_addf(out, ": %zu", i);
	}
	text_add(out, "\n  }");
}

/* Write the first value of the list. */
static void
print_first(const struct hf_key *k, struct text *out)
{
	json_t *list = json_loads(k->arg, 0, NULL);
	char *text = json_dumps(json_array_get(list, 0), JSON_ENCODE_ANY);

	text_add(out, text);
	free(text);
	json_decref(list);
}

static bool
is_written(const struct hf_model *m, const struct hf_key *k)
{
	if (k->kind == HF_SWITCH)
		return strcmp(k->absent, "true") != 0 || hf_layout_get(m, k->arg) < 1;
	if (k->kind == HF_HEAD)
		return k->absent != NULL || hf_layout_get(m, k->arg) > 0;
	if (k->kind == HF_ROPE || k->kind == HF_LONG_ROPE || k->kind == HF_ORIGINAL)
		return k->arg != NULL;
	if (k->kind == HF_WINDOW_FROM || k->kind == HF_LAYER_TYPES)
		return (hf_window_from(m) >= 0) == (k->kind == HF_WINDOW_FROM);
	return k->kind != HF_COUNT && k->kind != HF_NEVER && k->kind != HF_ALIAS;
}

/* Write a size that is 0 where it has its plain value. */
static void
print_size(const struct hf_model *m, const struct hf_key *k, struct text *out)
{
	double x = k->arg ? hf_layout_get(m, k->arg) : 0;

	switch (k->kind) {
	case HF_HEAD:
		x = (double)hf_layout_size(m, 'h');
		break;
	case HF_EMBED:
		x = (double)hf_layout_size(m, 'E');
		break;
	case HF_FIRST:
		x -= 1;
		break;
	case HF_PLACES:
		x = (double)hf_layout_size(m, 'P');
		break;
	case HF_WINDOW_FROM:
		x = hf_window_from(m);
		break;
	default:
		if (x <= 0) { /* HF_WINDOW */
			text_add(out, "null");
			return;
		}
	}
	text_addf(out, "%.0f", x);
}

/* Keys of switches, sizes that may be plain, windows and rotary positions; else the text of the
 * table.
 */
static void
print_more(const struct hf_model *m, const struct hf_key *k, struct text *out)
{
	switch (k->kind) {
	case HF_SWITCH:
		text_add(out, hf_layout_get(m, k->arg) > 0 ? "true" : "false");
		break;
	case HF_BIAS:
		text_add(out, (int)hf_layout_get(m, k->arg) == BIAS_ON ? "true" : "false");
		break;
	case HF_USES_WINDOW:
		text_add(out, hf_layout_get(m, "window") > 0 ? "true" : "false");
		break;
	case HF_HEAD:
	case HF_EMBED:
	case HF_FIRST:
	case HF_PLACES:
	case HF_WINDOW:
	case HF_WINDOW_FROM:
		print_size(m, k, out);
		break;
	case HF_ROPE:
	case HF_LONG_ROPE:
		hf_rope_print(m, out);
		break;
	case HF_ORIGINAL:
		hf_rope_print_original(m, out);
		break;
	case HF_LAYER_TYPES:
		hf_window_print_types(m, out);
		break;
	default:
		text_add(out, k->arg);
	}
}

static void
print_key(const struct hf_model *m, const struct hf_key *k, struct text *out)
{
	switch (k->kind) {
	case HF_OPTION:
	case HF_TWIN:
	case HF_SAME:
	case HF_QUADRUPLE:
	case HF_SHARED:
		print_option(m, k, out);
		break;
	case HF_ACT:
	case HF_NEW_ACT:
		print_act(m, k, out);
		break;
	case HF_VOCAB:
	case HF_LAST:
		text_addf(out, "%zu", m->vocab - (k->kind == HF_LAST));
		break;
	case HF_LABELS:
	case HF_LABEL_IDS:
		print_labels(m, k->kind == HF_LABEL_IDS, out);
		break;
	case HF_TYPE:
		text_addf(out, "\"%s\"", m->layout->name);
		break;
	case HF_CLASS:
		text_addf(out, "[\n    \"%.*s\"\n  ]", (int)strcspn(k->arg, " "), k->arg);
		break;
	case HF_ONLY:
		print_first(k, out);
		break;
	default:
		print_more(m, k, out);
	}
}

/* Write the encoding without its classes: those in id2label may be renamed. */
static void
print_encoding(const struct hf_model *m, struct text *out)
{
	json_t *root = json_loads(m->encoding, 0, NULL);
	char *text = NULL;

	if (root) {
		json_object_del(root, "classes");
		text = json_dumps(root, 0);
	}
	if (text)
		text_addf(out, ",\n  \"%s\": %s", HF_CONFIG_ENCODING, text);
	free(text);
	json_decref(root);
}

void
hf_config_print(const struct hf_model *m, struct text *out)
{
	bool first = true;

	text_add(out, "{");
	for (const struct hf_key *k = m->layout->key; k->name; k++) {
		if (!is_written(m, k))
			continue;
		text_addf(out, "%s\n  \"%s\": ", first ? "" : ",", k->name);
		print_key(m, k, out);
		first = false;
	}
	if (m->vocabulary)
		text_addf(out, ",\n  \"%s\": \"%s\"", HF_CONFIG_VOCABULARY, m->vocabulary);
	if (m->encoding)
		print_encoding(m, out);
	text_add(out, "\n}\n");
}
