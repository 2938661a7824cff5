/* fuzz_jsonl.c: JSON lines, read as a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/data/read/jsonlines.h"
#include "retort/data/read/table.h"

/* Check that rows are numbered from 0, on lines in order, all as wide as the first. */
struct seen {
	size_t rows, columns, line, size;
};

static int
see_row(void *arg, const struct row *row, struct err *e)
{
	struct seen *s = arg;

	(void)e;
	MUST(row->row == s->rows && row->columns >= 1 && row->line > 0);
	MUST(s->rows == 0 || row->columns == s->columns);
	MUST(s->rows < 2 || row->line >= s->line);
	for (size_t c = 0; c < row->columns; c++)
		MUST(row->cell[c] && strlen(row->cell[c]) <= s->size);
	s->columns = row->columns;
	s->line = row->line;
	s->rows++;
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes =
		malloc(size + (size ==
			       0)); /* not NUL-terminated: a sanitizer detects reads past the end */
	struct dataset_options o = { 0 };
	struct source s = { .path = "fuzz.jsonl", .options = &o, .bytes = bytes, .size = size };
	struct seen seen = { .size = size };
	struct err e = { .msg = "" };
	struct dataset *ds;

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	if (jsonlines_rows(&s, see_row, &seen, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		MUST(seen.rows >= 2);
		e.msg[0] = '\0';
		if (jsonlines_is(bytes, size)) {
			if (table_numbers(&s, &ds, &e) < 0)
				MUST(e.msg[0]);
			else
				dataset_free(ds);
		}
	}
	source_release(&s);
	free(bytes);
	return 0;
}
