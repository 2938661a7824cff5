/* test_npy.c: NumPy arrays of every type and order, as features, images and labels. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <math.h>

#include "tmpfolder.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/read/npyfile.h"
#include "retort/data/read/read.h"

/* A file of version 1.0: this dictionary and these bytes. Returns its size. */
static size_t
make(char *file, const char *type, const char *order, const char *shape, const void *data,
     size_t size)
{
	int len = snprintf(file + 10, 200, "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }",
			   type, order, shape);

	memcpy(file, "\x93NUMPY\x01\x00", 8);
	file[8] = (char)len;
	file[9] = 0;
	memcpy(file + 10 + len, data, size);
	return 10 + (size_t)len + size;
}

/* Two numbers of a type, as their bytes lie in a file; what they are. */
static const struct {
	const char *type;
	size_t n;
	unsigned char bytes[16];
	double first, second;
} numbers[] = {
	{ "|b1", 2, { 0, 1 }, 0, 1 },
	{ "|i1", 2, { 0x80, 0x7F }, -128, 127 },
	{ "|u1", 2, { 0x80, 0xFF }, 128, 255 },
	{ "<i2", 4, { 0xFE, 0xFF, 0x02, 0x01 }, -2, 258 },
	{ ">i2", 4, { 0xFF, 0xFE, 0x01, 0x02 }, -2, 258 },
	{ "<u2", 4, { 0xFE, 0xFF, 0x02, 0x01 }, 65534, 258 },
	{ "<i4", 8, { 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 1, 0 }, -1, 65536 },
	{ ">u4", 8, { 0xFF, 0xFF, 0xFF, 0xFF, 0, 1, 0, 0 }, 4294967295.0, 65536 },
	{ "<i8",
	  16,
	  { 0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 1, 0, 0, 0 },
	  -2,
	  4294967296.0 },
	{ ">u8",
	  16,
	  { 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0 },
	  9223372036854775808.0,
	  4294967296.0 },
	{ "<f2", 4, { 0x00, 0x3E, 0x01, 0x80 }, 1.5, -5.9604644775390625e-08 }, /* 2^-24 */
	{ ">f2", 4, { 0x7B, 0xFF, 0xC0, 0x00 }, 65504, -2 },
	{ "<V2", 4, { 0xC0, 0x3F, 0x80, 0x7F }, 1.5, INFINITY }, /* bfloat16 */
	{ "<f4", 8, { 0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0 }, 1.5, -2 },
	{ ">f4", 8, { 0x3F, 0xC0, 0, 0, 0xC0, 0, 0, 0 }, 1.5, -2 },
	{ "<f8", 16, { 0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0x24, 0xC0 }, 1, -10 },
	{ ">f8", 16, { 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0xC0, 0x24, 0, 0, 0, 0, 0, 0 }, 1, -10 },
};

static void
numbers_of_every_type_and_byte_order(void **state)
{
	char file[300];
	struct array a;
	double both[2];
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		size_t size = make(file, numbers[i].type, "False", "(2,)", numbers[i].bytes,
				   numbers[i].n);

		CHECK_INT(npyfile_parse(file, size, &a, &e), 0);
		CHECK_INT(a.len, 2);
		CHECK_NEAR(array_at(&a, 0), numbers[i].first, 0);
		array_doubles(&a, 0, 2, both);
		CHECK_NEAR(both[0], numbers[i].first, 0);
		CHECK(both[1] == numbers[i].second);
	}
}

static void
half_precision_covers_its_range(void **state)
{
	static const struct {
		unsigned bits;
		double value;
	} all[] = { { 0x0000, 0 },           { 0x03FF, 1023.0 / 16777216 },
		    { 0x0400, 1.0 / 16384 }, { 0x3C01, 1.0009765625 },
		    { 0xFBFF, -65504 },      { 0x7C00, INFINITY },
		    { 0xFC00, -INFINITY } };
	struct array a = { .type = ARRAY_F16, .width = 2, .rank = 1, .dim = { 1 }, .len = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		unsigned char bytes[2] = { (unsigned char)all[i].bits,
					   (unsigned char)(all[i].bits >> 8) };

		a.data = bytes;
		CHECK(array_at(&a, 0) == all[i].value);
	}
	a.data = (const unsigned char *)"\x01\x7C";
	CHECK(isnan(array_at(&a, 0)));
}

/* Element (i, j, k) of [2, 3, 4] is 100 i + 10 j + k, stored with the first index fastest. */
static void
fortran_order_is_read_by_index(void **state)
{
	unsigned char bytes[24];
	char file[300];
	struct array a;
	struct err e;
	size_t at = 0;

	(void)state;
	for (unsigned k = 0; k < 4; k++)
		for (unsigned j = 0; j < 3; j++)
			for (unsigned i = 0; i < 2; i++)
				bytes[at++] = (unsigned char)(100 * i + 10 * j + k);
	CHECK_INT(npyfile_parse(file, make(file, "|u1", "True", "(2, 3, 4)", bytes, 24), &a, &e),
		  0);
	at = 0;
	for (unsigned i = 0; i < 2; i++)
		for (unsigned j = 0; j < 3; j++)
			for (unsigned k = 0; k < 4; k++)
				CHECK_NEAR(array_at(&a, at++), 100 * i + 10 * j + k, 0);
}

static void
put(const char *name, const char *type, const char *order, const char *shape, const void *data,
    size_t size)
{
	char file[2000];

	tmpfolder_write(tmpfolder_dir, name, file, make(file, type, order, shape, data, size));
}

/* Read x.npy with the labels of y.npy; returns the error after the path, or "". */
static const char *
read_set(struct dataset **out)
{
	static struct err e;
	char *path = io_join(tmpfolder_dir, "x.npy"), *labels = io_join(tmpfolder_dir, "y.npy");
	struct dataset_options o = { .labels_from = labels };
	const char *why = "";

	*out = NULL;
	if (read_dataset(path, &o, out, &e) < 0)
		why = e.msg + strlen(path) + 2;
	mem_free(path);
	mem_free(labels);
	return why;
}

static void
put_features(void)
{
	unsigned char bytes[24];

	for (unsigned i = 0; i < 12; i++) {
		bytes[i] = (unsigned char)i;
		bytes[12 + i] = (unsigned char)(100 + i);
	}
	put("x.npy", "|u1", "True", "(12, 2)", bytes, sizeof bytes);
}

static void
labels_are_integers_floats_or_texts(void **state)
{
	struct dataset *ds;
	int64_t wide[12];
	double real[12];
	char texts[12][3];
	uint32_t wide_texts[12][2];

	(void)state;
	put_features();
	for (int i = 0; i < 12; i++) {
		wide[i] = i == 5 ? -1 : ((int64_t)1 << 60) + i % 3;
		real[i] = i == 5 ? (double)NAN : i % 3;
		memcpy(texts[i], i % 2 ? "ab" : "c\0", 3);
		wide_texts[i][0] = i % 2 ? 0xE9 : 0x3B1;
		wide_texts[i][1] = 0;
	}
	put("y.npy", "<i8", "False", "(12,)", wide, sizeof wide);
	CHECK_STR(read_set(&ds), "");
	CHECK_INT(ds->classes, 3);
	CHECK_INT(ds->unlabelled, 1);
	CHECK_STR(ds->class_name[2], "1152921504606846978");
	CHECK_NEAR(ds->x[2 * 7 + 1], 107, 0);
	dataset_free(ds);
	put("y.npy", "<f8", "False", "(12, 1)", real, sizeof real);
	CHECK_STR(read_set(&ds), "");
	CHECK_STR(ds->class_name[1], "1");
	CHECK_INT(ds->y[5], -1);
	CHECK_INT(ds->y[7], 1);
	dataset_free(ds);
	put("y.npy", "|S3", "False", "(12,)", texts, sizeof texts);
	CHECK_STR(read_set(&ds), "");
	CHECK_STR(ds->class_name[0], "ab");
	CHECK_STR(ds->class_name[1], "c");
	dataset_free(ds);
	put("y.npy", "<U2", "False", "(12,)", wide_texts, sizeof wide_texts);
	CHECK_STR(read_set(&ds), "");
	CHECK_STR(ds->class_name[0], "\xC3\xA9");
	CHECK_INT(ds->y[0], 1);
	dataset_free(ds);
}

static void
labels_that_are_none_are_refused(void **state)
{
	struct dataset *ds;
	double real[12] = { 0, 1, 0.5 };
	unsigned char onehot[24] = { 1 };
	const char *why;

	(void)state;
	put_features();
	put("y.npy", "<f8", "False", "(12,)", real, sizeof real);
	why = read_set(&ds);
	CHECK(strstr(why, "label 3: 0.5 is not a class") != NULL);
	put("y.npy", "|u1", "False", "(12, 2)", onehot, sizeof onehot);
	why = read_set(&ds);
	CHECK(strstr(why, "labels of shape 12x2") != NULL);
	put("y.npy", "|S2", "False", "(12,)", "\xFF", 24);
	why = read_set(&ds);
	CHECK(strstr(why, "label 1: not a valid text") != NULL);
}

static void
arrays_of_three_and_four_dimensions_are_images(void **state)
{
	struct dataset *ds;
	unsigned char pixels[12 * 3 * 5 * 5] = { 0 }, label[12] = { 0, 1 };
	const char *why;

	(void)state;
	put("y.npy", "|u1", "False", "(12,)", label, sizeof label);
	pixels[12 * 2 * 3 - 1] = 9;
	put("x.npy", "|u1", "False", "(12, 2, 3)", pixels, 12 * 2 * 3);
	CHECK_STR(read_set(&ds), "");
	CHECK_INT(ds->kind, DATASET_IMAGE);
	CHECK_INT(ds->height, 2);
	CHECK_INT(ds->width, 3);
	CHECK_INT(ds->channels, 1);
	CHECK_NEAR(ds->x[12 * 6 - 1], 9, 0);
	dataset_free(ds);
	put("x.npy", "|u1", "False", "(12, 5, 5, 3)", pixels, sizeof pixels);
	CHECK_STR(read_set(&ds), "");
	CHECK_INT(ds->channels, 3);
	dataset_free(ds);
	put("x.npy", "|u1", "False", "(12, 3, 5, 5)", pixels, sizeof pixels);
	why = read_set(&ds);
	CHECK(strstr(why, "12 images of shape 3x5x5 have their channels first") != NULL);
}

/* 12 images of 2 x 3 floats, and the same numbers as rows of a table. */
static void
numbers_that_are_not_finite_are_named(void **state)
{
	struct dataset *ds;
	unsigned char label[12] = { 0, 1 };
	float x[12 * 6];

	(void)state;
	put("y.npy", "|u1", "False", "(12,)", label, sizeof label);
	for (int i = 0; i < 12 * 6; i++)
		x[i] = (float)i / 3;
	x[6 * 7 + 4] = INFINITY;
	put("x.npy", "<f4", "False", "(12, 2, 3)", x, sizeof x);
	CHECK_STR(read_set(&ds),
		  "row 8, number 5 of it: inf (expected a finite number of at most 1e150 in size)");
	put("x.npy", "<f4", "False", "(12, 6)", x, sizeof x);
	CHECK_STR(read_set(&ds), "row 8, column 5: inf is not a finite number");
	x[6 * 7 + 4] = 1;
	x[12 * 6 - 1] = NAN;
	put("x.npy", "<f4", "False", "(12, 2, 3)", x, sizeof x);
	CHECK_STR(read_set(&ds), "row 12, number 6 of it: nan (expected a finite number of at most "
				 "1e150 in size)");
}

/* Doubles are stored as floats as long as they are floats or missing. */
static void
doubles_that_are_floats_take_half_the_memory(void **state)
{
	struct dataset *ds;
	unsigned char label[12] = { 0, 1 };
	double x[12 * 3];

	(void)state;
	put("y.npy", "|u1", "False", "(12,)", label, sizeof label);
	for (int i = 0; i < 12 * 3; i++)
		x[i] = i - 0.5;
	x[3 * 4 + 1] = NAN;
	x[3 * 4 + 2] = -0.0;
	put("x.npy", "<f8", "False", "(12, 3)", x, sizeof x);
	CHECK_STR(read_set(&ds), "");
	CHECK(ds->x && !ds->wide);
	CHECK(isnan(ds->x[3 * 4 + 1]));
	CHECK_NEAR(ds->x[3 * 11 + 2], 34.5, 0);
	dataset_free(ds);
	x[3 * 4 + 0] = 0.1; /* in the row of a missing number */
	put("x.npy", "<f8", "False", "(12, 3)", x, sizeof x);
	CHECK_STR(read_set(&ds), "");
	CHECK(!ds->x && ds->wide);
	CHECK(isnan(ds->wide[3 * 4 + 1]));
	CHECK_NEAR(ds->wide[3 * 4], 0.1, 0);
	CHECK_NEAR(ds->wide[3 * 3 + 2], 10.5, 0);
	dataset_free(ds);
	x[3 * 4 + 2] = -1.1e150; /* beside a missing number */
	put("x.npy", "<f8", "False", "(12, 3)", x, sizeof x);
	CHECK_STR(read_set(&ds), "row 5, column 3: -1.1e+150 is too large for a feature (expected "
				 "at most 1e150 in size)");
}

static const struct {
	const char *type, *why;
} other_types[] = {
	{ "|O", "are Python objects" },  { "<c16", "are complex numbers" },
	{ "<M8[D]", "are dates" },       { "<m8[s]", "are durations" },
	{ "|V5", "are raw bytes" },      { "<f16", "elements of type '<f16' (expected bool" },
	{ "x", "elements of type 'x'" }, { "<U0", "elements of type '<U0'" },
};

static void
other_types_are_refused_by_name(void **state)
{
	char file[300];
	struct array a;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof other_types / sizeof *other_types; i++) {
		size_t size = make(file, other_types[i].type, "False", "(2,)", "1234", 4);

		CHECK_INT(npyfile_parse(file, size, &a, &e), -1);
		if (!strstr(e.msg, other_types[i].why))
			fail_msg("%s: %s", other_types[i].type, e.msg);
	}
	CHECK_INT(
		npyfile_parse(file, make(file, "|u1", "False", "(1, 1, 1, 1, 1)", "1", 1), &a, &e),
		-1);
	CHECK_STR(e.msg, "more than 4 dimensions");
	CHECK_INT(npyfile_parse(file, make(file, "|u1", "False", "()", "1", 1), &a, &e), -1);
	CHECK_STR(e.msg, "a single number (expected 1 to 4 dimensions)");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(numbers_of_every_type_and_byte_order),
		TEST(half_precision_covers_its_range),
		TEST(fortran_order_is_read_by_index),
		TEST(labels_are_integers_floats_or_texts),
		TEST(labels_that_are_none_are_refused),
		TEST(arrays_of_three_and_four_dimensions_are_images),
		TEST(numbers_that_are_not_finite_are_named),
		TEST(doubles_that_are_floats_take_half_the_memory),
		TEST(other_types_are_refused_by_name),
	};

	return cmocka_run_group_tests(tests, tmpfolder_setup, tmpfolder_teardown);
}
