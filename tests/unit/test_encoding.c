/* test_encoding.c: the encoding of a data set: as text and back, hostile text, applied to tables.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/data/encoding.h"
#include "retort/data/read/read.h"
#include "retort/nn/ckpt_encoding.h"

/* Ten rows of a number, a category, Unix seconds and a label. */
static const char *const rows[10][4] = {
	{ "1", "red", "1700000007", "up" },   { "2", "blue", "1700086400", "down" },
	{ "3", "", "1700000123", "up" },      { "4", "green", "1700050000", "down" },
	{ "", "red", "1700012345", "up" },    { "6", "blue", "1700023456", "down" },
	{ "7.5", "red", "1700034567", "up" }, { "8", "green", "1700045678", "down" },
	{ "9", "blue", "1700056789", "up" },  { "0.1", "red", "1700067890", "down" },
};
static const char *const names[4] = { "age", "hue", "seen", "kind" };

/* The columns of `order`, numbered from 0, as CSV. */
static void
write_table(const char *order, bool header, char *out, size_t size)
{
	size_t at = 0;

	for (int r = header ? -1 : 0; r < 10; r++)
		for (const char *p = order; *p; p++)
			at += (size_t)snprintf(out + at, size - at, "%s%s",
					       r < 0 ? names[*p - '0'] : rows[r][*p - '0'],
					       p[1] ? "," : "\n");
}

static int
read_text(const char *text, const struct encoding *like, struct dataset **out, struct err *e)
{
	struct dataset_options o = { .like = { like ? like->label : NULL, like } };

	return read_bytes("table.csv", text, strlen(text), &o, out, e);
}

static struct dataset *
read_order(const char *order, bool header, const struct encoding *like)
{
	char text[1024];
	struct dataset *ds;
	struct err e = { .msg = "" };

	write_table(order, header, text, sizeof text);
	if (read_text(text, like, &ds, &e) < 0)
		fail_msg("%s", e.msg);
	return ds;
}

/* The encoding of the table, its scale from all rows, and the table scaled by it. */
static struct dataset *
make(struct encoding *out)
{
	static const uint32_t all[10] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct dataset *ds = read_order("0123", true, NULL);
	struct scale s;

	scale_fit(ds, all, 10, &s);
	encoding_of(ds, &s, 9007199254740993, out);
	scale_apply(&s, ds);
	scale_release(&s);
	return ds;
}

static void
make_only(struct encoding *out)
{
	dataset_free(make(out));
}

static void
parse_again(const struct encoding *enc, struct encoding *out)
{
	struct text json = { 0 };
	struct err e = { .msg = "" };

	CHECK_INT(encoding_print(enc, &json, &e), 0);
	if (encoding_parse(json.s, json.len, out, &e) < 0)
		fail_msg("%s: %s", e.msg, json.s);
	text_release(&json);
}

static void
every_field_reads_back(void **state)
{
	static const double hard[5] = { 0.1, 1.0 / 3, 1700042111.7560001, 5e-324, 1e150 };
	struct encoding enc, got;

	(void)state;
	make_only(&enc);
	CHECK_INT(enc.n_columns, 3);
	CHECK_INT(enc.n_scale, 5); /* age, three words of hue, seen */
	memcpy(enc.mean, hard, sizeof hard);
	memcpy(enc.spread, hard, sizeof hard);
	parse_again(&enc, &got);
	CHECK_INT(got.kind, DATASET_NUMBERS);
	CHECK_INT(got.d, 5);
	CHECK(memcmp(got.mean, hard, sizeof hard) == 0);
	CHECK(memcmp(got.spread, hard, sizeof hard) == 0);
	CHECK_INT(got.n_columns, 3);
	CHECK(!got.unnamed && !got.rounded && !got.next_token);
	CHECK_STR(got.column[1].name, "hue");
	CHECK_INT(got.column[1].n_words, 3);
	CHECK_STR(got.column[1].word[0], "blue");
	CHECK_STR(got.column[1].word[2], "red");
	CHECK_INT(got.column[2].n_words, 0);
	CHECK_INT(got.classes, 2);
	CHECK_STR(got.class_name[0], "down");
	CHECK_STR(got.label, "kind");
	CHECK(got.split);
	CHECK(got.seed == 9007199254740993); /* no double */
	encoding_release(&enc);
	encoding_release(&got);
}

static void
images_have_one_scale_and_tokens_none(void **state)
{
	double mean[12], spread[12];
	struct dataset ds = { .kind = DATASET_IMAGE,
			      .d = 12,
			      .height = 2,
			      .width = 3,
			      .channels = 2,
			      .classes = 2,
			      .class_name = (char *[]){ (char *)"a\n\"b\"", (char *)"\xc3\xa9" } };
	struct dataset tokens = {
		.kind = DATASET_TOKENS, .d = 8, .length = 8, .next_token = true, .classes = 256
	};
	struct encoding enc, got;

	(void)state;
	for (int i = 0; i < 12; i++)
		mean[i] = 0.3, spread[i] = 0.7;
	encoding_of(&ds, &(struct scale){ 12, mean, spread }, 3, &enc);
	parse_again(&enc, &got);
	CHECK_INT(got.n_scale, 1);
	CHECK_NEAR(got.mean[0], 0.3, 0);
	CHECK_INT(got.width, 3);
	CHECK_INT(got.channels, 2);
	CHECK_STR(got.class_name[0], "a\n\"b\"");
	CHECK_STR(got.class_name[1], "\xc3\xa9");
	encoding_release(&enc);
	encoding_release(&got);
	encoding_of(&tokens, &(struct scale){ 0 }, 0, &enc);
	parse_again(&enc, &got);
	CHECK(got.next_token && got.n_scale == 0 && got.classes == 0 && !got.label);
	CHECK_INT(got.d, 8);
	encoding_release(&enc);
	encoding_release(&got);
}

/* ---------------------------------------------------------------- hostile text */

#define HEAD "{\"version\":1,\"kind\":\"numbers\",\"features\":2"

static void
refuse(const char *json, const char *message)
{
	struct encoding got;
	struct err e = { .msg = "" };

	CHECK_INT(encoding_parse(json, strlen(json), &got, &e), -1);
	CHECK_STR(e.msg, message);
}

static void
wrong_types_and_numbers_are_refused(void **state)
{
	(void)state;
	refuse("[1]", "encoding: encoding: invalid value [1] (expected an object)");
	refuse("{\"kind\":\"numbers\"}", "encoding: version: invalid value nothing (expected 1)");
	refuse("{\"version\":2}", "encoding: version: invalid value 2 (expected 1)");
	refuse("{\"version\":1,\"kind\":\"sound\"}",
	       "encoding: kind: invalid value \"sound\" (expected numbers, image or tokens)");
	refuse("{\"version\":1,\"kind\":\"numbers\",\"features\":2.5}",
	       "encoding: features: invalid value 2.5 (expected a whole number from 1 to "
	       "16777216)");
	refuse("{\"version\":1,\"kind\":\"numbers\",\"features\":99999999}",
	       "encoding: features: invalid value 99999999 (expected a whole number from 1 to "
	       "16777216)");
	refuse(HEAD ",\"colour\":1}", "encoding: unknown key 'colour'");
	refuse(HEAD ",\"mean\":[0,1],\"spread\":[1]}",
	       "encoding: spread: invalid value [1] (expected a list of 2 finite numbers above 0)");
	refuse(HEAD ",\"mean\":[0,1]}",
	       "encoding: spread: invalid value nothing (expected a list of 2 finite numbers above "
	       "0)");
	refuse(HEAD ",\"mean\":[0,\"1\"],\"spread\":[1,1]}",
	       "encoding: mean: invalid value \"1\" (expected a list of 2 finite numbers)");
	refuse(HEAD ",\"mean\":[0,null],\"spread\":[1,1]}",
	       "encoding: mean: invalid value null (expected a list of 2 finite numbers)");
	refuse(HEAD ",\"mean\":[0,0],\"spread\":[1,0]}",
	       "encoding: spread: invalid value 0 (expected a list of 2 finite numbers above 0)");
	refuse(HEAD ",\"seed\":-1}",
	       "encoding: seed: invalid value -1 (expected a whole number, at least 0)");
	refuse(HEAD ",\"label\":7}",
	       "encoding: label: invalid value 7 (expected the name of a column)");
	refuse(HEAD ",\"next_token\":1}",
	       "encoding: next_token: invalid value 1 (expected true or false)");
	refuse(HEAD ",\"next_token\":true}",
	       "encoding: next_token: invalid value true (expected true for tokens without classes "
	       "only)");
}

static void
not_json_is_refused(void **state)
{
	static const char *const bad[] = { "",
					   "{",
					   HEAD ",\"mean\":[NaN,0]}",
					   HEAD ",\"mean\":[1e999,0]}",
					   HEAD ",\"seed\":1,\"seed\":2}",
					   HEAD ",\"label\":\"\\u0000\"}",
					   HEAD "}x" };
	struct encoding got;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		e.msg[0] = '\0';
		CHECK_INT(encoding_parse(bad[i], strlen(bad[i]), &got, &e), -1);
		CHECK(strncmp(e.msg, "encoding: byte ", 15) == 0);
	}
}

static void
columns_that_disagree_are_refused(void **state)
{
	char json[600], name[129];

	(void)state;
	refuse(HEAD ",\"columns\":[{\"name\":\"a\"}]}",
	       "encoding: columns: 1 features (expected 2, as `features` says)");
	refuse(HEAD ",\"columns\":[{\"name\":\"a\"},{\"name\":\"a\"}]}",
	       "encoding: columns: 'a' twice");
	refuse(HEAD ",\"columns\":[{\"name\":\"a\",\"words\":[\"x\",\"x\"]}]}",
	       "encoding: column 'a': words: 'x' twice");
	refuse(HEAD ",\"columns\":[{\"name\":\"a\",\"words\":[\"y\",\"x\"]}]}",
	       "encoding: column 'a': word 'x' after 'y' (expected words in ascending order)");
	refuse(HEAD ",\"columns\":[{\"words\":[\"x\"]}]}",
	       "encoding: columns: invalid value {\"words\":[\"x\"]} (expected an object with name "
	       "and "
	       "words)");
	refuse(HEAD ",\"columns\":[{\"name\":\"a\"},{},{}]}",
	       "encoding: columns: invalid value [{\"name\":\"a\"},{},{}] (expected a list of the "
	       "columns of a table)");
	refuse("{\"version\":1,\"kind\":\"image\",\"features\":12,\"height\":2,\"width\":3,"
	       "\"channels\":1}",
	       "encoding: features: 12 contradict an image of 2 x 3 x 1");
	refuse("{\"version\":1,\"kind\":\"tokens\",\"features\":8,\"mean\":[0],\"spread\":[1]}",
	       "encoding: mean and spread: tokens are not scaled");
	memset(name, 'n', 128);
	name[128] = '\0';
	snprintf(json, sizeof json, HEAD ",\"classes\":[\"%s\"]}", name);
	snprintf(json + 300, 300,
		 "encoding: classes: invalid value \"%.58s (expected a list of 1 to 1000 names of "
		 "at most 127 bytes)",
		 name);
	refuse(json, json + 300);
}

/* ---------------------------------------------------------------- compared */

static void
compare(const char *order, bool header, const char *message)
{
	static const uint32_t all[10] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct dataset *ds = read_order(order, header, NULL);
	struct encoding net, data;
	struct scale s;
	struct err e = { .msg = "" };
	char note[80];
	int status;

	make_only(&net);
	scale_fit(ds, all, 10, &s);
	encoding_of(ds, &s, 0, &data);
	status = encoding_check(&net, &data, "a.safetensors", note, sizeof note, &e);
	CHECK_INT(status, e.msg[0] ? -1 : 0);
	CHECK_STR(e.msg[0] ? e.msg : note, message);
	scale_release(&s);
	encoding_release(&net);
	encoding_release(&data);
	dataset_free(ds);
}

#define READ "; read the data with `data FILE like a.safetensors`"

static void
the_first_column_that_differs_is_named(void **state)
{
	(void)state;
	compare("0123", true, "");
	compare("2013", true,
		"column 'seen' is number 1 in the data, but number 3 in the network" READ);
	compare("013", true, "column 3 of the network, 'seen', is missing in the data" READ);
	compare("0213", true,
		"column 'seen' is number 2 in the data, but number 3 in the network" READ);
	compare("0132", true, "column 3 of the data, 'kind', is none of the network's" READ);
	compare("0123", false, "the data have no names of columns: they are taken in their order");
	compare("013", false, "the data have 2 columns, but the network 3" READ);
	compare("1023", false,
		"column 1 'x1' has 'blue', 'green', 'red' in the data, but numbers in the "
		"network" READ);
}

/* ---------------------------------------------------------------- applied */

static void
check_same_rows(const struct dataset *ds, const struct encoding *enc, const char *order,
		bool header)
{
	struct dataset *like = read_order(order, header, enc);
	struct scale s;

	CHECK_INT(like->d, ds->d);
	encoding_scale(like, NULL, 0, &s);
	scale_apply(&s, like);
	CHECK(memcmp(like->x, ds->x, 10 * ds->d * sizeof *ds->x) == 0);
	CHECK(memcmp(like->y, ds->y, 10 * sizeof *ds->y) == 0);
	CHECK(encoding_seed(like, 5) == 9007199254740993);
	CHECK(memcmp(&like->hash, &ds->hash, sizeof ds->hash) != 0);
	scale_release(&s);
	dataset_free(like);
}

static void
another_order_gives_the_same_bits(void **state)
{
	struct encoding enc;
	struct dataset *ds = make(&enc);

	(void)state;
	check_same_rows(ds, &enc, "0123", true);
	check_same_rows(ds, &enc, "3210", true);  /* the label is found by its name */
	check_same_rows(ds, &enc, "0123", false); /* without names, by position */
	CHECK(encoding_seed(ds, 5) == 5);
	dataset_free(ds);
	encoding_release(&enc);
}

/* Nine rows like `row`, then one like `last`. Read them by the encoding of the table. */
static int
read_like(const char *head, const char *row, const char *last, struct dataset **out, struct err *e)
{
	struct encoding enc;
	char text[512];
	int status;

	snprintf(text, sizeof text, "%s\n", head);
	for (int i = 0; i < 10; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%s\n",
			 i < 9 ? row : last);
	make_only(&enc);
	status = read_text(text, &enc, out, e);
	encoding_release(&enc);
	return status;
}

static void
unknown_words_are_counted_and_classes_stay(void **state)
{
	struct dataset *ds;
	struct err e;

	(void)state;
	CHECK_INT(read_like("hue,age,seen,kind", "red,1,1700000000,up", "pink,2,1700000000,up", &ds,
			    &e),
		  0);
	CHECK_STR(ds->notes, "column 'hue': 1 row has words that the network lacks: pink\n");
	CHECK_INT(ds->d, 5);
	CHECK_INT(ds->classes, 2);
	CHECK_STR(ds->class_name[0], "down");
	CHECK_INT(ds->y[0], 1);
	CHECK_NEAR(ds->wide ? ds->wide[3] : (double)ds->x[3], 1, 0); /* hue=red */
	for (int i = 1; i < 4; i++)
		CHECK_NEAR(ds->wide ? ds->wide[45 + i] : (double)ds->x[45 + i], 0, 0);
	dataset_free(ds);
}

static void
refuse_like(const char *head, const char *row, const char *message)
{
	struct dataset *ds;
	struct err e;

	CHECK_INT(read_like(head, row, row, &ds, &e), -1);
	CHECK_STR(e.msg, message);
}

static void
tables_that_do_not_fit_are_refused(void **state)
{
	(void)state;
	refuse_like("hue,seen,kind", "red,1,up",
		    "column 'age' of the network is missing in table (columns: hue, "
		    "seen)");
	refuse_like("hue,age,seen,id,kind", "red,1,1,7,up",
		    "column 'id' of table is missing in the network (columns: age, hue, "
		    "seen); `without id` leaves it out");
	refuse_like("hue,age,seen,kind", "1,1,1,up",
		    "column 'hue' has numbers, but the network words");
	refuse_like("hue,age,seen,kind", "red,1,1,side",
		    "unknown class 'side' (classes of the network: down, up)");
}

/* ---------------------------------------------------------------- in files */

static void
older_files_have_a_partial_encoding(void **state)
{
	const float mean[2] = { 0.1f, 2 }, spread[2] = { 3, 4 };
	struct ckpt *c = ckpt_new();
	struct hash before, after;
	struct encoding got;
	struct err e;
	size_t d = 2;

	(void)state;
	CHECK_INT(ckpt_encoding_of(c, &got, &e), 0);
	CHECK_INT(got.d, 0);
	ckpt_add(c, "input.mean", 1, &d, mean);
	ckpt_add(c, "input.spread", 1, &d, spread);
	ckpt_note(c, "label.0", "no");
	ckpt_note(c, "label.1", "yes");
	CHECK_INT(ckpt_encoding_of(c, &got, &e), 0);
	CHECK(got.rounded && !got.split && got.n_columns == 0);
	CHECK_INT(got.n_scale, 2);
	CHECK_NEAR(got.mean[0], (double)0.1f, 0);
	CHECK_INT(got.classes, 2);
	CHECK_STR(got.class_name[1], "yes");
	encoding_release(&got);
	CHECK_INT(ckpt_hash(c, &before, &e), 0);
	CHECK_INT(ckpt_encoding_hash(c, &after, &e), 0);
	CHECK(memcmp(&before, &after, sizeof before) == 0);
	ckpt_note(c, "encoding", "{}");
	CHECK_INT(ckpt_encoding_hash(c, &after, &e), 0);
	CHECK(memcmp(&before, &after, sizeof before) != 0);
	CHECK_INT(ckpt_encoding_of(c, &got, &e), -1);
	CHECK_STR(e.msg, "encoding: version: invalid value nothing (expected 1)");
	ckpt_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_field_reads_back),
		TEST(images_have_one_scale_and_tokens_none),
		TEST(wrong_types_and_numbers_are_refused),
		TEST(not_json_is_refused),
		TEST(columns_that_disagree_are_refused),
		TEST(the_first_column_that_differs_is_named),
		TEST(another_order_gives_the_same_bits),
		TEST(unknown_words_are_counted_and_classes_stay),
		TEST(tables_that_do_not_fit_are_refused),
		TEST(older_files_have_a_partial_encoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
