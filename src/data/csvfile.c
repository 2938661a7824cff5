/* csvfile.c: the door to libcsv. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/csvfile.h"

#include <assert.h>
#include <csv.h>
#include <stdint.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/thread.h"

#define BIG ((size_t)1 << 20) /* bytes from which a thread of its own is worth while */
#define BLOCK ((size_t)240) /* bytes that a sum of one byte can count */
#define STEP 65536 /* bytes by which libcsv's buffer grows; its own 128 is slow for one long cell */

/* All room is taken before the first cell, so a file can ask for no more than its size allows. */
struct reader {
	struct csvfile t;
	size_t used, size;         /* bytes of t.bytes */
	size_t n_cells, cap_cells; /* of t.cell */
	size_t cap_rows;           /* of t.line */
	size_t in_row;             /* cells of the row at hand */
	size_t line, line_of_row;  /* from 1; line_of_row is 0 between rows */
	bool failed;
	struct err *e;
};

static void
on_cell(void *s, size_t len, void *arg)
{
	struct reader *r = arg;

	assert(r->n_cells < r->cap_cells && r->size - r->used > len);
	r->t.cell[r->n_cells++] = r->t.bytes + r->used;
	if (len)
		memcpy(r->t.bytes + r->used, s, len);
	r->t.bytes[r->used + len] = '\0';
	r->used += len + 1;
	r->in_row++;
}

static void
on_row(int c, void *arg)
{
	struct reader *r = arg;

	(void)c;
	assert(r->t.rows < r->cap_rows);
	if (r->t.rows == 0)
		r->t.columns = r->in_row;
	if (r->in_row != r->t.columns && !r->failed) {
		r->failed = true;
		r->t.bad_line = r->line_of_row;
		r->t.bad_column = (r->in_row < r->t.columns ? r->in_row : r->t.columns) + 1;
		err_set(r->e, "row %zu (line %zu): %zu cells, %zu expected as in row 1", r->t.rows + 1, r->line_of_row,
			r->in_row, r->t.columns);
	}
	r->t.line[r->t.rows++] = r->line_of_row;
	r->in_row = 0;
	r->line_of_row = 0;
}

static int
check_bytes(const char *bytes, size_t size, size_t *bad_line, struct err *e)
{
	const char *nul;
	size_t line = 1;

	if (size == 0)
		return err_set(e, "empty: no rows");
	if (size >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0))
		return err_set(e, "this is UTF-16; UTF-8 and ASCII are read");
	nul = memchr(bytes, '\0', size);
	if (!nul)
		return 0;
	for (const char *p = bytes; p < nul; p++)
		line += *p == '\n';
	*bad_line = line;
	return err_set(e, "line %zu: a NUL byte: this is no text file", line);
}

/*
 * Every cell but the last is followed by a delimiter or a line end, and is no longer than its
 * bytes in the file: so the copies with their NULs take at most one byte more than the file.
 */
static int
make_room(struct reader *r, const char *bytes, size_t size, char delimiter)
{
	size_t ends = 0, delimiters = 0;

	/* sums of a byte each, so that the compiler counts 16 or more bytes at once */
	for (size_t i = 0; i < size; i += BLOCK) {
		size_t n = size - i < BLOCK ? size - i : BLOCK;
		unsigned char e = 0, d = 0;

		for (size_t k = 0; k < n; k++) {
			e = (unsigned char)(e + (bytes[i + k] == '\n') + (bytes[i + k] == '\r'));
			d = (unsigned char)(d + (bytes[i + k] == delimiter));
		}
		ends += e;
		delimiters += d;
	}
	r->size = size + 1;
	r->cap_rows = 1 + ends;
	r->cap_cells = 1 + ends + delimiters;
	r->t.bytes = mem_try(r->size, 1);
	r->t.cell = mem_try(r->cap_cells, sizeof *r->t.cell);
	r->t.line = mem_try(r->cap_rows, sizeof *r->t.line);
	if (!r->t.bytes || !r->t.cell || !r->t.line)
		return err_set(r->e, "no memory for %zu cells in %zu bytes", r->cap_cells, size);
	return 0;
}

/*
 * Bytes up to the end of the line, with its LF, CRLF or CR; *blank when there is nothing else. *lf is the first LF from here on, or
 * `end`: it is kept from line to line, because a file that has CRs alone would be searched to its end for each of them.
 */
static size_t
line_length(const char *p, const char *end, const char **lf, bool *blank)
{
	const char *start = p, *cr;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	*blank = p == end || *p == '\n' || *p == '\r';
	if (*lf < p) {
		*lf = memchr(p, '\n', (size_t)(end - p));
		*lf = *lf ? *lf : end;
	}
	cr = memchr(p, '\r', (size_t)(*lf - p));
	if (cr)
		p = cr + 1 < end && cr[1] == '\n' ? cr + 2 : cr + 1;
	else
		p = *lf < end ? *lf + 1 : end;
	return (size_t)(p - start);
}

static int
bad_quote(struct reader *r, int why)
{
	size_t began = r->line_of_row ? r->line_of_row : r->line;

	r->t.bad_line = r->line;
	if (why != CSV_EPARSE)
		return err_set(r->e, "line %zu: no memory for a cell that begins in row %zu", r->line, r->t.rows + 1);
	if (began != r->line)
		return err_set(r->e, "line %zu: a quote inside a cell of the row that began on line %zu; a cell with quotes "
			       "in it is quoted whole, and they are doubled", r->line, began);
	return err_set(r->e, "line %zu: a quote inside a cell; a cell with quotes in it is quoted whole, and they are "
		       "doubled", r->line);
}

/* Line by line, so that a row knows on which line it began. */
static int
feed(struct csv_parser *parser, struct reader *r, const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	lf = lf ? lf : end;
	while (p < end && !r->failed) {
		bool blank;
		size_t len = line_length(p, end, &lf, &blank);

		r->line++;
		if (r->line_of_row == 0)
			r->line_of_row = r->line;
		if (csv_parse(parser, p, len, on_cell, on_row, r) != len)
			return bad_quote(r, csv_error(parser));
		if (blank && r->line_of_row == r->line)
			r->line_of_row = 0; /* libcsv skipped it */
		p += len;
	}
	return r->failed ? -1 : 0;
}

/* SHA-256 takes about half as long as all the rest: a thread does it meanwhile. */
struct hashing {
	const char *bytes;
	size_t size;
	struct hash hash;
};

static void *
hash_main(void *arg)
{
	struct hashing *h = arg;

	h->hash = hash_of(h->bytes, h->size);
	return NULL;
}

static int
parse_all(struct reader *r, const char *bytes, size_t size, char delimiter)
{
	struct csv_parser parser;
	size_t bom = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	int status;

	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return err_set(r->e, "the CSV parser cannot start");
	csv_set_delim(&parser, (unsigned char)delimiter);
	csv_set_blk_size(&parser, STEP);
	status = feed(&parser, r, bytes + bom, bytes + size);
	if (status == 0 && csv_fini(&parser, on_cell, on_row, r) != 0) {
		r->t.bad_line = r->line_of_row;
		status = err_set(r->e, "row %zu (line %zu): quotes that never close", r->t.rows + 1, r->line_of_row);
	}
	csv_free(&parser);
	if (status == 0 && r->failed)
		status = -1;
	if (status == 0 && r->t.rows == 0)
		status = err_set(r->e, "no rows");
	return status;
}

int
csvfile_parse(const char *bytes, size_t size, char delimiter, struct csvfile *out, struct err *e)
{
	struct reader r = { .e = e };
	struct hashing h = { .bytes = bytes, .size = size };
	int status = check_bytes(bytes, size, &r.t.bad_line, e);
	struct thread thread;

	memset(out, 0, sizeof *out);
	if (status == 0)
		status = make_room(&r, bytes, size, delimiter);
	if (status == 0) {
		if (size >= BIG)
			thread_start(&thread, hash_main, &h);
		status = parse_all(&r, bytes, size, delimiter);
		if (size >= BIG)
			thread_join(&thread);
		else
			hash_main(&h);
	}
	if (status < 0) {
		out->bad_line = r.t.bad_line;
		out->bad_column = r.t.bad_column;
		csvfile_release(&r.t);
		return -1;
	}
	r.t.hash = h.hash;
	*out = r.t;
	return 0;
}

void
csvfile_release(struct csvfile *t)
{
	mem_free(t->cell);
	mem_free(t->line);
	mem_free(t->bytes);
	memset(t, 0, sizeof *t);
}
