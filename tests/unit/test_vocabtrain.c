/* test_vocabtrain.c: training of vocabularies. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/data/text/tokenizer_kinds.h"
#include "retort/data/text/vocabfile.h"
#include "retort/data/vocab/vocabtrain.h"

#define POEM "床前明月光，疑是地上霜。\n舉頭望明月，低頭思故鄉。\n"
#define TALK "low low low lower lower newest newest newest wide WIDE\n"

static void
learn(struct tokenizer *t, enum tokenizer_kind kind, size_t size, const char *text)
{
	const struct vocabtrain_options o = { kind, size, false };
	size_t words, len = strlen(text);
	struct err e = { .msg = "" };

	if (vocabtrain_make(&o, &text, &len, 1, t, &words, &e) < 0)
		fail_msg("%s", e.msg);
}

/* The tokens from id `from`, separated by blanks. */
static void
has_tokens(const struct tokenizer *t, size_t from, const char *want)
{
	struct text got = { 0 };
	size_t len;

	for (size_t i = from; i < t->pieces.n; i++) {
		const char *s = token_trie_get(&t->pieces, i, &len);

		text_add(&got, i > from ? "|" : "");
		text_bytes(&got, s, len);
	}
	CHECK_STR(text_get(&got), want);
	text_release(&got);
}

static void
bpe_merges_the_most_frequent_pairs(void **state)
{
	struct tokenizer t;

	(void)state;
	learn(&t, TOKENIZER_BPE, 266, TALK);
	CHECK_INT(t.vocab, 266);
	CHECK_INT(t.special[TOKENIZER_MASK], 3);
	/* lo, ow and we have count 5 each, and the bytes of lo come first; then the blank precedes
	 * e and s */
	has_tokens(&t, 260, "lo|low| low| n| ne| new");
	tokenizer_release(&t);
}

static void
wordpiece_marks_continuations(void **state)
{
	struct tokenizer t;

	(void)state;
	learn(&t, TOKENIZER_WORDPIECE, 26, "aab aab aab ab ab cb");
	CHECK_INT(t.special[TOKENIZER_UNKNOWN], 1);
	has_tokens(&t, 5, "##b|a|##a|c|##ab|aab|ab"); /* characters in order of count */
	tokenizer_release(&t);
	learn(&t, TOKENIZER_WORDPIECE, 7, "aab aab aab ab ab cb");
	has_tokens(&t, 5, "##b|a"); /* the others exceed the size */
	tokenizer_release(&t);
}

static void
unigrams_are_probabilities_and_keep_every_character(void **state)
{
	double sum = 0;
	struct tokenizer t;

	(void)state;
	learn(&t, TOKENIZER_UNIGRAM, 40, TALK TALK TALK POEM POEM);
	CHECK(t.vocab <= 40);
	for (size_t i = 5; i < t.vocab; i++) {
		CHECK(t.score[i] < 0 && (i == 5 || t.score[i] <= t.score[i - 1]));
		sum += exp(t.score[i]);
	}
	CHECK(sum > 0.9 && sum < 1 + 1e-9);
	for (const char *s = "lowernstid"; *s; s++)
		CHECK(token_trie_find(&t.pieces, s, 1) >= 0);
	tokenizer_release(&t);
	learn(&t, TOKENIZER_UNIGRAM, 60, TALK TALK TALK POEM POEM);
	CHECK(token_trie_find(&t.pieces, TOKENIZER_BLANK "low", 6) >= 0);
	tokenizer_release(&t);
}

/* A trained tokenizer, written and read: the same ids, and decoding restores the text. */
static void
check_file(enum tokenizer_kind kind, size_t size, const char *text, const char *back)
{
	struct tokenizer_ids a = { 0 }, b = { 0 };
	struct text file = { 0 }, got = { 0 };
	struct tokenizer t, u;
	struct err e = { .msg = "" };

	learn(&t, kind, size, text);
	vocabfile_write(&t, &file);
	if (vocabfile_parse(file.s, file.len, NULL, 0, &u, &e) < 0)
		fail_msg("%s\n%s", e.msg, file.s);
	CHECK_INT(u.kind, kind);
	CHECK_INT(u.vocab, t.vocab);
	CHECK(memcmp(u.special, t.special, sizeof t.special) == 0);
	CHECK_INT(tokenizer_encode(&t, text, strlen(text), &a, &e), 0);
	CHECK_INT(tokenizer_encode(&u, text, strlen(text), &b, &e), 0);
	CHECK_INT(a.n, b.n);
	CHECK(memcmp(a.id, b.id, a.n * sizeof *a.id) == 0);
	CHECK_INT(tokenizer_decode(&u, b.id, b.n, &got, &e), 0);
	CHECK_STR(got.s, back);
	text_release(&file);
	text_release(&got);
	mem_free(a.id);
	mem_free(b.id);
	tokenizer_release(&t);
	tokenizer_release(&u);
}

static void
files_restore_the_tokenizer(void **state)
{
	static const char text[] =
		TALK POEM "\"quotes\" \\ and\ttabs\x01\x7F \r\n\xF0\x9F\x8C\x99 [UNK]";

	(void)state;
	check_file(TOKENIZER_CHAR, 200, text, text);
	check_file(TOKENIZER_BPE, 300, text, text);
	check_file(TOKENIZER_UNIGRAM, 100, text, text);
	check_file(TOKENIZER_WORDPIECE, 100, "a tale of tales, a tale.",
		   "a tale of tales , a tale .");
}

static void
lower_case_is_stored_in_the_file(void **state)
{
	const struct vocabtrain_options o = { TOKENIZER_WORDPIECE, 60, true };
	const char *text = "ÀB ab Ab";
	struct tokenizer_ids ids = { 0 };
	struct text file = { 0 };
	struct tokenizer t;
	size_t words, len = strlen(text);
	struct err e;

	(void)state;
	CHECK_INT(vocabtrain_make(&o, &text, &len, 1, &t, &words, &e), 0);
	CHECK_INT(words, 1);
	vocabfile_write(&t, &file);
	tokenizer_release(&t);
	CHECK_INT(vocabfile_parse(file.s, file.len, NULL, 0, &t, &e), 0);
	CHECK_INT(tokenizer_encode(&t, "AB", 2, &ids, &e), 0);
	CHECK_INT(ids.n, 1);
	tokenizer_release(&t);
	text_release(&file);
	mem_free(ids.id);
}

static void
bpe_is_independent_of_the_order_of_texts(void **state)
{
	const struct vocabtrain_options o = { TOKENIZER_BPE, 400, false };
	const char *forth[] = { TALK, POEM, "zebra zebra" },
		   *back[] = { "zebra zebra", POEM, TALK };
	size_t words, size[] = { strlen(TALK), strlen(POEM), 11 },
		      size_back[] = { 11, strlen(POEM), strlen(TALK) };
	struct text a = { 0 }, b = { 0 };
	struct tokenizer t;
	struct err e;

	(void)state;
	CHECK_INT(vocabtrain_make(&o, forth, size, 3, &t, &words, &e), 0);
	vocabfile_write(&t, &a);
	tokenizer_release(&t);
	CHECK_INT(vocabtrain_make(&o, back, size_back, 3, &t, &words, &e), 0);
	vocabfile_write(&t, &b);
	tokenizer_release(&t);
	CHECK_STR(a.s, b.s);
	text_release(&a);
	text_release(&b);
}

static void
invalid_options_and_texts_are_refused(void **state)
{
	static const struct {
		struct vocabtrain_options o;
		const char *text, *message;
	} bad[] = {
		{ { TOKENIZER_BPE, 259, false },
		  "ab",
		  "invalid size 259 (expected 260 to 1048576)" },
		{ { TOKENIZER_CHAR, 5, false }, "ab", "invalid size 5 (expected 6 to 1048576)" },
		{ { TOKENIZER_UNIGRAM, 100, false },
		  "ab\xFF",
		  "text 1: byte 2: 0xFF is not UTF-8" },
		{ { TOKENIZER_CHAR, 100, false }, "\xC0", "text 1: byte 0: 0xC0 is not UTF-8" },
		{ { TOKENIZER_WORDPIECE, 100, false }, " \n ", "no words in the texts" },
		{ { TOKENIZER_CHAR, 100, false }, "", "no characters in the texts" },
	};
	struct tokenizer t;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		size_t words, len = strlen(bad[i].text);

		CHECK_INT(vocabtrain_make(&bad[i].o, &bad[i].text, &len, 1, &t, &words, &e), -1);
		CHECK_STR(e.msg, bad[i].message);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bpe_merges_the_most_frequent_pairs),
		TEST(wordpiece_marks_continuations),
		TEST(unigrams_are_probabilities_and_keep_every_character),
		TEST(files_restore_the_tokenizer),
		TEST(lower_case_is_stored_in_the_file),
		TEST(bpe_is_independent_of_the_order_of_texts),
		TEST(invalid_options_and_texts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
