/* test_double.c: numbers keep double precision until they are scaled; whole numbers take floats. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "tmpfolder.h"
#include "retort/base/io.h"
#include "retort/base/text.h"
#include "retort/data/columns.h"
#include "retort/data/read/read.h"
#include "retort/data/scale.h"

static struct dataset *
read_text(const char *name, const struct text *t, const struct dataset_options *o)
{
	struct dataset *ds = NULL;
	struct err e = { .msg = "" };

	if (read_bytes(name, t->s, t->len, o, &ds, &e) < 0)
		fail_msg("%s", e.msg);
	return ds;
}

/* 40 rows: offset + 0 to 39 thousandths; the class is the parity. */
static struct dataset *
offset_set(const char *offset)
{
	struct dataset_options o = { 0 };
	struct text t = { 0 };
	struct dataset *ds;

	text_add(&t, "x,kind\n");
	for (int i = 0; i < 40; i++)
		text_addf(&t, "%s.%03d,%c\n", offset, i, "ab"[i % 2]);
	ds = read_text("t.csv", &t, &o);
	text_release(&t);
	return ds;
}

static void
an_offset_does_not_reduce_accuracy(void **state)
{
	static const char *const offsets[] = { "0", "1000000", "1700000000" };
	uint32_t rows[40];

	(void)state;
	for (uint32_t i = 0; i < 40; i++)
		rows[i] = i;
	for (size_t k = 0; k < 3; k++) {
		struct dataset *ds = offset_set(offsets[k]);
		double offset = strtod(offsets[k], NULL),
		       step = nextafter(offset, INFINITY) - offset;
		struct scale s;

		CHECK(ds->wide != NULL && ds->x == NULL);
		CHECK_INT(ds->rules, RULES_BIT(RULES_DOUBLE));
		scale_fit(ds, rows, 40, &s);
		CHECK_NEAR(s.mean[0] - offset, 0.0195, 1e-12 + 2 * step);
		CHECK_NEAR(s.spread[0], sqrt((40 * 40 - 1) / 12.0) / 1000, 1e-12 + step);
		scale_apply(&s, ds);
		CHECK(ds->wide == NULL && ds->x != NULL);
		for (int i = 0; i < 40; i++)
			CHECK_NEAR(ds->x[i], (i - 19.5) / sqrt((40 * 40 - 1) / 12.0),
				   1e-6 + 3 * step / s.spread[0]);
		scale_release(&s);
		dataset_free(ds);
	}
}

/* No rule of reading made a difference: the set is that of version 1, to the bit. */
static void
numbers_that_are_floats_are_stored_as_floats(void **state)
{
	struct dataset_options o = { 0 };
	struct text t = { 0 };
	struct dataset *ds;

	(void)state;
	for (int i = 0; i < 12; i++)
		text_addf(&t, "%d.25,-16777216,NA,%c\n", i, "ab"[i % 2]);
	ds = read_text("t.csv", &t, &o);
	CHECK(ds->wide == NULL);
	CHECK_INT(ds->rules, 0);
	CHECK_NEAR(ds->x[3 * 11], 11.25, 0);
	CHECK_NEAR(ds->x[1], -16777216, 0);
	CHECK(isnan(ds->x[2]));
	dataset_free(ds);
	text_release(&t);
}

/* Whole numbers, a word, and in the last row but one the only number that is no float. */
static void
a_late_number_widens_every_row(void **state)
{
	const size_t n = 300000;
	const char *const large[] = { "1000000000", "0" };
	struct dataset_options o = { 0 };
	char path[200];
	struct text t = { 0 };
	struct err e;

	(void)state;
	for (size_t i = 0; i < n; i++)
		text_addf(&t, "%zu%s,%s,%c\n", i, i == n - 2 ? ".1" : "", i % 3 ? "red" : "blue",
			  "ab"[i % 2]);
	snprintf(path, sizeof path, "%s/late.csv", tmpfolder_dir);
	CHECK_INT(io_write(path, (const void *[]){ t.s }, &t.len, 1, &e), 0);
	for (size_t k = 0; k < 2; k++) {
		struct dataset *ds = NULL;

		setenv("RETORT_LARGE", large[k], 1);
		CHECK_INT(read_dataset(path, &o, &ds, &e), 0);
		CHECK_INT(ds->tmpmap != NULL, k);
		CHECK_INT(ds->d, 3);
		CHECK(ds->wide != NULL);
		for (size_t i = 0; i < n; i++) {
			const double *x = ds->wide + 3 * i;

			CHECK(x[0] == (i == n - 2 ? (double)i + 0.1 : (double)i));
			CHECK(x[1] == (i % 3 == 0) && x[2] == (i % 3 != 0));
		}
		dataset_free(ds);
	}
	text_release(&t);
}

static void
columns_of_doubles_are_rearranged(void **state)
{
	struct dataset_options o = { .label = "kind" };
	struct text a = { 0 }, b = { 0 };
	struct dataset *ds, *more;
	struct err e;

	(void)state;
	text_add(&a, "x,y,kind\n");
	text_add(&b, "y,kind,x\n");
	for (int i = 0; i < 10; i++) {
		text_addf(&a, "%d,%d,%c\n", i, i, "ab"[i % 2]);
		text_addf(&b, "0.%d,%c,1000000.%d\n", i, "ab"[i % 2], i);
	}
	ds = read_text("a.csv", &a, &o);
	more = read_text("b.csv", &b, &o);
	CHECK_INT(columns_match(ds, more, &e), 0);
	CHECK_NEAR(more->wide[2 * 7], 1000000.7, 0);
	CHECK_NEAR(more->wide[2 * 7 + 1], 0.7, 0);
	dataset_free(ds);
	dataset_free(more);
	text_release(&a);
	text_release(&b);
}

static void
a_number_whose_square_overflows_is_refused(void **state)
{
	struct dataset_options o = { 0 };
	struct text t = { 0 };
	struct dataset *ds;
	struct err e;

	(void)state;
	for (int i = 0; i < 12; i++)
		text_addf(&t, "%s,%c\n", i == 4 ? "-1e300" : "1e149", "ab"[i % 2]);
	CHECK_INT(read_bytes("t.csv", t.s, t.len, &o, &ds, &e), -1);
	CHECK_STR(e.msg, "row 5 (line 5), column 1 'x1': '-1e300' is too large for a feature "
			 "(expected at most 1e150 in size)");
	text_release(&t);
}

static int
make_dir(void **state)
{
	(void)state;
	tmpfolder_make(tmpfolder_dir);
	return setenv("XDG_CACHE_HOME", tmpfolder_dir, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_offset_does_not_reduce_accuracy),
		TEST(numbers_that_are_floats_are_stored_as_floats),
		TEST(a_late_number_widens_every_row),
		TEST(columns_of_doubles_are_rearranged),
		TEST(a_number_whose_square_overflows_is_refused),
	};

	return cmocka_run_group_tests(tests, make_dir, tmpfolder_teardown);
}
