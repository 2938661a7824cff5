/* hf_config.c: reads config.json of a published model. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_config.h"

#include <assert.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/jsonparse.h"
#include "retort/base/mem.h"
#include "retort/nn/hf/hf_act.h"
#include "retort/nn/hf/hf_labels.h"
#include "retort/nn/hf/hf_rope.h"
#include "retort/nn/hf/hf_window.h"
#include "retort/nn/models/model_table.h"

#define VOCAB (1 << 20) /* token ids, at most; as in the notes of a checkpoint */

static bool
is_same(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b))
		return !(json_number_value(a) < json_number_value(b)) &&
		       !(json_number_value(a) > json_number_value(b));
	return json_equal(a, b);
}

static int
read_only(const struct hf_key *k, const json_t *value, struct err *e)
{
	json_t *list = json_loads(k->arg, 0, NULL), *one;
	char got[60], want[80];
	bool found = !value;
	size_t i;

	json_array_foreach(list, i, one) found |= is_same(value, one);
	if (!found) {
		bool several = json_array_size(list) > 1;

		jsonparse_show(several ? list : json_array_get(list, 0), want, sizeof want);
		err_set(e, "%s: unsupported value %s (expected %s%s)", k->name,
			jsonparse_show(value, got, sizeof got), several ? "one of " : "", want);
	}
	json_decref(list);
	return found ? 0 : -1;
}

/* Set an option from a number, with the checks of the parser of options. */
static int
read_option(struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e)
{
	char text[60];

	if (!value && k->absent)
		snprintf(text, sizeof text, "%s", k->absent);
	else if (json_is_integer(value))
		snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
	else if (json_is_real(value))
		text_number(text, sizeof text, json_real_value(value));
	else
		return err_set(e, "%s: invalid value %s (expected a number)", k->name,
			       jsonparse_show(value, text, sizeof text));
	if (strcmp(text, "0") == 0 &&
	    strcmp(k->arg, "dropout") != 0) /* in Retort, 0 means the default */
		return err_set(e, "%s: invalid value 0 (expected above 0)", k->name);
	return hf_layout_set(m, k->arg, text, e) < 0 ? err_wrap(e, "%s", k->name) : 0;
}

static int
read_switch(struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e)
{
	char text[60];
	bool on = value ? json_is_true(value) : strcmp(k->absent, "true") == 0;

	if (value && !json_is_boolean(value))
		return err_set(e, "%s: invalid value %s (expected true or false)", k->name,
			       jsonparse_show(value, text, sizeof text));
	return hf_layout_set(m, k->arg, on ? "on" : "off", e);
}

static int
read_vocab(struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e)
{
	json_int_t n = json_is_integer(value) ? json_integer_value(value) : 0;
	char got[60];

	if (n < 1 || n > VOCAB)
		return err_set(e, "%s: invalid value %s (expected a whole number from 1 to %d)",
			       k->name, jsonparse_show(value, got, sizeof got), VOCAB);
	m->vocab = (size_t)n;
	return 0;
}

/* The class of the network in the transformers library determines its output: only classifiers and
 * language models are supported. */
static int
read_class(const struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e)
{
	const char *word = json_string_value(json_array_get(value, 0));
	size_t len = word ? strlen(word) : 0;
	char got[80];

	if (!value || json_is_null(value) || m->head_new)
		return 0;
	for (const char *p = k->arg; *p; p += strcspn(p, " "), p += *p == ' ')
		if (len && strcspn(p, " ") == len && strncmp(p, word, len) == 0)
			return 0;
	return err_set(e,
		       "%s: unsupported value %s (expected %.*s or %s; `head new` leaves another "
		       "head out)",
		       k->name, jsonparse_show(value, got, sizeof got), (int)strcspn(k->arg, " "),
		       k->arg, k->arg + strcspn(k->arg, " ") + 1);
}

/* Set a whole number that another one changes: `add` is added to it, and null means `none`. */
static int
read_moved(struct hf_model *m, const struct hf_key *k, const json_t *value, double add,
	   const char *none, struct err *e)
{
	const char *absent = k->absent && strcmp(k->absent, "null") == 0 ? none : k->absent;
	char text[60], got[60];

	if (!value || json_is_null(value))
		snprintf(text, sizeof text, "%s", value || !absent ? none : absent);
	else if (json_is_integer(value))
		text_number(text, sizeof text, json_number_value(value) + add);
	else
		return err_set(e, "%s: invalid value %s (expected a whole number)", k->name,
			       jsonparse_show(value, got, sizeof got));
	return hf_layout_set(m, k->arg, text, e) < 0 ? err_wrap(e, "%s", k->name) : 0;
}

static int
read_bias(struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e)
{
	char got[60];

	if (value && !json_is_boolean(value))
		return err_set(e, "%s: invalid value %s (expected true or false)", k->name,
			       jsonparse_show(value, got, sizeof got));
	return json_is_true(value) ? hf_layout_set(m, k->arg, "on", e) : 0;
}

static int
read_same(const struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e)
{
	double want = hf_layout_get(m, k->arg);
	char got[60];

	if (!value || json_is_null(value) || json_number_value(value) == want)
		return 0;
	return err_set(e, "%s: unsupported value %s (expected %g, as %s)", k->name,
		       jsonparse_show(value, got, sizeof got), want,
		       hf_layout_find(m->layout, k->arg)->name);
}

/* Keys of sizes whose plain value, null or the width, is written as 0. */
static int
read_width(struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e)
{
	double plain = hf_layout_get(m, "width");

	if (read_moved(m, k, value, 0, "0", e) < 0)
		return -1;
	plain /= k->kind == HF_HEAD ? hf_layout_get(m, "heads") : 1;
	return hf_layout_get(m, k->arg) == plain ? hf_layout_set(m, k->arg, "0", e) : 0;
}

static int
read_key(struct hf_model *m, const struct hf_key *k, json_t *value, struct err *e)
{
	bool none = !value || json_is_null(value);

	switch (k->kind) {
	case HF_OPTION:
		return read_option(m, k, value, e);
	case HF_QUADRUPLE:
	case HF_SHARED:
		return none && (value || !k->absent) ? 0 : read_option(m, k, value, e);
	case HF_SWITCH:
		return read_switch(m, k, value, e);
	case HF_BIAS:
		return read_bias(m, k, value, e);
	case HF_FIRST:
		return read_moved(m, k, value, 1, "0", e);
	case HF_WINDOW:
		return read_moved(m, k, value, 0, "0", e);
	case HF_ACT:
		return hf_act_read(m, k, value, e);
	case HF_VOCAB:
		return read_vocab(m, k, value, e);
	case HF_ORIGINAL:
		return hf_rope_read_original(m, k, value, e);
	case HF_LABELS:
		return hf_labels_read(m, k, value, e);
	case HF_LABEL_IDS:
		return hf_labels_read_ids(m, k, value, e);
	case HF_CLASS:
		return read_class(m, k, value, e);
	case HF_ONLY:
	case HF_NEVER:
		return read_only(k, value, e);
	default:
		return 0;
	}
}

/* Keys that depend on others. */
static int
read_key_late(struct hf_model *m, const struct hf_key *k, const json_t *root, struct err *e)
{
	json_t *value = json_object_get(root, k->name);

	switch (k->kind) {
	case HF_NEW_ACT:
		return hf_act_read_new(m, k, root, e);
	case HF_COUNT:
		return hf_labels_read_count(m, k, value, e);
	case HF_HEAD:
	case HF_EMBED:
		return read_width(m, k, value, e);
	case HF_PLACES:
		return read_moved(m, k, value, -hf_layout_get(m, "first-position"), "0", e);
	case HF_ROPE:
	case HF_LONG_ROPE:
		return hf_rope_read(m, k, root, e);
	case HF_USES_WINDOW:
	case HF_WINDOW_FROM:
	case HF_LAYER_TYPES:
		return hf_window_read(m, k, value, e);
	default:
		return 0;
	}
}

/* The key of a table; NULL: none. */
static const struct hf_key *
find_key(const struct hf_key *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

/* Whether a key is one that hf_write adds, and other programs do not have. */
static bool
is_ours(const char *name)
{
	return strcmp(name, HF_CONFIG_VOCABULARY) == 0 || strcmp(name, HF_CONFIG_ENCODING) == 0;
}

/* Keys that repeat others, those that every layout may have, and those that no table has. */
static int
read_others(struct hf_model *m, json_t *root, struct err *e)
{
	struct text unknown = { 0 };
	const char *name;
	int status = 0;
	json_t *value;

	json_object_foreach(root, name, value)
	{
		const struct hf_key *own = find_key(m->layout->key, name),
				    *k = own ? own : find_key(hf_layout_common_keys, name);

		if (status < 0)
			break;
		if (k && (k->kind == HF_SAME || k->kind == HF_ALIAS))
			status = read_same(m, k, value, e);
		else if (k && !own)
			status = read_key(m, k, value, e);
		else if (!k && !json_is_null(value) && !is_ours(name))
			text_item(&unknown, "%.40s", name);
	}
	if (unknown.len)
		m->unknown = mem_text(text_get(&unknown));
	text_release(&unknown);
	return status;
}

static int
read_layout(const json_t *root, struct hf_model *m, struct err *e)
{
	const json_t *type = json_object_get(root, "model_type");
	char got[60], names[200];

	for (size_t i = 0; json_is_string(type) && i < hf_layout_table_count; i++)
		if (strcmp(json_string_value(type), hf_layout_table[i].name) == 0) {
			m->layout = &hf_layout_table[i];
			return model_table_parse(m->layout->model, &m->spec, e);
		}
	return err_set(e, "model_type: unsupported value %s (expected one of %s)",
		       jsonparse_show(type, got, sizeof got), hf_layout_names(names, sizeof names));
}

/* Check sizes that depend on each other. */
static int
check_sizes(const struct hf_model *m, struct err *e)
{
	size_t width = hf_layout_size(m, 'D'), heads = (size_t)hf_layout_get(m, "heads");
	size_t kv = (size_t)hf_layout_get(m, "kv-heads");
	const struct hf_layout *l = m->layout;

	if (width % heads && hf_layout_get(m, "head-width") <= 0)
		return err_set(e, "%s: %zu is not a multiple of %s, which is %zu",
			       hf_layout_key(l, 'D'), width, hf_layout_find(l, "heads")->name,
			       heads);
	if (kv && heads % kv)
		return err_set(e, "%s: %zu is not a multiple of %s, which is %zu",
			       hf_layout_find(l, "heads")->name, heads,
			       hf_layout_find(l, "kv-heads")->name, kv);
	return 0;
}

/* Copy a member as JSON; NULL: there is none. */
static char *
copy_json(const json_t *value)
{
	char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	char *copy = text ? mem_text(text) : NULL;

	free(text);
	return copy;
}

int
hf_config_parse(const char *json, size_t size, bool head_new, struct hf_model *m, struct err *e)
{
	json_error_t where;
	json_t *root = jsonparse_load(json, size, &where);
	int status;

	memset(m, 0, sizeof *m);
	m->head_new = head_new;
	if (!root)
		return err_set(e, "%s at line %d", where.text, where.line);
	status = json_is_object(root) ? read_layout(root, m, e) : err_set(e, "not a JSON object");
	for (const struct hf_key *k = status < 0 ? NULL : m->layout->key; status == 0 && k->name;
	     k++)
		status = read_key(m, k, json_object_get(root, k->name), e);
	for (const struct hf_key *k = status < 0 ? NULL : m->layout->key; status == 0 && k->name;
	     k++)
		status = read_key_late(m, k, root, e);
	if (status == 0)
		status = read_others(m, root, e);
	if (status == 0)
		status = hf_window_set(m, e);
	status = status < 0 ? status : check_sizes(m, e);
	if (status == 0 && json_is_string(json_object_get(root, HF_CONFIG_VOCABULARY)))
		m->vocabulary =
			mem_text(json_string_value(json_object_get(root, HF_CONFIG_VOCABULARY)));
	if (status == 0)
		m->encoding = copy_json(json_object_get(root, HF_CONFIG_ENCODING));
	json_decref(root);
	if (status < 0)
		hf_layout_release(m);
	return status;
}
