/* test_data.c: tables, data sets, splits, scaling, order; and checkpoints with invalid bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/batch.h"
#include "retort/data/sampler.h"
#include "retort/data/scale.h"
#include "retort/data/split.h"
#include "retort/nn/ckpt.h"
#include "retort/data/read/read.h"
#include "retort/data/read/bundled.h"
#include "retort/data/read/csvfile.h"

static int
parse(const char *text, struct csvfile *t, struct err *e)
{
	return csvfile_parse(text, strlen(text), ',', t, e);
}

static void
cells_keep_quotes_newlines_and_blanks(void **state)
{
	struct csvfile t;
	struct err e;

	(void)state;
	CHECK_INT(parse("\xEF\xBB\xBF"
			"a,\"b\"\"c\",\"two\nlines\"\r\n\n1,,\" x\"\n",
			&t, &e),
		  0);
	CHECK_INT(t.rows, 2);
	CHECK_INT(t.columns, 3);
	CHECK_STR(t.cell[0], "a");
	CHECK_STR(t.cell[1], "b\"c");
	CHECK_STR(t.cell[2], "two\nlines");
	CHECK_STR(t.cell[4], "");
	CHECK_STR(t.cell[5], " x");
	csvfile_release(&t);
}

static void
invalid_tables_are_refused(void **state)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{ "", "empty: no rows" },
		{ "\n\n", "no rows" },
		{ "1,2\n3\n", "row 2 (line 2): 1 cell (expected 2, as in row 1)" },
		{ "1,\"2\n3,4\n", "no closing quote" },
	};
	struct csvfile t;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(parse(bad[i].text, &t, &e), -1);
		CHECK(strstr(e.msg, bad[i].message) != NULL);
	}
	CHECK_INT(csvfile_parse("1,\0,2\n", 6, ',', &t, &e), -1);
	CHECK(strstr(e.msg, "NUL") != NULL);
}

/* A header, the label in the first column, a missing cell, a missing label, eleven rows. */
static struct dataset *
small(struct err *e)
{
	static const char text[] =
		"kind,size,age\ncat,1,10\ndog,2,20\ncat,3,NA\n?,4,40\ndog,5,50\ncat,6,60\n"
		"dog,7,70\ncat,8,80\ndog,9,90\ncat,10,100\ndog,11,110\n";
	struct dataset_options o = { .label = "kind" };
	struct dataset *ds = NULL;

	CHECK_INT(read_bytes("small.csv", text, sizeof text - 1, &o, &ds, e), 0);
	return ds;
}

static void
a_table_becomes_numbers_and_classes(void **state)
{
	struct err e;
	struct dataset *ds = small(&e);

	(void)state;
	CHECK_INT(ds->n, 11);
	CHECK_INT(ds->d, 2);
	CHECK_INT(ds->classes, 2);
	CHECK_STR(ds->class_name[0], "cat");
	CHECK_STR(ds->column[1], "age");
	CHECK_INT(ds->missing, 1);
	CHECK_INT(ds->unlabelled, 1);
	CHECK_INT(ds->y[3], -1);
	CHECK_INT(ds->y[1], 1);
	CHECK(isnan(ds->x[2 * 2 + 1]));
	dataset_free(ds);
}

/* A column of words becomes a feature for each word; mixed with numbers it is refused. */
static void
words_become_categories(void **state)
{
	static const char table[] = "hue,size,kind\n red "
				    ",1,a\nblue,2,b\nNA,3,a\nred,4,b\nred,5,a\nblue,6,b\nred,7,"
				    "a\nred,8,b\nred,9,a\nred,10,b\n";
	struct dataset_options o = { 0 };
	struct text many = { 0 };
	struct dataset *ds;
	struct err e;

	(void)state;
	CHECK_INT(read_bytes("table.csv", table, sizeof table - 1, &o, &ds, &e), 0);
	CHECK_INT(ds->d, 3);
	CHECK_STR(ds->column[0], "hue=blue");
	CHECK_STR(ds->column[1], "hue=red");
	CHECK_STR(ds->column[2], "size");
	CHECK_INT(ds->x[0] == 0 && ds->x[1] == 1 && ds->x[2] == 1, 1);
	CHECK_INT(ds->x[3] == 1 && ds->x[4] == 0 && ds->x[5] == 2, 1);
	CHECK_INT(isnan(ds->x[6]) && isnan(ds->x[7]) && ds->x[8] == 3, 1);
	CHECK_INT(ds->missing, 1);
	dataset_free(ds);

	text_add(&many, "word,x,kind\n");
	for (int i = 0; i < 257; i++)
		text_addf(&many, "w%d,1,%d\n", i, i % 2);
	CHECK_INT(read_bytes("table.csv", many.s, many.len, &o, &ds, &e), -1);
	CHECK_STR(e.msg, "row 258 (line 258), column 1 'word': 'w256' exceeds the 256 distinct "
			 "words of a category column");
	text_clear(&many);
	text_add(&many, "x,kind\n1,a\n2,b\nthree,a\n4,b\n5,a\n6,b\n7,a\n8,b\n9,a\n10,b\n");
	CHECK_INT(read_bytes("table.csv", many.s, many.len, &o, &ds, &e), -1);
	CHECK_STR(e.msg, "row 4 (line 4), column 1 'x': 'three' is not a finite number");
	text_release(&many);
}

static void
scaling_uses_training_rows_only(void **state)
{
	const uint32_t rows[] = { 0, 1, 2 };
	struct err e;
	struct dataset *ds = small(&e);
	struct scale s;

	(void)state;
	scale_fit(ds, rows, 3, &s);
	CHECK_NEAR(s.mean[0], 2, 0);
	CHECK_NEAR(s.spread[0], sqrt(2.0 / 3), 1e-15);
	CHECK_NEAR(s.mean[1], 15, 0); /* the missing cell does not count */
	scale_apply(&s, ds);
	CHECK_NEAR(ds->x[0], -1 / sqrt(2.0 / 3), 1e-6);
	CHECK_NEAR(ds->x[2 * 2 + 1], 0, 0);
	CHECK_NEAR(ds->x[10 * 2], SCALE_LIMIT, 0); /* 11 is clipped */
	scale_release(&s);
	dataset_free(ds);
}

static void
bundled_digits_have_known_values(void **state)
{
	struct dataset_options o = { 0 };
	struct dataset *ds = NULL;
	struct split s, again;
	char *path = bundled_path("digits", NULL), hex[65];
	int count[10] = { 0 };

	(void)state;
	CHECK(path && read_dataset(path, &o, &ds, NULL) == 0);
	CHECK_INT(ds->n, 1797);
	CHECK_INT(ds->d, 64);
	CHECK_INT(ds->classes, 10);
	CHECK_STR(hash_hex(&ds->hash, hex),
		  "6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8");
	for (size_t i = 0; i < ds->n; i++)
		count[ds->y[i]]++;
	for (int c = 0; c < 10; c++)
		CHECK(count[c] >= 174 && count[c] <= 183);
	CHECK_INT(split_make(ds, 7, 100, &s, NULL), 0);
	CHECK_INT(s.n_train + s.n_held, ds->n);
	CHECK_INT(s.n_shown, 100);
	CHECK(s.n_held > 300 && s.n_held < 420); /* five standard errors of a fifth */
	ds->n -= 97;
	CHECK_INT(split_make(ds, 7, -1, &again, NULL), 0);
	for (size_t i = 0; i < again.n_held; i++)
		CHECK_INT(again.held[i], s.held[i]); /* a row keeps its part in every split */
	ds->n += 97;
	split_release(&s);
	split_release(&again);
	dataset_free(ds);
	mem_free(path);
}

static void
the_order_is_a_function_of_seed_and_position(void **state)
{
	const uint32_t rows[] = { 3, 5, 7, 9, 11 };
	struct sampler a, b;
	uint32_t x[4], y[4], seen[12] = { 0 };

	(void)state;
	sampler_init(&a, NULL, rows, 5, 1);
	sampler_init(&b, NULL, rows, 5, 1);
	for (uint64_t step = 0; step < 5; step++) { /* four epochs of five rows */
		sampler_next(&a, step, 4, x);
		for (int i = 0; i < 4; i++)
			seen[x[i]]++;
	}
	for (int i = 0; i < 5; i++)
		CHECK_INT(seen[rows[i]], 4);
	sampler_next(&b, 4, 4, y); /* position set directly */
	CHECK_INT(memcmp(x, y, sizeof x), 0);
	sampler_release(&a);
	sampler_release(&b);
}

/* Rows 0..3 are the main set, 4..8 a second set, 9 and above a third. */
static const struct dataset three_sets = {
	.n = 12,
	.d = 1,
	.kind = DATASET_NUMBERS,
	.n_sets = 3,
	.set = { { .n = 4 }, { .from = 4, .n = 5 }, { .from = 9, .n = 3 } }
};

static void
rows_are_drawn_from_the_requested_sets(void **state)
{
	const uint32_t rows[] = { 0, 2, 4, 5, 6, 8 };
	uint32_t x[6], y[6], seen[12] = { 0 };
	uint64_t before = mem_count();
	struct sampler a, b;

	(void)state;
	sampler_init(&a, &three_sets, rows, 6, 1);
	sampler_init(&b, &three_sets, rows, 6, 1);
	before = mem_count();
	sampler_next(&a, 0, 6, x);
	CHECK(sampler_restrict(&a, 1u << 1));
	CHECK_INT(a.n, 4);
	for (uint64_t step = 0; step < 4; step++) {
		sampler_next(&a, step, 3, y);
		for (int i = 0; i < 3; i++)
			seen[y[i]]++;
	}
	for (int i = 0; i < 12; i++)
		CHECK_INT(seen[i], i == 4 || i == 5 || i == 6 || i == 8 ? 3 : 0);
	CHECK(!sampler_restrict(&a, 1u << 2)); /* a set without rows */
	CHECK_INT(a.n, 4);
	CHECK(sampler_restrict(&b, 1u << 0 | 1u << 2)); /* the same position reached otherwise */
	CHECK(sampler_restrict(&b, 1u << 1));
	sampler_next(&a, 3, 3, x);
	sampler_next(&b, 3, 3, y);
	CHECK_INT(memcmp(x, y, 3 * sizeof *x), 0);
	CHECK(sampler_restrict(&a, 1u << 0 | 1u << 1)); /* all rows: as at the start */
	sampler_release(&b);
	sampler_init(&b, &three_sets, rows, 6, 1);
	sampler_next(&a, 1, 6, x);
	sampler_next(&b, 1, 6, y);
	CHECK_INT(memcmp(x, y, sizeof x), 0);
	CHECK_INT(mem_count() - before, 1); /* one allocation, of a new sampler */
	sampler_release(&a);
	sampler_release(&b);
}

static void
rows_and_labels_have_the_weights_of_their_sets(void **state)
{
	const uint32_t rows[] = { 1, 4, 11, 5 };
	const uint8_t visible[12] = { 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1 };
	const double weight[] = { 1, 0.25, 3 }, want[] = { 1, 0.25, 3, 0.25 };
	int32_t y[12] = { 0 };
	float x[12] = { 0 };
	struct dataset ds = three_sets;
	struct batch b;

	(void)state;
	ds.x = x;
	ds.y = y;
	y[11] = -1;
	CHECK_INT(batch_init(&b, 4, &ds, NULL), 0);
	batch_fill(&b, &ds, rows, 4, visible);
	batch_weigh(&b, &ds, weight);
	for (int i = 0; i < 4; i++) {
		CHECK_NEAR(batch_f32(&b, BATCH_ROW_WEIGHT)[i], want[i], 0);
		CHECK_NEAR(batch_f32(&b, BATCH_LABEL_WEIGHT)[i], i < 2 ? want[i] : 0,
			   0); /* no label, and one that is hidden */
	}
	batch_release(&b);
}

/* A handwritten file: two tensors of two numbers. */
static size_t
by_hand(char *out)
{
	static const char header[] =
		"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
		"\"b\":{\"dtype\":\"BF16\",\"shape\":[1,2],\"data_offsets\":[8,12]}}";
	const float a[] = { 1.5f, -2 };
	const unsigned char b[] = { 0x80, 0x3F, 0x20, 0xC1 }; /* 1 and -10 */
	size_t len = sizeof header - 1;

	memset(out, 0, 8);
	out[0] = (char)len;
	memcpy(out + 8, header, len);
	memcpy(out + 8 + len, a, 8);
	memcpy(out + 16 + len, b, 4);
	return len + 20;
}

static void
handwritten_checkpoint_is_read(void **state)
{
	char file[400];
	size_t size = by_hand(file);
	struct ckpt *c;
	struct err e;

	(void)state;
	CHECK_INT(ckpt_parse(file, size, &c, &e), 0);
	CHECK_NEAR(ckpt_find(c, "a")->data[1], -2, 0);
	CHECK_NEAR(ckpt_find(c, "b")->data[1], -10, 0);
	ckpt_free(c);
}

static void
every_cut_checkpoint_is_refused_and_no_flip_breaks_the_reader(void **state)
{
	char file[400], copy[400];
	size_t size = by_hand(file);
	struct ckpt *c;
	struct err e;

	(void)state;
	for (size_t n = 0; n < size; n++)
		CHECK_INT(ckpt_parse(file, n, &c, &e), -1);
	for (size_t i = 0; i < 8 * size; i++) {
		memcpy(copy, file, size);
		copy[i / 8] = (char)(copy[i / 8] ^ 1 << i % 8);
		if (ckpt_parse(copy, size, &c, &e) == 0)
			ckpt_free(c);
	}
}

static void
headers_with_wrong_lengths_are_refused(void **state)
{
	static const struct {
		const char *header, *message;
	} bad[] = {
		{ "[]", "not a JSON object" },
		{ "{\"a\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}", "'I64'" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
		  "expected 12 by shape and type" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,800]}}", "0..800" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "gap" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
		  "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
		  "overlap" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,"
		  "8]}}",
		  "fits a file" },
		{ "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
		  "belong to no tensor" },
		{ "{\"a\":1,\"a\":2}", "duplicate" },
		{ "[[[[[[[[[", "']' expected near end of file" },
	};
	char file[400];
	struct ckpt *c;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		size_t len = strlen(bad[i].header);

		memset(file, 0, sizeof file);
		file[0] = (char)len;
		memcpy(file + 8, bad[i].header, len);
		CHECK_INT(ckpt_parse(file, len + 16, &c, &e), -1);
		if (!strstr(e.msg, bad[i].message))
			fail_msg("%s", e.msg);
	}
}

/* A header of many empty lists would take 44 times its size; brackets in strings are none. */
static void
headers_of_many_values_are_refused_before_they_are_parsed(void **state)
{
	size_t len = (size_t)6 << 20;
	char *file = mem_try(len + 16, 1);
	struct ckpt *c = NULL;
	struct err e = { .msg = "" };

	(void)state;
	for (int i = 0; i < 4; i++)
		file[i] = (char)(len >> 8 * i & 255);
	memcpy(file + 8, "{\"a\":[", 6);
	for (size_t i = 6; i + 3 <= len; i++)
		file[8 + i] = "[],"[i % 3];
	memcpy(file + 8 + len - 5, "[] ]}", 5);
	CHECK_INT(ckpt_parse(file, len + 16, &c, &e), -1);
	CHECK(strstr(e.msg, "header: too many values") && strstr(e.msg, "16 times the text"));
	memset(file + 8, ' ', len);
	memcpy(file + 8, "{\"__metadata__\":{\"a\":\"", 22);
	memset(file + 8 + 22, '[', len - 100);
	memcpy(file + 8 + 22 + len - 100, "\"}}", 3);
	CHECK_INT(ckpt_parse(file, len + 8, &c, &e), 0);
	CHECK_INT(strlen(ckpt_get(c, "a")), len - 100);
	ckpt_free(c);
	mem_free(file);
}

static void
a_table_of_pixels_becomes_images(void **state)
{
	struct dataset_options o = { .height = 8, .width = 8, .channels = 1 };
	struct dataset *flat = NULL, *ds = NULL;
	struct err e;
	char *path = bundled_path("digits", &e);

	(void)state;
	CHECK(path != NULL);
	CHECK_INT(read_dataset(path, &(struct dataset_options){ 0 }, &flat, &e), 0);
	CHECK_INT(read_dataset(path, &o, &ds, &e), 0);
	CHECK_INT(ds->kind, DATASET_IMAGE);
	CHECK_INT(ds->height * 100 + ds->width * 10 + ds->channels, 881);
	CHECK_INT(memcmp(ds->x, flat->x, ds->n * ds->d * sizeof *ds->x), 0);
	CHECK(memcmp(&ds->hash, &flat->hash, sizeof ds->hash) != 0);
	dataset_free(ds);
	dataset_free(flat);
	o.width = 7;
	CHECK_INT(read_dataset(path, &o, &ds, &e), -1);
	CHECK(strstr(e.msg, "image: 8 x 7 x 1 are 56 pixels, but the table has 64 features") !=
	      NULL);
	mem_free(path);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cells_keep_quotes_newlines_and_blanks),
		TEST(invalid_tables_are_refused),
		TEST(a_table_becomes_numbers_and_classes),
		TEST(words_become_categories),
		TEST(scaling_uses_training_rows_only),
		TEST(bundled_digits_have_known_values),
		TEST(a_table_of_pixels_becomes_images),
		TEST(the_order_is_a_function_of_seed_and_position),
		TEST(rows_are_drawn_from_the_requested_sets),
		TEST(rows_and_labels_have_the_weights_of_their_sets),
		TEST(handwritten_checkpoint_is_read),
		TEST(every_cut_checkpoint_is_refused_and_no_flip_breaks_the_reader),
		TEST(headers_with_wrong_lengths_are_refused),
		TEST(headers_of_many_values_are_refused_before_they_are_parsed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
