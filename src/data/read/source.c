/* source.c: contents of a file of data, and the rows of a table whatever its format. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/source.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/gzip.h"
#include "retort/base/io.h"
#include "retort/base/magic.h"
#include "retort/base/mem.h"
#include "retort/base/npz.h"
#include "retort/base/recode.h"
#include "retort/base/sig.h"
#include "retort/base/text.h"
#include "retort/data/read/csvfile.h"
#include "retort/data/read/header.h"
#include "retort/data/read/heading.h"
#include "retort/data/read/idxfile.h"
#include "retort/data/read/jsonlines.h"
#include "retort/data/read/npyfile.h"

#define LIMIT ((size_t)1 << 30)   /* bytes of a file that is read into memory, inflated */
#define BIG ((size_t)1 << 20)     /* bytes above which a second thread computes the hash */
#define GUESSED ((size_t)1 << 16) /* bytes by which the number of rows is guessed */
#define FIRST 4096                /* bytes that decide whether a large file is a CSV table */

/* Formats of tables, in the order in which they are tried; the last takes every file. */
static const struct {
	bool (*is)(const char *bytes, size_t size);
	int (*rows)(struct source *s, row_visit *visit, void *arg, struct err *e);
} formats[] = {
	{ npyfile_is, npyfile_rows },
	{ jsonlines_is, jsonlines_rows },
	{ NULL, csvfile_rows },
};

static bool
ends_in(const char *path, const char *ending)
{
	size_t len = strlen(path), n = strlen(ending);

	return len > n && strcmp(path + len - n, ending) == 0;
}

char
source_delimiter(const char *path)
{
	return ends_in(path, ".tsv") || ends_in(path, ".tsv.gz") ? '\t' : ',';
}

size_t
source_bom(const char *bytes, size_t size)
{
	return size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static size_t
stream_limit(void)
{
	const char *value = getenv("RETORT_LARGE");
	int64_t n;

	return value && text_to_int(value, &n) == 0 && n >= 0 ? (size_t)n : SOURCE_LARGE;
}

/* Index in `formats` of the format of a table. */
static size_t
find_format(const char *bytes, size_t size)
{
	size_t f = 0;

	while (formats[f].is && !(bytes && formats[f].is(bytes, size)))
		f++;
	return f;
}

/* Whether a file that exceeds the limit is a CSV table: it has no signature of another format. */
static int
is_csv(const char *path, bool *yes, struct err *e)
{
	struct gzip_file *f;
	char bytes[FIRST];
	size_t n;
	int status;

	if (npz_is(path))
		return 0;
	f = gzip_open(path, e);
	if (!f)
		return -1;
	status = gzip_next(f, bytes, sizeof bytes, &n, e);
	gzip_close(f);
	if (status == 0 && magic_check(bytes, n, e) < 0)
		status = err_wrap(e, "%s", path);
	*yes = status == 0 && !idxfile_is(bytes, n) && !formats[find_format(bytes, n)].is;
	return status;
}

/* An array has no text: options of a dialect are those of its labels. */
static bool
is_array(const struct source *s)
{
	return idxfile_is(s->bytes, s->size) || npyfile_is(s->bytes, s->size);
}

/* Replace contents in another encoding by UTF-8; the hash stays that of the file. */
static int
recode_contents(struct source *s, struct err *e)
{
	size_t mark = 0, n = 0;
	const char *found = s->bytes ? recode_by_mark(s->bytes, s->size, &mark) : NULL,
		   *encoding = s->options->dialect.encoding, *text = NULL;
	struct recode *r;
	char *copy = NULL;

	if (!s->bytes || (!encoding && !found) || is_array(s))
		return 0;
	r = recode_open(found ? found : encoding, e);
	if (!r)
		return -1;
	if (recode_next(r, s->bytes + mark, s->size - mark, 1, &text, &n, e) == 0 &&
	    !(copy = mem_try(n + 1, 1)))
		err_set(e, "no memory for %zu bytes of text", n);
	if (copy)
		memcpy(copy, text, n);
	recode_close(r);
	if (!copy)
		return -1;
	s->hash = hash_of(s->bytes, s->size);
	s->recoded = true;
	s->encoding = found ? found : encoding;
	mem_free(s->storage);
	s->bytes = s->storage = copy;
	s->size = n;
	return 0;
}

int
source_open(struct source *s, const char *path, const struct dataset_options *o, struct err *e)
{
	bool numbers = !o->text && !o->tokens && !o->length && !o->vocab, streamed = false;
	size_t limit = numbers && stream_limit() < LIMIT ? stream_limit() : LIMIT;
	int status;

	*s = (struct source){ .path = path, .options = o, .stamp = filestamp_take(path) };
	status = npz_read(path, limit, &s->storage, &s->size, e);
	if (status == IO_TOO_LARGE && limit < LIMIT) {
		s->storage = NULL;
		status = is_csv(path, &streamed, e);
		if (status == 0 && !streamed)
			status = npz_read(path, LIMIT, &s->storage, &s->size, e);
	}
	if (status == 0 && s->storage && magic_check(s->storage, s->size, e) < 0)
		status = err_wrap(e, "%s", path);
	if (status == 0 && s->storage)
		status = filestamp_check(&s->stamp, path, e);
	if (status < 0) {
		mem_free(s->storage);
		return -1;
	}
	s->bytes = s->storage;
	if (recode_contents(s, e) < 0) {
		source_release(s);
		return err_wrap(e, "%s", path);
	}
	return 0;
}

static void
release_columns(struct source *s)
{
	for (size_t c = 0; s->name && c < s->columns; c++)
		mem_free(s->name[c]);
	mem_free(s->name);
	mem_free(s->left);
	s->name = NULL;
	s->left = NULL;
}

void
source_release(struct source *s)
{
	release_columns(s);
	number_form_release(&s->form);
	text_release(&s->notes);
	mem_free(s->storage);
	memset(s, 0, sizeof *s);
}

/* Rows on their way to `visit`. The first waits for others, which may show it to be a header. */
struct delivery {
	struct source *s;
	row_visit *visit;
	void *arg;
	bool resolved, failed;
	struct row held[HEADER_ROWS]; /* rows that wait, with copies of their cells; owned */
	size_t n, bytes;              /* of them */
};

static void
hold_row(struct delivery *d, const struct row *row)
{
	char **cell = mem_array(row->columns, sizeof *cell);

	for (size_t c = 0; c < row->columns; c++) {
		cell[c] = mem_text(row->cell[c]);
		d->bytes += strlen(cell[c]) + sizeof *cell + 16;
	}
	d->held[d->n] = *row;
	d->held[d->n++].cell = (const char *const *)cell;
}

static void
release_held(struct delivery *d)
{
	for (size_t i = 0; i < d->n; i++) {
		for (size_t c = 0; c < d->held[i].columns; c++)
			mem_free((char *)(uintptr_t)d->held[i].cell[c]);
		mem_free((void *)(uintptr_t)d->held[i].cell);
	}
	d->n = 0;
}

static struct heading
heading_of(const struct delivery *d, const char *const *row[HEADER_ROWS])
{
	for (size_t i = 0; i < d->n; i++)
		row[i] = d->held[i].cell;
	return (struct heading){ .rows = d->n,
				 .columns = d->held[0].columns,
				 .row = row,
				 .named = d->held[0].row == 0 };
}

/* Resolve the columns from the rows that wait; deliver them, but not a header. */
static int
resolve_columns(struct delivery *d, struct err *e)
{
	const char *const *row[HEADER_ROWS];
	struct heading h = heading_of(d, row);
	int status;

	if (heading_resolve(d->s, &h, e) < 0)
		return -1;
	d->resolved = true;
	status = 0;
	for (size_t i = d->s->header; i < d->n && status == 0; i++)
		status = d->visit(d->arg, &d->held[i], e);
	release_held(d);
	return status;
}

/* A table of numbers has no names and no labels. */
static void
resolve_numbers(struct delivery *d, size_t columns)
{
	d->resolved = true;
	d->s->columns = d->s->label = d->s->text = columns;
	d->s->left = mem_array(columns, sizeof *d->s->left);
}

/* Whether the rows that wait suffice to know whether the first is a header. */
static bool
is_decided(const struct delivery *d)
{
	const char *const *row[HEADER_ROWS];
	struct heading h;

	if (d->held[0].row == 0 || d->n == HEADER_ROWS || d->bytes >= HEADER_BYTES)
		return true;
	if (d->n < 2)
		return false;
	h = heading_of(d, row);
	return !header_needs_rows(d->s, &h);
}

static int
deliver_row(void *arg, const struct row *row, struct err *e)
{
	struct delivery *d = arg;

	if (sig_check(e) < 0)
		return -1;
	if (!d->resolved && row->number)
		resolve_numbers(d, row->columns);
	if (d->resolved)
		return d->visit(d->arg, row, e);
	hold_row(d, row);
	if (!is_decided(d))
		return 0;
	d->failed = resolve_columns(d, e) < 0;
	return d->failed ? -1 : 0;
}

/* After the last row, or an error of the format in the row after those that wait: an error in one
 * of them comes first in the file. */
static int
deliver_rest(struct delivery *d, int status, struct err *e)
{
	struct err first;

	if (d->n == 0 || d->resolved || d->failed)
		return status;
	if (status == 0)
		return resolve_columns(d, e);
	if (d->n > 1 && resolve_columns(d, &first) < 0 && d->resolved && e)
		*e = first;
	return -1;
}

size_t
source_guess_rows(const struct source *s)
{
	size_t n = s->size < GUESSED ? s->size : GUESSED, lines = 0;
	const char *at = s->bytes, *end = at ? at + n : NULL;

	while (at && (at = memchr(at, '\n', (size_t)(end - at)))) {
		lines++;
		at++;
	}
	return lines ? (size_t)(1.1 * (double)lines * (double)s->size / (double)n) + 1 : 0;
}

int
source_rows(struct source *s, row_visit *visit, void *arg, struct err *e)
{
	struct delivery d = { .s = s, .visit = visit, .arg = arg };
	bool beside = s->bytes && s->size >= BIG && !s->recoded;
	struct hash_thread thread;
	int status;

	release_columns(s);
	number_form_release(&s->form);
	text_clear(&s->notes);
	s->dialect = s->options->dialect;
	if (s->encoding)
		s->dialect.encoding = s->encoding;
	s->rows = 0;
	s->rules = 0;
	if (beside)
		hash_beside(&thread, s->bytes, s->size);
	status = formats[find_format(s->bytes, s->size)].rows(s, deliver_row, &d, e);
	status = deliver_rest(&d, status, e);
	if (!s->bytes && filestamp_check(&s->stamp, s->path, e) < 0)
		status = -1;
	if (beside)
		s->hash = hash_await(&thread);
	else if (s->bytes && !s->recoded)
		s->hash = hash_of(s->bytes, s->size);
	release_held(&d);
	return status;
}
