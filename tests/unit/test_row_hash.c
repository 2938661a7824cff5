/* test_row_hash.c: hashes of rows: what makes rows equal, and what does not. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/data/columns.h"
#include "retort/data/read/read.h"
#include "retort/data/row_equal.h"
#include "retort/data/row_hash.h"
#include "retort/data/sets.h"
#include "retort/data/text/fold.h"

/* Read a text as a table and hash its rows. */
static struct dataset *
hash_with(const char *text, struct dataset_options o)
{
	struct dataset *ds;
	struct err e = { .msg = "" };

	o.beside = true;
	if (read_bytes("table.csv", text, strlen(text), &o, &ds, &e) < 0 ||
	    row_hash_make(ds, &e) < 0)
		fail_msg("%s: %s", text, e.msg);
	return ds;
}

static struct dataset *
hash_table(const char *text)
{
	return hash_with(text,
			 (struct dataset_options){ .header = DATASET_HEADER_YES, .label = "kind" });
}

/* Whether the first rows of two tables have the same hash. */
static bool
same_row(const char *a, const char *b)
{
	struct dataset *x = hash_table(a), *y = hash_table(b);
	bool same = x->row_hash[0] == y->row_hash[0];

	CHECK(x->row_hash[0] != 0);
	dataset_free(x);
	dataset_free(y);
	return same;
}

static void
columns_count_by_name(void **state)
{
	(void)state;
	CHECK(same_row("a,b,kind\n1,2,x\n", "b,kind,a\n2,x,1\n"));
	CHECK(same_row("a,b,kind\n1,2,x\n", "a,b,kind\n1,2,y\n"));
	CHECK(!same_row("a,b,kind\n1,2,x\n", "a,b,kind\n2,1,x\n"));
	CHECK(!same_row("a,b,kind\n1,2,x\n", "a,c,kind\n1,2,x\n"));
	CHECK(!same_row("a,b,kind\n1,2,x\n", "a,b,c,kind\n1,2,0,x\n"));
	CHECK(!same_row("a,b,kind\n1,1,x\n", "a,b,kind\n2,2,x\n"));
}

/* One cell that no float equals makes doubles of all cells. */
static void
floats_and_doubles_are_numbers(void **state)
{
	struct dataset *narrow = hash_table("a,b,kind\n1.5,-2,x\n0,16777216,x\n"),
		       *wide = hash_table("a,b,kind\n1.5,-2,x\n0,16777216,x\n0.1,1,x\n");

	(void)state;
	CHECK(narrow->x && wide->wide);
	CHECK(narrow->row_hash[0] == wide->row_hash[0]);
	CHECK(narrow->row_hash[1] == wide->row_hash[1]);
	dataset_free(narrow);
	dataset_free(wide);
	CHECK(same_row("a,b,kind\n-0,1,x\n", "a,b,kind\n0.0,1e0,x\n"));
	CHECK(!same_row("a,b,kind\n16777216,1,x\n", "a,b,kind\n16777217,1,x\n"));
	CHECK(!same_row("a,b,kind\n1,1,x\n", "a,b,kind\n-1,1,x\n"));
}

static void
words_count_whatever_others_there_are(void **state)
{
	(void)state;
	CHECK(same_row("hue,a,kind\nred,1,x\nblue,2,x\n",
		       "a,hue,kind\n1,red,x\n2,zinc,x\n3,azure,x\n"));
	CHECK(!same_row("hue,a,kind\nred,1,x\nblue,2,x\n", "hue,a,kind\nblue,1,x\nred,2,x\n"));
	CHECK(!same_row("hue,tone,kind\nred,blue,x\nblue,red,x\n",
			"hue,tone,kind\nblue,red,x\nred,blue,x\n"));
	/* the name and the word are not one text */
	CHECK(!same_row("a,kind\nb=c,x\nd,x\n", "a=b,kind\nc,x\nd,x\n"));
}

static void
missing_cells_are_equal(void **state)
{
	(void)state;
	CHECK(same_row("a,b,kind\n,2,x\n1,2,x\n", "b,a,kind\n2,NA,x\n2,5,x\n"));
	CHECK(!same_row("a,b,kind\n,2,x\n1,2,x\n", "a,b,kind\n0,2,x\n1,2,x\n"));
	CHECK(!same_row("a,b,kind\n,2,x\n1,2,x\n", "a,b,kind\n2,,x\n1,2,x\n"));
	/* of a category, also where the column has no cell at all */
	CHECK(same_row("hue,a,kind\n,1,x\nred,2,x\nblue,2,x\n", "hue,a,kind\n,1,x\n,2,x\n"));
	CHECK(!same_row("hue,a,kind\n,1,x\nred,2,x\n", "hue,a,kind\nred,1,x\n,2,x\n"));
}

/* All of 4096 rows of 12 bits are told apart, and are the same in the opposite order of columns. */
static void
rows_of_bits_are_told_apart(void **state)
{
	struct dataset a = { .n = 4096, .d = 12 }, b = { .n = 4096, .d = 12 };
	char *name[12], *back[12];
	struct err e;

	(void)state;
	a.x = mem_array(a.n * a.d, sizeof *a.x);
	b.x = mem_array(b.n * b.d, sizeof *b.x);
	a.column = name;
	b.column = back;
	for (size_t i = 0; i < 12; i++)
		name[i] = back[11 - i] = mem_text((char[]){ (char)('a' + i), '\0' });
	for (size_t r = 0; r < a.n; r++)
		for (size_t i = 0; i < 12; i++)
			a.x[r * 12 + i] = b.x[r * 12 + 11 - i] = (float)(r >> i & 1);
	CHECK_INT(row_hash_make(&a, &e), 0);
	CHECK_INT(row_hash_make(&b, &e), 0);
	for (size_t r = 0; r < a.n; r++) {
		CHECK(a.row_hash[r] == b.row_hash[r]);
		for (size_t k = 0; k < r; k++)
			if (a.row_hash[r] == a.row_hash[k])
				fail_msg("rows %zu and %zu", r, k);
	}
	for (size_t i = 0; i < 12; i++)
		mem_free(name[i]);
	mem_free(a.x);
	mem_free(b.x);
	mem_free(a.row_hash);
	mem_free(b.row_hash);
}

/* Saved filters depend on the values. They are those of tests/vectors/make_row_hash.py. */
static void
hashes_stay_as_they_are(void **state)
{
	struct dataset *ds = hash_table("a,hue,kind\n1.5,red,x\n,blue,x\n");
	struct dataset *texts =
		hash_with("kind,text\nx,Hello World\n",
			  (struct dataset_options){
				  .text = "text", .label = "kind", .tokens = "byte", .length = 4 });

	(void)state;
	CHECK(ds->row_hash[0] == UINT64_C(0x394BC11092992B48));
	CHECK(ds->row_hash[1] == UINT64_C(0x5A04887D852CE82));
	CHECK(texts->row_hash[0] == UINT64_C(0x4024B1B0A0F9D98));
	dataset_free(ds);
	dataset_free(texts);
}

static void
texts_count_by_what_they_read(void **state)
{
	const struct dataset_options o = {
		.text = "text", .label = "kind", .tokens = "byte", .length = 4
	};
	struct dataset *a = hash_with("kind,text\nx,the  Quick fox\ny,the quick foxes\n", o), *b;
	struct dataset_options other = o;

	(void)state;
	other.length = 9; /* tokens, length and other columns do not matter */
	other.tokens = "char";
	b = hash_with("text,n,kind\n THE quick\tFOX ,5,y\n,1,x\n", other);
	CHECK(a->row_hash[0] == b->row_hash[0]);
	CHECK(a->row_hash[1] != b->row_hash[0]);
	CHECK(a->row_hash[0] != b->row_hash[1]);
	dataset_free(a);
	dataset_free(b);
}

static void
check_fold(const char *text, const char *want)
{
	struct fold f;

	fold_init(&f);
	CHECK_STR(fold_text(&f, text, strlen(text)), want);
	fold_release(&f);
}

static void
texts_are_folded(void **state)
{
	(void)state;
	check_fold("", "");
	check_fold(" \t\n ", "");
	check_fold("  Two   Words\r\n", "two words");
	check_fold("ABCDEFGHIJKLMNOPQRSTUVWXYZ[@`{az", "abcdefghijklmnopqrstuvwxyz[@`{az");
	check_fold("seven77 seven77 \x01 x\x7f", "seven77 seven77 \x01 x\x7f");
	check_fold("a b c d e f  g h i j k l m n ", "a b c d e f g h i j k l m n");
	check_fold("caf\u00E9 cafe\u0301 CAF\u00C9", "cafe\u0301 cafe\u0301 cafe\u0301");
	check_fold("STRASSE Stra\u00DFe", "strasse strasse");
	check_fold("\u041C\u0438\u0440 \u043C\u0418\u0440",
		   "\u043C\u0438\u0440 \u043C\u0438\u0440");
	check_fold("\u03A3\u039F\u03A6\u039F\u03A3 \u03C3\u03BF\u03C6\u03BF\u03C2",
		   "\u03C3\u03BF\u03C6\u03BF\u03C3 \u03C3\u03BF\u03C6\u03BF\u03C3");
	check_fold("\uFF26\uFF55\uFF4C\uFF4C\u3000\uFF11", "full 1");
	check_fold("\u6771\u4EAC\u00A0\u2003\u6771", "\u6771\u4EAC \u6771");
	check_fold("\uFB01n\u00ADe", "fine"); /* a ligature, a soft hyphen */
	check_fold("\u0645\u06CC\u200C\u062E", "\u0645\u06CC\u062E"); /* a zero-width non-joiner */
	check_fold("\uD55C", "\u1112\u1161\u11AB");
	/* marks in any order, after ASCII and after wider letters */
	check_fold("q\u0307\u0323 \u03C9\u0307\u0323", "q\u0323\u0307 \u03C9\u0323\u0307");
	check_fold("\U0001D400\U00010400", "a\U00010428");
	check_fold(" a\xff  b\xc3", "a\xff b\xc3"); /* not UTF-8 */
}

/* The eight bytes at once and the single ones give the same, whatever the place. */
static void
places_of_blanks_do_not_matter(void **state)
{
	static const char letters[] = "Az \t[\x7f";
	struct fold f;

	(void)state;
	fold_init(&f);
	for (uint32_t i = 0; i < 20000; i++) {
		char text[24], want[32];
		size_t n = 0, len = 1 + i % 23;

		for (size_t k = 0; k < len; k++)
			text[k] = letters[(i * 2654435761u >> (k + 3)) % 6];
		for (size_t k = 0; k < len; k++) {
			bool white = text[k] == ' ' || text[k] == '\t';

			if (white && (n == 0 || want[n - 1] == ' '))
				continue;
			want[n++] = white ? ' ' : text[k] == 'A' ? 'a' : text[k];
		}
		n -= n && want[n - 1] == ' ';
		want[n] = '\0';
		CHECK_STR(fold_text(&f, text, len), want);
	}
	fold_release(&f);
}

static void
ids_count_without_padding(void **state)
{
	int32_t ids[12] = { 5, 6, -1, -1, 5, 6, 0, -1, 6, 5, -1, -1 }, shorter[2] = { 5, 6 };
	struct dataset a = { .kind = DATASET_TOKENS, .n = 3, .d = 4, .length = 4, .ids = ids },
		       b = { .kind = DATASET_TOKENS, .n = 1, .d = 2, .length = 2, .ids = shorter };
	struct err e;

	(void)state;
	CHECK_INT(row_hash_make(&a, &e), 0);
	CHECK_INT(row_hash_make(&b, &e), 0);
	CHECK(a.row_hash[0] == b.row_hash[0]);
	CHECK(a.row_hash[1] != a.row_hash[0] && a.row_hash[2] != a.row_hash[0]);
	mem_free(a.row_hash);
	mem_free(b.row_hash);
}

/* A set is hashed before its columns are matched, so that a word that the data lacks counts. */
static void
sets_are_joined_with_their_hashes(void **state)
{
	struct dataset *ds = hash_table("hue,a,kind\nred,1,x\nblue,2,y\nred,1,x\n"),
		       *more = hash_table("a,kind,hue\n2,x,blue\n1,x,zinc\n1,y,red\n");
	const uint32_t in[] = { 0, 1 }, of[] = { 2, 3, 4, 5 };
	struct dataset before = *ds;
	struct err e;
	size_t equal;

	(void)state;
	CHECK_INT(columns_match(ds, more, &e), 0);
	CHECK_INT(sets_append(ds, more, DATASET_TRANSFER, 1, &e), 0);
	CHECK_INT(row_equal_count(ds, in, 2, of, 4, &equal, &e), 0);
	CHECK_INT(equal, 3); /* all but zinc */
	CHECK_INT(row_equal_count(ds, in, 2, of, 0, &equal, &e), 0);
	CHECK_INT(equal, 0);
	sets_truncate(ds, &before);
	CHECK_INT(ds->n, 3);
	dataset_free(ds);
	dataset_free(more);
}

static void
without_memory_nothing_is_made(void **state)
{
	struct err e = { .msg = "" };
	struct dataset *ds = hash_table("hue,a,kind\nred,1,x\nblue,2,y\nred,1,x\n");
	size_t equal;

	(void)state;
	CHECK_INT((mem_fail(1, 1),
		   row_equal_count(ds, (uint32_t[]){ 0 }, 1, (uint32_t[]){ 1 }, 1, &equal, &e)),
		  -1);
	CHECK_STR(e.msg, "no memory to compare 1 rows");
	for (uint64_t call = 1; call <= 8; call++) {
		mem_free(ds->row_hash);
		ds->row_hash = NULL;
		mem_fail(call, 1);
		CHECK_INT(row_hash_make(ds, &e), -1);
		CHECK(ds->row_hash == NULL);
	}
	mem_fail(0, 0);
	CHECK_INT(row_hash_make(ds, &e), 0);
	dataset_free(ds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(columns_count_by_name),
		TEST(floats_and_doubles_are_numbers),
		TEST(words_count_whatever_others_there_are),
		TEST(missing_cells_are_equal),
		TEST(rows_of_bits_are_told_apart),
		TEST(hashes_stay_as_they_are),
		TEST(texts_count_by_what_they_read),
		TEST(texts_are_folded),
		TEST(places_of_blanks_do_not_matter),
		TEST(ids_count_without_padding),
		TEST(sets_are_joined_with_their_hashes),
		TEST(without_memory_nothing_is_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
