/* test_csvcells.c: a line without quotes is cut as libcsv cuts it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <csv.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/base/text.h"
#include "retort/data/read/csvcells.h"
#include "retort/data/read/csvfile.h"

/* Rows of libcsv alone: cells end in '|', rows in '/'. */
static void
end_cell(void *s, size_t len, void *arg)
{
	text_addf(arg, "%.*s|", (int)len, len ? (const char *)s : "");
}

static void
end_row(int c, void *arg)
{
	(void)c;
	text_add(arg, "/");
}

static char *
by_libcsv(const char *bytes, size_t size, char delimiter)
{
	struct text t = { 0 };
	struct csv_parser p;

	CHECK_INT(csv_init(&p, CSV_STRICT | CSV_STRICT_FINI), 0);
	csv_set_delim(&p, (unsigned char)delimiter);
	CHECK_INT(csv_parse(&p, bytes, size, end_cell, end_row, &t), size);
	CHECK_INT(csv_fini(&p, end_cell, end_row, &t), 0);
	csv_free(&p);
	text_add(&t, "");
	return t.s;
}

static char *
by_csvfile(const char *bytes, size_t size, char delimiter)
{
	struct text t = { 0 };
	struct csvfile f;
	struct err e;

	CHECK_INT(csvfile_parse(bytes, size, delimiter, &f, &e), 0);
	for (size_t r = 0; r < f.rows; r++) {
		for (size_t c = 0; c < f.columns; c++)
			text_addf(&t, "%s|", f.cell[r * f.columns + c]);
		text_add(&t, "/");
	}
	csvfile_release(&f);
	return t.s;
}

/* A row of three cells of up to four characters, some of them blanks. */
static void
add_row(struct text *t, struct rng r, uint64_t *k, char delimiter)
{
	static const char *const ends[] = { "\n", "\r\n", "\r", "\n\n", "\n \t\n", "\r\n\r\n" };

	for (int c = 0; c < 3; c++) {
		for (unsigned n = rng_below(r, (*k)++, 5); n > 0; n--)
			text_addf(t, "%c", " a\t1 ,;\t"[rng_below(r, (*k)++, 5)]);
		text_addf(t, "%c", c < 2 ? delimiter : 'z');
	}
	if (rng_below(r, (*k)++, 4) == 0)
		text_addf(t, "%c\"q, \"\"x\n\"", delimiter);
	else
		text_addf(t, "%c ", delimiter);
	text_add(t, ends[rng_below(r, (*k)++, 6)]);
}

static void
lines_are_cut_as_libcsv_cuts_them(void **state)
{
	static const char delimiters[] = { ',', ';', '|' };
	struct rng r = rng_stream(3, "rows", 0, 0);
	uint64_t k = 0;

	(void)state;
	for (int i = 0; i < 600; i++) {
		char delimiter = delimiters[i % 3], *a, *b;
		struct text t = { 0 };

		for (int row = 0; row < 5; row++)
			add_row(&t, r, &k, delimiter);
		t.len -= rng_below(r, k++, 2); /* its last line may have no end */
		a = by_libcsv(t.s, t.len, delimiter);
		b = by_csvfile(t.s, t.len, delimiter);
		CHECK_STR(b, a);
		mem_free(a);
		mem_free(b);
		text_release(&t);
	}
}

static void
tabs_between_cells_are_no_blanks(void **state)
{
	struct csvcells c = { 0 };

	(void)state;
	CHECK_INT(csvcells_split(&c, " a \t\tb c", 8, '\t', 3), 0);
	CHECK_INT(c.n, 3);
	CHECK_STR(csvcells_get(&c)[0], "a");
	CHECK_STR(csvcells_get(&c)[1], "");
	CHECK_STR(csvcells_get(&c)[2], "b c");
	csvcells_release(&c);
}

static void
too_many_cells_leave_none(void **state)
{
	struct csvcells c = { 0 };

	(void)state;
	CHECK_INT(csvcells_split(&c, "1,2,3", 5, ',', 2), -1);
	CHECK_INT(c.n, 0);
	csvcells_add(&c, "x", 1);
	CHECK_INT(c.n, 1);
	CHECK_STR(csvcells_get(&c)[0], "x");
	csvcells_release(&c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(lines_are_cut_as_libcsv_cuts_them),
		TEST(tabs_between_cells_are_no_blanks),
		TEST(too_many_cells_leave_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
