/* encoding_apply.c: a data set put in the encoding of a network. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/encoding.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/columns.h"
#include "retort/data/sets.h"

#define NETWORK "the network" /* what errors call the other side */

/* Name of a feature: the column, or "hue=red". `word` is set to the word in it, or NULL. */
static char *
feature_name(const char *column, const char *of_word, const char **word)
{
	struct text t = { 0 };
	char *name;

	text_add(&t, column);
	if (of_word)
		text_addf(&t, "=%s", of_word);
	name = mem_text(text_get(&t));
	*word = of_word ? name + strlen(column) + 1 : NULL;
	text_release(&t);
	return name;
}

/* A data set without rows that has the columns and classes of the encoding. Owned. */
static struct dataset *
shell_of(const struct encoding *enc)
{
	struct dataset *shell = mem_new(sizeof *shell);
	size_t i = 0;

	snprintf(shell->name, sizeof shell->name, NETWORK);
	shell->kind = enc->kind;
	shell->d = enc->d;
	shell->next_token = enc->next_token;
	if (enc->n_columns) {
		shell->column = mem_array(enc->d, sizeof *shell->column);
		shell->word = mem_array(enc->d, sizeof *shell->word);
	}
	for (size_t k = 0; k < enc->n_columns; k++)
		for (size_t w = 0; w == 0 || w < enc->column[k].n_words; w++, i++)
			shell->column[i] =
				feature_name(enc->column[k].name,
					     enc->column[k].n_words ? enc->column[k].word[w] : NULL,
					     &shell->word[i]);
	if (enc->classes)
		shell->class_name = mem_array((size_t)enc->classes, sizeof *shell->class_name);
	for (; shell->classes < enc->classes; shell->classes++)
		shell->class_name[shell->classes] = mem_text(enc->class_name[shell->classes]);
	return shell;
}

static const char *
kind_name(enum dataset_kind kind)
{
	return kind == DATASET_TOKENS ? "tokens" : kind == DATASET_IMAGE ? "images" : "numbers";
}

/* Whether the rows have the kind and shape of the encoding's. */
static int
check_shape(const struct encoding *enc, const struct dataset *ds, struct err *e)
{
	bool tokens = enc->kind == DATASET_TOKENS;

	if (enc->kind != ds->kind && (!enc->rounded || ds->kind == DATASET_TOKENS))
		return err_set(e, "the rows are %s, but " NETWORK " reads %s", kind_name(ds->kind),
			       kind_name(enc->kind));
	if (enc->next_token != ds->next_token)
		return err_set(e, "the labels are %s, but those of " NETWORK " are %s",
			       ds->next_token ? "next tokens" : "classes",
			       enc->next_token ? "next tokens" : "classes");
	if (enc->kind == DATASET_IMAGE &&
	    (enc->height != ds->height || enc->width != ds->width || enc->channels != ds->channels))
		return err_set(e,
			       "images of %zu x %zu x %zu, but " NETWORK " reads %zu x %zu x %zu",
			       ds->height, ds->width, ds->channels, enc->height, enc->width,
			       enc->channels);
	if (!tokens && !(enc->n_columns && ds->column) && enc->d != ds->d)
		return err_set(e, "%zu features, but " NETWORK " reads %zu", ds->d, enc->d);
	return 0;
}

/* Write the names of columns as an encoding has them. */
static void
escape_columns(struct dataset *ds)
{
	for (size_t i = 0; ds->column && i < ds->d; i++) {
		char *old = ds->column[i], *name;

		if (text_is_utf8(old))
			continue;
		name = encoding_name(old,
				     ds->word[i] ? (size_t)(ds->word[i] - old) - 1 : strlen(old));
		ds->column[i] = feature_name(name, ds->word[i], &ds->word[i]);
		mem_free(name);
		mem_free(old);
	}
}

/* Give the columns the encoding's names, in their order. */
static int
rename_columns(const struct encoding *enc, struct dataset *ds, struct err *e)
{
	size_t n = 0, k = 0;

	for (size_t i = 0; i < ds->d; i += columns_width(ds, i))
		n++;
	if (n != enc->n_columns)
		return err_set(e, "%zu columns without names, but " NETWORK " reads %zu", n,
			       enc->n_columns);
	for (size_t i = 0; i < ds->d; k++) {
		size_t end = i + columns_width(ds, i);

		for (; i < end; i++) {
			char *old = ds->column[i];

			ds->column[i] =
				feature_name(enc->column[k].name, ds->word[i], &ds->word[i]);
			mem_free(old);
		}
	}
	if (ds->unnamed == enc->unnamed)
		return 0;
	dataset_note(ds, ds->unnamed ? "the table has no names: its columns are the network's in "
				       "their order\n"
				     : "the network knows no names: the columns are its own in "
				       "their order\n");
	return 0;
}

/* Replace the classes by the encoding's. */
static int
match_classes(const struct dataset *shell, struct dataset *ds, struct err *e)
{
	int to[DATASET_CLASSES];

	if (!shell->classes || ds->next_token || !ds->class_name)
		return 0;
	if (sets_classes(shell, ds, "", to, e) < 0)
		return -1;
	for (size_t r = 0; r < ds->n; r++)
		if (ds->y[r] >= 0)
			ds->y[r] = to[ds->y[r]];
	for (int k = 0; k < ds->classes; k++)
		mem_free(ds->class_name[k]);
	mem_free(ds->class_name);
	ds->class_name = mem_array((size_t)shell->classes, sizeof *ds->class_name);
	ds->classes = shell->classes;
	for (int k = 0; k < ds->classes; k++)
		ds->class_name[k] = mem_text(shell->class_name[k]);
	return 0;
}

static int
match(const struct encoding *enc, const struct dataset *shell, struct dataset *ds, struct err *e)
{
	if (enc->n_columns && ds->column && (enc->unnamed || ds->unnamed) &&
	    rename_columns(enc, ds, e) < 0)
		return -1;
	escape_columns(ds);
	if (columns_match(shell, ds, e) < 0)
		return -1;
	return match_classes(shell, ds, e);
}

int
encoding_apply(const struct encoding *enc, struct dataset *ds, struct err *e)
{
	struct text json = { 0 };
	struct dataset *shell;
	struct hash h;
	int status = check_shape(enc, ds, e);

	if (status == 0)
		status = encoding_print(enc, &json, e);
	if (status < 0)
		return -1;
	shell = shell_of(enc);
	status = match(enc, shell, ds, e);
	dataset_free(shell);
	h = hash_of(json.s, json.len);
	text_release(&json);
	if (status < 0)
		return -1;
	ds->hash = hash_join(&ds->hash, &h);
	ds->encoding = encoding_copy(enc);
	return 0;
}
