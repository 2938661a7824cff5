/* about.c: what a data set holds, told to people. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/about.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/classes.h"
#include "retort/data/features.h"
#include "retort/data/split.h"

#define WORDS FEATURES_WORDS /* different words that are counted in a column; one of more is no category */
#define UNSEEN 5 /* classes that are told one by one; of many more the first say enough */
#define LIKE_TEXT 40 /* mean bytes of a word beyond which a column is text */

/* One column of a table, in one pass over it. */
struct column {
	size_t missing, numbers, words, bytes;
	double low, high, mean, square; /* Welford's sums over the numbers */
	const char *word[WORDS];
	size_t n_words; /* WORDS + 1: more */
};

static void
see_word(struct column *c, const char *word)
{
	c->words++;
	c->bytes += strlen(word);
	for (size_t i = 0; i < c->n_words && i < WORDS; i++)
		if (strcmp(c->word[i], word) == 0)
			return;
	if (c->n_words < WORDS)
		c->word[c->n_words] = word;
	c->n_words += c->n_words <= WORDS;
}

static void
see_number(struct column *c, double x)
{
	double from = x - c->mean;

	if (c->numbers++ == 0)
		c->low = c->high = x;
	c->low = fmin(c->low, x);
	c->high = fmax(c->high, x);
	c->mean += from / (double)c->numbers;
	c->square += from * (x - c->mean);
}

static void
tell_column(const struct column *c, const char *name, struct text *out)
{
	text_addf(out, "column    %s: ", name);
	if (c->words == 0 && c->numbers)
		text_addf(out, "number, %.6g..%.6g, mean %.6g, spread %.6g", c->low, c->high, c->mean, sqrt(c->square / (double)c->numbers));
	else if (c->words == 0)
		text_add(out, "empty");
	else if (c->n_words > WORDS || c->bytes > LIKE_TEXT * c->words)
		text_addf(out, "text, %.6g bytes on average", (double)c->bytes / (double)c->words);
	else
		text_addf(out, "category, %zu different words", c->n_words);
	if (c->words && c->numbers)
		text_addf(out, ", and %zu numbers", c->numbers);
	text_addf(out, c->missing ? ", %zu missing\n" : "\n", c->missing);
}

static void
tell_columns(const struct csvfile *t, size_t first, struct text *out)
{
	struct classes_cell cell;
	char name[32];
	double x;

	for (size_t k = 0; k < t->columns; k++) {
		struct column c = { 0 };

		for (size_t i = first; i < t->rows; i++) {
			const char *word = t->cell[i * t->columns + k];

			classes_trim(word, &cell);
			if (classes_is_missing(&cell))
				c.missing++;
			else if (!cell.cut && text_to_double(cell.s, &x) == 0)
				see_number(&c, x);
			else
				see_word(&c, word);
		}
		snprintf(name, sizeof name, "%zu", k + 1);
		tell_column(&c, first ? t->cell[k] : name, out);
	}
}

/* Lines of a table's columns. */
static int
columns_of(const char *path, const struct dataset_options *o, struct text *out, struct err *e)
{
	struct csvfile t;

	if (dataset_read_table(path, &t, e) < 0)
		return -1;
	tell_columns(&t, dataset_has_header(&t, o) ? 1 : 0, out);
	csvfile_release(&t);
	return 0;
}

static void
tell_classes(const struct dataset *ds, struct text *out)
{
	size_t *rows = mem_array((size_t)ds->classes, sizeof *rows), least = ds->n, most = 0, labelled = ds->n - ds->unlabelled;

	for (size_t i = 0; i < ds->n; i++)
		if (ds->y[i] >= 0)
			rows[ds->y[i]]++;
	for (int c = 0; c < ds->classes; c++) {
		least = rows[c] < least ? rows[c] : least;
		most = rows[c] > most ? rows[c] : most;
	}
	text_addf(out, "labels    %d classes, %zu to %zu rows each", ds->classes, least, most);
	text_addf(out, ds->unlabelled ? ", %zu rows without one\n" : "\n", ds->unlabelled);
	for (int c = 0; c < ds->classes; c++)
		text_addf(out, "class     %s: %zu rows, %.2f %%\n", ds->class_name[c], rows[c], 100.0 * (double)rows[c] / (double)labelled);
	mem_free(rows);
}

static void
tell_tokens(const struct dataset *ds, struct text *out)
{
	size_t whole = 0, empty = 0, tokens = 0;

	for (size_t i = 0; i < ds->n; i++) {
		const int32_t *id = ds->ids + i * ds->length;
		size_t n = ds->length;

		while (n > 0 && id[n - 1] < 0)
			n--;
		tokens += n;
		whole += n == ds->length;
		empty += n == 0;
	}
	text_addf(out, "tokens    %zu in %zu rows of %zu, of a vocabulary of %zu", tokens, ds->n, ds->length, ds->vocab);
	if (ds->next_token)
		text_add(out, "; the next is to be foretold\n");
	else
		text_addf(out, "; %zu rows are full or cut off, %zu are empty\n", whole, empty);
}

/* A row as networks see it. */
static const void *
row_at(const struct dataset *ds, size_t row, size_t *size)
{
	*size = ds->ids ? ds->length * sizeof *ds->ids : ds->d * sizeof *ds->x;
	return ds->ids ? (const void *)(ds->ids + row * ds->length) : (const void *)(ds->x + row * ds->d);
}

struct mark {
	uint64_t hash;
	size_t row;
};

static int
by_hash(const void *a, const void *b)
{
	const struct mark *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->row < y->row ? -1 : x->row > y->row;
}

/* FNV-1a by words of four bytes: what looks alike is compared byte by byte. */
static uint64_t
mark_of(const void *bytes, size_t size)
{
	uint64_t h = UINT64_C(14695981039346656037);
	uint32_t word;

	for (size_t i = 0; i + sizeof word <= size; i += sizeof word) {
		memcpy(&word, (const char *)bytes + i, sizeof word);
		h = (h ^ word) * UINT64_C(1099511628211);
		h ^= h >> 29;
	}
	return h;
}

static void
tell_duplicates(const struct dataset *ds, struct text *out)
{
	struct mark *mark = mem_array(ds->n, sizeof *mark);
	size_t size, alike = 0, differ = 0, first = 0;

	for (size_t i = 0; i < ds->n; i++) {
		const void *row = row_at(ds, i, &size);

		mark[i] = (struct mark){ mark_of(row, size), i };
	}
	qsort(mark, ds->n, sizeof *mark, by_hash);
	for (size_t i = 1; i < ds->n; i++) {
		const void *a = row_at(ds, mark[first].row, &size), *b = row_at(ds, mark[i].row, &size);

		if (mark[i].hash != mark[first].hash || memcmp(a, b, size) != 0) {
			first = i;
			continue;
		}
		alike++;
		differ += ds->y[mark[i].row] != ds->y[mark[first].row];
	}
	text_addf(out, "duplicate %zu rows are like an earlier one", alike);
	text_addf(out, differ ? ", %zu of them with another label\n" : "\n", differ);
	mem_free(mark);
}

void
about_unseen(const struct dataset *ds, uint64_t seed, const char *lead, struct text *out)
{
	size_t *trains, *held;
	struct split s;
	int n = 0;

	if (ds->next_token || split_make(ds, seed, -1, &s, NULL) < 0)
		return;
	trains = mem_array((size_t)ds->classes, sizeof *trains);
	held = mem_array((size_t)ds->classes, sizeof *held);
	for (size_t i = 0; i < s.n_train; i++)
		if (ds->y[s.train[i]] >= 0)
			trains[ds->y[s.train[i]]]++;
	for (size_t i = 0; i < s.n_held; i++)
		held[ds->y[s.held[i]]]++;
	for (int c = 0; c < ds->classes; c++)
		if (!trains[c] && n++ < UNSEEN)
			text_addf(out, "%sclass '%s' has %zu held-out row%s and none to train on: nothing can learn it\n", lead, ds->class_name[c],
				  held[c], held[c] == 1 ? "" : "s");
	if (n > UNSEEN)
		text_addf(out, "%sand so for %d more classes of %d\n", lead, n - UNSEEN, ds->classes);
	mem_free(trains);
	mem_free(held);
	split_release(&s);
}

static void
tell(const struct dataset *ds, const char *name, const struct text *columns, uint64_t seed, struct text *out)
{
	char hex[65];

	text_addf(out, "set       %s: %zu rows", name ? name : ds->name, ds->n);
	if (ds->kind == DATASET_IMAGE)
		text_addf(out, ", images of %zu x %zu x %zu\n", ds->height, ds->width, ds->channels);
	else if (ds->kind == DATASET_TOKENS)
		text_add(out, ds->next_token ? ", windows of one text\n" : ", texts\n");
	else
		text_addf(out, " of %zu features\n", ds->d);
	if (ds->kind == DATASET_TOKENS)
		tell_tokens(ds, out);
	text_add(out, text_get(columns));
	if (!ds->next_token)
		tell_classes(ds, out);
	if (ds->x)
		text_addf(out, "missing   %zu cells\n", ds->missing);
	tell_duplicates(ds, out);
	about_unseen(ds, seed, "held out  ", out);
	text_addf(out, "sha256    %s\n", hash_hex(&ds->hash, hex));
}

int
about_file(const char *path, const char *name, const struct dataset_options *o, uint64_t seed, const char *hash, struct text *out,
	   struct err *e)
{
	struct text columns = { 0 };
	struct dataset *ds;
	char hex[65];
	int status = 0;

	if (dataset_read(path, o, &ds, e) < 0)
		return -1;
	if (hash && strcmp(hash_hex(&ds->hash, hex), hash) != 0)
		status = err_set(e, "%s: the file has changed since it was read: sha256 %.16s, then %.16s", path, hex, hash);
	if (status == 0 && (ds->column || o->text || o->height))
		status = columns_of(path, o, &columns, e);
	if (status == 0)
		tell(ds, name, &columns, seed, out);
	text_release(&columns);
	dataset_free(ds);
	return status;
}
