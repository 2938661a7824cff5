/* test_round_trip_rows.c: back-translated texts as rows of a data set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/data/augment/augment.h"
#include "retort/data/read/read.h"
#include "retort/data/sets.h"
#include "retort/data/texts.h"
#include "retort/data/translate/bitext.h"
#include "retort/data/translate/round_trip.h"
#include "retort/data/translate/trigram_cosine.h"

static struct dataset *
table_of(const char *csv)
{
	struct dataset_options o = {
		.text = "said", .label = "mood", .tokens = "char", .length = 6
	};
	struct dataset *ds = NULL;
	struct err e;

	if (read_bytes("table.csv", csv, strlen(csv), &o, &ds, &e) < 0)
		fail_msg("%s", e.msg);
	return ds;
}

#define EIGHT "b,cab\na,acb\nb,a\na,cc\na,b\nb,ab\nb,bb\na,abc\n"

static void
texts_stay_with_their_rows(void **state)
{
	struct dataset *ds = table_of("mood,said\na,a cat cab\nb,\n" EIGHT),
		       *more = table_of("mood,said\na,b act\nb,t\n" EIGHT);
	struct err e;

	(void)state;
	CHECK_STR(texts_row(ds, 0), "a cat cab"); /* longer than the row */
	CHECK_STR(texts_row(ds, 1), "");
	CHECK_STR(texts_row(ds, 9), "abc");
	if (sets_append(ds, more, DATASET_TRANSFER, 1, &e) < 0)
		fail_msg("%s", e.msg);
	CHECK_STR(texts_row(ds, 0), "a cat cab");
	CHECK_STR(texts_row(ds, 10), "b act");
	CHECK_STR(texts_row(ds, 19), "abc");
	dataset_free(more);
	dataset_free(ds);
}

static void
translations_are_tokenized_like_their_rows(void **state)
{
	struct dataset *ds = table_of("mood,said\na,a cat cab\nb,\n" EIGHT);
	struct bitext *b = bitext_new("x");
	struct round_trip *r;
	struct err e;

	(void)state;
	bitext_add(b, "a cat cab", "tac a bat b");
	bitext_add(b, "cab", "cab"); /* unchanged */
	bitext_add(b, "acb", "");    /* empty */
	bitext_add(b, "cc", "x");    /* a character missing in the vocabulary */
	bitext_add(b, "ab", "ba");
	bitext_add(b, "not there", "a");
	bitext_measure(b);
	r = round_trip_new(ds, b, &e);
	if (!r)
		fail_msg("%s", e.msg);
	CHECK_INT(r->rows, 2);
	CHECK_INT(r->refused, 1);
	for (size_t i = 0; i < ds->n; i++)
		CHECK((r->cosine[i] >= 0) == (i == 0 || i == 7));
	CHECK_NEAR(r->cosine[0], trigram_cosine_texts("a cat cab", "tac a bat b"), 1e-7);
	/* blank, a, b, c, t have ids 0 to 4 */
	assert_memory_equal(r->ids, ((int32_t[]){ 4, 1, 3, 0, 1, 0 }), 6 * sizeof(int32_t));
	assert_memory_equal(r->ids + 7 * 6, ((int32_t[]){ 2, 1, -1, -1, -1, -1 }),
			    6 * sizeof(int32_t));
	round_trip_free(r);
	bitext_free(b);
	b = bitext_new("x");
	bitext_add(b, "not there", "a");
	CHECK(!round_trip_new(ds, b, &e));
	bitext_add(b, "cc", "x");
	CHECK(!round_trip_new(ds, b, &e) && strstr(e.msg, "missing in the"));
	bitext_free(b);
	b = bitext_new("x");
	bitext_add(b, "cab", "cab"); /* a translator that changes nothing is valid */
	bitext_measure(b);
	r = round_trip_new(ds, b, &e);
	CHECK(r && r->rows == 0 && r->found == 1 && r->cosine[2] < 0);
	round_trip_free(r);
	bitext_free(b);
	dataset_free(ds);
}

enum { ROWS = 2000, LENGTH = 4 };

static int32_t ids[ROWS * LENGTH], after[ROWS * LENGTH], labels[ROWS];
static float cosine[ROWS];
static uint32_t rows[ROWS];

/* A quarter of the rows has no translation, a quarter one of low cosine. */
static void
fill_rows(void)
{
	for (int i = 0; i < ROWS; i++) {
		rows[i] = (uint32_t)(ROWS - 1 -
				     i); /* rows of the batch and of the data differ in order */
		cosine[i] = i % 4 == 0 ? -1 : i % 4 == 1 ? 0.5f : 0.9f;
		for (int p = 0; p < LENGTH; p++) {
			ids[i * LENGTH + p] = 'a';
			after[i * LENGTH + p] = 'b' + i % 7;
		}
	}
}

/* Rows are replaced at the requested rate, if their cosine is high enough. */
static void
rows_are_replaced_at_the_requested_rate(void **state)
{
	struct dataset ds = { .name = "texts",
			      .kind = DATASET_TOKENS,
			      .n = ROWS,
			      .d = LENGTH,
			      .length = LENGTH,
			      .vocab = 256,
			      .classes = 2,
			      .ids = ids,
			      .y = labels };
	struct round_trip round_trip = {
		.n = ROWS, .length = LENGTH, .ids = after, .cosine = cosine
	};
	struct augmenter a;
	struct knobs knobs;
	struct batch b;
	size_t taken = 0;
	struct err e;

	(void)state;
	fill_rows();
	knob_defaults(&knobs);
	CHECK_INT(augment_fits(&knobs, &ds, NULL, NULL, &e), 0);
	knobs.backtranslate_rate = 0.3;
	knobs.backtranslate_keep = 0.75;
	CHECK_INT(augment_fits(&knobs, &ds, NULL, NULL, &e), -1);
	CHECK_INT(augment_fits(&knobs, &ds, &round_trip, NULL, &e), 0);
	CHECK_INT(batch_init(&b, ROWS, &ds, &e), 0);
	CHECK_INT(augment_open(&a, &ds, rows, ROWS, NULL, &e), 0);
	a.round_trip = &round_trip;
	batch_fill(&b, &ds, rows, ROWS, NULL);
	augment_batch(&a, &knobs, 42, 7, &b);
	for (int i = 0; i < ROWS; i++) {
		const int32_t *got = batch_i32(&b, BATCH_IDS) + i * LENGTH;
		uint32_t row = rows[i];
		bool is = got[0] != 'a';

		CHECK(!is || (row % 4 >= 2 &&
			      memcmp(got, after + row * LENGTH, sizeof(int32_t) * LENGTH) == 0));
		taken += is;
	}
	CHECK_NEAR((double)taken / (ROWS / 2.0), 0.3,
		   4 * sqrt(0.3 * 0.7 / (ROWS / 2.0))); /* four standard deviations */
	augment_close(&a);
	batch_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(texts_stay_with_their_rows),
		TEST(translations_are_tokenized_like_their_rows),
		TEST(rows_are_replaced_at_the_requested_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
