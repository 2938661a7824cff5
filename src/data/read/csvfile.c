/* csvfile.c: CSV and TSV through libcsv. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/csvfile.h"

#include <csv.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/read/csvblocks.h"
#include "retort/data/read/csvcells.h"
#include "retort/data/read/csvline.h"
#include "retort/data/read/sniff.h"

/* Growth of libcsv's buffer in bytes; its default, 128, is slow for a long cell. */
#define STEP 65536

/* A file being parsed. The cells of the current row lie in one buffer that is reused. */
struct walk {
	struct csv_parser parser;
	struct row row;                /* row: rows completed */
	struct csvcells cells;         /* of the current row so far */
	size_t columns;                /* of row 1 */
	size_t fed;                    /* bytes parsed since the last row ended */
	size_t most_bytes, most_cells; /* of a row */

	size_t line;                      /* current, from 1 */
	size_t row_line;                  /* on which the current row began; 0: between rows */
	bool in_line;                     /* the current line continues */
	bool blank;                       /* it has nothing but blanks so far */
	bool after_cr;                    /* the previous block ended in a CR */
	bool skipped;                     /* the current line is a comment, or before the table */
	bool options;                     /* `data` reads it: errors name its options */
	struct dialect dialect;           /* resolved */
	struct csvline_squeezer squeezer; /* of blanks between cells */

	row_visit *visit;
	void *arg;
	bool failed; /* by a row or a cell: `e` is set */
	size_t bad_line, bad_column;
	struct err *e;
};

static int
refuse_at(struct walk *w, size_t line, size_t column)
{
	w->failed = true;
	w->bad_line = line;
	w->bad_column = column;
	return -1;
}

/* For libcsv: a cell has ended. */
static void
add_cell(void *s, size_t len, void *arg)
{
	struct walk *w = arg;

	if (w->failed)
		return;
	if (w->cells.n == w->most_cells) {
		err_set(w->e, "row %zu (line %zu): too many cells (expected at most %zu)",
			w->row.row + 1, w->row_line, w->most_cells);
		refuse_at(w, w->row_line, 0);
		return;
	}
	csvcells_add(&w->cells, s, len);
}

static void
visit_row(struct walk *w)
{
	w->row.columns = w->cells.n;
	w->row.cell = csvcells_get(&w->cells);
	w->row.line = w->row_line;
	w->failed = w->visit(w->arg, &w->row, w->e) < 0;
}

/* For libcsv: a row has ended. */
static void
end_row(int c __attribute__((unused)), void *arg)
{
	struct walk *w = arg;
	size_t n = w->cells.n;

	w->row.row++;
	if (w->row.row == 1)
		w->columns = n;
	if (n != w->columns && !w->failed) {
		err_set(w->e, "row %zu (line %zu): %zu cell%s (expected %zu, as in row 1)",
			w->row.row, w->row_line, n, n == 1 ? "" : "s", w->columns);
		refuse_at(w, w->row_line, (n < w->columns ? n : w->columns) + 1);
	}
	if (!w->failed)
		visit_row(w);
	csvcells_clear(&w->cells);
	w->fed = 0;
	w->row_line = 0;
}

static int
refuse_quote(struct walk *w)
{
	size_t began = w->row_line ? w->row_line : w->line;
	char where[64] = "";

	refuse_at(w, w->line, 0);
	if (csv_error(&w->parser) != CSV_EPARSE)
		return err_set(w->e,
			       "line %zu: no memory for a cell of the row that begins on line %zu",
			       w->line, began);
	if (began != w->line)
		snprintf(where, sizeof where, ", in the row from line %zu", began);
	return err_set(w->e,
		       "line %zu: a quote inside a cell%s; put a cell with quotes in quotes and "
		       "double the quotes inside%s",
		       w->line, where, w->options ? ", or add `quotes off`" : "");
}

/*
 * libcsv enlarges the buffer of a cell by a fixed number of bytes, which takes quadratic time for a
 * long cell. Set it to the larger of the bytes to come and those that the buffer has.
 */
static void
set_growth(struct walk *w, size_t len)
{
	size_t n = csv_get_buffer_size(&w->parser);

	n = n > len ? n : len;
	csv_set_blk_size(&w->parser, n > STEP ? n : STEP);
}

/* Cut a whole line that is a row and has no quotes at its delimiters, which is much faster than
 * libcsv. False: libcsv has to parse it. */
static bool
parse_plain(struct walk *w, const char *p, size_t len)
{
	const struct dialect *d = &w->dialect;

	while (len && (p[len - 1] == '\n' || p[len - 1] == '\r'))
		len--;
	if (d->delimiter == ' ' || (d->quotes != DIALECT_QUOTES_OFF && memchr(p, '"', len)) ||
	    csvcells_split(&w->cells, p, len, d->delimiter, w->most_cells) < 0)
		return false;
	end_row(0, w);
	return true;
}

/* Parse a line, or the part of it that a block has. */
static int
parse_line(struct walk *w, const char *p, size_t len)
{
	if (len > STEP)
		set_growth(w, len);
	if (w->dialect.delimiter == ' ') {
		len = csvline_squeeze(&w->squeezer, w->dialect.quotes != DIALECT_QUOTES_OFF, p,
				      len);
		p = w->squeezer.line;
	}
	return csv_parse(&w->parser, p, len, add_cell, end_row, w) == len ? 0 : refuse_quote(w);
}

/* At the beginning of a line. */
static void
begin_line(struct walk *w, char first)
{
	w->line++;
	w->blank = true;
	w->skipped = w->line <= w->dialect.skip ||
		     (w->row_line == 0 && w->dialect.comment && first == w->dialect.comment);
}

/*
 * Parse bytes without NUL, n > 0, line by line, so that the line on which a row begins is known. A
 * line may continue in the next block, and so may a CRLF.
 */
static int
parse_lines(struct walk *w, const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));

	lf = lf ? lf : end;
	if (p < end && *p == '\n' && w->after_cr &&
	    csv_parse(&w->parser, p, 1, add_cell, end_row, w) == 1)
		p++;
	while (p < end && !w->failed) {
		bool ended, whole = !w->in_line;
		size_t len;

		if (whole)
			begin_line(w, *p);
		if (w->row_line == 0 && !w->skipped)
			w->row_line = w->line;
		len = csvline_length(p, end, &lf, &w->blank, &ended);
		whole = whole && ended && !w->blank && w->row_line == w->line;
		if (!w->skipped && !(whole && parse_plain(w, p, len)) && parse_line(w, p, len) < 0)
			return -1;
		if (ended && w->blank && w->row_line == w->line)
			w->row_line = 0; /* libcsv skipped it */
		w->in_line = !ended;
		p += len;
	}
	w->after_cr = end[-1] == '\r';
	return w->failed ? -1 : 0;
}

static int
parse_block(struct walk *w, const char *bytes, size_t size)
{
	const char *nul = memchr(bytes, '\0', size);
	size_t n = nul ? (size_t)(nul - bytes) : size;

	w->fed += n;
	set_growth(w, 0);
	if (n && parse_lines(w, bytes, bytes + n) < 0)
		return -1;
	if (nul) {
		refuse_at(w, w->line + !w->in_line, 0);
		return err_set(w->e, "line %zu: a NUL byte: this is not a text file%s", w->bad_line,
			       w->options ? ", or it is UTF-16 (`encoding utf-16`)" : "");
	}
	if (w->fed <= w->most_bytes)
		return 0;
	refuse_at(w, w->row_line, 0);
	return err_set(w->e,
		       "row %zu (line %zu): too long (expected at most %zu bytes); is a closing "
		       "quote missing?",
		       w->row.row + 1, w->row_line, w->most_bytes);
}

static int
begin_walk(struct walk *w, const struct dialect *d)
{
	w->dialect = *d;
	if (csv_init(&w->parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return err_set(w->e, "no memory for the CSV parser");
	csv_set_delim(&w->parser, (unsigned char)w->dialect.delimiter);
	if (w->dialect.quotes == DIALECT_QUOTES_OFF)
		csv_set_quote(&w->parser, '\0'); /* which no cell holds */
	csv_set_blk_size(&w->parser, STEP);
	return 0;
}

/* After the last byte. */
static int
finish_walk(struct walk *w)
{
	if (csv_fini(&w->parser, add_cell, end_row, w) != 0) {
		refuse_at(w, w->row_line, 0);
		return err_set(w->e, "row %zu (line %zu): no closing quote%s", w->row.row + 1,
			       w->row_line, w->options ? " (`quotes off` reads it as it is)" : "");
	}
	if (w->failed)
		return -1;
	if (w->row.row)
		return 0;
	return err_set(w->e, w->line ? "no rows: lines are blank or skipped" : "empty: no rows");
}

static void
release_walk(struct walk *w)
{
	csv_free(&w->parser);
	csvcells_release(&w->cells);
	mem_free(w->squeezer.line);
}

static int
walk_bytes(struct walk *w, const char *bytes, size_t size, const struct dialect *d)
{
	size_t bom = source_bom(bytes, size);
	int status;

	w->most_bytes = w->most_cells = SIZE_MAX;
	if (begin_walk(w, d) < 0)
		return -1;
	status = parse_block(w, bytes + bom, size - bom);
	if (status == 0)
		status = finish_walk(w);
	release_walk(w);
	return status;
}

static int
walk_blocks(struct walk *w, struct source *s, struct csvblocks *b)
{
	bool first = true;
	const char *bytes;
	size_t size, bom;
	int status;

	while ((status = csvblocks_next(b, s, &bytes, &size, w->e)) > 0) {
		if (first && (sniff_table(s, bytes, size, false, w->e) < 0 ||
			      begin_walk(w, &s->dialect) < 0))
			return -1;
		bom = first ? source_bom(bytes, size) : 0;
		status = parse_block(w, bytes + bom, size - bom);
		first = false;
		if (status < 0)
			break;
	}
	if (status == 0 && first)
		return err_set(w->e, "empty: no rows");
	if (status == 0)
		status = finish_walk(w);
	release_walk(w);
	return status;
}

static int
walk_stream(struct walk *w, struct source *s)
{
	struct csvblocks b = { .in = stream_open(s->path, w->e) };
	int status;

	if (!b.in)
		return -1;
	w->most_bytes = CSVFILE_ROW;
	w->most_cells = CSVFILE_COLUMNS;
	status = walk_blocks(w, s, &b);
	if (status == 0)
		s->hash = stream_hash(b.in);
	csvblocks_close(&b);
	return status;
}

int
csvfile_rows(struct source *s, row_visit *visit, void *arg, struct err *e)
{
	struct walk w = { .visit = visit, .arg = arg, .options = true, .e = e };

	if (!s->bytes)
		return walk_stream(&w, s);
	if (sniff_table(s, s->bytes, s->size, true, e) < 0)
		return -1;
	return walk_bytes(&w, s->bytes, s->size, &s->dialect);
}

/* Rows of a walk collected into a table. The copies of its cells, each with a NUL, take at most
 * one byte more than the file, because a delimiter or a line end follows each but the last. */
struct collector {
	const struct walk *w;
	struct csvfile t;
	size_t used, cap_cells, cap_rows;
};

static int
collect_row(void *arg, const struct row *row, struct err *e)
{
	struct collector *c = arg;
	const struct csvcells *cells = &c->w->cells;
	size_t had = c->t.rows * row->columns;

	if (mem_try_grow(&c->t.cell, &c->cap_cells, had + row->columns, sizeof *c->t.cell) < 0 ||
	    mem_try_grow(&c->t.line, &c->cap_rows, c->t.rows + 1, sizeof *c->t.line) < 0)
		return err_set(e, "no memory for more than %zu rows of %zu cells", c->t.rows,
			       row->columns);
	memcpy(c->t.bytes + c->used, cells->bytes, cells->used);
	for (size_t i = 0; i < row->columns; i++)
		c->t.cell[had + i] = c->t.bytes + c->used + cells->at[i];
	c->used += cells->used;
	c->t.columns = row->columns;
	c->t.line[c->t.rows++] = row->line;
	return 0;
}

int
csvfile_parse(const char *bytes, size_t size, char delimiter, struct csvfile *out, struct err *e)
{
	struct collector c = { .t.bytes = mem_try(size + 1, 1) };
	struct walk w = { .visit = collect_row, .arg = &c, .e = e };
	const struct dialect d = { .delimiter = delimiter };
	int status;

	c.w = &w;
	memset(out, 0, sizeof *out);
	status = c.t.bytes ? walk_bytes(&w, bytes, size, &d)
			   : err_set(e, "no memory for %zu bytes", size);
	if (status < 0) {
		csvfile_release(&c.t);
		out->bad_line = w.bad_line;
		out->bad_column = w.bad_column;
		return -1;
	}
	*out = c.t;
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
