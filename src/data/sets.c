/* sets.c: several files joined to one data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/sets.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/decimal.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/texts.h"

bool
sets_role_trains(enum dataset_role role)
{
	return role == DATASET_MAIN || role == DATASET_TRANSFER;
}

size_t
sets_main_rows(const struct dataset *ds)
{
	return ds->n_sets ? ds->set[0].n : ds->n;
}

int
sets_of_row(const struct dataset *ds, size_t row)
{
	int k = 0;

	while (k + 1 < ds->n_sets && row >= ds->set[k + 1].from)
		k++;
	return k;
}

int32_t
sets_next_id(const struct dataset *ds, size_t row)
{
	const struct dataset_set *s = ds->n_sets ? &ds->set[sets_of_row(ds, row)] : NULL;

	return s && row + 1 == s->from + s->n ? s->after : ds->ids[(row + 1) * ds->length];
}

int
sets_find(const struct dataset *ds, const char *name, struct err *e)
{
	struct text names = { 0 };

	text_add(&names, "train, held-out");
	for (int i = 1; i < ds->n_sets; i++) {
		if (strcmp(ds->set[i].name, name) == 0) {
			text_release(&names);
			return i;
		}
		text_addf(&names, ", %s", ds->set[i].name);
	}
	choice_invalid(e, "set", name, text_get(&names));
	text_release(&names);
	return -1;
}

/* Whether two tokenizers have the same token for every id. */
static bool
have_same_tokens(const struct tokenizer *a, const struct tokenizer *b)
{
	struct text x = { 0 }, y = { 0 };
	bool same =
		(a != NULL) == (b != NULL) && (!a || (a->kind == b->kind && a->vocab == b->vocab));

	for (int32_t i = 0; same && a && (size_t)i < a->vocab; i++) {
		text_clear(&x);
		text_clear(&y);
		same = tokenizer_decode(a, &i, 1, &x, NULL) ==
			       tokenizer_decode(b, &i, 1, &y, NULL) &&
		       strcmp(text_get(&x), text_get(&y)) == 0;
	}
	text_release(&x);
	text_release(&y);
	return same;
}

static const char *const kind_name[] = {
	[DATASET_NUMBERS] = "numbers", [DATASET_IMAGE] = "images", [DATASET_TOKENS] = "tokens"
};

int
sets_check(const struct dataset *ds, const struct dataset *more, struct err *e)
{
	size_t most;

	if (ds->kind != more->kind)
		return err_set(e, "the rows are %s, but those of %s are %s", kind_name[more->kind],
			       ds->name, kind_name[ds->kind]);
	if (ds->next_token != more->next_token)
		return err_set(e, "labels are %s, but those of %s are %s",
			       more->next_token ? "next tokens" : "classes", ds->name,
			       ds->next_token ? "next tokens" : "classes");
	if (ds->d != more->d)
		return err_set(e, "%zu %s a row, but %s has %zu", more->d,
			       ds->kind == DATASET_TOKENS ? "tokens" : "features", ds->name, ds->d);
	if (ds->kind == DATASET_TOKENS && ds->vocab != more->vocab)
		return err_set(e, "a vocabulary of %zu, but %s has %zu; use the same `%s` for both",
			       more->vocab, ds->name, ds->vocab,
			       ds->tokenizer || more->tokenizer ? "tokens FILE" : "vocab N");
	if (!have_same_tokens(ds->tokenizer, more->tokenizer))
		return err_set(e, "another vocabulary than %s; use the same `tokens FILE` for both",
			       ds->name);
	most = ds->kind == DATASET_TOKENS ? DATASET_IDS / ds->length : UINT32_MAX;
	if (ds->n + more->n > most)
		return err_set(e, "%zu rows with those of %s (expected at most %zu)",
			       ds->n + more->n, ds->name, most);
	if (ds->n_sets == DATASET_SETS)
		return err_set(e, "too many sets (expected at most %d)", DATASET_SETS);
	return 0;
}

/* Whether all classes are numbers. */
static bool
has_numbers(const struct dataset *ds)
{
	for (int i = 0; i < ds->classes; i++)
		if (!decimal_is(ds->class_name[i]))
			return false;
	return true;
}

/* Class of `ds` that is the number `name`; -1: none. */
static int
find_number(const struct dataset *ds, const char *name)
{
	for (int i = 0; decimal_is(name) && has_numbers(ds) && i < ds->classes; i++)
		if (decimal_compare(ds->class_name[i], name) == 0)
			return i;
	return -1;
}

/* Class of `ds` with the name of class k of `more`, or the same number; -1 with an error. */
static int
find_class(const struct dataset *ds, const struct dataset *more, int k, const char *hint,
	   struct err *e)
{
	struct text names = { 0 };

	for (int i = 0; i < ds->classes; i++)
		if (strcmp(ds->class_name[i], more->class_name[k]) == 0)
			return i;
	if (find_number(ds, more->class_name[k]) >= 0)
		return find_number(ds, more->class_name[k]);
	for (int i = 0; i < ds->classes && names.len < 120; i++)
		text_item(&names, "%s", ds->class_name[i]);
	err_set(e, "unknown class '%.40s' (classes of %s: %s)%s", more->class_name[k], ds->name,
		text_get(&names), hint);
	text_release(&names);
	return -1;
}

int
sets_classes(const struct dataset *ds, const struct dataset *more, const char *hint, int *to,
	     struct err *e)
{
	for (int k = 0; k < more->classes && !ds->next_token; k++)
		if ((to[k] = find_class(ds, more, k, hint, e)) < 0)
			return -1;
	return 0;
}

/* Concatenate two arrays in new memory and free the first. NULL: no memory. */
static void *
join_arrays(void *a, size_t a_size, const void *b, size_t b_size)
{
	char *both = mem_try(a_size + b_size, 1);

	if (!both)
		return NULL;
	memcpy(both, a, a_size);
	memcpy(both + a_size, b, b_size);
	mem_free(a);
	return both;
}

/* Append the features in a temporary file, if those of either set lie in one. */
static int
join_mapped(struct dataset *ds, const struct dataset *more, struct err *e)
{
	size_t width = ds->d * sizeof *ds->x;
	struct tmpmap *s = ds->tmpmap ? ds->tmpmap : tmpmap_new(e);
	float *both = NULL;

	if (s && (ds->tmpmap || tmpmap_write(s, ds->x, ds->n * width, e) == 0) &&
	    tmpmap_write(s, more->x, more->n * width, e) == 0)
		both = tmpmap_map(s, (ds->n + more->n) * width, e);
	if (!both) {
		if (!ds->tmpmap)
			tmpmap_free(s);
		else
			tmpmap_cut(s, ds->n * width);
		return -1;
	}
	if (!ds->tmpmap)
		mem_free(ds->x);
	ds->tmpmap = s;
	ds->x = both;
	return 0;
}

static int
join_rows(struct dataset *ds, const struct dataset *more, struct err *e)
{
	size_t width = ds->d * sizeof(float);
	void **from = ds->kind == DATASET_TOKENS ? (void **)&ds->ids : (void **)&ds->x;
	const void *appended =
		ds->kind == DATASET_TOKENS ? (const void *)more->ids : (const void *)more->x;
	size_t one_more = ds->next_token ? sizeof *ds->ids : 0;
	void *both;

	if (ds->tmpmap || more->tmpmap)
		return join_mapped(ds, more, e);
	both = join_arrays(*from, ds->n * width, appended, more->n * width + one_more);
	if (!both)
		return err_set(e, "no memory for %zu more rows", more->n);
	*from = both;
	return 0;
}

/* The labels of both, [ds->n + more->n], in the classes of `ds`. NULL: no memory. */
static int32_t *
join_labels(const struct dataset *ds, const struct dataset *more, const int *to)
{
	int32_t *y = mem_try(ds->n + more->n, sizeof *y);

	if (!y)
		return NULL;
	memcpy(y, ds->y, ds->n * sizeof *y);
	for (size_t i = 0; i < more->n; i++)
		y[ds->n + i] =
			more->y && more->y[i] >= 0 ? (ds->next_token ? 0 : to[more->y[i]]) : -1;
	return y;
}

/* The id after the last row of a set that no other follows. */
static int32_t
id_after_last(const struct dataset *ds)
{
	return ds->next_token ? ds->ids[ds->n * ds->length] : -1;
}

/* Add the set that the rows of `more`, already appended, make. `after` is the id after the rows of
 * `ds`. */
static void
add_set(struct dataset *ds, const struct dataset *more, enum dataset_role role, double weight,
	int32_t after)
{
	struct dataset_set *s;
	int classes = more->next_token && more->unlabelled ? 0 : more->classes;
	char what[64];
	struct hash said;

	if (ds->n_sets == 0) {
		ds->set[ds->n_sets++] =
			(struct dataset_set){ .n = ds->n, .weight = 1, .after = after };
		snprintf(ds->set[0].name, sizeof ds->set[0].name, "%s", ds->name);
	}
	s = &ds->set[ds->n_sets++];
	*s = (struct dataset_set){ .role = role,
				   .from = ds->n,
				   .n = more->n,
				   .weight = weight,
				   .after = id_after_last(more) };
	snprintf(s->name, sizeof s->name, "%s", more->name);
	snprintf(what, sizeof what, "role %d classes %d", (int)role, classes);
	said = hash_of(what, strlen(what));
	ds->hash = hash_join(&ds->hash, &more->hash);
	ds->hash = hash_join(&ds->hash, &said);
}

/* The hashes of the rows of both in the place of those of `ds`, if both have them. */
static int
join_hashes(struct dataset *ds, const struct dataset *more, struct err *e)
{
	uint64_t *both;

	if (!ds->row_hash || !more->row_hash)
		return 0;
	both = join_arrays(ds->row_hash, ds->n * sizeof *both, more->row_hash,
			   more->n * sizeof *both);
	if (!both)
		return err_set(e, "no memory for hashes of %zu more rows", more->n);
	ds->row_hash = both;
	return 0;
}

/* Append the rows, with the labels y and the texts of both, which are freed on failure. */
static int
append_rows(struct dataset *ds, const struct dataset *more, int32_t *y, struct dataset_texts texts,
	    struct err *e)
{
	if (join_hashes(ds, more, e) < 0 || join_rows(ds, more, e) < 0) {
		mem_free(y);
		texts_release(&texts);
		return -1;
	}
	for (size_t i = 0; i < more->n; i++)
		ds->unlabelled += y[ds->n + i] < 0;
	mem_free(ds->y);
	ds->y = y;
	texts_release(&ds->texts);
	ds->texts = texts;
	return 0;
}

int
sets_append(struct dataset *ds, const struct dataset *more, enum dataset_role role, double weight,
	    struct err *e)
{
	int to[DATASET_CLASSES];
	int32_t after = id_after_last(ds), *y;
	struct dataset_texts texts;

	if (sets_check(ds, more, e) < 0 ||
	    sets_classes(ds, more, "; `unlabelled` ignores the labels", to, e) < 0 ||
	    texts_join(ds, more, &texts, e) < 0)
		return -1;
	y = join_labels(ds, more, to);
	if (!y) {
		texts_release(&texts);
		return err_set(e, "no memory for %zu more labels", more->n);
	}
	if (append_rows(ds, more, y, texts, e) < 0)
		return -1;
	add_set(ds, more, role, weight, after);
	ds->missing += more->missing;
	ds->rules |= more->rules;
	ds->n += more->n;
	return 0;
}

void
sets_truncate(struct dataset *ds, const struct dataset *before)
{
	int last = ds->n_sets - 2; /* the set before the one that is removed */

	ds->n = before->n;
	ds->missing = before->missing;
	ds->unlabelled = before->unlabelled;
	ds->hash = before->hash;
	ds->rules = before->rules;
	if (ds->next_token)
		ds->ids[ds->n * ds->length] = ds->set[last].after;
	ds->n_sets = before->n_sets;
	memcpy(ds->set, before->set, sizeof ds->set);
	if (ds->tmpmap)
		tmpmap_cut(ds->tmpmap, ds->n * ds->d * sizeof *ds->x);
}
