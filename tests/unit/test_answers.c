/* test_answers.c: files of teacher outputs, CSV and .npy, valid and invalid. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "tmpfolder.h"
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/data/read/npyfile.h"
#include "retort/kd/logit_file.h"
#include "retort/kd/logit_write.h"

static const char *
put(const char *name, const void *bytes, size_t size)
{
	static char path[2][256];
	static int which;
	struct err e;

	which = !which;
	snprintf(path[which], sizeof path[which], "%s/%s", tmpfolder_dir, name);
	CHECK(io_write(path[which], &bytes, &size, 1, &e) == 0);
	return path[which];
}

static const char *
put_text(const char *name, const char *text)
{
	return put(name, text, strlen(text));
}

static void
check_refused(const char *path, struct logit_file_options o, const char *why)
{
	struct logit_file *a = NULL;
	struct err e = { .msg = "" };

	CHECK(logit_file_read(path, &o, &a, &e) < 0);
	if (!strstr(e.msg, why))
		fail_msg("'%s' says nothing of '%s'", e.msg, why);
}

static struct logit_file *
read_good(const char *path, struct logit_file_options o)
{
	struct logit_file *a = NULL;
	struct err e = { .msg = "" };

	if (logit_file_read(path, &o, &a, &e) < 0)
		fail_msg("%s", e.msg);
	return a;
}

static void
logits_are_read_as_they_are(void **state)
{
	struct logit_file *a = read_good(put_text("a.csv", "1,2,-3.5\n0.25,1e3,7\n"),
					 (struct logit_file_options){ 0 });

	(void)state;
	CHECK_INT(a->rows, 2);
	CHECK_INT(a->classes, 3);
	CHECK_NEAR(a->logit[2], -3.5, 0);
	CHECK_NEAR(a->logit[4], 1000, 0);
	logit_file_free(a);
}

static void
probabilities_become_logarithms(void **state)
{
	struct logit_file *a =
		read_good(put_text("p.csv", "0.25,0.75,0\n"),
			  (struct logit_file_options){ .kind = LOGIT_KIND_PROBABILITIES });

	(void)state;
	CHECK_NEAR(a->logit[0], log(.25), 1e-15);
	CHECK_NEAR(a->logit[2], log(1e-30), 1e-12);
	logit_file_free(a);
}

static void
bad_numbers_are_named(void **state)
{
	const struct logit_file_options logits = { 0 }, p = { .kind = LOGIT_KIND_PROBABILITIES },
					ids = { .ids = true };

	(void)state;
	check_refused(put_text("b.csv", "1,2\n3,nan\n"), logits,
		      "b.csv: line 2, column 2: 'nan' is not a finite number");
	check_refused(put_text("b.csv", "a,b\n3,4\n"), logits,
		      "b.csv: line 1, column 1: 'a' is not a finite number");
	check_refused(put_text("b.csv", "1,2\n3\n"), logits,
		      "b.csv: row 2 (line 2): 1 cell (expected 2");
	check_refused(put_text("b.csv", "1\n2\n"), logits,
		      "1 column (expected at least two classes)");
	check_refused(put_text("b.csv", "1,1e31\n"), logits,
		      "'1e31' is out of range (expected -1e30 to 1e30)");
	check_refused(put_text("b.csv", "0.5,0.5\n0.5,0.498\n"), p,
		      "line 2: the sum of probabilities is 0.998");
	check_refused(put_text("b.csv", "1.5,-0.5\n"), p,
		      "line 1, column 2: '-0.5' is a negative probability");
	check_refused(put_text("b.csv", "0.5,1,2\n"), ids,
		      "line 1, column 1: '0.5' is out of range (expected an integer from 0");
	check_refused(put_text("b.csv", ""), logits, "b.csv: empty");
	check_refused("/nonexistent/b.csv", logits, "/nonexistent/b.csv");
}

static char cat[] = "cat", dog[] = "dog", *two_names[] = { cat, dog };
static const struct dataset three_rows = { .n = 3, .classes = 2, .class_name = two_names };

static void
bind_refused(const char *text, struct logit_file_options o, const char *why)
{
	struct logit_file *a = read_good(put_text("c.csv", text), o);
	struct err e = { .msg = "" };

	CHECK(logit_file_bind(a, &three_rows, &e) < 0);
	CHECK_STR(e.msg, why);
	logit_file_free(a);
}

static void
outputs_are_matched_to_rows_by_id(void **state)
{
	const struct logit_file_options ids = { .ids = true };
	const uint32_t needed[] = { 2, 1, 0 };
	const int32_t rows[] = { 0, 2 };
	struct logit_file *a = read_good(put_text("c.csv", "2,10,11\n0,20,21\n"), ids);
	struct err e = { .msg = "" };
	real out[4];

	(void)state;
	CHECK(logit_file_bind(a, &three_rows, &e) == 0);
	CHECK(logit_file_check(a, needed, 1, &e) == 0);
	CHECK(logit_file_check(a, needed, 3, &e) < 0);
	CHECK_STR(e.msg, "no outputs for row 1 of the data");
	logit_file_gather(a, rows, 2, out);
	CHECK_NEAR(out[0], 20, 0);
	CHECK_NEAR(out[3], 11, 0);
	logit_file_free(a);
	bind_refused("3,1,2\n", ids, "row 1: invalid row number 3 (expected 0 to 2)");
	bind_refused("1,1,2\n1,3,4\n", ids, "row 2: duplicate row number 1, as of row 1");
	bind_refused("1,2\n3,4\n", (struct logit_file_options){ 0 },
		     "2 rows of outputs, but 3 rows of data; `ids` gives their row numbers");
	bind_refused("1,2,3\n", (struct logit_file_options){ 0 },
		     "3 columns of outputs (expected 2, the classes of the data)");
}

static void
ids_have_a_file_too(void **state)
{
	struct logit_file_options o = { .ids_path = put_text("ids", "1\n0\n") };
	const char *path = put_text("d.csv", "1,2\n3,4\n");
	struct logit_file *a = read_good(path, o),
			  *plain = read_good(path, (struct logit_file_options){ 0 });

	(void)state;
	CHECK_INT(a->id[0], 1);
	CHECK(memcmp(&a->hash, &plain->hash, sizeof a->hash) != 0);
	logit_file_free(a);
	logit_file_free(plain);
	o.ids_path = put_text("ids", "1\n");
	check_refused(path, o, "1 rows of 1 column (expected 2 rows of one");
}

/* Written logits are the same bits when read, in both formats. */
static void
files_written_are_read(void **state)
{
	static const float z[] = { 0.1f, -1.2345678e-7f, 3e20f, 1 / 3.f, -0.f, 7 };
	static const char *const names[] = { "w.csv", "w.npy" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		const char *path = put(names[i], "", 0);
		struct logit_file *a;
		struct err e;

		CHECK(logit_write(path, z, 3, 0, 2, &e) == 0);
		a = read_good(path, (struct logit_file_options){ 0 });
		CHECK_INT(a->rows, 3);
		for (int k = 0; k < 6; k++)
			CHECK((float)a->logit[k] == z[k]);
		logit_file_free(a);
	}
}

/* A .npy file with this header text and so many zero bytes of data. */
static const char *
put_npy(const char *header, size_t zeroes)
{
	char bytes[1024] = "\x93NUMPY\x01";
	size_t len = strlen(header);

	bytes[8] = (char)len;
	memcpy(bytes + 10, header, len);
	return put("x.npy", bytes, 10 + len + zeroes);
}

static void
other_npy_files_are_refused(void **state)
{
	const struct logit_file_options o = { 0 };
	float bad[2] = { 1, NAN };
	char bytes[NPYFILE_HEADER + 8];

	(void)state;
	check_refused(put_npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1, 2), }", 16), o,
		      "elements of type '<c8' are complex numbers");
	check_refused(put_npy("{'descr': '<U2', 'fortran_order': False, 'shape': (1, 2), }", 16), o,
		      "texts of type str (expected numbers)");
	check_refused(put_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 8), o,
		      "1 column (expected at least two classes)");
	check_refused(
		put_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 2), }", 8), o,
		"4 dimensions (expected rows and classes");
	check_refused(put_npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }", 7), o,
		      "take 8 bytes, but 7 follow the header");
	check_refused(put_npy("{'descr': '<f4', 'fortran_order': False, 'shape': "
			      "(4611686018427387904, 4), }",
			      8),
		      o, "too many elements: 8 bytes follow the header");
	check_refused(put_npy("{'descr': '<f4', 'shape': (1, 2), }", 8), o, "invalid header");
	npyfile_header(1, 0, 2, bytes);
	memcpy(bytes + NPYFILE_HEADER, bad, sizeof bad);
	check_refused(put("x.npy", bytes, sizeof bytes), o,
		      "x.npy: row 1, column 2: nan is not a finite number");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(logits_are_read_as_they_are), TEST(probabilities_become_logarithms),
		TEST(bad_numbers_are_named),       TEST(outputs_are_matched_to_rows_by_id),
		TEST(ids_have_a_file_too),         TEST(files_written_are_read),
		TEST(other_npy_files_are_refused),
	};

	return cmocka_run_group_tests(tests, tmpfolder_setup, tmpfolder_teardown);
}
