/* summary.c: a summary of a data set for display. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/summary.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/classes.h"
#include "retort/data/encoding.h"
#include "retort/data/read/duplicates.h"
#include "retort/data/read/features.h"
#include "retort/data/read/read.h"
#include "retort/data/read/source.h"
#include "retort/data/split.h"

#define WORDS                                                                                      \
	FEATURES_WORDS /* different words that are counted in a column; one of more is no category \
			*/
#define UNSEEN 5       /* classes without a training row that have a line of their own */
#define LIKE_TEXT 40   /* mean bytes of a word above which a column is text */

/* Statistics of a column, collected in one pass. */
struct column {
	size_t missing, numbers, words, bytes;
	size_t rounded;                 /* whole numbers that are no doubles */
	enum number_kind kind;          /* of the last number */
	bool text;                      /* the column of the texts */
	double low, high, mean, square; /* of the numbers; Welford's sums */
	char *name;
	char **word; /* [n_words] owned */
	size_t n_words, cap;
	bool more; /* than WORDS different words */
};

static void
add_word(struct column *c, const char *word)
{
	c->words++;
	c->bytes += strlen(word);
	if (c->more)
		return;
	for (size_t i = 0; i < c->n_words; i++)
		if (strcmp(c->word[i], word) == 0)
			return;
	c->more = c->n_words == WORDS;
	if (c->more)
		return;
	mem_grow(&c->word, &c->cap, c->n_words + 1, sizeof *c->word);
	c->word[c->n_words++] = mem_text(word);
}

static void
add_number(struct column *c, double x)
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
write_column(const struct column *c, struct text *out)
{
	text_add(out, "column    ");
	text_add_plain(out, c->name);
	text_add(out, ": ");
	if (c->text)
		text_addf(out, "text, %.6g bytes on average",
			  (double)c->bytes / (double)(c->words ? c->words : 1));
	else if (c->words == 0 && c->numbers)
		text_addf(out, "%s, %.10g..%.10g, mean %.10g, spread %.6g",
			  strchr(number_kind_name(c->kind), ' ') + 1, c->low, c->high, c->mean,
			  sqrt(c->square / (double)c->numbers));
	else if (c->words == 0)
		text_add(out, "empty");
	else if (c->more || c->bytes > LIKE_TEXT * c->words)
		text_addf(out, "text, %.6g bytes on average", (double)c->bytes / (double)c->words);
	else
		text_addf(out, "category, %zu different word%s", c->n_words,
			  c->n_words == 1 ? "" : "s");
	if (c->words && c->numbers)
		text_addf(out, ", and %zu numbers", c->numbers);
	if (c->rounded)
		text_addf(out, ", %zu whole number%s beyond 2^53 rounded", c->rounded,
			  c->rounded == 1 ? "" : "s");
	text_addf(out, c->missing ? ", %zu missing\n" : "\n", c->missing);
}

struct columns {
	struct source source;
	struct column *column; /* [n] NULL before the first row */
	size_t n;
};

static void
name_columns(struct columns *a)
{
	char name[32];

	a->n = a->source.columns;
	a->column = mem_array(a->n, sizeof *a->column);
	for (size_t k = 0; k < a->n; k++) {
		snprintf(name, sizeof name, "%zu", k + 1);
		a->column[k].name = mem_text(a->source.name ? a->source.name[k] : name);
		a->column[k].text = k == a->source.text;
	}
}

/* Whether `text`, read as x, is a whole number with other digits than x. */
static bool
is_rounded(const char *text, double x)
{
	const char *digit = text + strspn(text, "+-");
	char whole[400];

	digit += strspn(digit, "0");
	if (strlen(digit) < 16 || digit[strspn(digit, "0123456789")])
		return false;
	snprintf(whole, sizeof whole, "%.0f", fabs(x));
	return strcmp(whole, digit) != 0;
}

static void
add_cell(struct column *c, const struct number_form *form, const char *text)
{
	struct classes_cell cell;
	enum number_kind kind;
	double x;

	if (c->text) { /* only an empty text is missing, not one of the words for it */
		classes_trim(text, &cell);
		if (cell.s[0])
			add_word(c, text);
		else
			c->missing++;
		return;
	}
	kind = number_read(form, text, &x);
	if (kind == NUMBER_MISSING) {
		c->missing++;
	} else if (kind == NUMBER_NONE) {
		add_word(c, text);
	} else {
		add_number(c, x);
		c->kind = kind;
		if (kind == NUMBER_PLAIN && fabs(x) >= 9007199254740992) {
			classes_trim(text, &cell);
			c->rounded += is_rounded(cell.s, x);
		}
	}
}

static int
add_row(void *arg, const struct row *row, struct err *e)
{
	struct columns *a = arg;

	(void)e;
	if (!a->column)
		name_columns(a);
	for (size_t k = 0; k < a->n; k++)
		add_cell(&a->column[k], &a->source.form, row->cell[k]);
	return 0;
}

/* Add a line for each column of a table: one pass over the file. */
static int
write_columns(const char *path, const struct dataset_options *o, struct text *out, struct err *e)
{
	struct columns all = { 0 };
	int status;

	if (source_open(&all.source, path, o, e) < 0)
		return -1;
	status = read_wrap(source_rows(&all.source, add_row, &all, e), path, e);
	for (size_t k = 0; k < all.n; k++) {
		struct column *c = &all.column[k];

		if (status == 0)
			write_column(c, out);
		for (size_t i = 0; i < c->n_words; i++)
			mem_free(c->word[i]);
		mem_free(c->word);
		mem_free(c->name);
	}
	mem_free(all.column);
	source_release(&all.source);
	return status;
}

static void
write_class(const char *name, size_t rows, size_t all, struct text *out)
{
	text_add(out, "class     ");
	text_add_plain(out, name);
	text_addf(out, ": %zu rows, %.2f %%\n", rows, 100.0 * (double)rows / (double)all);
}

static void
write_classes(const struct dataset *ds, struct text *out)
{
	size_t *rows = mem_array((size_t)ds->classes, sizeof *rows), least = ds->n, most = 0,
	       labelled = ds->n - ds->unlabelled;

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
		write_class(ds->class_name[c], rows[c], labelled, out);
	mem_free(rows);
}

static void
write_tokens(const struct dataset *ds, struct text *out)
{
	size_t full = 0, empty = 0, tokens = 0;

	for (size_t i = 0; i < ds->n; i++) {
		const int32_t *id = ds->ids + i * ds->length;
		size_t n = ds->length;

		while (n > 0 && id[n - 1] < 0)
			n--;
		tokens += n;
		full += n == ds->length;
		empty += n == 0;
	}
	text_addf(out, "tokens    %zu in %zu rows of %zu, of a vocabulary of %zu", tokens, ds->n,
		  ds->length, ds->vocab);
	if (ds->next_token)
		text_add(out, "; the label is the next token\n");
	else
		text_addf(out, "; %zu rows are full or cut off, %zu are empty\n", full, empty);
}

void
summary_unseen(const struct dataset *ds, uint64_t seed, const char *lead, struct text *out)
{
	size_t *trains, *held;
	struct split s;
	int n = 0;

	if (ds->next_token || split_make(ds, encoding_seed(ds, seed), -1, &s, NULL) < 0)
		return;
	trains = mem_array((size_t)ds->classes, sizeof *trains);
	held = mem_array((size_t)ds->classes, sizeof *held);
	for (size_t i = 0; i < s.n_train; i++)
		if (ds->y[s.train[i]] >= 0)
			trains[ds->y[s.train[i]]]++;
	for (size_t i = 0; i < s.n_held; i++)
		held[ds->y[s.held[i]]]++;
	for (int c = 0; c < ds->classes; c++)
		if (!trains[c] && (held[c] || !ds->encoding) && n++ < UNSEEN)
			text_addf(out,
				  "%sclass '%s' has %zu held-out row%s and no training row: "
				  "it cannot be learned\n",
				  lead, ds->class_name[c], held[c], held[c] == 1 ? "" : "s");
	if (n > UNSEEN)
		text_addf(out, "%s%d more classes of %d have no training row\n", lead, n - UNSEEN,
			  ds->classes);
	mem_free(trains);
	mem_free(held);
	split_release(&s);
}

static int
write_duplicates(const struct dataset *ds, struct text *out, struct err *e)
{
	size_t equal, differ;

	if (duplicates_count(ds, &equal, &differ, e) < 0)
		return -1;
	text_addf(out, "duplicate %zu rows equal an earlier one", equal);
	text_addf(out, differ ? ", %zu of them with another label\n" : "\n", differ);
	return 0;
}

/* How a text was read, and what was found out and not given. */
static void
write_format(const struct dataset *ds, struct text *out)
{
	if (ds->format)
		text_addf(out, "format    %s\n", ds->format);
	for (const char *p = ds->notes; p && *p;) {
		size_t len = strcspn(p, "\n");

		text_add(out, "found     ");
		text_bytes(out, p, len);
		text_add(out, "\n");
		p += len + (p[len] == '\n');
	}
}

static int
write_summary(const struct dataset *ds, const char *name, const struct text *columns, uint64_t seed,
	      struct text *out, struct err *e)
{
	char hex[65];

	text_addf(out, "set       %s: %zu rows", name ? name : ds->name, ds->n);
	if (ds->kind == DATASET_IMAGE)
		text_addf(out, ", images of %zu x %zu x %zu\n", ds->height, ds->width,
			  ds->channels);
	else if (ds->kind == DATASET_TOKENS)
		text_add(out, ds->next_token ? ", windows of one text\n" : ", texts\n");
	else
		text_addf(out, " of %zu features\n", ds->d);
	if (ds->kind == DATASET_TOKENS)
		write_tokens(ds, out);
	text_add(out, text_get(columns));
	if (!ds->next_token && ds->unlabelled == ds->n)
		text_add(out, "labels    none\n");
	else if (!ds->next_token)
		write_classes(ds, out);
	if (!ds->ids)
		text_addf(out, "missing   %zu cells\n", ds->missing);
	write_format(ds, out);
	if (write_duplicates(ds, out, e) < 0)
		return -1;
	summary_unseen(ds, seed, "held out  ", out);
	text_addf(out, "sha256    %s\n", hash_hex(&ds->hash, hex));
	return 0;
}

int
summary_file(const char *path, const char *name, const struct dataset_options *o, uint64_t seed,
	     const char *hash, struct text *out, struct err *e)
{
	struct text columns = { 0 };
	struct dataset *ds;
	char hex[65];
	int status = 0;

	if (read_dataset(path, o, &ds, e) < 0)
		return -1;
	if (hash && strcmp(hash_hex(&ds->hash, hex), hash) != 0)
		status = err_set(
			e, "%s: the file has changed since it was read: sha256 %.16s, then %.16s",
			path, hex, hash);
	if (status == 0 && (ds->column || o->text || o->height))
		status = write_columns(path, o, &columns, e);
	if (status == 0)
		status = write_summary(ds, name, &columns, seed, out, e);
	text_release(&columns);
	dataset_free(ds);
	return status;
}
