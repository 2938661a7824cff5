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
#include "retort/base/text.h"
#include "retort/data/read/csvfile.h"
#include "retort/data/read/heading.h"
#include "retort/data/read/idxfile.h"
#include "retort/data/read/jsonlines.h"
#include "retort/data/read/npyfile.h"

#define LIMIT ((size_t)1 << 30) /* bytes of a file that is read into memory, inflated */
#define BIG ((size_t)1 << 20)   /* bytes above which a second thread computes the hash */
#define FIRST 4096              /* bytes that decide whether a large file is a CSV table */

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

int
source_open(struct source *s, const char *path, const struct dataset_options *o, struct err *e)
{
	bool numbers = !o->text && !o->tokens && !o->length && !o->vocab, streamed = false;
	size_t limit = numbers && stream_limit() < LIMIT ? stream_limit() : LIMIT;
	int status;

	*s = (struct source){ .path = path, .options = o };
	status = npz_read(path, limit, &s->storage, &s->size, e);
	if (status == IO_TOO_LARGE && limit < LIMIT) {
		s->storage = NULL;
		status = is_csv(path, &streamed, e);
		if (status == 0 && !streamed)
			status = npz_read(path, LIMIT, &s->storage, &s->size, e);
	}
	if (status == 0 && s->storage && magic_check(s->storage, s->size, e) < 0)
		status = err_wrap(e, "%s", path);
	if (status < 0) {
		mem_free(s->storage);
		return -1;
	}
	s->bytes = s->storage;
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
	mem_free(s->storage);
	memset(s, 0, sizeof *s);
}

/* Rows on their way to `visit`. The first waits for the second, which may show it to be a header.
 */
struct delivery {
	struct source *s;
	row_visit *visit;
	void *arg;
	bool resolved;
	struct row first;
	char **cell; /* owned: copies of the first row's cells; NULL: none waits */
};

static void
hold_first(struct delivery *d, const struct row *row)
{
	d->cell = mem_array(row->columns, sizeof *d->cell);
	for (size_t c = 0; c < row->columns; c++)
		d->cell[c] = mem_text(row->cell[c]);
	d->first = *row;
	d->first.cell = (const char *const *)d->cell;
}

/* Resolve the columns from the row that waits and the one after it, which may be NULL; deliver the
 * one that waits unless it is a header. */
static int
resolve_columns(struct delivery *d, const struct row *second, struct err *e)
{
	struct heading h = { .rows = second ? 2 : 1,
			     .columns = d->first.columns,
			     .first = d->first.cell,
			     .second = second ? second->cell : NULL,
			     .named = d->first.row == 0 };

	d->resolved = true;
	if (heading_resolve(d->s, &h, e) < 0)
		return -1;
	return d->s->header ? 0 : d->visit(d->arg, &d->first, e);
}

/* A table of numbers has no names and no labels. */
static void
resolve_numbers(struct delivery *d, size_t columns)
{
	d->resolved = true;
	d->s->columns = d->s->label = d->s->text = columns;
	d->s->left = mem_array(columns, sizeof *d->s->left);
}

static int
deliver_row(void *arg, const struct row *row, struct err *e)
{
	struct delivery *d = arg;

	if (!d->resolved && row->number)
		resolve_numbers(d, row->columns);
	if (d->resolved)
		return d->visit(d->arg, row, e);
	if (!d->cell) {
		hold_first(d, row);
		return row->row == 0 ? resolve_columns(d, NULL, e) : 0;
	}
	return resolve_columns(d, row, e) < 0 ? -1 : d->visit(d->arg, row, e);
}

int
source_rows(struct source *s, row_visit *visit, void *arg, struct err *e)
{
	struct delivery d = { .s = s, .visit = visit, .arg = arg };
	bool beside = s->bytes && s->size >= BIG;
	struct hash_thread thread;
	int status;

	release_columns(s);
	s->rows = 0;
	if (beside)
		hash_beside(&thread, s->bytes, s->size);
	status = formats[find_format(s->bytes, s->size)].rows(s, deliver_row, &d, e);
	if (status == 0 && d.cell && !d.resolved)
		status = resolve_columns(&d, NULL, e);
	if (beside)
		s->hash = hash_await(&thread);
	else if (s->bytes)
		s->hash = hash_of(s->bytes, s->size);
	for (size_t c = 0; d.cell && c < d.first.columns; c++)
		mem_free(d.cell[c]);
	mem_free(d.cell);
	return status;
}
