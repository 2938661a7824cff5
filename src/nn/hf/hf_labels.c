/* hf_labels.c: names and number of classes in config.json. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/hf/hf_labels.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/jsonparse.h"
#include "retort/base/mem.h"
#include "retort/data/dataset.h"

#define LABELS DATASET_CLASSES

int
hf_labels_read(struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e)
{
	size_t n = json_object_size(value);
	char number[24];

	if (!value || json_is_null(value))
		return 0;
	if (!json_is_object(value) || n < 1 || n > LABELS)
		return err_set(e, "%s: invalid value (expected an object of 1 to %d names)",
			       k->name, LABELS);
	m->classes = n;
	m->label = mem_array(n, sizeof *m->label);
	for (size_t i = 0; i < n; i++) {
		const char *name;

		snprintf(number, sizeof number, "%zu", i);
		name = json_string_value(json_object_get(value, number));
		if (!name)
			return err_set(e, "%s: %zu names without \"%zu\"", k->name, n, i);
		m->label[i] = mem_text(name);
	}
	return 0;
}

int
hf_labels_read_ids(struct hf_model *m, const struct hf_key *k, json_t *value, struct err *e)
{
	size_t n = json_object_size(value);
	bool alone = !m->label;
	const char *name;
	json_t *id;

	if (!value || json_is_null(value) || (json_is_object(value) && n == 0))
		return 0;
	if (!json_is_object(value) || n > LABELS)
		return err_set(e, "%s: invalid value (expected an object of 1 to %d names)",
			       k->name, LABELS);
	if (alone) {
		m->classes = n;
		m->label = mem_array(n, sizeof *m->label);
	}
	json_object_foreach(value, name, id)
	{
		json_int_t i = json_is_integer(id) ? json_integer_value(id) : -1;

		if (i < 0 || (size_t)i >= m->classes || (alone && m->label[i]))
			return err_set(e,
				       "%s: '%.40s': invalid id (expected each of 0 to %zu once)",
				       k->name, name, m->classes - 1);
		if (alone)
			m->label[i] = mem_text(name);
		else if (strcmp(m->label[i], name) != 0)
			return err_set(
				e,
				"%s: '%.40s' is %d, but id2label says %d is '%.40s'; correct "
				"the one that is wrong",
				k->name, name, (int)i, (int)i, m->label[i]);
	}
	return 0;
}

int
hf_labels_read_count(struct hf_model *m, const struct hf_key *k, const json_t *value, struct err *e)
{
	json_int_t n = value ? json_integer_value(value) : 2;
	char got[60];

	if (m->classes)
		return 0;
	if (n < 1 || n > LABELS)
		return err_set(e, "%s: invalid value %s (expected a whole number from 1 to %d)",
			       k->name, jsonparse_show(value, got, sizeof got), LABELS);
	m->classes = (size_t)n;
	return 0;
}
