/* hf_act.c: activations of config.json. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_act.h"

#include <string.h>

#include "retort/base/jsonparse.h"
#include "retort/base/text.h"

/* Gated activations fit layouts with a gate, others those without. */
static bool
act_fits(const struct hf_model *m, const struct hf_act *a)
{
	return (strstr(a->ours, "glu") != NULL) == (strstr(m->layout->model, "glu") != NULL);
}

int
hf_act_read(struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e)
{
	const char *word = value && !json_is_null(value) ? json_string_value(value) : k->absent;
	struct text names = { 0 };
	char got[60];
	int status;

	for (const struct hf_act *a = hf_layout_table_act; a->theirs; a++) {
		if (!act_fits(m, a))
			continue;
		if (word && strcmp(word, a->theirs) == 0) {
			text_release(&names);
			return hf_layout_set(m, k->arg, a->ours, e);
		}
		text_item(&names, "%s", a->theirs);
	}
	status = err_set(e, "%s: unsupported value %s (expected one of %s)", k->name,
			 jsonparse_show(value, got, sizeof got), text_get(&names));
	text_release(&names);
	return status;
}

/* Whether the transformers library that wrote the file is of version 5 or later. */
static bool
is_new(const json_t *root)
{
	const char *version = json_string_value(json_object_get(root, "transformers_version"));
	size_t digits = version ? strspn(version, "0123456789") : 0;

	return digits > 1 || (digits == 1 && version[0] >= '5');
}

int
hf_act_read_new(struct hf_model *m, const struct hf_key *k, const json_t *root, struct err *e)
{
	const json_t *value = json_object_get(root, k->name);
	const struct hf_key *old = hf_layout_find(m->layout, k->arg);

	if (!value || json_object_get(root, old->name) || !is_new(root))
		return 0;
	return hf_act_read(m, k, value, e);
}
