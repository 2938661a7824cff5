/* idsfile.c: files of token ids. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/idsfile.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/classes.h"
#include "retort/data/read/corpus.h"

struct reader {
	int32_t *id; /* of all lines */
	size_t n;
	size_t rows, cap;
	const char **label; /* [rows] */
	size_t *first;      /* [rows + 1] where the ids of a row begin */
	size_t cap_first;
	size_t line;       /* from 1 */
	size_t first_line; /* that has something on it; 0: none yet */
	bool labelled;
	bool beside;  /* one row and one class are enough */
	size_t vocab; /* ids are below it */
	size_t largest;
	struct err *e;
};

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* One id, which ends before `end`; at byte `column` of the line, from 1. */
static int
take_id(struct reader *r, const char **p, const char *end, size_t column)
{
	const char *start = *p;
	size_t id = 0;

	for (; *p < end && !is_blank(**p); (*p)++) {
		if (**p < '0' || **p > '9') {
			size_t len = strcspn(start, " \t\r\n");

			if (len == 0)
				return err_set(r->e,
					       "line %zu, column %zu: a NUL byte is no token id",
					       r->line, column);
			return err_set(r->e, "line %zu, column %zu: '%.*s' is no token id", r->line,
				       column, (int)(len < 40 ? len : 40), start);
		}
		id = id < DATASET_VOCAB ? 10 * id + (size_t)(**p - '0') : id;
	}
	if (id >= r->vocab)
		return err_set(r->e, "line %zu, column %zu: id %.*s is not in 0..%zu", r->line,
			       column, (int)(*p - start < 40 ? *p - start : 40), start,
			       r->vocab - 1);
	r->largest = id > r->largest ? id : r->largest;
	r->id[r->n++] = (int32_t)id;
	return 0;
}

static int
begin_row(struct reader *r, char *line, char *tab)
{
	if (memchr(line, '\0', (size_t)(tab - line)))
		return err_set(r->e, "line %zu: a NUL byte in the label", r->line);
	*tab = '\0';
	mem_grow(&r->label, &r->cap, r->rows + 1, sizeof *r->label);
	mem_grow(&r->first, &r->cap_first, r->rows + 2, sizeof *r->first);
	r->label[r->rows] = line;
	r->first[r->rows++] = r->n;
	return 0;
}

static int
take_line(struct reader *r, char *line, const char *end)
{
	const char *p = line;
	char *tab = memchr(line, '\t', (size_t)(end - line));

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
			       "line %zu: %s tab, line %zu has %s: a tab ends a label, on every "
			       "line or on none",
			       r->line, tab ? "a" : "no", r->first_line, tab ? "none" : "one");
	if (tab && begin_row(r, line, tab) < 0)
		return -1;
	for (p = tab ? tab + 1 : line; p < end;) {
		if (is_blank(*p))
			p++;
		else if (take_id(r, &p, end, (size_t)(p - line) + 1) < 0)
			return -1;
	}
	return 0;
}

static int
take_lines(struct reader *r, char *bytes, size_t size)
{
	char *p = bytes, *end = bytes + size;

	while (p < end) {
		char *feed = memchr(p, '\n', (size_t)(end - p));

		r->line++;
		if (take_line(r, p, feed ? feed : end) < 0)
			return -1;
		p = feed ? feed + 1 : end;
	}
	if (!r->first_line)
		return err_set(r->e, "empty: no token ids");
	if (r->labelled)
		r->first[r->rows] = r->n;
	return 0;
}

static int
fill_rows(const struct reader *r, size_t length, struct dataset *ds)
{
	if (classes_set(ds, r->label, 1, "labels", r->beside, r->e) < 0 ||
	    corpus_room(ds, length, 0, r->e) < 0)
		return -1;
	for (size_t i = 0; i < ds->n; i++) {
		size_t n = r->first[i + 1] - r->first[i];

		memcpy(ds->ids + i * length, r->id + r->first[i],
		       (n < length ? n : length) * sizeof *ds->ids);
	}
	return 0;
}

static int
make(const struct reader *r, const struct dataset_options *o, struct dataset **out)
{
	size_t vocab = o->vocab ? o->vocab : r->largest + 1;
	struct dataset *ds;

	if (!r->labelled)
		return corpus_windows(r->id, r->n, o->length, vocab, out, r->e);
	if (r->rows < (r->beside ? 1 : DATASET_ROWS))
		return err_set(r->e, "%zu rows: at least %d are needed", r->rows,
			       r->beside ? 1 : DATASET_ROWS);
	if (r->n == 0)
		return err_set(r->e, "no token ids behind the labels");
	ds = mem_new(sizeof *ds);
	ds->n = r->rows;
	ds->vocab = vocab;
	if (fill_rows(r, o->length, ds) < 0) {
		dataset_free(ds);
		return -1;
	}
	*out = ds;
	return 0;
}

int
idsfile_make(char *bytes, size_t size, const struct dataset_options *o, struct dataset **out,
	     struct err *e)
{
	struct reader r = { .vocab = o->vocab ? o->vocab : DATASET_VOCAB,
			    .beside = o->beside,
			    .e = e };
	struct hash file = hash_of(bytes, size), said;
	size_t mark =
		size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0; /* of the byte order */
	char options[64];
	int status;

	r.id = mem_try(size / 2 + 1,
		       sizeof *r.id); /* an id takes a digit and a blank, but the last */
	if (!r.id)
		return err_set(e, "no memory for the token ids of %zu bytes", size);
	status = take_lines(&r, bytes + mark, size - mark);
	if (status == 0)
		status = make(&r, o, out);
	if (status == 0) {
		snprintf(options, sizeof options, "length %zu vocab %zu", o->length, (*out)->vocab);
		said = hash_of(options, strlen(options));
		(*out)->hash = hash_join(&file, &said);
	}
	mem_free(r.id);
	mem_free(r.label);
	mem_free(r.first);
	return status;
}
