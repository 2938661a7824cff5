/* columns.c: match the columns of two tables by name. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/columns.h"

#include <math.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"

/* Source of a feature of the data that is no feature of the other table. */
enum { NO_SUCH_WORD = -2, ALL_MISSING = -3 };

struct match {
	const struct dataset *ds, *more;
	int64_t *from; /* [ds->d] feature of `more`, or one of the values above */
	bool *used;    /* [more->d] features that are the source of one */
	struct err *e;
};

/* Length of the column's name in that of feature i: "hue" in "hue=red". */
static size_t
name_len(const struct dataset *ds, size_t i)
{
	return ds->word[i] ? (size_t)(ds->word[i] - ds->column[i]) - 1 : strlen(ds->column[i]);
}

static bool
same_column(const struct dataset *a, size_t i, const struct dataset *b, size_t k)
{
	size_t len = name_len(a, i);

	return len == name_len(b, k) && memcmp(a->column[i], b->column[k], len) == 0;
}

size_t
columns_width(const struct dataset *ds, size_t i)
{
	size_t n = 1;

	while (ds->word && ds->word[i] && i + n < ds->d && ds->word[i + n] &&
	       same_column(ds, i, ds, i + n))
		n++;
	return n;
}

/* First feature of `in` that belongs to the column of feature i of `ds`, searched from `at` to the
 * end, then from 0; in->d: there is none. */
static size_t
find_column(const struct dataset *in, const struct dataset *ds, size_t i, size_t at)
{
	for (size_t k = 0; k < in->d; k++) {
		size_t j = (at + k) % in->d;

		if (same_column(ds, i, in, j))
			return j;
	}
	return in->d;
}

static bool
is_all_missing(const struct dataset *ds, size_t i)
{
	for (size_t r = 0; r < ds->n; r++)
		if (ds->wide ? !isnan(ds->wide[r * ds->d + i]) : !isnan(ds->x[r * ds->d + i]))
			return false;
	return true;
}

/* Feature i is a word: find it among the words of the column that begins at feature k of `more`. */
static int64_t
find_word(const struct match *m, size_t i, size_t k)
{
	for (; k < m->more->d && same_column(m->ds, i, m->more, k); k++)
		if (m->more->word[k] && strcmp(m->more->word[k], m->ds->word[i]) == 0)
			return (int64_t)k;
	return NO_SUCH_WORD;
}

static int
refuse_column(const struct dataset *in, const struct dataset *ds, size_t i, bool extra,
	      struct err *e)
{
	struct text names = { 0 }, hint = { 0 };
	int len = (int)(name_len(ds, i) < 40 ? name_len(ds, i) : 40);

	for (size_t k = 0; k < in->d && names.len < 100; k++)
		if (k == 0 || !same_column(in, k, in, k - 1))
			text_item(&names, "%.*s", (int)name_len(in, k), in->column[k]);
	err_set(e, "column '%.*s' of %s is missing in %s (columns: %s%s)", len, ds->column[i],
		ds->name, in->name, text_get(&names), names.len >= 100 ? " ..." : "");
	if (e && extra)
		text_addf(&hint, "%.*s; `without %.*s` leaves it out", ERR_TEXT - 80, e->msg, len,
			  ds->column[i]);
	if (hint.len)
		err_set(e, "%s", hint.s);
	text_release(&hint);
	text_release(&names);
	return -1;
}

/* Set the source of feature i of the data, whose column begins at feature k of the other table. */
static int
match_feature(struct match *m, size_t i, size_t k)
{
	bool category = m->ds->word[i] != NULL;

	if (!m->more->word[k] && is_all_missing(m->more, k)) {
		m->from[i] = ALL_MISSING;
		m->used[k] = true;
		return 0;
	}
	if (category != (m->more->word[k] != NULL))
		return err_set(m->e, "column '%.*s' has %s, but %s %s",
			       (int)(name_len(m->ds, i) < 40 ? name_len(m->ds, i) : 40),
			       m->ds->column[i], category ? "numbers" : "words", m->ds->name,
			       category ? "words" : "numbers");
	m->from[i] = category ? find_word(m, i, k) : (int64_t)k;
	if (m->from[i] >= 0 && m->used[m->from[i]])
		return err_set(m->e, "duplicate column '%.40s'", m->ds->column[i]);
	if (m->from[i] >= 0)
		m->used[m->from[i]] = true;
	return 0;
}

static int
match_all(struct match *m)
{
	size_t at = 0;

	for (size_t i = 0; i < m->ds->d; i++) {
		if (i == 0 || !same_column(m->ds, i, m->ds, i - 1))
			at = find_column(m->more, m->ds, i, at);
		if (at == m->more->d)
			return refuse_column(m->more, m->ds, i, false, m->e);
		if (match_feature(m, i, at) < 0)
			return -1;
	}
	at = 0; /* what is not the source of a feature must be a word that the data lacks */
	for (size_t k = 0; k < m->more->d; k++) {
		if (m->used[k])
			continue;
		at = find_column(m->ds, m->more, k, at);
		if (at == m->ds->d)
			return refuse_column(m->ds, m->more, k, true, m->e);
		if (!m->more->word[k])
			return err_set(m->e, "%s: duplicate column '%.40s'", m->more->name,
				       m->more->column[k]);
	}
	return 0;
}

/* Value k of a row of floats or of doubles. */
static double
value_at(const void *row, size_t k, bool wide)
{
	return wide ? ((const double *)row)[k] : (double)((const float *)row)[k];
}

/* A missing cell of a category is NaN in all of its words, so any of them, probe[i], shows whether
 * a word that the other table lacks is 0 or missing. */
static void
gather_row(const struct match *m, const int64_t *probe, const void *x, void *out)
{
	bool wide = m->more->wide != NULL;

	for (size_t i = 0; i < m->ds->d; i++) {
		double v = 0;

		if (m->from[i] >= 0)
			v = value_at(x, (size_t)m->from[i], wide);
		else if (m->from[i] == ALL_MISSING || isnan(value_at(x, (size_t)probe[i], wide)))
			v = NAN;
		if (wide)
			((double *)out)[i] = v;
		else
			((float *)out)[i] = (float)v;
	}
}

/* For each feature that is a word the other table lacks: a feature of the same column there. */
static int64_t *
find_probes(const struct match *m)
{
	int64_t *probe = mem_array(m->ds->d, sizeof *probe);
	size_t at = 0;

	for (size_t i = 0; i < m->ds->d; i++)
		if (m->from[i] == NO_SUCH_WORD)
			probe[i] = (int64_t)(at = find_column(m->more, m->ds, i, at));
	return probe;
}

/* Number of rows of `more` that have one of its features i..end-1 that are the source of none. */
static size_t
count_unknown(const struct match *m, size_t i, size_t end)
{
	const struct dataset *more = m->more;
	size_t rows = 0;

	for (size_t r = 0; r < more->n; r++) {
		bool found = false;

		for (size_t k = i; k < end && !found; k++)
			found = !m->used[k] && (more->wide ? more->wide[r * more->d + k] > 0
							   : more->x[r * more->d + k] > 0);
		rows += found;
	}
	return rows;
}

/* Note which words of `more` the data lacks, a line for each column. */
static void
note_unknown(const struct match *m, struct dataset *more)
{
	struct text line = { 0 }, words = { 0 };

	for (size_t i = 0, end, n; i < more->d; i = end) {
		char shown[120];

		end = i + columns_width(more, i);
		text_clear(&words);
		for (size_t k = i; k < end; k++)
			if (more->word[k] && !m->used[k])
				text_item(&words, "%s", more->word[k]);
		if (words.len == 0)
			continue;
		n = count_unknown(m, i, end);
		text_addf(&line, "column '%.*s': %zu row%s words that %s lacks: %s\n",
			  (int)name_len(more, i), more->column[i], n, n == 1 ? " has" : "s have",
			  m->ds->name, text_fit(shown, sizeof shown, text_get(&words)));
	}
	if (line.len)
		dataset_note(more, line.s);
	text_release(&line);
	text_release(&words);
}

/* A block of `size` bytes, mapped if the features of `more` are. NULL and an error. */
static void *
alloc_rows(const struct match *m, size_t size, struct tmpmap **map)
{
	void *all;

	if (!m->more->tmpmap) {
		all = mem_try(size, 1);
		if (!all)
			err_set(m->e, "no memory for %zu rows of %zu features", m->more->n,
				m->ds->d);
		return all;
	}
	*map = tmpmap_new(m->e);
	all = *map ? tmpmap_map(*map, size, m->e) : NULL;
	if (!all)
		tmpmap_free(*map);
	return all;
}

static void
release_rows(struct dataset *ds)
{
	if (ds->tmpmap) {
		tmpmap_free(ds->tmpmap);
	} else {
		mem_free(ds->x);
		mem_free(ds->wide);
	}
}

static int
gather_rows(const struct match *m, struct dataset *more)
{
	size_t size = more->wide ? sizeof *more->wide : sizeof *more->x;
	const char *from = more->wide ? (const char *)more->wide : (const char *)more->x;
	struct tmpmap *map = NULL;
	char *all = alloc_rows(m, more->n * m->ds->d * size, &map);
	int64_t *probe;

	if (!all)
		return -1;
	probe = find_probes(m);
	for (size_t r = 0; r < more->n; r++)
		gather_row(m, probe, from + r * more->d * size, all + r * m->ds->d * size);
	mem_free(probe);
	release_rows(more);
	more->tmpmap = map;
	if (more->wide)
		more->wide = (double *)(void *)all;
	else
		more->x = (float *)(void *)all;
	return 0;
}

/* Replace the names of the features by those of the data. */
static void
rename_features(const struct dataset *ds, struct dataset *more)
{
	for (size_t i = 0; i < more->d; i++)
		mem_free(more->column[i]);
	mem_free(more->column);
	mem_free(more->word);
	more->d = ds->d;
	more->column = mem_array(ds->d, sizeof *more->column);
	more->word = mem_array(ds->d, sizeof *more->word);
	for (size_t i = 0; i < ds->d; i++) {
		more->column[i] = mem_text(ds->column[i]);
		more->word[i] =
			ds->word[i] ? more->column[i] + (ds->word[i] - ds->column[i]) : NULL;
	}
}

static bool
have_same_columns(const struct dataset *ds, const struct dataset *more)
{
	for (size_t i = 0; i < ds->d && ds->d == more->d; i++)
		if (strcmp(ds->column[i], more->column[i]) != 0 || !ds->word[i] != !more->word[i])
			return false;
	return ds->d == more->d;
}

int
columns_match(const struct dataset *ds, struct dataset *more, struct err *e)
{
	struct match m = { .ds = ds, .more = more, .e = e };
	int status;

	if (!ds->column || !more->column || have_same_columns(ds, more))
		return 0;
	m.from = mem_array(ds->d, sizeof *m.from);
	m.used = mem_array(more->d, sizeof *m.used);
	status = match_all(&m);
	if (status == 0)
		note_unknown(&m, more);
	if (status == 0)
		status = gather_rows(&m, more);
	if (status == 0)
		rename_features(ds, more);
	mem_free(m.from);
	mem_free(m.used);
	return status;
}
