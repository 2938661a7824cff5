/* csvfile.c: the door to libcsv. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/csvfile.h"

#include <assert.h>
#include <csv.h>
#include <stdint.h>
#include <string.h>

#include "retort/base/mem.h"

#define BIG ((size_t)1 << 20) /* bytes from which a thread of its own is worth while */
#define DIFFERENT "row %zu (line %zu): %zu cells, %zu expected as in row 1"
#define BLOCK ((size_t)240) /* bytes that a sum of one byte can count */
#define STEP                                                                                 \
	65536 /* bytes by which libcsv's buffer grows; its own 128 is slow for one long cell \
	       */

/* Where in the file libcsv is, and whom it tells. */
struct lines {
	size_t line, of_row; /* from 1: the line at hand, and that on which the row at hand began; 0
				between rows */
	bool within, blank;  /* the line goes on; nothing but blanks in it so far */
	bool after_cr;       /* the block before ended with a CR */
	void (*on_cell)(void *s, size_t len, void *arg);
	void (*on_row)(int c, void *arg);
	void *arg;
	const bool *failed; /* set by on_row */
};

/* All room is taken before the first cell, so a file can ask for no more than its size allows. */
struct reader {
	struct csvfile t;
	size_t used, size;         /* bytes of t.bytes */
	size_t n_cells, cap_cells; /* of t.cell */
	size_t cap_rows;           /* of t.line */
	size_t in_row;             /* cells of the row at hand */
	struct lines lines;
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
		r->t.bad_line = r->lines.of_row;
		r->t.bad_column = (r->in_row < r->t.columns ? r->in_row : r->t.columns) + 1;
		err_set(r->e, DIFFERENT, r->t.rows + 1, r->lines.of_row, r->in_row, r->t.columns);
	}
	r->t.line[r->t.rows++] = r->lines.of_row;
	r->in_row = 0;
	r->lines.of_row = 0;
}

static size_t
bom_of(const char *bytes, size_t size)
{
	return size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static int
not_utf16(const char *bytes, size_t size, struct err *e)
{
	if (size >= 2 && (memcmp(bytes, "\xFF\xFE", 2) == 0 || memcmp(bytes, "\xFE\xFF", 2) == 0))
		return err_set(e, "this is UTF-16; UTF-8 and ASCII are read");
	return 0;
}

static int
check_bytes(const char *bytes, size_t size, size_t *bad_line, struct err *e)
{
	const char *nul;
	size_t line = 1;

	if (size == 0)
		return err_set(e, "empty: no rows");
	if (not_utf16(bytes, size, e) < 0)
		return -1;
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
 * Bytes up to the end of the line with its LF, CRLF or CR, or up to `end`; *ended says which.
 * *blank stays true when there is nothing else. *lf is the first LF from here on, or `end`: it is
 * kept from line to line, because a file that has CRs alone would be searched to its end for each
 * of them.
 */
static size_t
line_length(const char *p, const char *end, const char **lf, bool *blank, bool *ended)
{
	const char *start = p, *cr;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	*blank &= p == end || *p == '\n' || *p == '\r';
	if (*lf < p) {
		*lf = memchr(p, '\n', (size_t)(end - p));
		*lf = *lf ? *lf : end;
	}
	cr = memchr(p, '\r', (size_t)(*lf - p));
	*ended = cr || *lf < end;
	if (cr)
		p = cr + 1 < end && cr[1] == '\n' ? cr + 2 : cr + 1;
	else
		p = *lf < end ? *lf + 1 : end;
	return (size_t)(p - start);
}

static int
bad_quote(const struct lines *l, int why, struct err *e)
{
	size_t began = l->of_row ? l->of_row : l->line;

	if (why != CSV_EPARSE)
		return err_set(e,
			       "line %zu: no memory for a cell of the row that begins on line %zu",
			       l->line, began);
	if (began != l->line)
		return err_set(e,
			       "line %zu: a quote inside a cell of the row that began on line %zu; "
			       "a cell with quotes "
			       "in it is quoted whole, and they are doubled",
			       l->line, began);
	return err_set(e,
		       "line %zu: a quote inside a cell; a cell with quotes in it is quoted whole, "
		       "and they are "
		       "doubled",
		       l->line);
}

/* Line by line, so that a row knows on which line it began. A line may go on in the next block, and
 * so may its CRLF. */
static int
feed(struct csv_parser *parser, struct lines *l, const char *p, const char *end, struct err *e)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	lf = lf ? lf : end;
	if (p < end && *p == '\n' && l->after_cr &&
	    csv_parse(parser, p, 1, l->on_cell, l->on_row, l->arg) == 1)
		p++;
	while (p < end && !*l->failed) {
		bool ended;
		size_t len;

		if (!l->within) {
			l->line++;
			l->blank = true;
		}
		if (l->of_row == 0)
			l->of_row = l->line;
		len = line_length(p, end, &lf, &l->blank, &ended);
		if (csv_parse(parser, p, len, l->on_cell, l->on_row, l->arg) != len)
			return bad_quote(l, csv_error(parser), e);
		if (ended && l->blank && l->of_row == l->line)
			l->of_row = 0; /* libcsv skipped it */
		l->within = !ended;
		p += len;
	}
	l->after_cr = end[-1] == '\r';
	return *l->failed ? -1 : 0;
}

static int
start(struct csv_parser *parser, char delimiter, struct err *e)
{
	if (csv_init(parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return err_set(e, "the CSV parser cannot start");
	csv_set_delim(parser, (unsigned char)delimiter);
	csv_set_blk_size(parser, STEP);
	return 0;
}

/* Behind the last byte. */
static int
finish(struct csv_parser *parser, struct lines *l, size_t rows, struct err *e)
{
	if (csv_fini(parser, l->on_cell, l->on_row, l->arg) != 0)
		return err_set(e, "row %zu (line %zu): quotes that never close", rows + 1,
			       l->of_row);
	return *l->failed ? -1 : 0;
}

static int
parse_all(struct reader *r, const char *bytes, size_t size, char delimiter)
{
	struct csv_parser parser;
	int status;

	r->lines = (struct lines){
		.on_cell = on_cell, .on_row = on_row, .arg = r, .failed = &r->failed
	};
	if (start(&parser, delimiter, r->e) < 0)
		return -1;
	status = feed(&parser, &r->lines, bytes + bom_of(bytes, size), bytes + size, r->e);
	if (status < 0 && !r->failed)
		r->t.bad_line = r->lines.line;
	if (status == 0 && (status = finish(&parser, &r->lines, r->t.rows, r->e)) < 0 && !r->failed)
		r->t.bad_line = r->lines.of_row;
	csv_free(&parser);
	return status == 0 && r->t.rows == 0 ? err_set(r->e, "no rows") : status;
}

int
csvfile_parse(const char *bytes, size_t size, char delimiter, struct csvfile *out, struct err *e)
{
	struct reader r = { .e = e };
	struct hash_thread beside;
	int status = check_bytes(bytes, size, &r.t.bad_line, e);

	memset(out, 0, sizeof *out);
	if (status == 0)
		status = make_room(&r, bytes, size, delimiter);
	if (status == 0) {
		if (size >= BIG)
			hash_beside(&beside, bytes, size);
		status = parse_all(&r, bytes, size, delimiter);
		r.t.hash = size >= BIG ? hash_await(&beside) : hash_of(bytes, size);
	}
	if (status < 0) {
		out->bad_line = r.t.bad_line;
		out->bad_column = r.t.bad_column;
		csvfile_release(&r.t);
		return -1;
	}
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

/* A row at a time: its cells lie in one buffer that is used again. */
struct walk {
	struct csvfile_row row;
	const char **cell; /* [cap_cells] */
	size_t *at;        /* [cap_at] where cells begin in bytes */
	size_t cap_cells, cap_at;
	char *bytes;
	size_t used, cap;
	size_t columns, fed; /* of row 1; bytes since the last row ended */
	struct lines lines;
	csvfile_visit *visit;
	void *arg;
	bool failed;
	struct err *e;
};

static void
walk_cell(void *s, size_t len, void *arg)
{
	struct walk *w = arg;

	if (w->failed)
		return;
	if (w->row.columns == CSVFILE_COLUMNS) {
		w->failed = true;
		err_set(w->e, "row %zu (line %zu): more than %d cells", w->row.row + 1,
			w->lines.of_row, CSVFILE_COLUMNS);
		return;
	}
	if (w->row.columns == w->cap_at)
		mem_grow(&w->at, &w->cap_at, w->row.columns + 1, sizeof *w->at);
	if (w->used + len + 1 > w->cap)
		mem_grow(&w->bytes, &w->cap, w->used + len + 1, 1);
	w->at[w->row.columns++] = w->used;
	if (len)
		memcpy(w->bytes + w->used, s, len);
	w->bytes[w->used + len] = '\0';
	w->used += len + 1;
}

static void
walk_row(int c, void *arg)
{
	struct walk *w = arg;
	size_t n = w->row.columns;

	(void)c;
	w->row.row++;
	if (w->row.row == 1)
		w->columns = n;
	if (n != w->columns && !w->failed) {
		w->failed = true;
		err_set(w->e, DIFFERENT, w->row.row, w->lines.of_row, n, w->columns);
	}
	if (!w->failed) {
		mem_grow(&w->cell, &w->cap_cells, n, sizeof *w->cell);
		for (size_t i = 0; i < n; i++)
			w->cell[i] = w->bytes + w->at[i];
		w->row.cell = w->cell;
		w->row.line = w->lines.of_row;
		w->failed = w->visit(w->arg, &w->row, w->e) < 0;
	}
	w->row.columns = 0;
	w->used = 0;
	w->fed = 0;
	w->lines.of_row = 0;
}

static int
walk_block(struct csv_parser *parser, struct walk *w, const char *bytes, size_t size)
{
	const char *nul = memchr(bytes, '\0', size);
	size_t n = nul ? (size_t)(nul - bytes) : size;

	w->fed += n;
	if (n && feed(parser, &w->lines, bytes, bytes + n, w->e) < 0)
		return -1;
	if (nul)
		return err_set(w->e, "line %zu: a NUL byte: this is no text file",
			       w->lines.line + !w->lines.within);
	if (w->fed > CSVFILE_ROW)
		return err_set(w->e,
			       "row %zu (line %zu): more than %zu bytes, the most that is "
			       "accepted; is there a quote that never closes?",
			       w->row.row + 1, w->lines.of_row, CSVFILE_ROW);
	return 0;
}

static int
walk_all(struct stream *in, struct csv_parser *parser, struct walk *w)
{
	const char *bytes;
	bool first = true;
	size_t size;
	int status;

	while ((status = stream_next(in, &bytes, &size, w->e)) > 0) {
		size_t bom = first ? bom_of(bytes, size) : 0;

		if ((first && not_utf16(bytes, size, w->e) < 0) ||
		    walk_block(parser, w, bytes + bom, size - bom) < 0)
			return -1;
		first = false;
	}
	if (status < 0)
		return -1;
	if (finish(parser, &w->lines, w->row.row, w->e) < 0)
		return -1;
	return w->row.row ? 0 : err_set(w->e, first ? "empty: no rows" : "no rows");
}

int
csvfile_walk(struct stream *in, char delimiter, csvfile_visit *visit, void *arg, struct err *e)
{
	struct walk w = { .visit = visit, .arg = arg, .e = e };
	struct csv_parser parser;
	int status;

	if (start(&parser, delimiter, e) < 0)
		return -1;
	w.lines = (struct lines){
		.on_cell = walk_cell, .on_row = walk_row, .arg = &w, .failed = &w.failed
	};
	status = walk_all(in, &parser, &w);
	csv_free(&parser);
	mem_free(w.cell);
	mem_free(w.at);
	mem_free(w.bytes);
	return status;
}
