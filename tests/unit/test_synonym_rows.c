/* test_synonym_rows.c: rows whose words are replaced by synonyms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "synonymrig.h"

#include "retort/base/mem.h"
#include "retort/data/augment/augment.h"
#include "retort/data/vocab/words.h"

#define LENGTH 24

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
	CHECK_INT(augment_learn(&a, synonymrig_wordnet, &e), 0);
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
	synonymrig_learn(&t, TOKENIZER_BYTE, 0);
	ds = synonymrig_rows(&t, texts, 4, LENGTH);
	b = augmented(&ds, &k, 3);
	for (size_t i = 0; i < 4; i++) {
		const int32_t *ids = batch_i32(&b, BATCH_IDS) + i * LENGTH;

		synonymrig_decode(&t, ids, words_length(ids, LENGTH), &got);
		CHECK(strncmp(text_get(&got), want[i], strlen(want[i])) == 0);
	}
	CHECK_STR(text_get(&got), "");
	CHECK_INT(batch_i32(&b, BATCH_IDS)[LENGTH - 1],
		  -1); /* "I purchase a film." and trailing blanks */
	batch_release(&b);
	text_release(&got);
	synonymrig_release(&ds);
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
	synonymrig_learn(&t, TOKENIZER_WORDPIECE, 60); /* few: words are several tokens */
	CHECK_INT(t.special[TOKENIZER_BEGIN], cls_to_sep[0]);
	CHECK_INT(t.special[TOKENIZER_END], cls_to_sep[3]);
	ds = synonymrig_rows(&t, (const char *const[]){ "", "" }, 2, 16);
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
	synonymrig_release(&ds);
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
	synonymrig_learn(&t, TOKENIZER_BYTE, 0);
	ds = synonymrig_rows(&t, texts, 3, LENGTH);
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
	synonymrig_release(&ds);
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
	synonymrig_learn(&t, TOKENIZER_BYTE, 0);
	ds = synonymrig_rows(&t, texts, 4, 64);
	for (uint64_t step = 0; step < steps; step++) {
		struct batch b = augmented(&ds, &k, step);
		struct text got = { 0 };

		for (size_t i = 0; i < 4; i++) {
			synonymrig_decode(&t, batch_i32(&b, BATCH_IDS) + i * 64, 64, &got);
			changed += strstr(text_get(&got), "purchase") != NULL;
			changed += strstr(text_get(&got), "repast") != NULL;
			changed += strstr(text_get(&got), "awful") != NULL;
		}
		text_release(&got);
		batch_release(&b);
	}
	CHECK_NEAR((double)changed / (double)(12 * steps), 0.3,
		   4 * sqrt(0.3 * 0.7 / (double)(12 * steps)));
	synonymrig_release(&ds);
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
	CHECK_INT(augment_fits(&k, &ds, NULL, synonymrig_wordnet, &e), -1);
	CHECK_STR(e.msg, "synonym-rate: words of a text are replaced by synonyms, but ids has ids "
			 "without a tokenizer; `set synonym-rate 0`");
	synonymrig_learn(&t, TOKENIZER_BYTE, 0);
	ds.tokenizer = &t;
	CHECK_INT(augment_fits(&k, &ds, NULL, synonymrig_wordnet, &e), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_grow_and_are_truncated),
		TEST(frames_are_preserved),
		TEST(next_token_labels_follow),
		TEST(the_share_is_the_requested_one),
		TEST(a_missing_wordnet_or_tokenizer_is_refused),
	};

	return cmocka_run_group_tests(tests, synonymrig_read, synonymrig_drop);
}
