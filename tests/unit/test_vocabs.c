/* test_vocabs.c: ids of published tokenizers, as computed by tests/vectors/make_tokenizers.py. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <stdbool.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/text/vocabfile.h"

enum { GPT2, QWEN3, BERT, USE_LITE, FILES };

static const struct {
	const char *path;
	enum tokenizer_kind kind;
	size_t vocab;
	bool comes_back;
} file[FILES] = {
	[GPT2] = { "gpt2/vocab.bpe", TOKENIZER_BPE, 50257, true },
	[QWEN3] = { "qwen3/tokenizer.json", TOKENIZER_BPE, 151669, false }, /* NFC */
	[BERT] = { "bert/vocab.json", TOKENIZER_WORDPIECE, 30522, false },
	[USE_LITE] = { "use-lite/vocab.json", TOKENIZER_UNIGRAM, 8000, false },
};

static const char *const text[] = {
	"Hello, how are you?",           "I'm SURE they'LL'VE said it's 12345 times.",
	"  two  spaces\n\nand\tlines  ", "床前明月光，疑是地上霜。",
	"naïve café ÀÉ e\xCC\x81x",      "🌙 #hash ^_^ $5.00 ½ ﬁ",
};
#define TEXTS (sizeof text / sizeof *text)

static const char *const golden[FILES][TEXTS] = {
	[GPT2] = {
		"15496 11 703 389 345 30",
		"40 1101 311 11335 484 6 3069 6 6089 531 340 338 17031 2231 1661 13",
		"220 734 220 9029 198 198 392 197 6615 220 220",
		"41753 232 30298 235 23626 236 17312 230 46268 171 120 234 163 244 239 42468 28839 108 41468 165 250 250 16764",
		"2616 38776 40304 6184 222 38351 304 136 223 87",
		"8582 234 247 1303 17831 10563 62 61 720 20 13 405 25208 27332 105 223",
	},
	[QWEN3] = {
		"9707 11 1246 525 498 30",
		"40 2776 328 4521 807 6 4086 6 4491 1053 432 594 220 16 17 18 19 20 3039 13",
		"220 1378 220 12621 271 437 78390 256",
		"99830 24562 30858 9754 99225 3837 99515 20412 102605 105401 1773",
		"3376 37572 586 51950 64281 26789 3958 87",
		"145712 671 8296 6306 67280 400 20 13 15 15 220 26062 32495 70731",
	},
	[BERT] = {
		"7592 1010 2129 2024 2017 1029",
		"1045 1005 1049 2469 2027 1005 2222 1005 2310 2056 2009 1005 1055 13138 19961 2335 1012",
		"2048 7258 1998 3210",
		"100 1776 1865 1872 1770 1989 100 100 1802 1742 100 1636",
		"15743 7668 29347 4654",
		"100 1001 23325 1034 1035 1034 1002 1019 1012 4002 1092 1984",
	},
	[USE_LITE] = {
		"341 4125 8 140 31 19 54",
		"16 13 47 114 364 1228 45 13 277 277 13 5898 80 21 13 7 575 360 3285 626 6",
		"30 30 174 30 1016 7 0 381 0 721 7 30 30",
		"30 0 8 0",
		"1216 0 105 976 209 1133 30 0 7959 30 1133 152",
		"30 0 1833 347 552 4335 435 1481 3548 3990 207 7935 288 1480",
	},
};

static void
check_text(const struct tokenizer *t, const char *s, const char *ids, bool comes_back)
{
	struct tokenizer_ids got = { 0 };
	struct text line = { 0 }, back = { 0 };
	struct err e = { .msg = "" };

	if (tokenizer_encode(t, s, strlen(s), &got, &e) < 0)
		fail_msg("%s", e.msg);
	for (size_t i = 0; i < got.n; i++)
		text_addf(&line, "%s%d", i ? " " : "", got.id[i]);
	CHECK_STR(text_get(&line), ids);
	CHECK_INT(tokenizer_decode(t, got.id, got.n, &back, &e), 0);
	if (comes_back)
		CHECK_STR(text_get(&back), s);
	text_release(&line);
	text_release(&back);
	mem_free(got.id);
}

static void
check_file(int which)
{
	char *path = io_join(getenv("RETORT_VOCABS"), file[which].path);
	struct tokenizer t;
	struct hash hash;
	struct err e;

	if (vocabfile_read(path, &t, &hash, &e) < 0)
		fail_msg("%s", e.msg);
	mem_free(path);
	CHECK_INT(t.kind, file[which].kind);
	CHECK_INT(t.vocab, file[which].vocab);
	for (size_t i = 0; i < TEXTS; i++)
		check_text(&t, text[i], golden[which][i], file[which].comes_back);
	tokenizer_release(&t);
}

static void
gpt2_gives_its_published_ids(void **state)
{
	(void)state;
	check_file(GPT2);
}

static void
qwen3_gives_its_published_ids(void **state)
{
	(void)state;
	check_file(QWEN3);
}

static void
bert_gives_its_published_ids(void **state)
{
	(void)state;
	check_file(BERT);
}

static void
use_lite_gives_its_published_ids(void **state)
{
	(void)state;
	check_file(USE_LITE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(gpt2_gives_its_published_ids),
		TEST(qwen3_gives_its_published_ids),
		TEST(bert_gives_its_published_ids),
		TEST(use_lite_gives_its_published_ids),
	};

	if (!getenv("RETORT_VOCABS")) { /* cmocka's skip() writes "not ok", which automake counts as
					   a failure */
		puts("1..0 # SKIP RETORT_VOCABS names no folder of published vocabularies; see "
		     "tests/vectors/README");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
