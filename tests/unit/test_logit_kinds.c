/* test_logit_kinds.c: what the numbers of a file of outputs are; the largest of each position. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <math.h>

#include "tmpfolder.h"
#include "retort/base/io.h"
#include "retort/data/read/npyfile.h"
#include "retort/kd/logit_file.h"
#include "retort/kd/logit_top.h"

#define LEAST (-69.07755278982137) /* log(1e-30) */

static const char *
put(const char *name, const void *bytes, size_t size)
{
	static char path[4][256];
	static int which;
	struct err e;

	which = (which + 1) % 4;
	snprintf(path[which], sizeof path[which], "%s/%s", tmpfolder_dir, name);
	CHECK(io_write(path[which], &bytes, &size, 1, &e) == 0);
	return path[which];
}

static const char *
put_text(const char *name, const char *text)
{
	return put(name, text, strlen(text));
}

/* A .npy file of these elements. */
static const char *
put_array(const char *name, const char *type, const char *shape, const void *data, size_t size)
{
	char file[1000];
	int len = snprintf(file + 10, 200, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }",
			   type, shape);

	memcpy(file, "\x93NUMPY\x01\x00", 8);
	file[8] = (char)len;
	file[9] = 0;
	memcpy(file + 10 + len, data, size);
	return put(name, file, 10 + (size_t)len + size);
}

/* Read; returns NULL with the error in *why. */
static struct logit_file *
read_file(const char *path, struct logit_file_options o, const char **why)
{
	static struct err e;
	struct logit_file *a = NULL;

	e.msg[0] = '\0';
	if (logit_file_read(path, &o, &a, &e) < 0)
		a = NULL;
	*why = e.msg;
	return a;
}

static const struct {
	const char *text;
	enum logit_kind kind; /* AUTO: undecided */
	const char *why;
} kinds[] = {
	{ "0.2,0.8\n0.5005,0.5\n", LOGIT_KIND_PROBABILITIES, "" },
	{ "-0.6931471805599453,-0.6931471805599453\n-inf,0\n", LOGIT_KIND_LOG_PROBABILITIES, "" },
	{ "-0.7,-0.6\n", LOGIT_KIND_LOGITS, "" }, /* exp sums to 1.045 */
	{ "0.2,0.8\n3,-1\n", LOGIT_KIND_LOGITS, "" },
	{ "2,0.8\n3,-1\n", LOGIT_KIND_LOGITS, "" },
	{ "0.2,0.8\n0.5,0.5\n0.5,0.4\n", LOGIT_KIND_AUTO,
	  "2 of 3 rows look like probabilities, but not that of line 3: add `probabilities` or "
	  "`logits`" },
	{ "0,-1e9\n-inf,0\n0,-0.5\n", LOGIT_KIND_AUTO,
	  "2 of 3 rows look like log-probabilities, but not that of line 3" },
	{ "20,80\n50,50\n", LOGIT_KIND_AUTO, "every row sums to 100" },
	{ "0.9,0.8\n0.1,0.2\n", LOGIT_KIND_AUTO, "every number lies in 0..1" },
};

static void
the_numbers_decide_or_the_file_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const char *why;
		struct logit_file *a = read_file(put_text("k.csv", kinds[i].text),
						 (struct logit_file_options){ 0 }, &why);

		if ((a ? a->kind : LOGIT_KIND_AUTO) != kinds[i].kind || !strstr(why, kinds[i].why))
			fail_msg("%zu: kind %d, '%s'", i, a ? (int)a->kind : -1, why);
		logit_file_free(a);
	}
}

static void
a_given_kind_is_honoured_or_refused(void **state)
{
	const char *path = put_text("g.csv", "0.25,0.75\n"), *why;
	struct logit_file *a =
		read_file(path, (struct logit_file_options){ .kind = LOGIT_KIND_LOGITS }, &why);

	(void)state;
	CHECK_NEAR(a->logit[1], 0.75, 0);
	logit_file_free(a);
	a = read_file(path, (struct logit_file_options){ .recorded = true }, &why);
	CHECK_INT(a->kind, LOGIT_KIND_LOGITS); /* as it was recorded */
	logit_file_free(a);
	a = read_file(path, (struct logit_file_options){ 0 }, &why);
	CHECK_NEAR(a->logit[1], log(0.75), 1e-15);
	logit_file_free(a);
	a = read_file(path, (struct logit_file_options){ .kind = LOGIT_KIND_LOG_PROBABILITIES },
		      &why);
	CHECK(!a && strstr(why, "line 1: the sum of probabilities is 3.401"));
}

static void
masked_classes_keep_a_small_probability(void **state)
{
	const char *why;
	struct logit_file *a =
		read_file(put_text("m.csv", "3,-inf,0.5\n1,2,-INF\n"),
			  (struct logit_file_options){ .kind = LOGIT_KIND_LOGITS }, &why);

	(void)state;
	CHECK_NEAR(a->logit[1], 3 + LEAST, 1e-12);
	CHECK_NEAR(a->logit[5], 2 + LEAST, 1e-12);
	logit_file_free(a);
	a = read_file(put_text("m.csv", "3,1\n-inf,-inf\n"),
		      (struct logit_file_options){ .kind = LOGIT_KIND_LOGITS }, &why);
	CHECK(!a && strstr(why, "line 2, column 1: '-inf' and so are all classes"));
	a = read_file(put_text("m.csv", "3,inf\n"), (struct logit_file_options){ 0 }, &why);
	CHECK(!a && strstr(why, "line 1, column 2: 'inf' is not a finite number"));
}

/* Half precision rounds each probability by 1/2048, so the sum is not 1 within 0.001. */
static void
sums_of_half_precision_may_differ_more(void **state)
{
	static const unsigned char half[] = { 0x67, 0x36, 0x67, 0x36, 0x4D, 0x32 };
	/* 0.40015, 0.40015, 0.19690: sum 0.9972 is refused; with 0.2 it is accepted */
	static const unsigned char good[] = { 0x67, 0x36, 0x67, 0x36, 0x6A, 0x32 };
	const char *why;
	struct logit_file *a = read_file(put_array("h.npy", "<f2", "(1, 3)", good, sizeof good),
					 (struct logit_file_options){ 0 }, &why);

	(void)state;
	CHECK_INT(a->kind, LOGIT_KIND_PROBABILITIES);
	logit_file_free(a);
	a = read_file(put_array("h.npy", "<f2", "(1, 3)", half, sizeof half),
		      (struct logit_file_options){ .kind = LOGIT_KIND_PROBABILITIES }, &why);
	CHECK(!a && strstr(why, "row 1: the sum of probabilities is 0.997"));
}

/* Two rows of two positions with two of four classes. */
static const int64_t ids[] = { 2, 0, 1, 3, 3, 1, 0, 2 };
static const double values[] = { -0.5, -2, -3, -0.25, -1, -1.5, -0.125, -4 };
static const struct dataset tokens = { .n = 2, .classes = 4, .next_token = true, .length = 2 };

static void
the_largest_of_each_position_leave_a_tail(void **state)
{
	const int32_t rows[] = { 1, 0 };
	const char *why, *class = put_array("i.npy", "<i8", "(2, 2, 2)", ids, sizeof ids),
			 *value = put_array("v.npy", "<f8", "(2, 2, 2)", values, sizeof values);
	struct logit_file *a = read_file(value, (struct logit_file_options){ .top = class }, &why);
	int32_t id[8];
	real logit[8], tail[4], all[16];
	struct err e;

	(void)state;
	CHECK_STR(why, "");
	CHECK_INT(a->kind, LOGIT_KIND_LOG_PROBABILITIES);
	CHECK_INT(a->top, 2);
	CHECK_INT(logit_file_bind(a, &tokens, &e), 0);
	logit_file_top(a, rows, 2, id, logit, tail);
	CHECK_INT(id[0], 3);
	CHECK_INT(id[6], 3); /* row 0, position 1: -0.25 of class 3 comes first */
	CHECK_NEAR(logit[6], -0.25, 0);
	CHECK_NEAR(logit[7], -3, 0);
	CHECK_NEAR(tail[3], log(1 - exp(-0.25) - exp(-3)), 1e-12);
	logit_file_gather(a, rows, 2, all);
	CHECK_NEAR(all[12 + 1], -3, 0);
	CHECK_NEAR(all[12 + 0], log((1 - exp(-0.25) - exp(-3)) / 2), 1e-12);
	for (int p = 0; p < 4; p++) {
		double sum = 0;

		for (int c = 0; c < 4; c++)
			sum += exp((double)all[4 * p + c]);
		CHECK_NEAR(sum, 1, 1e-12);
	}
	logit_file_free(a);
}

static void
check_top_refused(const int64_t *class, const double *value, enum logit_kind kind, const char *what)
{
	const char *why, *i = put_array("i.npy", "<i8", "(2, 2)", class, 4 * sizeof *class),
			 *v = put_array("v.npy", "<f8", "(2, 2)", value, 4 * sizeof *value);
	struct logit_file *a =
		read_file(v, (struct logit_file_options){ .top = i, .kind = kind }, &why);

	if (a || !strstr(why, what))
		fail_msg("%s", why);
}

static void
values_that_leave_no_tail_are_refused(void **state)
{
	static const int64_t twice[] = { 1, 1, 0, 1 }, good[] = { 0, 1, 0, 1 },
			     below[] = { 0, -1, 0, 1 };
	static const double logs[] = { -1, -2, -1, -2 }, logits[] = { 3, 1, 2, 0 },
			    small[] = { -20, -21, -20, -21 }, more[] = { -0.1, -0.2, -1, -2 };
	const char *why;
	struct logit_file *a;

	(void)state;
	check_top_refused(twice, logs, LOGIT_KIND_AUTO, "v.npy: row 1: class 1 occurs twice");
	check_top_refused(good, logits, LOGIT_KIND_AUTO, "the values are logits");
	check_top_refused(good, small, LOGIT_KIND_AUTO, "hold 2.8e-09 of the mass");
	check_top_refused(good, logs, LOGIT_KIND_LOGITS, "`logits` does not apply");
	check_top_refused(good, more, LOGIT_KIND_LOG_PROBABILITIES,
			  "row 1: the probabilities sum to 1.72357");
	check_top_refused(below, logs, LOGIT_KIND_AUTO,
			  "i.npy: row 1, column 2: -1 is out of range (expected an integer");
	a = read_file(put_array("v.npy", "<f8", "(2, 2)", small, sizeof small),
		      (struct logit_file_options){
			      .top = put_array("i.npy", "<i8", "(2, 2)", good, sizeof good),
			      .kind = LOGIT_KIND_LOG_PROBABILITIES },
		      &why);
	CHECK_STR(why, "");
	logit_file_free(a);
}

static char cat[] = "cat", dog[] = "dog", fox[] = "fox", *names[] = { cat, dog, fox };
static const struct dataset animals = { .n = 2, .classes = 3, .class_name = names };

static void
json_lines_name_classes(void **state)
{
	const int32_t rows[] = { 0, 1 };
	const char *why;
	struct logit_file *a = read_file(
		put_text("t.jsonl", "{\"row\":1,\"top\":{\"fox\":-0.1,\"cat\":-3}}\n\n"
				    "{\"row\":0,\"top\":[{\"token\":\"dog\",\"logprob\":-0.5},"
				    "{\"token\":\"cat\",\"logprob\":-1},"
				    "{\"token\":\"fox\",\"logprob\":-5}]}\n"),
		(struct logit_file_options){ 0 }, &why);
	int32_t id[4];
	real logit[4], tail[2];
	struct err e;

	(void)state;
	CHECK_STR(why, "");
	CHECK_INT(a->top, 2);
	CHECK_INT(a->cut, 1);
	CHECK_INT(logit_file_bind(a, &animals, &e), 0);
	logit_file_top(a, rows, 2, id, logit, tail);
	CHECK_INT(id[0], 1);
	CHECK_INT(id[1], 0);
	CHECK_INT(id[2], 2);
	CHECK_NEAR(tail[0], log(1 - exp(-0.5) - exp(-1)), 1e-12);
	CHECK_NEAR(logit[2], -0.1, 0);
	logit_file_free(a);
}

static void
json_lines_have_positions_of_token_ids(void **state)
{
	const int32_t rows[] = { 1 };
	const char *why;
	struct logit_file *a = read_file(
		put_text("p.jsonl",
			 "{\"top\":[[[1,-0.5],[2,-2]],[[0,-0.1],[3,-4]]]}\n"
			 "{\"top\":[{\"3\":{\"logprob\":-0.2},\"1\":-3},{\"0\":-1,\"2\":-0.9}]}\n"),
		(struct logit_file_options){ 0 }, &why);
	int32_t id[4];
	real logit[4], tail[2];
	struct err e;

	(void)state;
	CHECK(!a && strstr(why, "p.jsonl: line 2: position 1: classes by name and by id"));
	a = read_file(
		put_text("p.jsonl",
			 "{\"top\":[{\"1\":-0.5,\"2\":-2},{\"0\":-0.1,\"3\":-4}]}\n"
			 "{\"top\":[{\"3\":{\"logprob\":-0.2},\"1\":-3},{\"0\":-1,\"2\":-0.9}]}\n"),
		(struct logit_file_options){ 0 }, &why);
	CHECK_STR(why, "");
	CHECK_INT(logit_file_bind(a, &tokens, &e), 0);
	logit_file_top(a, rows, 1, id, logit, tail);
	CHECK_INT(id[0], 3);
	CHECK_INT(id[2], 2);
	CHECK_NEAR(tail[0], log(1 - exp(-0.2) - exp(-3)), 1e-12);
	logit_file_free(a);
}

/* Objects name token ids as texts, as many as a vocabulary has. */
static void
json_lines_have_a_vocabulary_of_names(void **state)
{
	enum { TOKENS = 3000 };
	const struct dataset many = {
		.n = TOKENS, .classes = TOKENS, .next_token = true, .length = 1
	};
	const int32_t rows[] = { TOKENS - 1 };
	static char text[TOKENS * 40];
	const char *why;
	struct logit_file *a;
	struct err e;
	int32_t id;
	real logit, tail;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < TOKENS; i++)
		len += (size_t)snprintf(text + len, sizeof text - len,
					"{\"top\":[{\"%d\":-0.5}]}\n", TOKENS - 1 - i);
	a = read_file(put_text("v.jsonl", text), (struct logit_file_options){ 0 }, &why);
	CHECK_STR(why, "");
	CHECK_INT(a->names, TOKENS);
	CHECK_INT(logit_file_bind(a, &many, &e), 0);
	logit_file_top(a, rows, 1, &id, &logit, &tail);
	CHECK_INT(id, 0);
	logit_file_free(a);
}

static const struct {
	const char *text, *why;
} bad_lines[] = {
	{ "{", "line 1: column " },
	{ "{}\n", "line 1: no key \"top\"" },
	{ "{\"top\":{\"a\":1}}\n", "line 1: a log-probability of 1 (expected at most 0)" },
	{ "{\"top\":{\"a\":\"b\"}}\n", "line 1: \"b\" is no log-probability (expected a number)" },
	{ "{\"top\":[5]}\n", "line 1: 5 is no entry (expected [CLASS, LOGPROB]" },
	{ "{\"top\":5}\n", "line 1: 5 is no position (expected an object or a list)" },
	{ "{\"top\":\"\\u0000\"}\n", "a text with a NUL character" },
	{ "{\"top\":{}}\n", "line 1: 0 classes in a position" },
	{ "{\"top\":{\"a\":-1}}\n[1]\n", "line 2: [1] is not an object" },
	{ "{\"top\":{\"a\":-1}}\n{\"top\"\n", "line 2: column " },
	{ "{\"top\":[[1,-1],[1,-2]]}\n", "line 1, position 1: class 1 occurs twice" },
	{ "{\"top\":[[-1,-1]]}\n", "line 1: -1 is no class (expected a name, or an id from 0)" },
	{ "{\"top\":{\"a\":-1},\"row\":0}\n{\"top\":{\"a\":-1}}\n", "line 2: \"row\" must be" },
};

static void
bad_json_lines_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_lines / sizeof *bad_lines; i++) {
		const char *why;
		struct logit_file *a = read_file(put_text("t.jsonl", bad_lines[i].text),
						 (struct logit_file_options){ 0 }, &why);

		if (a || !strstr(why, bad_lines[i].why))
			fail_msg("%zu: '%s'", i, why);
	}
}

static void
other_shapes_and_names_are_refused(void **state)
{
	const char *why;
	struct logit_file *a = read_file(
		put_text("t.jsonl", "{\"top\":{\"cow\":-0.1}}\n{\"top\":{\"cow\":-0.1}}\n"),
		(struct logit_file_options){ 0 }, &why);
	struct err e;

	(void)state;
	CHECK(logit_file_bind(a, &animals, &e) < 0);
	CHECK_STR(e.msg, "'cow' is none of the 3 classes of the data");
	CHECK(logit_file_bind(a, &tokens, &e) < 0);
	CHECK_STR(e.msg, "1 position in each row (expected 2, the length of a row of the data)");
	logit_file_free(a);
	a = read_file(put_text("t.jsonl", "{\"top\":[[7,-0.1]]}\n{\"top\":[[0,-0.1]]}\n"),
		      (struct logit_file_options){ 0 }, &why);
	CHECK(logit_file_bind(a, &animals, &e) < 0);
	CHECK_STR(e.msg, "row 1: invalid class 7 (expected 0 to 2)");
	logit_file_free(a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_numbers_decide_or_the_file_is_refused),
		TEST(a_given_kind_is_honoured_or_refused),
		TEST(masked_classes_keep_a_small_probability),
		TEST(sums_of_half_precision_may_differ_more),
		TEST(the_largest_of_each_position_leave_a_tail),
		TEST(values_that_leave_no_tail_are_refused),
		TEST(json_lines_name_classes),
		TEST(json_lines_have_positions_of_token_ids),
		TEST(json_lines_have_a_vocabulary_of_names),
		TEST(bad_json_lines_are_refused),
		TEST(other_shapes_and_names_are_refused),
	};

	return cmocka_run_group_tests(tests, tmpfolder_setup, tmpfolder_teardown);
}
