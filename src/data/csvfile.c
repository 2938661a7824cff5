/* csvfile.c: the door to libcsv. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/csvfile.h"

#include <csv.h>
#include <stdint.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"

#define LIMIT ((size_t)1 << 30) /* bytes of a file */

/* Cells are kept as offsets while `text` still grows. */
struct reader {
	struct text text;
	size_t *offset, n_cells, cap_cells;
	size_t *line, n_rows, cap_rows;
	size_t columns, in_row;
	size_t line_now, line_of_row; /* from 1 */
	bool failed;
	struct err *e;
};

static void
on_cell(void *s, size_t len, void *arg)
{
	struct reader *r = arg;

	mem_grow(&r->offset, &r->cap_cells, r->n_cells + 1, sizeof *r->offset);
	r->offset[r->n_cells++] = r->text.len;
	text_bytes(&r->text, s ? s : "", s ? len : 0);
	text_bytes(&r->text, "", 1); /* the NUL between cells */
	r->in_row++;
}

static void
on_row(int c, void *arg)
{
	struct reader *r = arg;

	(void)c;
	if (r->n_rows == 0)
		r->columns = r->in_row;
	if (r->in_row != r->columns && !r->failed) {
		r->failed = true;
		err_set(r->e, "row %zu (line %zu): %zu cells, %zu expected as in row 1", r->n_rows + 1, r->line_of_row,
			r->in_row, r->columns);
	}
	mem_grow(&r->line, &r->cap_rows, r->n_rows + 1, sizeof *r->line);
	r->line[r->n_rows++] = r->line_of_row;
	r->in_row = 0;
}

static int
check_bytes(const char *bytes, size_t size, struct err *e)
{
	const char *nul = memchr(bytes, '\0', size);
	size_t line = 1;

	if (size == 0)
		return err_set(e, "empty: no rows");
	if (!nul)
		return 0;
	for (const char *p = bytes; p < nul; p++)
		line += *p == '\n';
	return err_set(e, "line %zu: a NUL byte: this is no text file", line);
}

/* Line by line, so that a row knows on which line it began. */
static int
feed(struct csv_parser *parser, struct reader *r, const char *p, const char *end)
{
	while (p < end && !r->failed) {
		const char *eol = memchr(p, '\n', (size_t)(end - p));
		size_t len = (size_t)((eol ? eol + 1 : end) - p), rows = r->n_rows;

		r->line_now++;
		if (r->in_row == 0 && rows == r->n_rows && r->line_of_row == 0)
			r->line_of_row = r->line_now;
		if (csv_parse(parser, p, len, on_cell, on_row, r) != len)
			return err_set(r->e, "line %zu: %s", r->line_now, csv_strerror(csv_error(parser)));
		if (r->n_rows > rows || (r->n_cells == 0 && r->in_row == 0))
			r->line_of_row = 0; /* the next line begins a row */
		p += len;
	}
	return r->failed ? -1 : 0;
}

static int
parse_all(struct reader *r, const char *bytes, size_t size, char delimiter)
{
	struct csv_parser parser;
	const char *start = bytes;
	int status;

	if (size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0)
		start += 3;
	if (csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) != 0)
		return err_set(r->e, "the CSV parser cannot start");
	csv_set_delim(&parser, (unsigned char)delimiter);
	status = feed(&parser, r, start, bytes + size);
	if (status == 0 && csv_fini(&parser, on_cell, on_row, r) != 0)
		status = err_set(r->e, "line %zu: quotes that never close", r->line_of_row ? r->line_of_row : r->line_now);
	csv_free(&parser);
	if (status == 0 && r->failed)
		status = -1;
	if (status == 0 && r->n_rows == 0)
		status = err_set(r->e, "no rows");
	return status;
}

int
csvfile_parse(const char *bytes, size_t size, char delimiter, struct csvfile *out, struct err *e)
{
	struct err ignored;
	struct reader r = { .e = e ? e : &ignored };
	int status = check_bytes(bytes, size, r.e);

	memset(out, 0, sizeof *out);
	if (status == 0)
		status = parse_all(&r, bytes, size, delimiter);
	if (status == 0) {
		out->rows = r.n_rows;
		out->columns = r.columns;
		out->cell = mem_array(r.n_cells, sizeof *out->cell);
		for (size_t i = 0; i < r.n_cells; i++)
			out->cell[i] = r.text.s + r.offset[i];
		out->line = r.line;
		out->bytes = r.text.s;
		r.line = NULL;
		r.text.s = NULL;
	}
	mem_free(r.offset);
	mem_free(r.line);
	mem_free(r.text.s);
	return status;
}

int
csvfile_read(const char *path, struct csvfile *out, struct err *e)
{
	size_t len = strlen(path), size;
	bool tabs = len > 4 && strcmp(path + len - 4, ".tsv") == 0;
	char *bytes;
	int status;

	if (io_read(path, LIMIT, &bytes, &size, e) < 0)
		return -1;
	status = csvfile_parse(bytes, size, tabs ? '\t' : ',', out, e);
	mem_free(bytes);
	return status < 0 ? err_wrap(e, "%s", path) : 0;
}

void
csvfile_release(struct csvfile *t)
{
	mem_free(t->cell);
	mem_free(t->line);
	mem_free(t->bytes);
	memset(t, 0, sizeof *t);
}
