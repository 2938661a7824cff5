/* encoding_parse.c: parse the JSON of an encoding, which may come from anywhere. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/encoding.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/jsonparse.h"
#include "retort/base/mem.h"

#define SIDE 65536 /* height, width and channels of an image, at most */
#define SHOWN 60   /* bytes of a value in a message */

/* The first bytes of a value as JSON, for a message. */
static const char *
show(const json_t *value, char *buf)
{
	char *text = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;

	snprintf(buf, SHOWN, "%s", text ? text : "nothing");
	free(text);
	return buf;
}

static int
refuse(const char *key, const json_t *value, const char *expected, struct err *e)
{
	char got[SHOWN];

	return err_set(e, "%s: invalid value %s (expected %s)", key, show(value, got), expected);
}

/* Keys of the object, and whether each must be there. */
static int
check_keys(const json_t *root, struct err *e)
{
	static const char *const known[] = { "version", "kind",       "features", "height",
					     "width",   "channels",   "unnamed",  "columns",
					     "mean",    "spread",     "classes",  "label",
					     "seed",    "next_token", NULL };
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)root, key, value)
	{
		size_t i = 0;

		while (known[i] && strcmp(known[i], key) != 0)
			i++;
		if (!known[i])
			return err_set(e, "unknown key '%.40s'", key);
	}
	return 0;
}

static int
read_size(const json_t *root, const char *key, size_t most, size_t *out, struct err *e)
{
	const json_t *value = json_object_get(root, key);
	json_int_t n = json_is_integer(value) ? json_integer_value(value) : 0;
	char expected[60];

	snprintf(expected, sizeof expected, "a whole number from 1 to %zu", most);
	if (n < 1 || (uint64_t)n > most)
		return refuse(key, value, expected, e);
	*out = (size_t)n;
	return 0;
}

static int
read_bool(const json_t *root, const char *key, bool *out, struct err *e)
{
	const json_t *value = json_object_get(root, key);

	if (value && !json_is_boolean(value))
		return refuse(key, value, "true or false", e);
	*out = json_is_true(value);
	return 0;
}

static int
read_kind(const json_t *root, struct encoding *out, struct err *e)
{
	const json_t *value = json_object_get(root, "kind"),
		     *version = json_object_get(root, "version");
	const char *kind = json_string_value(value);

	if (!json_is_integer(version) || json_integer_value(version) != 1)
		return refuse("version", version, "1", e);
	if (kind && strcmp(kind, "numbers") == 0)
		out->kind = DATASET_NUMBERS;
	else if (kind && strcmp(kind, "image") == 0)
		out->kind = DATASET_IMAGE;
	else if (kind && strcmp(kind, "tokens") == 0)
		out->kind = DATASET_TOKENS;
	else
		return refuse("kind", value, "numbers, image or tokens", e);
	return read_size(root, "features", ENCODING_FEATURES, &out->d, e);
}

static int
read_shape(const json_t *root, struct encoding *out, struct err *e)
{
	if (out->kind != DATASET_IMAGE)
		return 0;
	if (read_size(root, "height", SIDE, &out->height, e) < 0 ||
	    read_size(root, "width", SIDE, &out->width, e) < 0 ||
	    read_size(root, "channels", SIDE, &out->channels, e) < 0)
		return -1;
	if (out->height * out->width * out->channels == out->d)
		return 0;
	return err_set(e, "features: %zu contradict an image of %zu x %zu x %zu", out->d,
		       out->height, out->width, out->channels);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Refuse a name that is there twice; `name` [n] is borrowed. */
static int
check_names(const char *key, char *const *name, size_t n, struct err *e)
{
	const char **sorted = mem_array(n ? n : 1, sizeof *sorted);
	int status = 0;

	for (size_t i = 0; i < n; i++)
		sorted[i] = name[i];
	qsort(sorted, n, sizeof *sorted, compare_names);
	for (size_t i = 1; i < n && status == 0; i++)
		if (strcmp(sorted[i - 1], sorted[i]) == 0)
			status = err_set(e, "%s: '%.40s' twice", key, sorted[i]);
	mem_free(sorted);
	return status;
}

/* Read a list of 1 to `most` different names of at most ENCODING_CLASS bytes. */
static int
read_names(const char *key, const json_t *list, size_t most, char ***out, size_t *n, struct err *e)
{
	char expected[80];

	snprintf(expected, sizeof expected, "a list of 1 to %zu names of at most %d bytes", most,
		 ENCODING_CLASS);
	if (!json_is_array(list) || json_array_size(list) < 1 || json_array_size(list) > most)
		return refuse(key, list, expected, e);
	*out = mem_array(json_array_size(list), sizeof **out);
	for (; *n < json_array_size(list); ++*n) {
		const json_t *value = json_array_get(list, *n);

		if (!json_is_string(value) || json_string_length(value) > ENCODING_CLASS)
			return refuse(key, value, expected, e);
		(*out)[*n] = mem_text(json_string_value(value));
	}
	return check_names(key, *out, *n, e);
}

/* Read one column; `width` counts the features. */
static int
read_column(const json_t *value, struct encoding_column *out, size_t *width, struct err *e)
{
	const char *name = json_string_value(json_object_get(value, "name"));
	const json_t *words = json_object_get(value, "words");

	if (!name || json_object_size(value) != (words ? 2u : 1u))
		return refuse("columns", value, "an object with name and words", e);
	out->name = mem_text(name);
	if (words && read_names("words", words, ENCODING_WORDS, &out->word, &out->n_words, e) < 0)
		return err_wrap(e, "column '%.40s'", name);
	for (size_t i = 1; i < out->n_words; i++)
		if (strcmp(out->word[i - 1], out->word[i]) > 0)
			return err_set(e,
				       "column '%.40s': word '%.40s' after '%.40s' (expected "
				       "words in ascending order)",
				       name, out->word[i], out->word[i - 1]);
	*width += words ? out->n_words : 1;
	return 0;
}

/* Two columns of one name could not be told apart. */
static int
check_columns(const struct encoding *enc, size_t width, struct err *e)
{
	char **name = mem_array(enc->n_columns, sizeof *name);
	int status;

	for (size_t i = 0; i < enc->n_columns; i++)
		name[i] = enc->column[i].name;
	status = check_names("columns", name, enc->n_columns, e);
	mem_free(name);
	if (status == 0 && width != enc->d)
		return err_set(e, "columns: %zu features (expected %zu, as `features` says)", width,
			       enc->d);
	return status;
}

static int
read_columns(const json_t *root, struct encoding *out, struct err *e)
{
	const json_t *list = json_object_get(root, "columns");
	size_t n = json_array_size(list), width = 0;

	if (read_bool(root, "unnamed", &out->unnamed, e) < 0)
		return -1;
	if (!list)
		return 0;
	if (!json_is_array(list) || n < 1 || n > out->d || out->kind == DATASET_TOKENS)
		return refuse("columns", list, "a list of the columns of a table", e);
	out->column = mem_array(n, sizeof *out->column);
	out->n_columns = n; /* columns that are not read are empty: encoding_release accepts them */
	for (size_t i = 0; i < n; i++)
		if (read_column(json_array_get(list, i), &out->column[i], &width, e) < 0)
			return -1;
	return check_columns(out, width, e);
}

/* Read a list of `n` finite numbers, above 0 if `positive`. NULL and an error. */
static double *
read_numbers(const json_t *root, const char *key, size_t n, bool positive, struct err *e)
{
	const json_t *list = json_object_get(root, key);
	char expected[80];
	double *x;

	snprintf(expected, sizeof expected, "a list of %zu finite numbers%s", n,
		 positive ? " above 0" : "");
	if (!json_is_array(list) || json_array_size(list) != n) {
		refuse(key, list, expected, e);
		return NULL;
	}
	x = mem_array(n, sizeof *x);
	for (size_t i = 0; i < n; i++) {
		const json_t *value = json_array_get(list, i);

		x[i] = json_number_value(value) + 0.0; /* -0 is the integer 0 in JSON */
		if (json_is_number(value) && isfinite(x[i]) && (!positive || x[i] > 0))
			continue;
		refuse(key, value, expected, e);
		mem_free(x);
		return NULL;
	}
	return x;
}

static int
read_scale(const json_t *root, struct encoding *out, struct err *e)
{
	size_t n = out->kind == DATASET_IMAGE ? 1 : out->d;

	if (!json_object_get(root, "mean") && !json_object_get(root, "spread"))
		return 0;
	if (out->kind == DATASET_TOKENS)
		return err_set(e, "mean and spread: tokens are not scaled");
	out->mean = read_numbers(root, "mean", n, false, e);
	out->spread = out->mean ? read_numbers(root, "spread", n, true, e) : NULL;
	if (!out->spread)
		return -1;
	out->n_scale = n;
	return 0;
}

static int
read_labels(const json_t *root, struct encoding *out, struct err *e)
{
	const json_t *classes = json_object_get(root, "classes"),
		     *label = json_object_get(root, "label"), *seed = json_object_get(root, "seed");
	size_t n = 0;
	int status = 0;

	if (read_bool(root, "next_token", &out->next_token, e) < 0)
		return -1;
	if (out->next_token && (classes || out->kind != DATASET_TOKENS))
		return refuse("next_token", json_object_get(root, "next_token"),
			      "true for tokens without classes only", e);
	if (classes)
		status = read_names("classes", classes, DATASET_CLASSES, &out->class_name, &n, e);
	out->classes = (int)n;
	if (status < 0)
		return -1;
	if (label && !json_is_string(label))
		return refuse("label", label, "the name of a column", e);
	if (seed && (!json_is_integer(seed) || json_integer_value(seed) < 0))
		return refuse("seed", seed, "a whole number, at least 0", e);
	out->label = label ? mem_text(json_string_value(label)) : NULL;
	out->split = seed != NULL;
	out->seed = (uint64_t)json_integer_value(seed);
	return 0;
}

int
encoding_parse(const char *json, size_t size, struct encoding *out, struct err *e)
{
	json_error_t where;
	json_t *root = jsonparse_load(json, size, &where);
	int status = -1;

	*out = (struct encoding){ 0 };
	if (!root)
		err_set(e, "byte %d: %.100s", where.position, where.text);
	else if (!json_is_object(root))
		refuse("encoding", root, "an object", e);
	else if (check_keys(root, e) == 0 && read_kind(root, out, e) == 0 &&
		 read_shape(root, out, e) == 0 && read_columns(root, out, e) == 0 &&
		 read_scale(root, out, e) == 0 && read_labels(root, out, e) == 0)
		status = 0;
	json_decref(root);
	if (status < 0)
		encoding_release(out);
	return status < 0 ? err_wrap(e, "encoding") : 0;
}
