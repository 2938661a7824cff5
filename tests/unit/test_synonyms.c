/* test_synonyms.c: WordNet files, synonyms as tokens of all kinds, rows with replaced words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/augment/augment.h"
#include "retort/data/vocab/vocabtrain.h"
#include "retort/data/vocab/words.h"

#define VECTORS RETORT_SRCDIR "/tests/vectors/wordnet"
#define DEBIAN "/usr/share/wordnet"
#define LENGTH 24

static struct wordnet *dictionary;

static int
read_dictionary(void **state)
{
	struct err e = { "" };

	(void)state;
	dictionary = wordnet_read(VECTORS, &e);
	if (!dictionary)
		print_error("%s\n", e.msg);
	return dictionary ? 0 : -1;
}

static int
drop_dictionary(void **state)
{
	(void)state;
	wordnet_free(dictionary);
	return 0;
}

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
		CHECK_STR(others(dictionary, cases[i].word, &got), cases[i].others);
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
		struct err e = { "" };

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
	struct err e = { "" };
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

/* ---------------------------------------------------------------- words in tokens */

static const char text[] = "Movie good (movie) like FILM buy Good movie fine flick Flick film Fine "
			   "superb Superb enjoy purchase MOVIE FLICK SHOOT"
			   " shoot Shoot Film";

static void
learn(struct tokenizer *t, enum tokenizer_kind kind, size_t size)
{
	struct vocabtrain_options o = { .kind = kind, .size = size };
	const char *texts[] = { text, text }; /* pairs of count 1 are not merged */
	size_t len[] = { sizeof text - 1, sizeof text - 1 }, words;
	struct err e = { "" };

	if (kind == TOKENIZER_BYTE)
		tokenizer_init(t, kind);
	else if (vocabtrain_make(&o, texts, len, 2, t, &words, &e) < 0)
		fail_msg("%s", e.msg);
}

/* Each text as a row of tokens; the caller frees ids. */
static struct dataset
rows_of(struct tokenizer *t, const char *const *texts, size_t n, size_t length)
{
	struct dataset ds = { .name = "texts",
			      .kind = DATASET_TOKENS,
			      .n = n,
			      .d = length,
			      .length = length,
			      .vocab = t->vocab,
			      .classes = 2,
			      .tokenizer = t };
	struct err e = { "" };

	ds.ids = mem_array(n * length, sizeof *ds.ids);
	ds.y = mem_array(n, sizeof *ds.y);
	memset(ds.ids, 0xFF, n * length * sizeof *ds.ids);
	for (size_t i = 0; i < n; i++) {
		struct tokenizer_ids ids = { 0 };

		if (tokenizer_encode(t, texts[i], strlen(texts[i]), &ids, &e) < 0)
			fail_msg("%s", e.msg);
		if (ids.n) /* an empty text is no array */
			memcpy(ds.ids + i * length, ids.id,
			       (ids.n < length ? ids.n : length) * sizeof *ids.id);
		mem_free(ids.id);
	}
	return ds;
}

static void
release_rows(struct dataset *ds)
{
	mem_free(ds->ids);
	mem_free(ds->y);
	tokenizer_release(ds->tokenizer);
}

static void
decode(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out)
{
	text_clear(out);
	CHECK_INT(tokenizer_decode(t, ids, n, out, NULL), 0);
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
		decode(ds->tokenizer, ds->ids + p, end - p, &word);
		text_addf(out, "%s%s>", out->len ? ";" : "", text_get(&word));
		for (size_t k = 0; k < count; k++) {
			const int32_t *ids = synonyms_get(s, w, k, &len);

			decode(ds->tokenizer, ids, len, &word);
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

		learn(&t, cases[i].kind, cases[i].size);
		ds = rows_of(&t, texts, 1, 64);
		kind = mem_array(ds.vocab, 1);
		words_kinds(&ds, kind);
		synonyms_init(&s, dictionary, &ds, kind, &row, 1);
		list(&ds, &s, kind, &got);
		CHECK_STR(text_get(&got), cases[i].want);
		synonyms_release(&s);
		text_release(&got);
		mem_free(kind);
		release_rows(&ds);
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
	ds = rows_of(&t, texts, 1, 8);
	words_kinds(&ds, kind);
	synonyms_init(&s, dictionary, &ds, kind, &row, 1);
	list(&ds, &s, kind, &got);
	CHECK_STR(text_get(&got), "movie>film"); /* no k for "flick" */
	synonyms_release(&s);
	text_release(&got);
	release_rows(&ds);
}

/* ---------------------------------------------------------------- rows */

static const uint32_t numbers[] = { 0, 1, 2, 3 };

static struct batch
augmented(const struct dataset *ds, const struct knobs *k, uint64_t step)
{
	struct augmenter a;
	struct batch b;
	struct err e;
	uint64_t before;

	CHECK_INT(batch_init(&b, ds->n, ds, &e), 0);
	CHECK_INT(augment_open(&a, ds, numbers, ds->n, NULL, &e), 0);
	CHECK_INT(augment_learn(&a, dictionary, &e), 0);
	before = mem_count();
	batch_fill(&b, ds, numbers, ds->n, NULL);
	augment_batch(&a, k, 7, step, &b);
	CHECK_INT(mem_count(), before);
	augment_close(&a);
	return b;
}

/* A word at the edge of a row may be truncated. */
static void
rows_grow_and_are_truncated(void **state)
{
	const char *texts[] = { "I buy a movie.", "a coating is buy xy buy",
				"buy buy buy buy buy buy", "" };
	static const char *const want[] = { "I purchase a f", "a film is purchase xy pu",
					    "purchase purchase purcha", "" };
	struct knobs k;
	struct text got = { 0 };
	struct tokenizer t;
	struct dataset ds;
	struct batch b;

	(void)state;
	knob_defaults(&k);
	k.synonym_rate = 1;
	learn(&t, TOKENIZER_BYTE, 0);
	ds = rows_of(&t, texts, 4, LENGTH);
	b = augmented(&ds, &k, 3);
	for (size_t i = 0; i < 4; i++) {
		const int32_t *ids = batch_i32(&b, BATCH_IDS) + i * LENGTH;

		decode(&t, ids, words_length(ids, LENGTH), &got);
		CHECK(strncmp(text_get(&got), want[i], strlen(want[i])) == 0);
	}
	CHECK_STR(text_get(&got), "");
	CHECK_INT(batch_i32(&b, BATCH_IDS)[LENGTH - 1],
		  -1); /* "I purchase a film." and trailing blanks */
	batch_release(&b);
	text_release(&got);
	release_rows(&ds);
}

static void
frames_are_preserved(void **state)
{
	static const int32_t cls_to_sep[] = { 2, 0, 0, 3 };
	struct knobs k;
	struct tokenizer t;
	struct dataset ds;
	struct batch b;
	int32_t *ids;

	(void)state;
	knob_defaults(&k);
	k.synonym_rate = 1;
	learn(&t, TOKENIZER_WORDPIECE, 60); /* few: words are several tokens */
	CHECK_INT(t.special[TOKENIZER_BEGIN], cls_to_sep[0]);
	CHECK_INT(t.special[TOKENIZER_END], cls_to_sep[3]);
	ds = rows_of(&t, (const char *const[]){ "", "" }, 2, 16);
	for (size_t i = 0; i < 2; i++) { /* one full, one with room */
		struct tokenizer_ids got = { 0 };

		CHECK_INT(tokenizer_encode(&t, "buy buy buy buy buy buy", i ? 3 : 23, &got, NULL),
			  0);
		CHECK(got.n >= (i ? 1 : 14));
		ids = ds.ids + i * 16;
		ids[0] = t.special[TOKENIZER_BEGIN];
		got.n = got.n < 14 ? got.n : 14;
		memcpy(ids + 1, got.id, got.n * sizeof *ids);
		ids[1 + got.n] = t.special[TOKENIZER_END];
		mem_free(got.id);
	}
	b = augmented(&ds, &k, 0);
	ids = batch_i32(&b, BATCH_IDS);
	for (size_t i = 0; i < 2; i++) {
		size_t n = words_length(ids + i * 16, 16);

		CHECK(memcmp(ids + i * 16, ds.ids + i * 16, 16 * sizeof *ids) != 0);
		CHECK_INT(ids[i * 16], t.special[TOKENIZER_BEGIN]);
		CHECK_INT(ids[i * 16 + n - 1], t.special[TOKENIZER_END]);
		for (size_t p = 1; p + 1 < n; p++)
			CHECK(ids[i * 16 + p] != t.special[TOKENIZER_END]);
	}
	CHECK_INT(words_length(ids, 16), 16);
	CHECK(words_length(ids + 16, 16) < 16);
	batch_release(&b);
	release_rows(&ds);
}

/* The label of a token is the next one; of the last, the first token cut off, or its old label. */
static void
next_token_labels_follow(void **state)
{
	const char *texts[] = { "a buy is a buy, he said.", "x coating, is a coating!",
				"nothing to be seen here!" };
	static const char last[] = {
		',', 'n', '$'
	}; /* "a purchase is a purchase" is cut, "x film, is a film!" is shorter */
	struct knobs k;
	struct tokenizer t;
	struct dataset ds;

	(void)state;
	knob_defaults(&k);
	k.synonym_rate = 1;
	learn(&t, TOKENIZER_BYTE, 0);
	ds = rows_of(&t, texts, 3, LENGTH);
	mem_free(ds.ids);
	ds.ids = mem_array(3 * LENGTH + 1, sizeof *ds.ids);
	for (size_t i = 0; i < 3 * LENGTH + 1; i++)
		ds.ids[i] = i < 3 * LENGTH ? texts[i / LENGTH][i % LENGTH] : '$';
	ds.next_token = true;
	for (uint64_t step = 0; step < 8; step++) {
		struct batch b = augmented(&ds, &k, step);

		for (size_t i = 0; i < 3; i++) {
			const int32_t *ids = batch_i32(&b, BATCH_IDS) + i * LENGTH,
				      *label = batch_i32(&b, BATCH_LABEL) + i * LENGTH;
			const float *weight = batch_f32(&b, BATCH_LABEL_WEIGHT) + i * LENGTH;
			size_t n = words_length(ids, LENGTH);

			for (size_t p = 0; p + 1 < n; p++)
				CHECK_INT(label[p], ids[p + 1]);
			CHECK_INT(label[n - 1], last[i]);
			CHECK_INT(n == LENGTH, i != 1);
			for (size_t p = 0; p < LENGTH; p++) {
				CHECK_INT(weight[p] > 0, p < n);
				CHECK(p < n || label[p] == -1);
			}
		}
		batch_release(&b);
	}
	release_rows(&ds);
}

/* Half of the words, on any number of threads; the draws of words are independent.
 */
static void
the_share_is_the_requested_one(void **state)
{
	const char *texts[] = { "buy meal bad xy", "meal buy xy bad", "xy bad buy meal x",
				"bad xy meal buy x" };
	size_t changed = 0, steps = 500;
	struct knobs k;
	struct tokenizer t;
	struct dataset ds;

	(void)state;
	knob_defaults(&k);
	k.synonym_rate = 0.3;
	learn(&t, TOKENIZER_BYTE, 0);
	ds = rows_of(&t, texts, 4, 64);
	for (uint64_t step = 0; step < steps; step++) {
		struct batch b = augmented(&ds, &k, step);
		struct text got = { 0 };

		for (size_t i = 0; i < 4; i++) {
			decode(&t, batch_i32(&b, BATCH_IDS) + i * 64, 64, &got);
			changed += strstr(text_get(&got), "purchase") != NULL;
			changed += strstr(text_get(&got), "repast") != NULL;
			changed += strstr(text_get(&got), "awful") != NULL;
		}
		text_release(&got);
		batch_release(&b);
	}
	CHECK_NEAR((double)changed / (double)(12 * steps), 0.3,
		   4 * sqrt(0.3 * 0.7 / (double)(12 * steps)));
	release_rows(&ds);
}

static void
a_missing_wordnet_or_tokenizer_is_refused(void **state)
{
	struct tokenizer t;
	struct dataset ds = { .name = "ids", .kind = DATASET_TOKENS, .vocab = 256, .length = 4 };
	struct knobs k;
	struct err e;

	(void)state;
	knob_defaults(&k);
	CHECK_INT(augment_fits(&k, &ds, NULL, NULL, &e), 0);
	k.synonym_rate = 0.5;
	CHECK_INT(augment_fits(&k, &ds, NULL, NULL, &e), -1);
	CHECK_STR(e.msg,
		  "synonym-rate: no WordNet has been read; `augment synonym rate 0.1` reads it");
	CHECK_INT(augment_fits(&k, &ds, NULL, dictionary, &e), -1);
	CHECK_STR(e.msg, "synonym-rate: words of a text are replaced by synonyms, and ids has ids "
			 "without a tokenizer; `set synonym-rate 0`");
	learn(&t, TOKENIZER_BYTE, 0);
	ds.tokenizer = &t;
	CHECK_INT(augment_fits(&k, &ds, NULL, dictionary, &e), 0);
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
		TEST(rows_grow_and_are_truncated),
		TEST(frames_are_preserved),
		TEST(next_token_labels_follow),
		TEST(the_share_is_the_requested_one),
		TEST(a_missing_wordnet_or_tokenizer_is_refused),
		TEST(debians_wordnet_is_read), /* the last: skipped if not installed */
	};

	/* cmocka's skip() writes "not ok", which automake counts as a failure */
	return _cmocka_run_group_tests(
		"tests", tests, sizeof tests / sizeof *tests - !io_exists(DEBIAN "/index.noun"),
		read_dictionary, drop_dictionary);
}
