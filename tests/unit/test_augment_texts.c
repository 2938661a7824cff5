/* test_augment_texts.c: augmentations of texts: values by hand, and shares. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "augmentrig.h"
#include "check.h"

#include "retort/base/mem.h"
#include "retort/data/vocab/words.h"

static void
words_are_runs_of_letters(void **state)
{
	static const char names[] = " \na\n\xC3\xA9\n\xE7\x8C\xAB\n,\n[MASK]\n\xE3\x80\x82\n";
	static const uint8_t want[] = { WORDS_BETWEEN, WORDS_LETTER,  WORDS_LETTER, WORDS_WHOLE,
					WORDS_BETWEEN, WORDS_BETWEEN, WORDS_BETWEEN };
	static const size_t begins[] = { 0, 4, 9, 15, 22, 26, 29, 33, 38, 40, 45 };
	struct dataset ds = augmentrig_texts();
	struct tokenizer chars;
	uint8_t kind[256], named[9];
	struct err e;
	size_t end = 0, n = words_length(augmentrig.ids + AUGMENTRIG_LENGTH, AUGMENTRIG_LENGTH);

	(void)state;
	words_kinds(&ds, kind);
	CHECK_INT(words_length(augmentrig.ids, AUGMENTRIG_LENGTH), 30);
	CHECK_INT(n, AUGMENTRIG_LENGTH);
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		CHECK_INT(words_next(kind, augmentrig.ids + AUGMENTRIG_LENGTH, n, end, &end),
			  begins[i]);
	CHECK_INT(words_next(kind, augmentrig.ids + AUGMENTRIG_LENGTH, n, end, &end), n);
	CHECK_INT(words_mask(&ds), ' ');
	CHECK_INT(tokenizer_from_vocab(&chars, names, sizeof names - 1, &e), 0);
	ds.vocab = chars.vocab;
	ds.tokenizer = &chars;
	words_kinds(&ds, named);
	for (size_t i = 0; i < sizeof want; i++)
		CHECK_INT(named[i], want[i]);
	CHECK_INT(words_blank(&ds), 0);
	CHECK_INT(words_mask(&ds), 5);
	tokenizer_release(&chars);
	ds.tokenizer = NULL;
	CHECK_INT(words_mask(&ds), 0);
	words_kinds(&ds, named);
	CHECK_INT(named[3], WORDS_WHOLE);
}

/* Of selected words 80 % are masked, 10 % replaced, 10 % unchanged: counted over the words of the
 * second row. */
static void
masked_words_have_the_requested_shares(void **state)
{
	struct dataset ds = augmentrig_texts();
	size_t words = 0, masked = 0, other = 0, broken = 0, end;
	uint8_t kind[256];
	struct batch b;

	(void)state;
	augmentrig.knobs.mask_rate = 0.5;
	augmentrig.knobs.mask_token = 0;
	words_kinds(&ds, kind);
	b = augmentrig_batch(&ds, AUGMENTRIG_ROWS, 1, NULL);
	CHECK(b.augmented);
	for (size_t i = 0; i < AUGMENTRIG_ROWS; i++) {
		const int32_t *was = augmentrig.ids + i * AUGMENTRIG_LENGTH,
			      *now = batch_i32(&b, BATCH_IDS) + i * AUGMENTRIG_LENGTH;
		size_t n = words_length(was, AUGMENTRIG_LENGTH);

		for (size_t p = words_next(kind, was, n, 0, &end); p < n;
		     p = words_next(kind, was, n, end, &end)) {
			size_t zeros = 0, same = 0;

			for (size_t t = p; t < end; t++) {
				zeros += now[t] == 0;
				same += now[t] == was[t];
			}
			words++;
			masked += zeros == end - p;
			other += zeros == 0 && same < end - p;
			broken += zeros > 0 && zeros < end - p;
		}
		for (size_t p = n; p < AUGMENTRIG_LENGTH; p++)
			CHECK_INT(now[p], -1);
	}
	CHECK_INT(broken, 0);
	CHECK(words > 18000);
	CHECK_NEAR((double)masked / (double)words, 0.4, 0.012);
	CHECK_NEAR((double)other / (double)words, 0.05,
		   0.006); /* the drawn letter may be the old one */
	batch_release(&b);
}

static void
text_of(const struct batch *b, size_t i, char *out)
{
	const int32_t *id = batch_i32(b, BATCH_IDS) + i * AUGMENTRIG_LENGTH;
	size_t n = words_length(id, AUGMENTRIG_LENGTH);

	for (size_t p = 0; p < n; p++)
		out[p] = (char)id[p];
	out[n] = '\0';
}

static void
words_are_deleted_with_the_next_blank(void **state)
{
	struct dataset ds = augmentrig_texts();
	size_t left = 0, deleted = 0;
	char text[AUGMENTRIG_LENGTH + 1];
	struct batch b;

	(void)state;
	augmentrig.knobs.delete_rate = 1; /* would become empty: unchanged */
	b = augmentrig_batch(&ds, 2, 1, NULL);
	text_of(&b, 1, text);
	CHECK_STR(text, "the cat, 'twas said,  sat on the mat; 7 dogs ran");
	batch_release(&b);
	augmentrig.knobs.delete_rate = 0.3;
	b = augmentrig_batch(&ds, AUGMENTRIG_ROWS, 1, NULL);
	for (size_t i = 1; i < AUGMENTRIG_ROWS; i += 3) {
		text_of(&b, i, text);
		left += strstr(text, "dogs") != NULL;
		deleted += strstr(text, "dogs") == NULL;
		CHECK(strstr(text, "dogs") == NULL || strstr(text, "; dogs") ||
		      strstr(text, "7 dogs") || strncmp(text, "dogs", 4) == 0 ||
		      strstr(text, ", dogs") || strstr(text, " dogs"));
		CHECK(strchr(text, ';') != NULL); /* tokens between words are unchanged */
	}
	CHECK_NEAR((double)deleted / (double)(left + deleted), 0.3, 0.06);
	batch_release(&b);
}

static void
n_grams_are_selected(void **state)
{
	static const char all[] = "the cat, 'twas said,  sat on the mat; 7 dogs ran";
	struct dataset ds = augmentrig_texts();
	size_t by[6] = { 0 }, n = 0;
	char text[AUGMENTRIG_LENGTH + 1];
	uint8_t kind[256];
	struct batch b;

	(void)state;
	augmentrig.knobs.ngram_rate = 1;
	words_kinds(&ds, kind);
	b = augmentrig_batch(&ds, AUGMENTRIG_ROWS, 1, NULL);
	for (size_t i = 1; i < AUGMENTRIG_ROWS; i += 3, n++) {
		const int32_t *now = batch_i32(&b, BATCH_IDS) + i * AUGMENTRIG_LENGTH;
		size_t words = 0, end = 0;

		text_of(&b, i, text);
		CHECK(strstr(all, text) != NULL);
		while (words_next(kind, now, strlen(text), end, &end) < strlen(text))
			words++;
		CHECK(words >= 1 && words <= 5);
		by[words]++;
	}
	for (size_t k = 1; k <= 5; k++)
		CHECK_NEAR((double)by[k] / (double)n, 0.2, 0.06);
	batch_release(&b);
}

/* Labels are the next token; the last one keeps its label. */
static void
next_token_labels_follow_deletions(void **state)
{
	struct dataset ds = augmentrig_texts();
	struct batch b;

	(void)state;
	ds.next_token = true;
	ds.classes = 256;
	augmentrig.knobs.delete_rate = 0.4;
	b = augmentrig_batch(&ds, AUGMENTRIG_ROWS, 2, NULL);
	for (size_t i = 0; i < AUGMENTRIG_ROWS; i++) {
		const int32_t *now = batch_i32(&b, BATCH_IDS) + i * AUGMENTRIG_LENGTH,
			      *label = batch_i32(&b, BATCH_LABEL) + i * AUGMENTRIG_LENGTH;
		const float *weight = batch_f32(&b, BATCH_LABEL_WEIGHT) + i * AUGMENTRIG_LENGTH;
		size_t n = words_length(now, AUGMENTRIG_LENGTH);

		for (size_t p = 0; p + 1 < n; p++)
			CHECK_INT(label[p], now[p + 1]);
		for (size_t p = n; p < AUGMENTRIG_LENGTH; p++)
			CHECK(label[p] == -1 && weight[p] == 0);
	}
	batch_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_are_runs_of_letters),
		TEST(masked_words_have_the_requested_shares),
		TEST(words_are_deleted_with_the_next_blank),
		TEST(n_grams_are_selected),
		TEST(next_token_labels_follow_deletions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
