/* test_columns.c: columns of one table matched to those of another. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/data/columns.h"
#include "retort/data/read/read.h"

#define DATA                                                                                   \
	"hue,size,kind\nred,1,a\nblue,2,b\nred,3,a\nblue,4,b\n,5,a\nred,6,b\nblue,7,a\nred,8," \
	"b\nred,9,a\nblue,10,b\n"

static struct dataset *
read_set(const char *text, const char *name)
{
	const struct dataset_options o = { .header = DATASET_HEADER_YES, .label = "kind" };
	struct dataset *ds;
	struct err e;

	CHECK_INT(read_bytes("table.csv", text, strlen(text), &o, &ds, &e), 0);
	snprintf(ds->name, sizeof ds->name, "%s", name);
	return ds;
}

/* Ten rows: `row` first, then nine like those of the data. */
static struct dataset *
read_more(const char *head, const char *row, const char *others)
{
	char text[512] = "";

	snprintf(text, sizeof text, "%s\n%s\n", head, row);
	for (int i = 0; i < 9; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s%c\n", others,
			 "ab"[i % 2]);
	return read_set(text, "more");
}

static void
columns_in_another_order_are_found_by_name(void **state)
{
	struct dataset *ds = read_set(DATA, "main"),
		       *more = read_more("size,hue,kind", "7,red,a", "2,blue,");
	struct err e;

	(void)state;
	CHECK_INT(columns_match(ds, more, &e), 0);
	CHECK_INT(more->d, 3);
	CHECK_STR(more->column[0], "hue=blue");
	CHECK_STR(more->word[1], "red");
	CHECK(more->word[2] == NULL);
	CHECK_NEAR(more->x[0], 0, 0); /* hue=blue, hue=red, size */
	CHECK_NEAR(more->x[1], 1, 0);
	CHECK_NEAR(more->x[2], 7, 0);
	CHECK_NEAR(more->x[3], 1, 0);
	dataset_free(ds);
	dataset_free(more);
}

static void
words_missing_in_the_data_match_no_category(void **state)
{
	struct dataset *ds = read_set(DATA, "main"),
		       *more = read_more("hue,size,kind", "green,7,a", ",2,");
	struct err e;

	(void)state;
	CHECK_INT(columns_match(ds, more, &e), 0);
	CHECK_NEAR(more->x[0], 0, 0);
	CHECK_NEAR(more->x[1], 0, 0);
	CHECK_NEAR(more->x[2], 7, 0);
	CHECK(isnan(more->x[3]) && isnan(more->x[4])); /* a missing cell stays missing */
	CHECK_NEAR(more->x[5], 2, 0);
	CHECK_STR(more->notes, "column 'hue': 1 row has words that main lacks: green\n");
	dataset_free(ds);
	dataset_free(more);
}

static void
a_column_without_a_cell_is_missing(void **state)
{
	struct dataset *ds = read_set(DATA, "main"),
		       *more = read_more("hue,size,kind", ",,a", ",,");
	struct err e;

	(void)state;
	CHECK_INT(more->d, 2);
	CHECK_INT(columns_match(ds, more, &e), 0);
	for (size_t i = 0; i < 30; i++)
		CHECK(isnan(more->x[i]));
	dataset_free(ds);
	dataset_free(more);
}

static void
refuse(const char *head, const char *row, const char *others, const char *message)
{
	struct dataset *ds = read_set(DATA, "main"), *more = read_more(head, row, others);
	size_t d = more->d;
	struct err e;

	CHECK_INT(columns_match(ds, more, &e), -1);
	CHECK_STR(e.msg, message);
	CHECK_INT(more->d, d);
	dataset_free(ds);
	dataset_free(more);
}

static void
mismatches_are_named(void **state)
{
	(void)state;
	refuse("hue,weight,kind", "red,1,a", "blue,2,",
	       "column 'size' of main is missing in more (columns: hue, weight)");
	refuse("hue,size,legs,kind", "red,1,4,a", "blue,2,4,",
	       "column 'legs' of more is missing in main (columns: hue, size); `without legs` "
	       "leaves it out");
	refuse("hue,size,hat,kind", "red,1,fez,a", "blue,2,cap,",
	       "column 'hat' of more is missing in main (columns: hue, size); `without hat` "
	       "leaves it out");
	refuse("hue,size,kind", "1,1,a", "2,2,", "column 'hue' has numbers, but main words");
	refuse("hue,size,kind", "red,small,a", "blue,large,",
	       "column 'size' has words, but main numbers");
}

/* "a=b" is the name of a numeric column; a word may contain '=' too. */
static void
an_equals_sign_in_a_name_is_no_category(void **state)
{
	struct dataset *ds = read_set("a=b,c,kind\n1,x=y,a\n2,z,b\n3,z,a\n4,z,b\n5,z,a\n6,z,a\n7,z,"
				      "a\n8,z,a\n9,z,a\n0,z,a\n",
				      "main");
	struct dataset *more = read_more("c,a=b,kind", "x=y,3,a", "x,4,");
	struct err e;

	(void)state;
	CHECK_INT(columns_match(ds, more, &e), 0);
	CHECK_NEAR(more->x[0], 3, 0);
	CHECK_NEAR(more->x[1], 1, 0); /* c=x=y */
	CHECK_NEAR(more->x[2], 0, 0);
	CHECK_NEAR(more->x[3], 4, 0);
	CHECK_NEAR(more->x[4], 0, 0);
	dataset_free(ds);
	dataset_free(more);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(columns_in_another_order_are_found_by_name),
		TEST(words_missing_in_the_data_match_no_category),
		TEST(a_column_without_a_cell_is_missing),
		TEST(mismatches_are_named),
		TEST(an_equals_sign_in_a_name_is_no_category),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
