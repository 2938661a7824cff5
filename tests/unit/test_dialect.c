/* test_dialect.c: how the text of a table is written: found, given, or asked for. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/decimal.h"
#include "retort/base/text.h"
#include "retort/data/number.h"
#include "retort/data/read/read.h"

/* Twelve rows: `row` with %d twice or fewer, then a class. */
static struct text
make_table(const char *head, const char *row, const char *const kind[2])
{
	struct text t = { 0 };

	text_add(&t, head);
	for (int i = 0; i < 12; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		text_addf(&t, row, i, i % 3);
#pragma GCC diagnostic pop
		text_addf(&t, "%s\n", kind[i % 2]);
	}
	return t;
}

static const char *const ab[] = { "a", "b" };

static struct dataset *
read_table(const char *path, const struct text *t, const struct dataset_options *o)
{
	struct dataset *ds = NULL;
	struct err e = { .msg = "" };

	if (read_bytes(path, t->s, t->len, o, &ds, &e) < 0)
		fail_msg("%s", e.msg);
	return ds;
}

static double
value(const struct dataset *ds, size_t i)
{
	return ds->wide ? ds->wide[i] : (double)ds->x[i];
}

static void
delimiters_and_decimal_commas_are_found(void **state)
{
	static const struct {
		const char *path, *head, *row;
		rules_set rules;
		const char *format;
	} table[] = {
		{ "t.csv", "x,y,k\n", "%d.5,-%d,", 0, "commas between cells, names" },
		{ "t.csv", "x;y;k\n", "%d.5;-%d;", 0, "semicolons between cells, names" },
		{ "t.csv", "x;y;k\n", "%d,5;-%d,0;", RULES_BIT(RULES_COMMA),
		  "semicolons between cells, decimal comma, names" },
		{ "t.csv", "", "%d,5;-%d;", RULES_BIT(RULES_COMMA) | RULES_BIT(RULES_DELIMITER),
		  "semicolons between cells, decimal comma, no" },
		{ "t.csv", "", "%d,5;-%d,0;", RULES_BIT(RULES_COMMA) | RULES_BIT(RULES_DELIMITER),
		  "semicolons between cells, decimal comma, no names" },
		{ "t.txt", "x\ty\tk\n", "%d.5\t-%d\t", 0, "tabs between cells, names" },
		{ "t.tsv", "x\ty\tk\n", "%d,5\t-%d\t", RULES_BIT(RULES_COMMA),
		  "tabs between cells, decimal comma, names" },
		{ "t.data", "", "  %d.5   -%d   ", 0, "blanks between cells, no names" },
		{ "t.csv", "x|y|k\n", "%d.5|-%d|", 0, "bars between cells, names" },
		{ "t.csv", "# made by hand\n# twice\nx,y,k\n", "%d.5,-%d,",
		  RULES_BIT(RULES_COMMENTS), "commas between cells, comments with '#', names" },
	};
	struct dataset_options o = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct text t = make_table(table[i].head, table[i].row, ab);
		struct dataset *ds = read_table(table[i].path, &t, &o);

		if (strncmp(ds->format, table[i].format, strlen(table[i].format)) != 0)
			fail_msg("table %zu: %s", i, ds->format);
		CHECK_INT(ds->n, 12);
		CHECK_INT(ds->d, 2);
		CHECK_NEAR(value(ds, 2 * 7), 7.5, 0);
		CHECK_NEAR(value(ds, 2 * 7 + 1), -1, 0);
		CHECK_INT(ds->classes, 2);
		CHECK_INT(ds->rules, table[i].rules);
		dataset_free(ds);
		text_release(&t);
	}
}

static void
what_cannot_be_known_is_asked(void **state)
{
	static const struct {
		const char *path, *head, *row, *options, *message;
	} table[] = {
		{ "t.csv", "", "%d;a,%d;", "delimiter ,|delimiter ;", "1 comma and 2 semico" },
		{ "t.csv", "x;y;k\n", "1%d,500;%d;", "decimal comma|thousands ,",
		  "numbers such as 10,500: is the comma before decimals or between" },
		{ "t.tsv", "", "\"%d\"\tsay \"%d\t", "quotes off|quotes on",
		  "do quotes enclose cells" },
		{ "t.csv", "", "\"%d,500\",%d,", "thousands ,|decimal comma",
		  "has a comma between digits" },
		{ "t.csv", "", "caf\xE9%d,%d,", "encoding latin1|encoding windows-1252",
		  "row 1 (line 1), column 1 'x1': 'caf\\xE90' is not UTF-8" },
	};
	struct dataset_options o = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct text t = make_table(table[i].head, table[i].row, ab);
		struct dataset *ds = NULL;
		struct err e = { .msg = "" };

		CHECK_INT(read_bytes(table[i].path, t.s, t.len, &o, &ds, &e), -1);
		if (!strstr(e.msg, table[i].message))
			fail_msg("%s", e.msg);
		CHECK_STR(err_options(&e), table[i].options);
		text_release(&t);
	}
}

static void
options_say_how_a_table_is_written(void **state)
{
	static const struct {
		struct dialect dialect;
		const char *head, *row;
	} table[] = {
		{ { .delimiter = '/' }, "", "%d.5/-%d/" },
		{ { .delimiter = ' ' }, "", "\"%d.5\"  -%d\t" },
		{ { .decimal = ',' }, "", "\"%d,5\",-%d," },
		{ { .decimal = ',', .thousands = '.' }, "", "\"%d,5\",\"-%d\"," },
		{ { .skip = 2 }, "made,by\nhand\n", "%d.5,-%d," },
		{ { .comment = '%' }, "%% x\n", "%% no\n%d.5,-%d," },
		{ { .quotes = DIALECT_QUOTES_OFF }, "", "%d.5,-%d," },
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct dataset_options o = { .dialect = table[i].dialect };
		struct text t = make_table(table[i].head, table[i].row, ab);
		struct dataset *ds = read_table("t.csv", &t, &o);

		CHECK_INT(ds->n, 12);
		CHECK_NEAR(value(ds, 2 * 7), 7.5, 0);
		CHECK_NEAR(value(ds, 2 * 7 + 1), -1, 0);
		dataset_free(ds);
		text_release(&t);
	}
}

static void
missing_words_can_be_given(void **state)
{
	struct dataset_options o = { .dialect = { .missing = "-999,none" } };
	struct text t = { 0 };
	struct dataset *ds;

	(void)state;
	for (int i = 0; i < 12; i++)
		text_addf(&t, "%s,%s,%s\n", i == 3 ? "-999.0" : "7", i == 4 ? "none" : "-",
			  i == 5 ? "none" : ab[i % 2]);
	ds = read_table("t.csv", &t, &o);
	CHECK_INT(ds->d, 2);
	CHECK_STR(ds->column[1], "x2=-"); /* a word now */
	CHECK_INT(ds->missing, 2);
	CHECK(isnan(value(ds, 2 * 3)) && isnan(value(ds, 2 * 4 + 1)));
	CHECK_INT(ds->unlabelled, 1);
	dataset_free(ds);
	text_release(&t);
}

static void
cells_are_numbers_percentages_and_dates(void **state)
{
	static const struct {
		const char *cell;
		struct number_form form;
		enum number_kind kind;
		double x;
	} cells[] = {
		{ " 12.5 ", { 0 }, NUMBER_PLAIN, 12.5 },
		{ "12.5 %", { 0 }, NUMBER_PERCENT, 12.5 },
		{ "-3%", { 0 }, NUMBER_PERCENT, -3 },
		{ "%", { 0 }, NUMBER_NONE, 0 },
		{ "1970-01-01", { 0 }, NUMBER_DATE, 0 },
		{ "2000-03-01", { 0 }, NUMBER_DATE, 11017 },
		{ "1969-12-31", { 0 }, NUMBER_DATE, -1 },
		{ "2024-02-29", { 0 }, NUMBER_DATE, 19782 },
		{ "2023-02-29", { 0 }, NUMBER_NONE, 0 },
		{ "1900-02-29", { 0 }, NUMBER_NONE, 0 },
		{ "2024-02-29T12:00:00Z", { 0 }, NUMBER_DATE, 19782.5 },
		{ "2024-02-29 06:00", { 0 }, NUMBER_DATE, 19782.25 },
		{ "2024-02-29T25:00", { 0 }, NUMBER_NONE, 0 },
		{ "1,500", { 0 }, NUMBER_NONE, 0 },
		{ "1,500", { .other = true, .decimal = ',' }, NUMBER_PLAIN, 1.5 },
		{ "1,500", { .other = true, .thousands = ',' }, NUMBER_PLAIN, 1500 },
		{ "1,50", { .other = true, .thousands = ',' }, NUMBER_NONE, 0 },
		{ "1,234,567.25", { .other = true, .thousands = ',' }, NUMBER_PLAIN, 1234567.25 },
		{ "1.234.567,25",
		  { .other = true, .decimal = ',', .thousands = '.' },
		  NUMBER_PLAIN,
		  1234567.25 },
		{ "1.5", { .other = true, .decimal = ',' }, NUMBER_NONE, 0 },
		{ "NA", { 0 }, NUMBER_MISSING, 0 },
		{ "", { 0 }, NUMBER_MISSING, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		double x = 0;
		enum number_kind kind = number_read(&cells[i].form, cells[i].cell, &x);

		if (kind != cells[i].kind)
			fail_msg("'%s': %s", cells[i].cell, number_kind_name(kind));
		if (kind != NUMBER_NONE && kind != NUMBER_MISSING)
			CHECK_NEAR(x, cells[i].x, 0);
	}
}

static void
amounts_of_money_are_refused(void **state)
{
	static const char *const money[] = { "$5", "-$1,200.50", "12 EUR", "\xE2\x82\xAC 3",
					     "USD 7" };
	static const char *const words[] = { "red", "USD", "5 apples", "A$5", "1.2.3x", "10:30" };
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof money / sizeof *money; i++) {
		CHECK_INT(number_check_word(money[i], &e), -1);
		CHECK(strstr(e.msg, "money") != NULL);
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		CHECK_INT(number_check_word(words[i], &e), 0);
}

static void
decimals_are_compared_digit_by_digit(void **state)
{
	static const struct {
		const char *a, *b;
		int order;
	} pairs[] = {
		{ "1", "1.0", 0 },
		{ "1", "1e0", 0 },
		{ "10e-1", "+1.", 0 },
		{ "-0", "0.00", 0 },
		{ "007", "7", 0 },
		{ ".5", "0.50", 0 },
		{ "9007199254740993", "9007199254740992", 1 },
		{ "9007199254740993", "9.007199254740993e15", 0 },
		{ "-2", "1", -1 },
		{ "-2", "-10", 1 },
		{ "99", "100", -1 },
		{ "1e400", "1e401", -1 },
		{ "0.1", "0.1000000000000000055511151231257827", -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
		CHECK_INT(decimal_compare(pairs[i].a, pairs[i].b), pairs[i].order);
		CHECK_INT(decimal_compare(pairs[i].b, pairs[i].a), -pairs[i].order);
	}
	CHECK(!decimal_is("1.2.3") && !decimal_is("") && !decimal_is("1e") && !decimal_is("0x1"));
	CHECK(decimal_is_whole("1.50e1") && decimal_is_whole("-3.0") && !decimal_is_whole("1.5"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(delimiters_and_decimal_commas_are_found), TEST(what_cannot_be_known_is_asked),
		TEST(options_say_how_a_table_is_written),      TEST(missing_words_can_be_given),
		TEST(cells_are_numbers_percentages_and_dates), TEST(amounts_of_money_are_refused),
		TEST(decimals_are_compared_digit_by_digit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
