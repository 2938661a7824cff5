/* test_ids.c: files of token ids. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/data/read/idsfile.h"
#include "retort/data/read/read.h"

static int
ids(const char *text, size_t length, size_t vocab, struct dataset **out, struct err *e)
{
	struct dataset_options o = { .length = length, .vocab = vocab };

	return idsfile_make(text, strlen(text), &o, out, e);
}

static void
lines_of_ids_are_concatenated(void **state)
{
	struct dataset *ds;
	struct err e;

	(void)state;
	CHECK_INT(ids("0 1 2 3\n\n4  5 6\r\n 7 8 9 10 11\n12 13 14 15 16 17 18 19 20 21", 2, 0, &ds,
		      &e),
		  0);
	CHECK_INT(ds->n, 10);
	CHECK_INT(ds->vocab, 22);
	CHECK_INT(ds->classes, 22);
	CHECK(ds->next_token && !ds->tokenizer);
	for (int i = 0; i <= 20; i++)
		CHECK_INT(ds->ids[i], i);
	dataset_free(ds);
	CHECK_INT(ids("0 1 2 3 0 1 2 3 0 1 2 3", 1, 50, &ds, &e), 0);
	CHECK_INT(ds->vocab, 50);
	dataset_free(ds);
}

static void
a_tab_ends_a_label_of_a_line_of_ids(void **state)
{
	struct dataset *ds;
	struct err e;

	(void)state;
	CHECK_INT(ids("yes\t1 2 3\nno\t4\nyes\t\nno\t5 "
		      "6\t7\nyes\t1\nno\t1\n\t1\nno\t1\nno\t1\nno\t9\n",
		      2, 0, &ds, &e),
		  0);
	CHECK_INT(ds->n, 10);
	CHECK_INT(ds->vocab, 10);
	CHECK_INT(ds->classes, 2);
	CHECK_STR(ds->class_name[0], "no");
	CHECK_INT(ds->y[0], 1);
	CHECK_INT(ds->y[6], -1);
	CHECK(!ds->next_token);
	check_ids(ds->ids, (int32_t[]){ 1, 2, 4, -1, -1, -1, 5, 6 }, 8);
	dataset_free(ds);
}

static void
invalid_ids_are_refused_with_line_and_column(void **state)
{
	static const struct {
		const char *text;
		size_t vocab;
		const char *message;
	} bad[] = {
		{ "1 2\n3 x4 5\n", 0,
		  "line 2, column 3: invalid token id 'x4' (expected an integer, at least 0)" },
		{ "1 -2\n", 0,
		  "line 1, column 3: invalid token id '-2' (expected an integer, at least 0)" },
		{ "1 2.5\n", 0,
		  "line 1, column 3: invalid token id '2.5' (expected an integer, at least 0)" },
		{ "1 2\n3 8\n", 8, "line 2, column 3: invalid token id '8' (expected 0 to 7)" },
		{ "a\t1 8\n", 8, "line 1, column 5: invalid token id '8' (expected 0 to 7)" },
		{ "99999999999999999999999\n", 0,
		  "line 1, column 1: invalid token id '99999999999999999999999' (expected 0 to "
		  "1048575)" },
		{ "a\t1\n\n2\n", 0,
		  "line 3: no tab, but line 1 has one (expected a label and a tab on all lines or "
		  "on none)" },
		{ "1\n2\t3\n", 0, "line 2: a tab, but line 1 has none" },
		{ "\n \n", 0, "empty: no token ids" },
		{ "a\t1\nb\t2\n", 0, "2 rows (expected at least 10)" },
		{ "1 2 3 4\n", 0, "4 tokens: 3 windows of length 1 (expected at least 10)" },
	};
	struct dataset *ds;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(ids(bad[i].text, 1, bad[i].vocab, &ds, &e), -1);
		if (!strstr(e.msg, bad[i].message))
			fail_msg("%s", e.msg);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(lines_of_ids_are_concatenated),
		TEST(a_tab_ends_a_label_of_a_line_of_ids),
		TEST(invalid_ids_are_refused_with_line_and_column),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
