/* dataset.c: a table of text becomes x[n,d] and y[n]. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/dataset.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/gzip.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/read/arrays.h"
#include "retort/data/classes.h"
#include "retort/data/read/corpus.h"
#include "retort/data/read/features.h"
#include "retort/data/read/idsfile.h"
#include "retort/data/read/idxfile.h"
#include "retort/data/read/images.h"
#include "retort/data/read/jsonlines.h"
#include "retort/data/read/npyfile.h"
#include "retort/data/read/table_stream.h"
#include "retort/data/texts.h"

#define LIMIT ((size_t)1 << 30) /* bytes of a file, inflated */

static const struct {
	const char *name, *file;
	struct dataset_options o;
} bundled[] = {
	{ "digits", "digits.csv", { 0 } },
	{ "sentences",
	  "sentences.csv",
	  { .text = "text", .label = "label", .tokens = "byte", .length = 64 } },
	{ "sums", "sums.txt", { .tokens = "byte", .length = 64 } },
};

const char *
dataset_bundled_name(size_t i)
{
	return i < sizeof bundled / sizeof *bundled ? bundled[i].name : NULL;
}

struct dataset_options
dataset_bundled_options(size_t i)
{
	return bundled[i].o;
}

char *
dataset_bundled(const char *name, struct err *e)
{
	const char *dirs[] = { getenv("RETORT_DATADIR"), RETORT_SRCDIR "/datasets",
			       RETORT_PKGDATADIR };
	const char *file = NULL;
	struct text looked = { 0 };

	for (size_t i = 0; i < sizeof bundled / sizeof *bundled; i++)
		if (strcmp(bundled[i].name, name) == 0)
			file = bundled[i].file;
	if (!file) {
		err_set(e, "data set %s: not bundled", name);
		return NULL;
	}
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		char *path;

		if (!dirs[i] || !dirs[i][0])
			continue;
		path = io_join(dirs[i], file);
		if (io_exists(path)) {
			text_release(&looked);
			return path;
		}
		text_item(&looked, "%s", path);
		mem_free(path);
	}
	err_set(e, "data set %s: not found; looked for %s", name, text_get(&looked));
	text_release(&looked);
	return NULL;
}

static const char *
cell_at(const struct csvfile *t, size_t row, size_t column)
{
	return t->cell[row * t->columns + column];
}

static bool
in_first_row(const struct csvfile *t, const char *name)
{
	for (size_t c = 0; name && c < t->columns; c++)
		if (strcmp(cell_at(t, 0, c), name) == 0)
			return true;
	return false;
}

static bool
is_number(const char *column)
{
	int64_t n;

	return text_to_int(column, &n) == 0;
}

/*
 * A header is a first row with the name of the label, or with a word where the second row has a
 * number. Texts are all words: there it is a first row with the name that was given for a column.
 */
bool
dataset_has_header(const struct csvfile *t, const struct dataset_options *o)
{
	struct classes_cell first, second;

	if (t->named)
		return true;
	if (o->header != DATASET_HEADER_AUTO || t->rows < 2)
		return o->header == DATASET_HEADER_YES;
	if (o->text)
		return in_first_row(t, o->text) || in_first_row(t, o->label);
	if (o->label && !is_number(o->label) && in_first_row(t, o->label))
		return true;
	for (size_t c = 0; c < t->columns; c++) {
		classes_trim(cell_at(t, 0, c), &first);
		classes_trim(cell_at(t, 1, c), &second);
		if (!classes_is_missing(&first) && !classes_is_number(&first) &&
		    (classes_is_missing(&second) || classes_is_number(&second)))
			return true;
	}
	return false;
}

static int
no_column(const struct csvfile *t, const char *what, const char *column, bool header, struct err *e)
{
	struct text names = { 0 };
	int status;

	if (!header)
		return err_set(e, "%s '%s': no such column; columns are 1..%zu", what, column,
			       t->columns);
	for (size_t c = 0; c < t->columns && names.len < 160; c++)
		text_item(&names, "%s", cell_at(t, 0, c));
	status = err_set(e, "%s '%s': no such column; columns are %s%s", what, column,
			 text_get(&names), names.len >= 160 ? " ..." : "");
	text_release(&names);
	return status;
}

int
dataset_column(const struct csvfile *t, const char *what, const char *column, bool header,
	       size_t *out, struct err *e)
{
	int64_t n;

	for (size_t c = 0; header && c < t->columns; c++)
		if (strcmp(cell_at(t, 0, c), column) == 0) {
			*out = c;
			return 0;
		}
	if (text_to_int(column, &n) == 0 && n >= 1 && (size_t)n <= t->columns) {
		*out = (size_t)n - 1;
		return 0;
	}
	return no_column(t, what, column, header, e);
}

/* What is left out is part of what the data are. */
struct hash
dataset_hash_left(const struct hash *h, const bool *left, size_t columns)
{
	struct hash said = hash_of(left, columns * sizeof *left);

	return hash_join(h, &said);
}

/* Whether o->without names column c. */
static bool
is_left(const struct csvfile *t, const struct dataset_options *o, bool header, size_t c)
{
	char *words = mem_text(o->without ? o->without : ""), *rest = words, *word;
	bool yes = false;
	size_t at;

	while (!yes && (word = strsep(&rest, ",")))
		yes = word[0] && dataset_column(t, "without", word, header, &at, NULL) == 0 &&
		      at == c;
	mem_free(words);
	return yes;
}

/* Every column that is named is there; a set beside the data need not have what is left out of it.
 */
static int
check_left(const struct csvfile *t, const struct dataset_options *o, bool header, struct err *e)
{
	char *words = mem_text(o->without && !o->beside ? o->without : ""), *rest = words, *word;
	int status = 0;
	size_t at;

	while (status == 0 && (word = strsep(&rest, ",")))
		status = word[0] ? dataset_column(t, "without", word, header, &at, e) : 0;
	mem_free(words);
	return status;
}

int
dataset_left(const struct csvfile *t, const struct dataset_options *o, bool header, size_t label,
	     bool **left, struct err *e)
{
	bool *out, any = false;

	if (check_left(t, o, header, e) < 0)
		return -1;
	out = mem_array(t->columns, sizeof *out);
	for (size_t c = 0; c < t->columns; c++) {
		out[c] = c == label || (o->without && is_left(t, o, header, c));
		any |= !out[c];
	}
	if (!any) {
		mem_free(out);
		return err_set(e, "%zu column%s: at least one feature is needed", t->columns,
			       t->columns == 1 ? "" : "s");
	}
	*left = out;
	return 0;
}

static int
make_features(const struct csvfile *t, size_t first, size_t label, const struct dataset_options *o,
	      struct dataset *ds, struct err *e)
{
	bool *left;
	int status;

	if (dataset_left(t, o, first, label, &left, e) < 0)
		return -1;
	if (o->without)
		ds->hash = dataset_hash_left(&ds->hash, left, t->columns);
	status = features_make(t, first, left, ds, e);
	mem_free(left);
	return status;
}

/* Columns that are no label, as numbers and categories. */
static int
make_numbers(const struct csvfile *t, size_t first, size_t label, const struct dataset_options *o,
	     struct dataset *ds, struct err *e)
{
	char what[48];

	if (o->unlabelled)
		return classes_none(ds, e) < 0 ? -1 : make_features(t, first, label, o, ds, e);
	snprintf(what, sizeof what, "label column %zu", label + 1);
	if (classes_set(ds, t->cell + first * t->columns + label, t->columns, what, o->beside, e) <
	    0)
		return -1;
	return make_features(t, first, label, o, ds, e);
}

static int
make_texts(const struct csvfile *t, size_t first, size_t label, size_t text,
	   const struct dataset_options *o, struct dataset *ds, struct err *e)
{
	const char *const *cell = t->cell + first * t->columns;
	char what[80];
	struct hash said;

	if (label == text)
		return err_set(e, "column %zu cannot be both text and label", text + 1);
	snprintf(what, sizeof what, "text %zu label %zu", text + 1, label + 1);
	said = hash_of(what, strlen(what));
	ds->hash = hash_join(&ds->hash, &said);
	if (o->unlabelled)
		return classes_none(ds, e) < 0
			       ? -1
			       : corpus_texts(cell + text, t->columns, t->line + first, o, ds, e);
	snprintf(what, sizeof what, "label column %zu", label + 1);
	if (classes_set(ds, cell + label, t->columns, what, o->beside, e) < 0)
		return -1;
	return corpus_texts(cell + text, t->columns, t->line + first, o, ds, e);
}

int
dataset_pixels(const struct dataset_options *o, struct dataset *ds, struct err *e)
{
	const uint64_t shape[3] = { o->height, o->width, o->channels };
	struct hash said = hash_of(shape, sizeof shape);

	if (o->height * o->width * o->channels != ds->d)
		return err_set(e,
			       "image: %zu x %zu x %zu are %zu pixels, the table has %zu features",
			       o->height, o->width, o->channels, o->height * o->width * o->channels,
			       ds->d);
	ds->kind = DATASET_IMAGE;
	ds->height = o->height;
	ds->width = o->width;
	ds->channels = o->channels;
	ds->hash = hash_join(&ds->hash, &said);
	return 0;
}

/* Which column has the labels: unless it is said the last one that is no text, and the number of
 * columns where there are none. */
int
dataset_label(const struct csvfile *t, const struct dataset_options *o, bool header, size_t text,
	      size_t *label, struct err *e)
{
	if (t->columns < 2 && !o->unlabelled)
		return err_set(e, "1 column: a label and at least one feature are needed; commas "
				  "stand between them, or tabs in a file that ends in .tsv");
	*label = t->columns;
	for (size_t c = t->columns; c-- > 0 && *label == t->columns && !o->unlabelled && !o->label;)
		if (!(o->text && c == text) && !(o->without && is_left(t, o, header, c)))
			*label = c;
	if (*label == t->columns && !o->unlabelled && !o->label)
		return err_set(e, "without: no column is left for the label");
	if (o->unlabelled && o->label && !is_number(o->label) &&
	    !(header && in_first_row(t, o->label)))
		return 0; /* there is none to leave out */
	return o->label ? dataset_column(t, "label", o->label, header, label, e) : 0;
}

int
dataset_enough(size_t rows, const struct dataset_options *o, struct err *e)
{
	size_t least = o->beside ? 1 : DATASET_ROWS;

	return rows >= least ? 0 : err_set(e, "%zu rows: at least %zu are needed", rows, least);
}

int
dataset_from_table(const struct csvfile *t, const struct dataset_options *o, struct dataset **out,
		   struct err *e)
{
	size_t first = dataset_has_header(t, o) ? 1 : 0, label, text = 0;
	struct dataset *ds;
	int status;

	if (o->text && dataset_column(t, "text", o->text, first, &text, e) < 0)
		return -1;
	if (dataset_label(t, o, first, text, &label, e) < 0 ||
	    dataset_enough(t->rows - first, o, e) < 0)
		return -1;
	ds = mem_new(sizeof *ds);
	ds->n = t->rows - first;
	ds->hash = t->hash;
	status = o->text ? make_texts(t, first, label, text, o, ds, e)
			 : make_numbers(t, first, label, o, ds, e);
	if (status == 0 && o->height)
		status = dataset_pixels(o, ds, e);
	if (status < 0) {
		dataset_free(ds);
		return -1;
	}
	*out = ds;
	return 0;
}

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

char
dataset_delimiter(const char *path)
{
	size_t len = strlen(path);
	bool tabs = (len > 4 && strcmp(path + len - 4, ".tsv") == 0) ||
		    (len > 7 && strcmp(path + len - 7, ".tsv.gz") == 0);

	return tabs ? '\t' : ',';
}

/* Bytes of a table: JSON lines show at once, and else its name says what stands between the cells.
 */
static int
parse_table(const char *path, const char *bytes, size_t size, struct csvfile *t, struct err *e)
{
	if (jsonlines_is(bytes, size))
		return jsonlines_parse(bytes, size, t, e);
	return csvfile_parse(bytes, size, dataset_delimiter(path), t, e);
}

static int
read_table(const char *path, const char *bytes, size_t size, const struct dataset_options *o,
	   struct dataset **out, struct err *e)
{
	struct csvfile t;
	int status;

	if (parse_table(path, bytes, size, &t, e) < 0)
		return -1;
	status = dataset_from_table(&t, o, out, e);
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

	return said && text_to_int(said, &n) == 0 && n >= 0 ? (size_t)n : DATASET_LARGE;
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
read_bytes(const char *path, const struct dataset_options *o, char **bytes, size_t *size,
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
dataset_read(const char *path, const struct dataset_options *o, struct dataset **out, struct err *e)
{
	size_t size;
	char *bytes;
	int status;

	if (read_bytes(path, o, &bytes, &size, e) < 0)
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
dataset_rows(const char *path, const struct dataset_options *o, dataset_visit *visit, void *arg,
	     struct err *e)
{
	struct csvfile t;
	size_t size;
	char *bytes;
	bool header;
	int status;

	if (read_bytes(path, o, &bytes, &size, e) < 0)
		return -1;
	if (!bytes)
		return table_stream_rows(path, o, visit, arg, NULL, e);
	status = parse_table(path, bytes, size, &t, e);
	mem_free(bytes);
	if (status < 0)
		return err_wrap(e, "%s", path);
	header = dataset_has_header(&t, o);
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

void
dataset_free(struct dataset *ds)
{
	if (!ds)
		return;
	for (size_t i = 0; ds->column && i < ds->d; i++)
		mem_free(ds->column[i]);
	for (int i = 0; ds->class_name && i < ds->classes; i++)
		mem_free(ds->class_name[i]);
	if (ds->tokenizer)
		tokenizer_release(ds->tokenizer);
	texts_release(ds);
	mem_free(ds->column);
	mem_free(ds->word);
	mem_free(ds->class_name);
	mem_free(ds->tokenizer);
	if (ds->spill)
		tmpmap_free(ds->spill);
	else
		mem_free(ds->x);
	mem_free(ds->ids);
	mem_free(ds->y);
	mem_free(ds);
}
