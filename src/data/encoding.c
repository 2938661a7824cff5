/* encoding.c: how rows become inputs of a network, as a value and as JSON. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/encoding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/jsonwriter.h"
#include "retort/base/mem.h"
#include "retort/data/columns.h"

char *
encoding_name(const char *name, size_t len)
{
	struct text t = { 0 }, plain = { 0 };
	char *copy;

	text_bytes(&t, name, len);
	if (!text_is_utf8(text_get(&t))) {
		text_add_plain(&plain, text_get(&t));
		text_release(&t);
		t = plain;
	}
	copy = mem_text(text_get(&t));
	text_release(&t);
	return copy;
}

bool
encoding_is_name(const char *saved, const char *name)
{
	char *copy = encoding_name(name, strlen(name));
	bool same = strcmp(saved, name) == 0 || strcmp(saved, copy) == 0;

	mem_free(copy);
	return same;
}

/* Fill in the column whose first feature is i. */
static void
copy_column(const struct dataset *ds, size_t i, struct encoding_column *out)
{
	const char *name = ds->column[i], *word = ds->word[i];

	out->name = encoding_name(name, word ? (size_t)(word - name) - 1 : strlen(name));
	if (!word)
		return;
	out->n_words = columns_width(ds, i);
	out->word = mem_array(out->n_words, sizeof *out->word);
	for (size_t k = 0; k < out->n_words; k++)
		out->word[k] = encoding_name(ds->word[i + k], strlen(ds->word[i + k]));
}

static void
copy_columns(const struct dataset *ds, struct encoding *out)
{
	out->unnamed = ds->unnamed;
	for (size_t i = 0; i < ds->d; i += columns_width(ds, i))
		out->n_columns++;
	out->column = mem_array(out->n_columns, sizeof *out->column);
	for (size_t i = 0, k = 0; i < ds->d; i += columns_width(ds, i))
		copy_column(ds, i, &out->column[k++]);
}

static double *
copy_numbers(const double *x, size_t n)
{
	double *copy = n ? mem_array(n, sizeof *copy) : NULL;

	if (n)
		memcpy(copy, x, n * sizeof *copy);
	return copy;
}

static char **
copy_names(char *const *name, size_t n)
{
	char **copy = n ? mem_array(n, sizeof *copy) : NULL;

	for (size_t i = 0; i < n; i++)
		copy[i] = encoding_name(name[i], strlen(name[i]));
	return copy;
}

void
encoding_of(const struct dataset *ds, const struct scale *scale, uint64_t seed,
	    struct encoding *out)
{
	*out = (struct encoding){ .kind = ds->kind,
				  .d = ds->d,
				  .height = ds->height,
				  .width = ds->width,
				  .channels = ds->channels,
				  .next_token = ds->next_token,
				  .split = true,
				  .seed = seed };
	if (ds->column)
		copy_columns(ds, out);
	if (scale->d)
		out->n_scale = ds->kind == DATASET_IMAGE ? 1 : scale->d;
	out->mean = copy_numbers(scale->mean, out->n_scale);
	out->spread = copy_numbers(scale->spread, out->n_scale);
	if (ds->class_name && !ds->next_token) {
		out->classes = ds->classes;
		out->class_name = copy_names(ds->class_name, (size_t)ds->classes);
	}
	out->label = ds->label ? encoding_name(ds->label, strlen(ds->label)) : NULL;
}

struct encoding *
encoding_copy(const struct encoding *enc)
{
	struct encoding *copy = mem_new(sizeof *copy);

	*copy = *enc;
	copy->column = enc->n_columns ? mem_array(enc->n_columns, sizeof *copy->column) : NULL;
	for (size_t i = 0; i < enc->n_columns; i++) {
		const struct encoding_column *c = &enc->column[i];

		copy->column[i] =
			(struct encoding_column){ mem_text(c->name),
						  copy_names(c->word, c->n_words), c->n_words };
	}
	copy->mean = copy_numbers(enc->mean, enc->n_scale);
	copy->spread = copy_numbers(enc->spread, enc->n_scale);
	copy->class_name = copy_names(enc->class_name, (size_t)enc->classes);
	copy->label = enc->label ? mem_text(enc->label) : NULL;
	return copy;
}

static void
free_names(char **name, size_t n)
{
	for (size_t i = 0; name && i < n; i++)
		mem_free(name[i]);
	mem_free(name);
}

void
encoding_release(struct encoding *enc)
{
	for (size_t i = 0; enc->column && i < enc->n_columns; i++) {
		mem_free(enc->column[i].name);
		free_names(enc->column[i].word, enc->column[i].n_words);
	}
	mem_free(enc->column);
	mem_free(enc->mean);
	mem_free(enc->spread);
	free_names(enc->class_name, (size_t)enc->classes);
	mem_free(enc->label);
	memset(enc, 0, sizeof *enc);
}

/* ---------------------------------------------------------------- JSON */

static void
print_names(struct jsonwriter *w, const char *key, char *const *name, size_t n)
{
	jsonwriter_begin(w, key, '[');
	for (size_t i = 0; i < n; i++)
		jsonwriter_string(w, NULL, name[i]);
	jsonwriter_end(w, ']');
}

static void
print_numbers(struct jsonwriter *w, const char *key, const double *x, size_t n)
{
	jsonwriter_begin(w, key, '[');
	for (size_t i = 0; i < n; i++)
		jsonwriter_number(w, NULL, x[i]);
	jsonwriter_end(w, ']');
}

static void
print_columns(struct jsonwriter *w, const struct encoding *enc)
{
	jsonwriter_bool(w, "unnamed", enc->unnamed);
	jsonwriter_begin(w, "columns", '[');
	for (size_t i = 0; i < enc->n_columns; i++) {
		const struct encoding_column *c = &enc->column[i];

		jsonwriter_begin(w, NULL, '{');
		jsonwriter_string(w, "name", c->name);
		if (c->n_words)
			print_names(w, "words", c->word, c->n_words);
		jsonwriter_end(w, '}');
	}
	jsonwriter_end(w, ']');
}

static void
print_members(struct jsonwriter *w, const struct encoding *enc)
{
	static const char *const kinds[] = { "numbers", "image", "tokens" };

	jsonwriter_integer(w, "version", 1);
	jsonwriter_string(w, "kind", kinds[enc->kind]);
	jsonwriter_integer(w, "features", (int64_t)enc->d);
	if (enc->kind == DATASET_IMAGE) {
		jsonwriter_integer(w, "height", (int64_t)enc->height);
		jsonwriter_integer(w, "width", (int64_t)enc->width);
		jsonwriter_integer(w, "channels", (int64_t)enc->channels);
	}
	if (enc->n_columns)
		print_columns(w, enc);
	if (enc->n_scale) {
		print_numbers(w, "mean", enc->mean, enc->n_scale);
		print_numbers(w, "spread", enc->spread, enc->n_scale);
	}
	if (enc->next_token)
		jsonwriter_bool(w, "next_token", true);
	if (enc->classes)
		print_names(w, "classes", enc->class_name, (size_t)enc->classes);
	if (enc->label)
		jsonwriter_string(w, "label", enc->label);
	if (enc->split)
		jsonwriter_integer(w, "seed", (int64_t)enc->seed);
}

int
encoding_print(const struct encoding *enc, struct text *out, struct err *e)
{
	char *json = NULL;
	size_t size;
	FILE *f = open_memstream(&json, &size);
	struct jsonwriter w = { .out = f };
	bool whole;

	if (f) {
		jsonwriter_begin(&w, NULL, '{');
		print_members(&w, enc);
		jsonwriter_end(&w, '}');
	}
	whole = f && fclose(f) == 0;
	if (whole)
		text_bytes(out, json, size);
	free(json); /* allocated by open_memstream */
	return whole ? 0 : err_set(e, "no memory for the encoding of %zu features", enc->d);
}

/* ---------------------------------------------------------------- of a data set */

void
encoding_scale(const struct dataset *ds, const uint32_t *rows, size_t n_rows, struct scale *out)
{
	const struct encoding *enc = ds->encoding;

	if (!enc || !enc->n_scale || ds->kind == DATASET_TOKENS) {
		scale_fit(ds, rows, n_rows, out);
		return;
	}
	*out = (struct scale){ .d = ds->d,
			       .mean = mem_array(ds->d, sizeof *out->mean),
			       .spread = mem_array(ds->d, sizeof *out->spread) };
	for (size_t i = 0; i < ds->d; i++) {
		out->mean[i] = enc->mean[enc->n_scale == 1 ? 0 : i];
		out->spread[i] = enc->spread[enc->n_scale == 1 ? 0 : i];
	}
}

uint64_t
encoding_seed(const struct dataset *ds, uint64_t seed)
{
	return ds->encoding && ds->encoding->split ? ds->encoding->seed : seed;
}
