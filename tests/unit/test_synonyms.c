/* test_synonyms.c: WordNet files, and synonyms as tokens of all kinds. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "synonymrig.h"

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/augment/augment.h"
#include "retort/data/vocab/vocabtrain.h"
#include "retort/data/vocab/words.h"

#define DEBIAN "/usr/share/wordnet"

/* "film flick": the synonyms of a word. */
static const char *
others(const struct wordnet *wn, const char *word, struct text *out)
{
	size_t n, len;
	const int32_t *other = wordnet_find(wn, word, strlen(word), &n);

	text_clear(out);
	CHECK((other != NULL) == (n > 0));
	for (size_t i = 0; i < n; i++) {
		const char *s = token_trie_get(&wn->word, (size_t)other[i], &len);

		text_add(out, i ? " " : "");
		text_bytes(out, s, len);
	}
	return text_get(out);
}

static void
synonyms_are_of_the_first_sense_of_each_part_of_speech(void **state)
{
	static const struct {
		const char *word, *others;
	} cases[] = {
		{ "film", "movie flick shoot" }, /* noun: the first of two senses; and verb */
		{ "Coating", "film" },
		{ "LIKE", "enjoy" },       /* the noun is not in tagged texts, the verb is */
		{ "flick", "movie film" }, /* not in tagged texts, nor is any other */
		{ "buy", "purchase" },     /* neither "A-buy" nor "buy2" */
		{ "good", "fine superb" }, /* "fine(p)" */
		{ "bad", "awful" },
		{ "fast", "quickly apace" },
		{ "meal", "repast" },
		{ "motion_picture", "" }, /* two words */
		{ "repast", "" },         /* in no index */
		{ "who", "" },            /* a function word */
		{ "in", "" },             /* too short */
		{ "", "" },
	};
	struct text got = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_STR(others(synonymrig_wordnet, cases[i].word, &got), cases[i].others);
	text_release(&got);
}

static void
invalid_files_are_refused_with_the_place(void **state)
{
	static const struct {
		const char *index, *data, *message;
	} cases[] = {
		{ "  licence\nfilm n 1 1 @ 1 0 00000000\nfilm n x\n",
		  "00000000 03 n 01 film 0 000 | a film\n",
		  "index.verb:3: invalid line of a WordNet index (expected a word, its part of "
		  "speech, numbers "
		  "and synsets" },
		{ "film n 0 1 @ 1 0 00000000\n", "", "index.verb:1: invalid line" },
		{ "film n 1 99999999 @ 1 0 0\n", "", "index.verb:1: invalid line" },
		{ "film n 1 0 1 0 99999999999\n", "", "index.verb:1: invalid line" },
		{ "film n 1 0 1 0 00000008\n", "00000000 03 n 01 film 0 000 |\n",
		  "data.verb: no synset at byte 8, the offset in index.verb" },
		{ "film n 1 0 1 0 00000040\n", "00000000 03 n 01 film 0 000 |\n",
		  "data.verb: no synset at byte 40" },
		{ "film n 1 0 1 0 00000000\n", "00000001 03 n 01 film 0 000 |\n",
		  "data.verb: no synset at byte 0" },
		{ "film n 1 0 1 0 00000000\n", "00000000 03 n 02 film 0",
		  "data.verb: no synset at byte 0" },
		{ "film n 1 0 1 0 00000000\n", "00000000 03 n 00 |",
		  "data.verb: no synset at byte 0" },
		{ "film n 1 0 1 0 00000000\n", "", "data.verb: no synset at byte 0" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct wordnet_part part[WORDNET_PARTS] = { [1] = { cases[i].index, cases[i].data,
								    strlen(cases[i].index),
								    strlen(cases[i].data) } };
		struct wordnet wn;
		struct err e = { .msg = "" };

		CHECK_INT(wordnet_parse(part, &wn, &e), -1);
		CHECK(strstr(e.msg, cases[i].message) == e.msg);
	}
}

static void
the_hash_depends_on_all_bytes(void **state)
{
	char data[] = "00000000 03 n 02 film 0 movie 0 000 | a film\n";
	const char index[] = "film n 1 0 1 0 00000000\n";
	struct wordnet_part part[WORDNET_PARTS] = { [3] = { index, data, sizeof index - 1,
							    sizeof data - 1 } };
	struct wordnet a, b;
	struct err e;

	(void)state;
	CHECK_INT(wordnet_parse(part, &a, &e), 0);
	data[sizeof data - 3] = 'n'; /* in the gloss, which is ignored */
	CHECK_INT(wordnet_parse(part, &b, &e), 0);
	CHECK(memcmp(&a.hash, &b.hash, sizeof a.hash) != 0);
	wordnet_release(&a);
	wordnet_release(&b);
}

static void
debians_wordnet_is_read(void **state)
{
	static const struct {
		const char *word, *others;
	} cases[] = {
		{ "buy", "purchase" },
		{ "car", "auto automobile machine motorcar" },
		{ "have", "" },
		{ "xyzzy", "" },
	};
	struct text got = { 0 };
	struct err e = { .msg = "" };
	struct wordnet *wn;

	(void)state;
	wn = wordnet_read(DEBIAN, &e);
	CHECK_STR(e.msg, "");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		CHECK_STR(others(wn, cases[i].word, &got), cases[i].others);
	CHECK(wn->n_lemmas > 70000);
	text_release(&got);
	wordnet_free(wn);
}

/* "movie>film,flick": words of the first row that have synonyms, decoded from tokens. */
static void
list(const struct dataset *ds, const struct synonyms *s, const uint8_t *kind, struct text *out)
{
	size_t n = words_length(ds->ids, ds->length), end = 0, len;
	struct text word = { 0 };
	int32_t w;

	for (size_t p = words_next(kind, ds->ids, n, 0, &end); p < n;
	     p = words_next(kind, ds->ids, n, end, &end)) {
		size_t count = synonyms_count(s, ds->ids + p, end - p, &w);

		if (count == 0)
			continue;
		synonymrig_decode(ds->tokenizer, ds->ids + p, end - p, &word);
		text_addf(out, "%s%s>", out->len ? ";" : "", text_get(&word));
		for (size_t k = 0; k < count; k++) {
			const int32_t *ids = synonyms_get(s, w, k, &len);

			synonymrig_decode(ds->tokenizer, ids, len, &word);
			text_addf(out, "%s%s", k ? "," : "", text_get(&word));
		}
	}
	text_release(&word);
}

/* With capitalization and leading blank for all kinds of tokens; none with characters missing in
 * the vocabulary. */
static void
synonyms_are_tokenized_like_the_word(void **state)
{
	static const struct {
		enum tokenizer_kind kind;
		size_t size;
		const char *want;
	} cases[] = {
		{ TOKENIZER_BYTE, 0,
		  "Movie>Film,Flick;good>fine,superb;movie>film,flick;like>enjoy;FILM>MOVIE,FLICK,"
		  "SHOOT;buy>purchase" },
		{ TOKENIZER_CHAR, 1000,
		  "Movie>Film,Flick;good>fine,superb;movie>film,flick;like>enjoy;FILM>MOVIE,FLICK,"
		  "SHOOT;buy>purchase" },
		{ TOKENIZER_WORDPIECE, 200,
		  "Movie>Film,Flick;good>fine,superb;movie>film,flick;like>enjoy;FILM>MOVIE,FLICK,"
		  "SHOOT;buy>purchase" },
		{ TOKENIZER_BPE, 600,
		  "Movie>Film,Flick; good> fine, superb;movie>film,flick; like> enjoy; FILM> "
		  "MOVIE, FLICK, SHOOT; buy> purchase" },
		{ TOKENIZER_UNIGRAM, 100,
		  "Movie>Film,Flick;good>fine,superb;like>enjoy;FILM>MOVIE,FLICK,SHOOT;buy>"
		  "purchase" }, /* no blank before "movie" */
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *texts[] = { "Movie good (movie) like FILM buy" };
		uint32_t row = 0;
		struct synonyms s;
		struct tokenizer t;
		struct text got = { 0 };
		struct dataset ds;
		uint8_t *kind;

		synonymrig_learn(&t, cases[i].kind, cases[i].size);
		ds = synonymrig_rows(&t, texts, 1, 64);
		kind = mem_array(ds.vocab, 1);
		words_kinds(&ds, kind);
		synonyms_init(&s, synonymrig_wordnet, &ds, kind, &row, 1);
		list(&ds, &s, kind, &got);
		CHECK_STR(text_get(&got), cases[i].want);
		synonyms_release(&s);
		text_release(&got);
		mem_free(kind);
		synonymrig_release(&ds);
	}
}

static void
synonyms_without_tokens_are_skipped(void **state)
{
	static const char chars[] = "movieflc";
	const char *texts[] = { "movie" };
	struct text got = { 0 };
	struct synonyms s;
	struct tokenizer t;
	struct dataset ds;
	uint8_t kind[16];
	uint32_t row = 0;
	struct err e;

	(void)state;
	tokenizer_init(&t, TOKENIZER_CHAR);
	CHECK_INT(tokenizer_add_chars(&t, chars, sizeof chars - 1, &e), 0);
	CHECK_INT(tokenizer_assign_ids(&t, &e), 0);
	ds = synonymrig_rows(&t, texts, 1, 8);
	words_kinds(&ds, kind);
	synonyms_init(&s, synonymrig_wordnet, &ds, kind, &row, 1);
	list(&ds, &s, kind, &got);
	CHECK_STR(text_get(&got), "movie>film"); /* no k for "flick" */
	synonyms_release(&s);
	text_release(&got);
	synonymrig_release(&ds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(synonyms_are_of_the_first_sense_of_each_part_of_speech),
		TEST(invalid_files_are_refused_with_the_place),
		TEST(the_hash_depends_on_all_bytes),
		TEST(synonyms_are_tokenized_like_the_word),
		TEST(synonyms_without_tokens_are_skipped),
		TEST(debians_wordnet_is_read), /* the last: skipped if not installed */
	};

	/* cmocka's skip() writes "not ok", which automake counts as a failure */
	return _cmocka_run_group_tests(
		"tests", tests, sizeof tests / sizeof *tests - !io_exists(DEBIAN "/index.noun"),
		synonymrig_read, synonymrig_drop);
}
