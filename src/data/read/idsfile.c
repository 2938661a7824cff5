/* idsfile.c: files of token ids. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/idsfile.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/classes.h"
#include "retort/data/read/corpus.h"
#include "retort/data/read/source.h"

struct reader {
	int32_t *id; /* owned [n]: of all lines */
	size_t n;
	struct dataset *ds; /* labelled rows; its n counts them */
	struct classes_reader labels;
	struct text label; /* of the current line */
	size_t *first;     /* owned [rows + 1]: offset in `id` of the ids of a row */
	size_t cap_first;
	size_t line;       /* current, from 1 */
	size_t first_line; /* that is not blank; 0: none yet */
	bool labelled;     /* lines begin with a label */
	size_t vocab;      /* ids are below it */
	size_t largest;    /* id */
	struct err *e;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* Refuse what is at `start`, which is byte `column` of the line, from 1. */
static int
refuse_id(struct reader *r, const char *start, size_t column)
{
	size_t len = strcspn(start, " \t\r\n");

	if (len == 0)
		return err_set(r->e, "line %zu, column %zu: a NUL byte (expected a token id)",
			       r->line, column);
	return err_set(
		r->e,
		"line %zu, column %zu: invalid token id '%.*s' (expected an integer, at least 0)",
		r->line, column, (int)(len < 40 ? len : 40), start);
}

/* Read one id at *p, before `end`, and move *p after it. */
static int
read_id(struct reader *r, const char **p, const char *end, size_t column)
{
	const char *start = *p;
	size_t id = 0;

	for (; *p < end && !is_blank(**p); (*p)++) {
		if (**p < '0' || **p > '9')
			return refuse_id(r, start, column);
		id = id < DATASET_VOCAB ? 10 * id + (size_t)(**p - '0') : id;
	}
	if (id >= r->vocab)
		return err_set(r->e,
			       "line %zu, column %zu: invalid token id '%.*s' (expected 0 to %zu)",
			       r->line, column, (int)(*p - start < 40 ? *p - start : 40), start,
			       r->vocab - 1);
	r->largest = id > r->largest ? id : r->largest;
	r->id[r->n++] = (int32_t)id;
	return 0;
}

/* Begin a labelled row: the label ends at `tab`. */
static int
begin_row(struct reader *r, const char *line, const char *tab)
{
	struct dataset *ds = r->ds;

	if (memchr(line, '\0', (size_t)(tab - line)))
		return err_set(r->e, "line %zu: a NUL byte in the label", r->line);
	text_clear(&r->label);
	text_bytes(&r->label, line, (size_t)(tab - line));
	if (classes_add(ds, &r->labels, ds->n, text_get(&r->label), r->e) < 0)
		return -1;
	mem_grow(&r->first, &r->cap_first, ds->n + 2, sizeof *r->first);
	r->first[ds->n++] = r->n;
	return 0;
}

static int
read_line(struct reader *r, const char *line, const char *end)
{
	const char *p = line;
	const char *tab = memchr(line, '\t', (size_t)(end - line));

	while (p < end && is_blank(*p))
		p++;
	if (p == end && !tab)
		return 0;
	if (!r->first_line) {
		r->first_line = r->line;
		r->labelled = tab;
	}
	if (r->labelled != (tab != NULL))
		return err_set(r->e,
			       "line %zu: %s tab, but line %zu has %s (expected a label and a tab "
			       "on all lines or on none)",
			       r->line, tab ? "a" : "no", r->first_line, tab ? "none" : "one");
	if (tab && begin_row(r, line, tab) < 0)
		return -1;
	for (p = tab ? tab + 1 : line; p < end;) {
		if (is_blank(*p))
			p++;
		else if (read_id(r, &p, end, (size_t)(p - line) + 1) < 0)
			return -1;
	}
	return 0;
}

static int
read_lines(struct reader *r, const char *bytes, size_t size)
{
	const char *p = bytes, *end = bytes + size;

	while (p < end) {
		const char *feed = memchr(p, '\n', (size_t)(end - p));

		r->line++;
		if (read_line(r, p, feed ? feed : end) < 0)
			return -1;
		p = feed ? feed + 1 : end;
	}
	if (!r->first_line)
		return err_set(r->e, "empty: no token ids");
	if (r->labelled)
		r->first[r->ds->n] = r->n;
	return 0;
}

/* Cut off and pad the ids of labelled rows. */
static int
fill_rows(const struct reader *r, size_t length, struct err *e)
{
	struct dataset *ds = r->ds;

	if (corpus_alloc(ds, length, 0, e) < 0)
		return -1;
	for (size_t i = 0; i < ds->n; i++) {
		size_t n = r->first[i + 1] - r->first[i];

		memcpy(ds->ids + i * length, r->id + r->first[i],
		       (n < length ? n : length) * sizeof *ds->ids);
	}
	return 0;
}

static int
make_set(struct reader *r, const struct dataset_options *o, struct dataset **out)
{
	size_t vocab = o->vocab ? o->vocab : r->largest + 1, least = o->beside ? 1 : DATASET_ROWS;

	if (!r->labelled)
		return corpus_windows(r->id, r->n, o->length, vocab, out, r->e);
	if (r->ds->n < least)
		return err_set(r->e, "%zu rows (expected at least %zu)", r->ds->n, least);
	if (r->n == 0)
		return err_set(r->e, "no token ids after the labels");
	r->ds->vocab = vocab;
	if (classes_settle(r->ds, &r->labels, r->e) < 0 || fill_rows(r, o->length, r->e) < 0)
		return -1;
	*out = r->ds;
	r->ds = NULL;
	return 0;
}

static int
read_all(struct reader *r, const char *bytes, size_t size, const struct dataset_options *o,
	 struct dataset **out)
{
	size_t bom = source_bom(bytes, size);
	struct hash file = hash_of(bytes, size), said;
	char options[64];

	r->id = mem_try(size / 2 + 1, sizeof *r->id); /* an id takes two bytes, but for the last */
	if (!r->id)
		return err_set(r->e, "no memory for the token ids of %zu bytes", size);
	if (read_lines(r, bytes + bom, size - bom) < 0 || make_set(r, o, out) < 0)
		return -1;
	snprintf(options, sizeof options, "length %zu vocab %zu", o->length, (*out)->vocab);
	said = hash_of(options, strlen(options));
	(*out)->hash = hash_join(&file, &said);
	return 0;
}

int
idsfile_make(const char *bytes, size_t size, const struct dataset_options *o, struct dataset **out,
	     struct err *e)
{
	struct reader r = { .ds = mem_new(sizeof *r.ds),
			    .labels = { .what = "labels", .beside = o->beside || o->like.encoding },
			    .vocab = o->vocab ? o->vocab : DATASET_VOCAB,
			    .e = e };
	int status = read_all(&r, bytes, size, o, out);

	dataset_free(r.ds);
	mem_free(r.id);
	mem_free(r.first);
	text_release(&r.label);
	return status;
}
