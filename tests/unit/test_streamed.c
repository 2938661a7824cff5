/* test_streamed.c: a streamed table equals the table in memory, to the bit; files in blocks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <unistd.h>
#include <zlib.h>

#include "tmpfolder.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/stream.h"
#include "retort/base/text.h"
#include "retort/data/columns.h"
#include "retort/data/dataset.h"
#include "retort/data/scale.h"
#include "retort/data/sets.h"
#include "retort/data/read/csvfile.h"
#include "retort/data/read/read.h"
#include "retort/data/read/bundled.h"

static const char *
path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", tmpfolder_dir, name);
	return path;
}

static const char *
file_of(const char *name, const char *bytes, size_t size)
{
	const char *path = path_of(name);
	const void *part = bytes;
	struct err e;

	CHECK_INT(io_write(path, &part, &size, 1, &e), 0);
	return path;
}

static int
read_as(const char *path, const struct dataset_options *o, const char *large, struct dataset **out,
	struct err *e)
{
	setenv("RETORT_LARGE", large, 1);
	*out = NULL;
	return read_dataset(path, o, out, e);
}

static void
check_same(const struct dataset *a, const struct dataset *b)
{
	CHECK_INT(a->n, b->n);
	CHECK_INT(a->d, b->d);
	CHECK_INT(a->kind, b->kind);
	CHECK_INT(a->classes, b->classes);
	CHECK_INT(a->missing, b->missing);
	CHECK_INT(a->unlabelled, b->unlabelled);
	CHECK_STR(a->name, b->name);
	for (size_t c = 0; a->column && c < a->d; c++)
		CHECK_STR(a->column[c], b->column[c]);
	for (int c = 0; c < a->classes; c++)
		CHECK_STR(a->class_name[c], b->class_name[c]);
	CHECK_INT(a->wide != NULL, b->wide != NULL);
	if (a->wide)
		CHECK_INT(memcmp(a->wide, b->wide, a->n * a->d * sizeof *a->wide), 0);
	else
		CHECK_INT(memcmp(a->x, b->x, a->n * a->d * sizeof *a->x), 0);
	CHECK_INT(a->rules, b->rules);
	CHECK_INT(memcmp(a->y, b->y, a->n * sizeof *a->y), 0);
	CHECK_INT(memcmp(&a->hash, &b->hash, sizeof a->hash), 0);
}

/* Read both ways: the same set. */
static void
check_file(const char *path, const struct dataset_options *o)
{
	struct dataset *memory, *file;
	struct err e = { .msg = "" };

	CHECK_INT(read_as(path, o, "1000000000", &memory, &e), 0);
	CHECK(!memory->tmpmap);
	if (read_as(path, o, "0", &file, &e) < 0)
		fail_msg("%s", e.msg);
	CHECK(file->tmpmap != NULL);
	check_same(memory, file);
	dataset_free(memory);
	dataset_free(file);
}

static void
digits_are_the_same_in_a_file(void **state)
{
	static const struct dataset_options o[] = {
		{ 0 },
		{ .label = "65" },
		{ .label = "11" },
		{ .unlabelled = true },
		{ .unlabelled = true, .label = "65" },
		{ .height = 8, .width = 8, .channels = 1 },
	};
	struct err e;
	char *path = bundled_path("digits", &e);

	(void)state;
	CHECK(path != NULL);
	for (size_t i = 0; i < sizeof o / sizeof *o; i++)
		check_file(path, &o[i]);
	mem_free(path);
}

/* 3 MB with all forms of cells, so that blocks end within each. */
static void
add_rows(struct text *t, size_t rows, const char *end)
{
	static const char *const hue[] = {
		"red", " blue ", "\"two\nlines, and a comma\"", "", "\"say \"\"when\"\"\"", "NA"
	};
	static const char *const kind[] = { "10", "9", "?", "2", " 9 " };

	text_addf(t, "\xEF\xBB\xBFsize,hue,\"a \"\"name\"\"\",kind%s", end);
	for (size_t i = 0; i < rows; i++) {
		text_addf(t, "%g,%s,%s,%s%s", (double)i * 0.37 - 1000, hue[(i * 7 + i / 11) % 6],
			  i % 13 ? "-1.5e-3" : "-", kind[i * i % 5], end);
		if (i % 1000 == 7)
			text_addf(t, " %s", end);
	}
}

static void
every_line_end_and_quote_is_the_same_in_blocks(void **state)
{
	static const char *const ends[] = { "\n", "\r\n", "\r" };
	struct dataset_options o = { .label = "kind" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct text t = { 0 };
		gzFile packed;

		add_rows(&t, 80000, ends[i]);
		CHECK(t.len > 2 * STREAM_BLOCK);
		check_file(file_of("t.csv", t.s, t.len), &o);
		packed = gzopen(path_of("t.csv.gz"), "wb1");
		CHECK_INT(gzwrite(packed, t.s, (unsigned)t.len), t.len);
		CHECK_INT(gzclose(packed), Z_OK);
		check_file(path_of("t.csv.gz"), &o);
		text_release(&t);
	}
}

/* An error after two blocks gives the same message as in memory. */
static void
errors_are_the_same_streamed_and_in_memory(void **state)
{
	static const char *const bad[] = {
		"1,red,2\n",
		"1,red,2,9,8\n",
		"old,red,2,9\n",
		"1,3,2,9\n",
		"1,\"red,2,9\n",
		"1,r\"ed,2,9\n",
		"1e151,red,2,9\n",
		"nan,red,2,9\n",
		"1,\"x\n\nx\"y,2,9\n",
		("1,a word that is longer than a word of a category may be, because it has so "
		 "many letters that it can only be a sentence of a text,2,9\n"),
	};
	struct dataset_options o = { .label = "kind" };
	struct text t = { 0 };
	struct dataset *ds;
	struct err e = { .msg = "" }, f = { .msg = "" };
	size_t len;

	(void)state;
	add_rows(&t, 80000, "\n");
	len = t.len;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		t.len = len;
		text_addf(&t, "%s", bad[i]);
		for (int k = 0; i != 4 && k < 20; k++)
			text_add(&t, "1,red,2,9\n");
		file_of("bad.csv", t.s, t.len);
		CHECK_INT(read_as(path_of("bad.csv"), &o, "1000000000", &ds, &e), -1);
		CHECK_INT(read_as(path_of("bad.csv"), &o, "0", &ds, &f), -1);
		CHECK_STR(f.msg, e.msg);
		CHECK(strstr(e.msg, "line ") != NULL);
	}
	t.len = len;
	text_bytes(&t, "1,re\0d,2,9\n", 11);
	file_of("bad.csv", t.s, t.len);
	CHECK_INT(read_as(path_of("bad.csv"), &o, "1000000000", &ds, &e), -1);
	CHECK_INT(read_as(path_of("bad.csv"), &o, "0", &ds, &f), -1);
	CHECK_STR(f.msg, e.msg);
	text_release(&t);
}

static void
small_errors_are_the_same_streamed_and_in_memory(void **state)
{
	static const char *const bad[] = {
		"",
		"\n\n",
		"\xFF\xFE\x61",
		"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n",
		"a,b\n1,2\n",
		"a,b\n",
		"a,b\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n1,2\n",
		"a,b\nx,1\nx,2\n3,1\nx,2\nx,1\nx,2\nx,1\nx,2\nx,1\nx,2\n",
	};
	struct dataset *ds;
	struct err e = { .msg = "" }, f = { .msg = "" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		file_of("bad.csv", bad[i], strlen(bad[i]));
		CHECK_INT(read_as(path_of("bad.csv"), &(struct dataset_options){ 0 }, "1000000000",
				  &ds, &e),
			  -1);
		CHECK_INT(read_as(path_of("bad.csv"), &(struct dataset_options){ 0 },
				  i ? "0" : "-1", &ds, &f),
			  -1);
		CHECK_STR(f.msg, e.msg);
	}
}

/* An open quote would span the rest of the file: the length of a row is limited. */
static void
a_row_has_a_limit(void **state)
{
	struct dataset *ds;
	struct err e = { .msg = "" };
	size_t size = CSVFILE_ROW + 3 * STREAM_BLOCK;
	char *bytes = mem_try(size, 1);

	(void)state;
	CHECK(bytes != NULL);
	memset(bytes, 'x', size);
	memcpy(bytes, "a,b\n1,\"2", 8);
	file_of("row.csv", bytes, size);
	CHECK_INT(read_as(path_of("row.csv"), &(struct dataset_options){ 0 }, "0", &ds, &e), -1);
	CHECK(strstr(e.msg, "row.csv: row 2 (line 2): too long (expected at most 134217728 bytes); "
			    "is a closing quote missing?"));
	memset(bytes, ',', 3 << 20);
	file_of("row.csv", bytes, 3 << 20);
	CHECK_INT(read_as(path_of("row.csv"), &(struct dataset_options){ 0 }, "0", &ds, &e), -1);
	CHECK(strstr(e.msg, "row.csv: row 1 (line 1): too many cells (expected at most 1048576)"));
	unlink(path_of("row.csv"));
	mem_free(bytes);
}

/* Two sets, streamed or in memory, join to the same set. */
static void
sets_join_in_files(void **state)
{
	static const char *const large[] = { "1000000000", "0" };
	struct dataset *first = NULL, *ds, *more;
	struct err e;
	char *path = bundled_path("digits", &e);

	(void)state;
	for (int i = 0; i < 4; i++) {
		CHECK_INT(read_as(path, &(struct dataset_options){ 0 }, large[i & 1], &ds, &e), 0);
		CHECK_INT(read_as(path, &(struct dataset_options){ 0 }, large[i >> 1], &more, &e),
			  0);
		CHECK_INT(sets_append(ds, more, DATASET_TRANSFER, 1, &e), 0);
		CHECK((ds->tmpmap != NULL) == (i > 0));
		dataset_free(more);
		CHECK_INT(read_as(path, &(struct dataset_options){ 0 }, large[i >> 1], &more, &e),
			  0);
		CHECK_INT(sets_append(ds, more, DATASET_TARGET, 1, &e), 0);
		dataset_free(more);
		if (first) {
			check_same(first, ds);
			dataset_free(ds);
		} else {
			first = ds;
		}
	}
	dataset_free(first);
	mem_free(path);
}

/* Columns in another order, and one more word: matched by name, streamed and in memory. */
static void
columns_are_found_in_files(void **state)
{
	struct dataset_options o = { .label = "kind", .beside = true };
	struct text t = { 0 };
	struct dataset *ds, *more[2];
	struct err e;

	(void)state;
	text_add(&t, "size,hue,kind\n");
	for (int i = 0; i < 20; i++)
		text_addf(&t, "%d,%s,%d\n", i, i % 3 ? "red" : "blue", i % 2);
	CHECK_INT(read_as(file_of("one.csv", t.s, t.len), &o, "0", &ds, &e), 0);
	text_clear(&t);
	text_add(&t, "hue,kind,size\n");
	for (int i = 0; i < 5; i++)
		text_addf(&t, "%s,%d,%d\n", i == 2 ? "grey" : i == 3 ? "" : "red", i % 2, 7 * i);
	for (int i = 0; i < 2; i++) {
		CHECK_INT(read_as(file_of("two.csv", t.s, t.len), &o, i ? "0" : "1000000000",
				  &more[i], &e),
			  0);
		CHECK_INT(columns_match(ds, more[i], &e), 0);
		CHECK((more[i]->tmpmap != NULL) == i && more[i]->d == 3);
	}
	check_same(more[0], more[1]);
	CHECK_STR(more[1]->column[2], "hue=red");
	CHECK(more[1]->x[0] == 0 && more[1]->x[2] == 1 && isnan(more[1]->x[3 * 3 + 2]));
	dataset_free(ds);
	dataset_free(more[0]);
	dataset_free(more[1]);
	text_release(&t);
}

/* Column sums equal those of each column alone. */
static void
column_sums_do_not_depend_on_other_columns(void **state)
{
	enum { ROWS = 999, WIDE = 7 };
	float x[ROWS * WIDE];
	uint32_t rows[ROWS];
	struct dataset ds = { .n = ROWS, .d = WIDE, .x = x };
	struct scale s;

	(void)state;
	for (size_t i = 0; i < ROWS * WIDE; i++)
		x[i] = i % 17 == 3 ? NAN : (float)(0.1 * (double)(i * i % 1001) - 7);
	for (uint32_t i = 0; i < ROWS; i++)
		rows[i] = i * 5 % ROWS;
	scale_fit(&ds, rows, ROWS, &s);
	for (size_t c = 0; c < WIDE; c++) {
		double sum = 0, squares = 0, n = 0;

		for (size_t i = 0; i < ROWS; i++)
			if (!isnan(x[rows[i] * WIDE + c])) {
				sum += (double)x[rows[i] * WIDE + c];
				n++;
			}
		for (size_t i = 0; i < ROWS; i++) {
			double z = (double)x[rows[i] * WIDE + c] - sum / n;

			squares += isnan(z) ? 0 : z * z;
		}
		CHECK(s.mean[c] == sum / n && s.spread[c] == sqrt(squares / n));
	}
	scale_release(&s);
}

/* A stream may be closed at any block. */
static void
streams_can_be_closed_early(void **state)
{
	struct dataset *ds;
	struct err e = { .msg = "" };
	const char *bytes;
	size_t size = 20 * STREAM_BLOCK;
	char *zeros = mem_try(size, 1);

	(void)state;
	memcpy(zeros, "a,b\n", 4);
	file_of("zeros.csv", zeros, size);
	for (int take = 0; take < 20; take++) {
		struct stream *s = stream_open(path_of("zeros.csv"), &e);

		CHECK(s != NULL);
		for (int i = 0; i < take; i++)
			CHECK_INT(stream_next(s, &bytes, &size, &e), 1);
		stream_close(s);
	}
	CHECK_INT(read_as(path_of("zeros.csv"), &(struct dataset_options){ 0 }, "0", &ds, &e), -1);
	CHECK(strstr(e.msg, "zeros.csv: line 2: a NUL byte") != NULL);
	mem_free(zeros);
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
		TEST(digits_are_the_same_in_a_file),
		TEST(every_line_end_and_quote_is_the_same_in_blocks),
		TEST(errors_are_the_same_streamed_and_in_memory),
		TEST(small_errors_are_the_same_streamed_and_in_memory),
		TEST(a_row_has_a_limit),
		TEST(sets_join_in_files),
		TEST(columns_are_found_in_files),
		TEST(column_sums_do_not_depend_on_other_columns),
		TEST(streams_can_be_closed_early),
	};

	return cmocka_run_group_tests(tests, make_dir, tmpfolder_teardown);
}
