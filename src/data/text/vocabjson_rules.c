/* vocabjson_rules.c: members and sequences of components of tokenizer.json. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/vocabjson_rules.h"

#include <string.h>

#define DEPTH_MAX 8 /* maximum nesting of sequences */

const char *
vocabjson_rules_type(const json_t *j)
{
	const char *type = json_string_value(json_object_get(j, "type"));

	return type ? type : "nothing";
}

bool
vocabjson_rules_is_on(const json_t *j, const char *key, bool absent)
{
	const json_t *value = json_object_get(j, key);

	return json_is_boolean(value) ? json_is_true(value) : absent;
}

const char *
vocabjson_rules_string(const json_t *j, const char *key)
{
	const char *s = json_string_value(json_object_get(j, key));

	return s && *s ? s : NULL;
}

static int
flatten(const json_t *j, const char *what, const char *key, int depth, struct vocabjson_rules *r,
	struct err *e)
{
	json_t *one;
	size_t i;

	if (!j || json_is_null(j))
		return 0;
	if (strcmp(vocabjson_rules_type(j), "Sequence") != 0) {
		if (r->n == VOCABJSON_RULES_MAX)
			return err_set(e, "%s: more than %d components", what, VOCABJSON_RULES_MAX);
		r->item[r->n++] = j;
		return 0;
	}
	if (depth == DEPTH_MAX)
		return err_set(e, "%s: sequences nested more than %d times", what, DEPTH_MAX);
	json_array_foreach(json_object_get(j, key), i, one)
	{
		if (flatten(one, what, key, depth + 1, r, e) < 0)
			return -1;
	}
	return 0;
}

int
vocabjson_rules_flatten(const json_t *j, const char *what, const char *key,
			struct vocabjson_rules *r, struct err *e)
{
	r->n = 0;
	return flatten(j, what, key, 0, r, e);
}
