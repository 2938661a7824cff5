/* state_field.c: values to JSON and back to the same bits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/state_field.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/jsonparse.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"

static json_t *
here(const struct state_field *f)
{
	return f->at[f->depth];
}

void
state_field_write(struct state_field *f, struct err *e)
{
	*f = (struct state_field){ .e = e };
	f->at[0] = json_object();
}

int
state_field_read(struct state_field *f, const char *text, struct err *e)
{
	json_error_t where;

	*f = (struct state_field){ .reading = true, .e = e };
	f->at[0] = jsonparse_load(text, strlen(text), &where);
	if (!f->at[0])
		return err_set(e, "line %d: %.200s", where.line, where.text);
	return json_is_object(f->at[0]) ? 0 : err_set(e, "no object");
}

char *
state_field_text_of(const struct state_field *f)
{
	char *text = json_dumps(f->at[0], JSON_COMPACT), *copy = text ? mem_text(text) : NULL;

	free(text);
	return copy;
}

void
state_field_release(struct state_field *f)
{
	json_decref(f->at[0]);
	f->at[0] = NULL;
}

int
state_field_fail(struct state_field *f, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (!f->failed)
		err_set(f->e, "%s", text);
	f->failed = true;
	return -1;
}

/* Put a value into the object entered. Without memory it fails. */
static void
put(struct state_field *f, const char *key, json_t *value)
{
	if (json_object_set_new(here(f), key, value) < 0)
		state_field_fail(f, "%s: cannot be written", key);
}

/* A member of the object entered, of a type; NULL and an error. */
static json_t *
get(struct state_field *f, const char *key, json_type type)
{
	json_t *value = f->failed ? NULL : json_object_get(here(f), key);
	char shown[60];

	if (f->failed)
		return NULL;
	if (value && json_typeof(value) == type)
		return value;
	if (!value)
		state_field_fail(f, "%s: missing", key);
	else
		state_field_fail(f, "%s: invalid value %s", key,
				 jsonparse_show(value, shown, sizeof shown));
	return NULL;
}

void
state_field_bool(struct state_field *f, const char *key, bool *x)
{
	json_t *value = f->reading && !f->failed ? json_object_get(here(f), key) : NULL;

	if (!f->reading)
		put(f, key, json_boolean(*x));
	else if (value && json_is_boolean(value))
		*x = json_is_true(value);
	else
		state_field_fail(f, "%s: missing, or neither true nor false", key);
}

void
state_field_count(struct state_field *f, const char *key, uint64_t *x, uint64_t most)
{
	json_t *value;

	if (!f->reading) {
		put(f, key, json_integer((json_int_t)*x));
		return;
	}
	value = get(f, key, JSON_INTEGER);
	if (!value)
		return;
	if (json_integer_value(value) < 0 || (uint64_t)json_integer_value(value) > most) {
		state_field_fail(
			f, "%s: invalid value %" JSON_INTEGER_FORMAT " (expected 0 to %" PRIu64 ")",
			key, json_integer_value(value), most);
		return;
	}
	*x = (uint64_t)json_integer_value(value);
}

void
state_field_size(struct state_field *f, const char *key, size_t *x, size_t most)
{
	uint64_t n = *x;

	state_field_count(f, key, &n, most);
	*x = (size_t)n;
}

void
state_field_int(struct state_field *f, const char *key, int *x, int least, int most)
{
	json_t *value;

	if (!f->reading) {
		put(f, key, json_integer(*x));
		return;
	}
	value = get(f, key, JSON_INTEGER);
	if (!value)
		return;
	if (json_integer_value(value) < least || json_integer_value(value) > most) {
		state_field_fail(f,
				 "%s: invalid value %" JSON_INTEGER_FORMAT " (expected %d to %d)",
				 key, json_integer_value(value), least, most);
		return;
	}
	*x = (int)json_integer_value(value);
}

void
state_field_put(struct state_field *f, const char *key, const char *value)
{
	put(f, key, json_string(value));
}

void
state_field_text(struct state_field *f, const char *key, char *x, size_t size)
{
	json_t *value;

	if (!f->reading) {
		state_field_put(f, key, text_is_utf8(x) ? x : "");
		return;
	}
	value = get(f, key, JSON_STRING);
	if (!value)
		return;
	if (json_string_length(value) >= size) {
		state_field_fail(f, "%s: a text of %zu bytes (expected at most %zu)", key,
				 json_string_length(value), size - 1);
		return;
	}
	memcpy(x, json_string_value(value), json_string_length(value) + 1);
}

void
state_field_bits(struct state_field *f, const char *key, uint64_t *x)
{
	char text[32], *end;

	snprintf(text, sizeof text, "%016" PRIx64, *x);
	state_field_text(f, key, text, sizeof text);
	if (!f->reading || f->failed)
		return;
	if (strlen(text) != 16 || strspn(text, "0123456789abcdef") != 16)
		state_field_fail(f, "%s: invalid value '%s' (expected 16 hexadecimal digits)", key,
				 text);
	else
		*x = strtoull(text, &end, 16);
}

void
state_field_real(struct state_field *f, const char *key, double *x)
{
	char text[40], *end;
	double value;

	snprintf(text, sizeof text, "%a", *x);
	state_field_text(f, key, text, sizeof text);
	if (!f->reading || f->failed)
		return;
	value = strtod(text, &end);
	if (end == text || *end)
		state_field_fail(f, "%s: invalid number '%s'", key, text);
	else
		*x = value;
}

void
state_field_word(struct state_field *f, const char *key, int *x, const char *const *word, int n)
{
	char text[64];

	snprintf(text, sizeof text, "%s", f->reading ? "" : word[*x]);
	state_field_text(f, key, text, sizeof text);
	if (!f->reading || f->failed)
		return;
	for (int i = 0; i < n; i++)
		if (strcmp(text, word[i]) == 0) {
			*x = i;
			return;
		}
	state_field_fail(f, "%s: unknown word '%s'", key, text);
}

/* Enter a value; an empty one of no parent after an error. */
static void
enter(struct state_field *f, json_t *value)
{
	assert(f->depth + 1 < STATE_FIELD_DEPTH);
	f->at[++f->depth] = value;
}

void
state_field_object(struct state_field *f, const char *key)
{
	json_t *value;

	if (!f->reading) {
		value = json_object();
		put(f, key, value);
	} else {
		value = get(f, key, JSON_OBJECT);
	}
	enter(f, value);
}

void
state_field_list(struct state_field *f, const char *key, size_t *n, size_t most)
{
	json_t *value;

	if (!f->reading) {
		if (*n > most)
			state_field_fail(f, "%s: %zu items (expected at most %zu)", key, *n, most);
		value = json_array();
		put(f, key, value);
		enter(f, value);
		return;
	}
	value = get(f, key, JSON_ARRAY);
	if (value && json_array_size(value) > most) {
		state_field_fail(f, "%s: %zu items (expected at most %zu)", key,
				 json_array_size(value), most);
		value = NULL;
	}
	*n = value ? json_array_size(value) : 0;
	enter(f, value);
}

void
state_field_item(struct state_field *f, size_t i)
{
	json_t *value = NULL;

	if (!f->reading) {
		value = json_object();
		if (json_array_append_new(here(f), value) < 0)
			state_field_fail(f, "item %zu: cannot be written", i);
	} else if (!f->failed) {
		value = json_array_get(here(f), i);
		if (!json_is_object(value))
			state_field_fail(f, "item %zu: no object", i);
	}
	enter(f, value);
}

void
state_field_end(struct state_field *f)
{
	f->depth--;
}

const char *
state_field_member(struct state_field *f, size_t i, const char **value)
{
	void *it = f->failed ? NULL : json_object_iter(here(f));

	for (; it && i > 0; i--)
		it = json_object_iter_next(here(f), it);
	if (!it)
		return NULL;
	*value = json_string_value(json_object_iter_value(it));
	if (!*value)
		state_field_fail(f, "%s: no text", json_object_iter_key(it));
	return f->failed ? NULL : json_object_iter_key(it);
}
