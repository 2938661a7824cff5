/* read.c: files become data sets: which format a file has, and whether it is streamed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/gzip.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/read/arrays.h"
#include "retort/data/read/corpus.h"
#include "retort/data/read/idsfile.h"
#include "retort/data/read/idxfile.h"
#include "retort/data/read/images.h"
#include "retort/data/read/jsonlines.h"
#include "retort/data/read/npyfile.h"
#include "retort/data/read/table_stream.h"

#define LIMIT ((size_t)1 << 30) /* bytes of a file, inflated */

/* The last part of the path without .gz and without its ending. */
static void
name_set(struct dataset *ds, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	size_t len = strlen(base), most = sizeof ds->name - 4;

	if (len > 3 && strcmp(base + len - 3, ".gz") == 0)
		len -= 3;
	for (size_t i = len; i > 1; i--)
		if (base[i - 1] == '.') {
			len = i - 1;
			break;
		}
	snprintf(ds->name, sizeof ds->name, "%.*s", (int)(len < most ? len : most), base);
}

/* The options that are given, each a bit. */
enum given {
	LABEL = 1,
	HEADER = 2,
	FROM = 4,
	TEXT = 8,
	TOKENS = 16,
	LENGTH = 32,
	VOCAB = 64,
	IMAGE = 128,
	FRAME = 256,
	WITHOUT = 512
};

static int
check_options(const struct dataset_options *o, const char *kind, unsigned known, struct err *e)
{
	static const char *const names[] = {
		"label",  "header", "labels-from", "text",  "tokens",
		"length", "vocab",  "image",       "frame", "without"
	};
	unsigned given =
		(o->label ? LABEL : 0u) | (o->header != DATASET_HEADER_AUTO ? HEADER : 0u) |
		(o->labels_from ? FROM : 0u) | (o->text ? TEXT : 0u) | (o->tokens ? TOKENS : 0u) |
		(o->length ? LENGTH : 0u) | (o->vocab ? VOCAB : 0u) | (o->height ? IMAGE : 0u) |
		(o->frame ? FRAME : 0u) | (o->without ? WITHOUT : 0u);

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (given & ~known & 1u << i)
			return err_set(e, "%s does not go with %s", names[i], kind);
	if (known & TOKENS && !o->tokens)
		return err_set(e, "text needs tokens byte, char or a vocabulary file");
	if (known & LENGTH && (o->length < 1 || o->length > DATASET_LENGTH))
		return err_set(e, "%s needs a length of 1..%d tokens", kind, DATASET_LENGTH);
	if (o->vocab > DATASET_VOCAB)
		return err_set(e, "vocab: %zu is outside 1..%d", o->vocab, DATASET_VOCAB);
	return 0;
}

/* Bytes of a table: JSON lines show at once, and else its name says what stands between the cells.
 */
static int
parse_table(const char *path, const char *bytes, size_t size, struct csvfile *t, struct err *e)
{
	if (jsonlines_is(bytes, size))
		return jsonlines_parse(bytes, size, t, e);
	return csvfile_parse(bytes, size, table_delimiter(path), t, e);
}

static int
read_table(const char *path, const char *bytes, size_t size, const struct dataset_options *o,
	   struct dataset **out, struct err *e)
{
	struct csvfile t;
	int status;

	if (parse_table(path, bytes, size, &t, e) < 0)
		return -1;
	status = table_make(&t, o, out, e);
	csvfile_release(&t);
	return status;
}

static int
read_kind(const char *path, char *bytes, size_t size, const struct dataset_options *o,
	  struct dataset **out, struct err *e)
{
	if (o->text) {
		if (check_options(o, "a table of texts",
				  LABEL | HEADER | TEXT | TOKENS | LENGTH | FRAME, e) < 0)
			return -1;
		return read_table(path, bytes, size, o, out, e);
	}
	if (o->tokens)
		return check_options(o, "a text", TOKENS | LENGTH, e) < 0
			       ? -1
			       : corpus_stream(bytes, size, o, out, e);
	if (o->length || o->vocab)
		return check_options(o, "a file of token ids", LENGTH | VOCAB, e) < 0
			       ? -1
			       : idsfile_make(bytes, size, o, out, e);
	if (idxfile_is(bytes, size))
		return check_options(o, "an IDX file", FROM, e) < 0
			       ? -1
			       : images_read(path, bytes, size, o, out, e);
	if (npyfile_is(bytes, size))
		return check_options(o, "a .npy file", FROM, e) < 0
			       ? -1
			       : arrays_read(bytes, size, o, out, e);
	if (check_options(o, "a table of numbers", LABEL | HEADER | IMAGE | WITHOUT, e) < 0)
		return -1;
	return read_table(path, bytes, size, o, out, e);
}

/* Bytes beyond which a table of numbers is not read into memory. */
static size_t
large(void)
{
	const char *said = getenv("RETORT_LARGE");
	int64_t n;

	return said && text_to_int(said, &n) == 0 && n >= 0 ? (size_t)n : READ_LARGE;
}

/* What a file that is over the limit begins with is all that is read of it here. */
static int
is_table(const char *path, bool *yes, struct err *e)
{
	struct gzip_file *f = gzip_open(path, e);
	char bytes[4096];
	size_t n;
	int status;

	if (!f)
		return -1;
	status = gzip_next(f, bytes, sizeof bytes, &n, e);
	gzip_close(f);
	*yes = status == 0 && !idxfile_is(bytes, n) && !npyfile_is(bytes, n) &&
	       !jsonlines_is(bytes, n);
	return status;
}

/* The file's bytes; or NULL, and 0, where it is a table of numbers that is too large for memory. */
static int
load_bytes(const char *path, const struct dataset_options *o, char **bytes, size_t *size,
	   struct err *e)
{
	size_t limit = o->text || o->tokens || o->length || o->vocab ? LIMIT : large();
	bool table = false;
	int status = gzip_read(path, limit < LIMIT ? limit : LIMIT, bytes, size, e);

	*bytes = status < 0 ? NULL : *bytes;
	if (status != IO_TOO_LARGE || limit == LIMIT)
		return status < 0 ? -1 : 0;
	if (is_table(path, &table, e) < 0)
		return -1;
	return table ? 0 : gzip_read(path, LIMIT, bytes, size, e) < 0 ? -1 : 0;
}

/* The tokens are there all the same; nobody is told that they are the ones. */
static void
hide_labels(struct dataset *ds)
{
	for (size_t i = 0; i < ds->n; i++)
		ds->y[i] = -1;
	ds->unlabelled = ds->n;
}

int
read_dataset(const char *path, const struct dataset_options *o, struct dataset **out, struct err *e)
{
	size_t size;
	char *bytes;
	int status;

	if (load_bytes(path, o, &bytes, &size, e) < 0)
		return -1;
	if (bytes)
		status = read_kind(path, bytes, size, o, out, e);
	else
		status =
			check_options(o, "a table of numbers", LABEL | HEADER | IMAGE | WITHOUT, e);
	if (status < 0)
		err_wrap(e, "%s", path);
	else if (!bytes)
		status = table_stream_read(path, o, out, e);
	mem_free(bytes);
	if (status < 0)
		return -1;
	if (o->unlabelled && (*out)->next_token)
		hide_labels(*out);
	name_set(*out, path);
	return 0;
}

int
read_rows(const char *path, const struct dataset_options *o, table_visit *visit, void *arg,
	  struct err *e)
{
	struct csvfile t;
	size_t size;
	char *bytes;
	bool header;
	int status;

	if (load_bytes(path, o, &bytes, &size, e) < 0)
		return -1;
	if (!bytes)
		return table_stream_rows(path, o, visit, arg, NULL, e);
	status = parse_table(path, bytes, size, &t, e);
	mem_free(bytes);
	if (status < 0)
		return err_wrap(e, "%s", path);
	header = table_has_header(&t, o);
	for (size_t i = header ? 1 : 0; i < t.rows && status == 0; i++) {
		struct csvfile_row row = { .cell = t.cell + i * t.columns,
					   .columns = t.columns,
					   .row = i + 1,
					   .line = t.line[i] };

		status = visit(arg, &t, header, &row, e);
	}
	csvfile_release(&t);
	return status;
}
