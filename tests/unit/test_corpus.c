/* test_corpus.c: tokenizers, windows of text, tables of texts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/unicode.h"
#include "retort/data/batch.h"
#include "retort/data/read/corpus.h"
#include "retort/data/scale.h"
#include "retort/data/sets.h"
#include "retort/data/text/tokenizer.h"
#include "retort/data/read/read.h"
#include "retort/data/read/bundled.h"

#define POEM "床前明月光，疑是地上霜。\nbefore my bed \xF0\x9F\x8C\x99 éa\n"

static const struct dataset_options chars = { .tokens = "char", .length = 4 };

static void
learn(struct tokenizer *t, enum tokenizer_kind kind, const char *text)
{
	struct err e;

	tokenizer_init(t, kind);
	CHECK_INT(tokenizer_add_chars(t, text, strlen(text), &e), 0);
	CHECK_INT(tokenizer_assign_ids(t, &e), 0);
}

static void
decoding_restores_the_text(void **state)
{
	(void)state;
	for (int kind = TOKENIZER_BYTE; kind <= TOKENIZER_CHAR; kind++) {
		struct tokenizer_ids ids = { 0 };
		struct text out = { 0 };
		struct tokenizer t;

		learn(&t, (enum tokenizer_kind)kind, POEM);
		CHECK_INT(tokenizer_encode(&t, POEM, strlen(POEM), &ids, NULL), 0);
		CHECK_INT(ids.n, kind == TOKENIZER_BYTE ? strlen(POEM) : 13 + 19);
		for (size_t i = 0; i < ids.n; i++)
			CHECK(ids.id[i] >= 0 && (size_t)ids.id[i] < t.vocab);
		CHECK_INT(tokenizer_decode(&t, ids.id, ids.n, &out, NULL), 0);
		CHECK_STR(out.s, POEM);
		text_release(&out);
		mem_free(ids.id);
		tokenizer_release(&t);
	}
}

static void
characters_are_numbered_by_their_code_point(void **state)
{
	struct tokenizer_ids ids = { 0 };
	struct text out = { 0 };
	struct tokenizer t;
	struct err e;

	(void)state;
	learn(&t, TOKENIZER_CHAR,
	      "\xEF\xBB\xBF"
	      "b月ab\xF0\x9F\x8C\x99é");
	CHECK_INT(t.vocab, 5); /* the byte order mark is not a token */
	CHECK_INT(tokenizer_id(&t, 'a'), 0);
	CHECK_INT(tokenizer_id(&t, 0xE9), 2);
	CHECK_INT(tokenizer_id(&t, 0x6708), 3);
	CHECK_INT(tokenizer_encode(&t, "é月", 5, &ids, &e), 0);
	CHECK_INT(ids.n, 2);
	CHECK_INT(ids.id[0], 2);
	CHECK_INT(ids.id[1], 3);
	CHECK_INT(tokenizer_encode(&t, "ab\xE6\x97\xA5", 5, &ids, &e), -1);
	CHECK_STR(e.msg, "byte 2: the vocabulary has no U+65E5 日");
	CHECK_INT(tokenizer_decode(&t, (int32_t[]){ 0, -1, 5 }, 3, &out, &e), -1);
	CHECK_STR(e.msg, "token 2: invalid id 5 (expected 0 to 4)");
	text_release(&out);
	mem_free(ids.id);
	tokenizer_release(&t);
}

static void
invalid_utf8_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text, *message;
	} bad[] = {
		{ "ab\xFF", "byte 2: 0xFF is not UTF-8" },
		{ "月\xE6\x9C", "byte 3: 0xE6 is not UTF-8" },
		{ "\xC0\x80", "byte 0: 0xC0 is not UTF-8" },
		{ "\xED\xA0\x80", "byte 0: 0xED is not UTF-8" },
		{ "\xF4\x90\x80\x80", "byte 0: 0xF4 is not UTF-8" },
	};
	struct tokenizer t;
	struct err e;

	(void)state;
	tokenizer_init(&t, TOKENIZER_CHAR);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(tokenizer_add_chars(&t, bad[i].text, strlen(bad[i].text), &e), -1);
		CHECK_STR(e.msg, bad[i].message);
	}
	CHECK_INT(tokenizer_add_chars(&t, "\xEF\xBF\xBD", 3, &e),
		  0); /* U+FFFD is a character of the text */
	tokenizer_release(&t);
}

static void
more_characters_than_the_cap_are_refused(void **state)
{
	struct tokenizer t;
	struct err e;
	char utf8[4];

	(void)state;
	tokenizer_init(&t, TOKENIZER_CHAR);
	for (uint32_t cp = 0x10000; cp <= 0x10000 + TOKENIZER_CHARS; cp++)
		CHECK_INT(tokenizer_add_chars(&t, utf8, unicode_encode(cp, utf8), &e), 0);
	CHECK_INT(tokenizer_assign_ids(&t, &e), -1);
	CHECK_STR(e.msg, "65537 distinct characters (expected at most 65536); use bytes");
	tokenizer_release(&t);
}

static void
vocabulary_files_define_ids(void **state)
{
	static const struct {
		const char *bytes, *message;
	} bad[] = {
		{ "", "empty: no tokens" },
		{ "a\nbc\n", "line 2: a token of several characters" },
		{ "a\r\n", "line 1: a token of several characters" },
		{ "a\nb\na", "line 3: duplicate of line 1" },
		{ "a\n\xFF\n", "line 2: byte 0: 0xFF is not UTF-8" },
	};
	static const char good[] = "月\n\nb\n ";
	struct tokenizer_ids ids = { 0 };
	struct tokenizer t;
	struct err e;

	(void)state;
	CHECK_INT(tokenizer_from_vocab(&t, good, sizeof good - 1, &e), 0);
	CHECK_INT(t.vocab, 4);
	CHECK_INT(tokenizer_encode(&t, "b \n月", 6, &ids, &e), 0);
	check_ids(ids.id, (int32_t[]){ 2, 3, 1, 0 }, 4); /* an empty line is the line feed */
	mem_free(ids.id);
	tokenizer_release(&t);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		CHECK_INT(tokenizer_from_vocab(&t, bad[i].bytes, strlen(bad[i].bytes), &e), -1);
		if (!strstr(e.msg, bad[i].message))
			fail_msg("%s", e.msg);
	}
}

static void
windows_do_not_overlap_and_are_followed_by_a_token(void **state)
{
	char text[46];
	struct dataset *ds;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (char)('a' + i % 26);
	CHECK_INT(corpus_stream(text, 41, &chars, &ds, &e),
		  0); /* 40 tokens fill ten windows, one is the last label */
	CHECK_INT(ds->kind, DATASET_TOKENS);
	CHECK_INT(ds->n, 10);
	CHECK_INT(ds->d, 4);
	CHECK_INT(ds->length, 4);
	CHECK_INT(ds->vocab, 26);
	CHECK_INT(ds->classes, 26);
	CHECK(ds->next_token && !ds->x && !ds->class_name);
	CHECK_INT(tokenizer_id(ds->tokenizer, 'z'), 25);
	for (int i = 0; i <= 40; i++)
		CHECK_INT(ds->ids[i], i % 26);
	for (size_t i = 0; i < ds->n; i++)
		CHECK_INT(ds->y[i], 0);
	dataset_free(ds);
	CHECK_INT(corpus_stream(text, 44, &chars, &ds, &e), 0); /* the rest is dropped */
	CHECK_INT(ds->n, 10);
	CHECK_INT(ds->ids[40], 40 % 26);
	dataset_free(ds);
	CHECK_INT(corpus_stream(text, 40, &chars, &ds, &e), -1);
	CHECK_STR(e.msg, "40 tokens: 9 windows of length 4 (expected at least 10)");
	CHECK_INT(corpus_stream("", 0, &chars, &ds, &e), -1);
	memset(text, 'a', sizeof text);
	CHECK_INT(corpus_stream(text, 41, &chars, &ds, &e), -1);
	CHECK_STR(e.msg, "a vocabulary of one token (expected at least 2)");
}

/* The set of a table. */
static int
table(const char *csv, const struct dataset_options *o, struct dataset **out, struct err *e)
{
	return read_bytes("table.csv", csv, strlen(csv), o, out, e);
}

#define SIX "b,cab\na,\"c,a\"\nb,a\na,cc\n?,b\nb,ab\n"

static void
texts_are_cut_off_and_padded_and_an_empty_one_is_padding(void **state)
{
	struct dataset_options o = { .text = "said", .tokens = "char", .length = 3 };
	struct dataset *ds;
	struct scale s;
	struct err e;

	(void)state;
	CHECK_INT(table("mood,said\na,月bcab\nb,\na,b\n" SIX "b,x\n", &o, &ds, &e),
		  0); /* a header: it has the name */
	CHECK_INT(ds->n, 10);
	CHECK_INT(ds->classes, 2);
	CHECK_STR(ds->class_name[1], "b");
	CHECK_INT(ds->y[0], 0);
	CHECK_INT(ds->unlabelled, 1);
	CHECK_INT(ds->vocab, 6); /* , a b c x moon */
	CHECK(!ds->next_token && !ds->x);
	check_ids(ds->ids, (int32_t[]){ 5, 2, 3, -1, -1, -1, 2, -1, -1 }, 9);
	scale_fit(ds, (uint32_t[]){ 0, 1 }, 2, &s); /* nothing to scale */
	scale_apply(&s, ds);
	CHECK_INT(s.d, 0);
	CHECK_INT(ds->ids[0], 5);
	scale_release(&s);
	dataset_free(ds);
}

static void
framed_rows_have_begin_and_end_tokens(void **state)
{
	static const char vocab[] = "[UNK]\n[CLS]\n[SEP]\nab\n##c\n";
	struct dataset_options o = { .text = "1", .label = "2", .length = 5, .frame = true };
	char dir[] = "/tmp/retort-frame-XXXXXX", *path;
	const void *part = vocab;
	size_t size = sizeof vocab - 1;
	struct text table = { 0 };
	struct dataset *ds;
	struct err e = { .msg = "" };

	(void)state;
	CHECK(mkdtemp(dir) != NULL);
	o.tokens = path = io_join(dir, "vocab.txt");
	CHECK_INT(io_write(path, &part, &size, 1, &e), 0);
	text_add(&table, "abc,u\n\"\",v\nab ab abc ab,u\n");
	for (int i = 0; i < 8; i++)
		text_addf(&table, "z,%c\n", "uv"[i % 2]);
	if (read_bytes("table.csv", table.s, table.len, &o, &ds, &e) < 0)
		fail_msg("%s", e.msg);
	check_ids(ds->ids,
		  (int32_t[]){ 1, 3, 4, 2, -1, 1, 2, -1, -1, -1, 1, 3, 3, 3, 2, 1, 0, 2, -1, -1 },
		  20);
	dataset_free(ds);
	text_release(&table);
	unlink(path);
	rmdir(dir);
	mem_free(path);
}

static void
columns_of_texts_are_found_by_number_too(void **state)
{
	struct dataset_options o = { .text = "2", .tokens = "byte", .length = 2 };
	struct dataset *ds;
	struct err e;

	(void)state;
	CHECK_INT(table(SIX SIX, &o, &ds, &e), 0);
	CHECK_INT(ds->n, 12);
	CHECK_INT(ds->vocab, 256);
	CHECK_INT(ds->tokenizer->kind, TOKENIZER_BYTE);
	CHECK_INT(ds->ids[0], 'c');
	dataset_free(ds);
	o.label = "2";
	CHECK_INT(table(SIX SIX, &o, &ds, &e), -1);
	CHECK_STR(e.msg, "column 2 cannot be both text and label");
	o.label = NULL;
	o.text = "said";
	CHECK_INT(table(SIX SIX, &o, &ds, &e), -1);
	CHECK_STR(e.msg, "text: unknown column 'said' (expected 1 to 2)");
	o = (struct dataset_options){ .text = "2", .tokens = "char", .length = 2 };
	CHECK_INT(table(SIX "a,b\nb,b\xFF\nb,a\na,a\n", &o, &ds, &e), -1);
	CHECK_STR(e.msg, "line 8: the text: byte 1: 0xFF is not UTF-8");
	CHECK_INT(table("a,\na,\na,\na,\na,\nb,\nb,\nb,\nb,\nb,\n", &o, &ds, &e), -1);
	CHECK_STR(e.msg, "every text is empty");
}

static void
the_hash_changes_with_what_networks_see(void **state)
{
	struct dataset_options o[] = {
		{ .tokens = "byte", .length = 4 },
		{ .tokens = "char", .length = 4 },
		{ .tokens = "byte", .length = 5 },
	};
	static const char text[] = "one two three four five six seven eight nine ten eleven twelve";
	struct hash h[4];
	struct dataset *ds;
	struct err e;

	(void)state;
	for (int i = 0; i < 4; i++) {
		CHECK_INT(corpus_stream(text, sizeof text - 1, &o[i % 3], &ds, &e), 0);
		h[i] = ds->hash;
		dataset_free(ds);
	}
	CHECK_INT(memcmp(&h[0], &h[3], sizeof *h), 0);
	CHECK(memcmp(&h[0], &h[1], sizeof *h) != 0);
	CHECK(memcmp(&h[0], &h[2], sizeof *h) != 0);
}

static void
characters_missing_in_a_vocabulary_file_are_refused(void **state)
{
	static const char text[] = "abababababababababababababababababababababa", with_c[] = "abc";
	char path[] = "/tmp/retort-vocab-XXXXXX";
	struct dataset_options o = { .tokens = path, .length = 4 };
	const void *part[] = { "b\na\n" };
	int fd = mkstemp(path);
	struct dataset *ds;
	struct err e;

	(void)state;
	CHECK(fd >= 0);
	close(fd);
	CHECK_INT(io_write(path, part, (size_t[]){ 4 }, 1, NULL), 0);
	CHECK_INT(corpus_stream(text, sizeof text - 1, &o, &ds, &e), 0);
	CHECK_INT(ds->ids[0], 1);
	CHECK_INT(tokenizer_id(ds->tokenizer, 'b'), 0);
	dataset_free(ds);
	CHECK_INT(corpus_stream(with_c, 3, &o, &ds, &e), -1);
	CHECK_STR(e.msg, "byte 2: the vocabulary has no U+0063 c");
	unlink(path);
	CHECK_INT(corpus_stream(text, sizeof text - 1, &o, &ds, &e), -1);
	CHECK(strstr(e.msg, "tokens: ") == e.msg);
}

static void
bundled_texts_are_there(void **state)
{
	struct dataset *ds = NULL;
	const char *name;
	int seen = 0;

	(void)state;
	for (size_t i = 0; (name = bundled_name(i)); i++) {
		struct dataset_options o = bundled_options(i);
		char *path = bundled_path(name, NULL);

		CHECK(path && read_dataset(path, &o, &ds, NULL) == 0);
		CHECK_STR(ds->name, name);
		if (strcmp(name, "sums") == 0)
			CHECK(ds->next_token && ds->length == 64 && ds->vocab == 256 &&
			      ds->n > 900);
		if (strcmp(name, "sentences") == 0)
			CHECK(!ds->next_token && ds->classes == 4 && ds->n == 2400 &&
			      ds->unlabelled == 0);
		seen++;
		dataset_free(ds);
		mem_free(path);
	}
	CHECK_INT(seen, 3);
}

/* A text of `n` bytes as windows of the next token. */
static struct dataset *
windows(const char *text, const char *name)
{
	static const struct dataset_options bytes = { .tokens = "byte", .length = 4 };
	struct dataset *ds = NULL;
	struct err e = { .msg = "" };

	if (corpus_stream(text, strlen(text), &bytes, &ds, &e) < 0)
		fail_msg("%s", e.msg);
	snprintf(ds->name, sizeof ds->name, "%s", name);
	return ds;
}

/* Rows from .. from + more->n of `all` have the inputs of `more`, except for hidden labels. */
static void
fed_alike(const struct dataset *all, size_t from, const struct dataset *more, bool labelled)
{
	struct batch a, b;
	struct err e;

	CHECK_INT(batch_init(&a, 1, all, &e), 0);
	CHECK_INT(batch_init(&b, 1, more, &e), 0);
	for (size_t i = 0; i < more->n; i++) {
		uint32_t row = (uint32_t)(from + i), alone = (uint32_t)i;

		batch_fill(&a, all, &row, 1, NULL);
		batch_fill(&b, more, &alone, 1, NULL);
		check_ids(batch_i32(&a, BATCH_IDS), batch_i32(&b, BATCH_IDS), more->length);
		check_ids(batch_i32(&a, BATCH_LABEL), batch_i32(&b, BATCH_LABEL), more->length);
		for (size_t t = 0; t < more->length; t++)
			CHECK_NEAR((double)batch_f32(&a, BATCH_LABEL_WEIGHT)[t], labelled, 0);
	}
	batch_release(&a);
	batch_release(&b);
}

static void
joined_streams_end_with_their_file(void **state)
{
	struct dataset *ds = windows("The quick brown fox jumps over the lazy dog, twice.", "fox");
	struct dataset *more[3] = {
		windows("pack my box with five dozen liquor jugs, and one", "jugs"),
		windows("how vexingly quick daft zebras jump over the wall", "zebras"),
		windows("sphinx of black quartz, judge my vow! It is a vow.", "sphinx")
	};
	struct dataset *alone =
		windows("The quick brown fox jumps over the lazy dog, twice.", "fox");
	size_t from = ds->n;
	struct err e;
	struct hash before;

	(void)state;
	for (size_t i = 0; i < more[1]->n; i++)
		more[1]->y[i] = -1;
	more[1]->unlabelled = more[1]->n;
	for (int k = 0; k < 3; k++) {
		before = ds->hash;
		CHECK_INT(
			sets_append(ds, more[k], k == 2 ? DATASET_TARGET : DATASET_TRANSFER, 1, &e),
			0);
		CHECK(memcmp(&before, &ds->hash, sizeof before) != 0);
	}
	fed_alike(ds, 0, alone, true);
	for (int k = 0; k < 3; k++) {
		CHECK_INT(ds->set[k + 1].from, from);
		fed_alike(ds, from, more[k], k != 1);
		from += more[k]->n;
		dataset_free(more[k]);
	}
	CHECK_INT(ds->n, from);
	CHECK_INT(ds->unlabelled, ds->set[2].n);
	alone->next_token = false;
	CHECK_INT(sets_check(ds, alone, &e), -1);
	CHECK_STR(e.msg, "labels are classes, but those of fox are next tokens");
	dataset_free(alone);
	dataset_free(ds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(decoding_restores_the_text),
		TEST(characters_are_numbered_by_their_code_point),
		TEST(invalid_utf8_is_refused_with_its_place),
		TEST(more_characters_than_the_cap_are_refused),
		TEST(vocabulary_files_define_ids),
		TEST(windows_do_not_overlap_and_are_followed_by_a_token),
		TEST(texts_are_cut_off_and_padded_and_an_empty_one_is_padding),
		TEST(framed_rows_have_begin_and_end_tokens),
		TEST(columns_of_texts_are_found_by_number_too),
		TEST(the_hash_changes_with_what_networks_see),
		TEST(characters_missing_in_a_vocabulary_file_are_refused),
		TEST(joined_streams_end_with_their_file),
		TEST(bundled_texts_are_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
