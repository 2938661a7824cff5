/* test_augment.c: augmentations: values by hand, shares, the same bits on any number of threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/data/augment/augment.h"
#include "retort/data/augment/warp.h"
#include "retort/data/vocab/words.h"
#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"

#define ROWS 2000
#define LENGTH 48
#define SIDE 8
#define D (SIDE * SIDE)
#define CLASSES 3

static int32_t ids[ROWS * LENGTH + 1], labels[ROWS];
static float x[ROWS * D];
static uint8_t visible[ROWS];
static uint32_t rows[ROWS];
static struct knobs knobs;

static struct dataset
texts(void)
{
	static const char text[] = "the cat, 'twas said,  sat on the mat; 7 dogs ran";

	for (size_t i = 0; i < ROWS; i++) {
		rows[i] = (uint32_t)i;
		for (size_t p = 0; p < LENGTH; p++) /* padding in each third row */
			ids[i * LENGTH + p] = i % 3 == 0 && p >= 30 ? -1 : text[p];
	}
	knob_defaults(&knobs);
	return (struct dataset){ .name = "texts",
				 .kind = DATASET_TOKENS,
				 .n = ROWS,
				 .d = LENGTH,
				 .length = LENGTH,
				 .vocab = 256,
				 .classes = CLASSES,
				 .ids = ids,
				 .y = labels };
}

static struct dataset
numbers(enum dataset_kind kind)
{
	struct rng r = rng_stream(3, "numbers", 0, 0);

	for (size_t i = 0; i < ROWS; i++) {
		rows[i] = (uint32_t)i;
		labels[i] = (int32_t)(i % CLASSES);
		visible[i] = i % 4 == 0;
		for (size_t c = 0; c < D; c++)
			x[i * D + c] = (float)(rng_normal(r, i * D + c) + 10);
	}
	knob_defaults(&knobs);
	return (struct dataset){ .name = "numbers",
				 .kind = kind,
				 .n = ROWS,
				 .d = D,
				 .height = SIDE,
				 .width = SIDE,
				 .channels = 1,
				 .classes = CLASSES,
				 .x = x,
				 .y = labels };
}

/* The first n rows, augmented. */
static struct batch
augmented(const struct dataset *ds, size_t n, uint64_t step, struct pool *pool)
{
	struct augmenter a;
	struct batch b;
	struct err e;

	CHECK_INT(batch_init(&b, n, ds, &e), 0);
	CHECK_INT(augment_open(&a, ds, rows, ROWS, pool, &e), 0);
	batch_fill(&b, ds, rows, n, ds->kind == DATASET_TOKENS ? NULL : visible);
	CHECK(!b.augmented);
	augment_batch(&a, &knobs, 42, step, &b);
	augment_close(&a);
	return b;
}

static void
words_are_runs_of_letters(void **state)
{
	static const char names[] = " \na\n\xC3\xA9\n\xE7\x8C\xAB\n,\n[MASK]\n\xE3\x80\x82\n";
	static const uint8_t want[] = { WORDS_BETWEEN, WORDS_LETTER,  WORDS_LETTER, WORDS_WHOLE,
					WORDS_BETWEEN, WORDS_BETWEEN, WORDS_BETWEEN };
	static const size_t begins[] = { 0, 4, 9, 15, 22, 26, 29, 33, 38, 40, 45 };
	struct dataset ds = texts();
	struct tokenizer chars;
	uint8_t kind[256], named[9];
	struct err e;
	size_t end = 0, n = words_length(ids + LENGTH, LENGTH);

	(void)state;
	words_kinds(&ds, kind);
	CHECK_INT(words_length(ids, LENGTH), 30);
	CHECK_INT(n, LENGTH);
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		CHECK_INT(words_next(kind, ids + LENGTH, n, end, &end), begins[i]);
	CHECK_INT(words_next(kind, ids + LENGTH, n, end, &end), n);
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
	struct dataset ds = texts();
	size_t words = 0, masked = 0, other = 0, broken = 0, end;
	uint8_t kind[256];
	struct batch b;

	(void)state;
	knobs.mask_rate = 0.5;
	knobs.mask_token = 0;
	words_kinds(&ds, kind);
	b = augmented(&ds, ROWS, 1, NULL);
	CHECK(b.augmented);
	for (size_t i = 0; i < ROWS; i++) {
		const int32_t *was = ids + i * LENGTH, *now = batch_i32(&b, BATCH_IDS) + i * LENGTH;
		size_t n = words_length(was, LENGTH);

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
		for (size_t p = n; p < LENGTH; p++)
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
	const int32_t *id = batch_i32(b, BATCH_IDS) + i * LENGTH;
	size_t n = words_length(id, LENGTH);

	for (size_t p = 0; p < n; p++)
		out[p] = (char)id[p];
	out[n] = '\0';
}

static void
words_are_deleted_with_the_next_blank(void **state)
{
	struct dataset ds = texts();
	size_t left = 0, deleted = 0;
	char text[LENGTH + 1];
	struct batch b;

	(void)state;
	knobs.delete_rate = 1; /* would become empty: unchanged */
	b = augmented(&ds, 2, 1, NULL);
	text_of(&b, 1, text);
	CHECK_STR(text, "the cat, 'twas said,  sat on the mat; 7 dogs ran");
	batch_release(&b);
	knobs.delete_rate = 0.3;
	b = augmented(&ds, ROWS, 1, NULL);
	for (size_t i = 1; i < ROWS; i += 3) {
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
	struct dataset ds = texts();
	size_t by[6] = { 0 }, n = 0;
	char text[LENGTH + 1];
	uint8_t kind[256];
	struct batch b;

	(void)state;
	knobs.ngram_rate = 1;
	words_kinds(&ds, kind);
	b = augmented(&ds, ROWS, 1, NULL);
	for (size_t i = 1; i < ROWS; i += 3, n++) {
		const int32_t *now = batch_i32(&b, BATCH_IDS) + i * LENGTH;
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
	struct dataset ds = texts();
	struct batch b;

	(void)state;
	ds.next_token = true;
	ds.classes = 256;
	knobs.delete_rate = 0.4;
	b = augmented(&ds, ROWS, 2, NULL);
	for (size_t i = 0; i < ROWS; i++) {
		const int32_t *now = batch_i32(&b, BATCH_IDS) + i * LENGTH,
			      *label = batch_i32(&b, BATCH_LABEL) + i * LENGTH;
		const float *weight = batch_f32(&b, BATCH_LABEL_WEIGHT) + i * LENGTH;
		size_t n = words_length(now, LENGTH);

		for (size_t p = 0; p + 1 < n; p++)
			CHECK_INT(label[p], now[p + 1]);
		for (size_t p = n; p < LENGTH; p++)
			CHECK(label[p] == -1 && weight[p] == 0);
	}
	batch_release(&b);
}

static void
cells_become_the_mean_or_that_of_another_row(void **state)
{
	struct dataset ds = numbers(DATASET_NUMBERS);
	size_t zero = 0, swapped = 0, n = ROWS * D;
	struct batch b;

	(void)state;
	knobs.cell_rate = 0.2;
	knobs.cell_swap = 0.25;
	b = augmented(&ds, ROWS, 1, NULL);
	for (size_t i = 0; i < n; i++) {
		float now = batch_f32(&b, BATCH_INPUT)[i];
		bool found = false;

		zero += now == 0;
		if (now == 0 || now == x[i])
			continue;
		swapped++;
		for (size_t r = 0; r < ROWS && swapped < 50; r++)
			found = found || x[r * D + i % D] == now;
		CHECK(found || swapped >= 50);
	}
	CHECK_NEAR((double)zero / (double)n, 0.15, 0.005);
	CHECK_NEAR((double)swapped / (double)n, 0.05, 0.003);
	batch_release(&b);
}

/* Otherwise a row could be red and blue at once. The last features are numbers. */
static void
categories_are_masked_as_one_cell(void **state)
{
	static char name[D][16];
	static char *column[D];
	static const char *word[D];
	struct dataset ds = numbers(DATASET_NUMBERS);
	size_t replaced = 0;
	struct batch b;

	(void)state;
	for (size_t c = 0; c < D; c++) {
		snprintf(name[c], sizeof name[c], c < D - 2 ? "c%zu=%c" : "c%zu_%c", c / 2,
			 c % 2 ? 'b' : 'a');
		column[c] = name[c];
		word[c] = c < D - 2 ? strchr(name[c], '=') + 1 : NULL;
	}
	ds.column = column;
	ds.word = word;
	knobs.cell_rate = 0.5;
	knobs.cell_swap = 0.5;
	b = augmented(&ds, 100, 1, NULL);
	for (size_t i = 0; i + 1 < 100 * D; i += 2) {
		const float *now = batch_f32(&b, BATCH_INPUT) + i;
		size_t c = i % D, r = 0;

		if (c == D - 2)
			continue;
		replaced += now[0] != x[i];
		CHECK((now[0] == 0) == (now[1] == 0));
		while (now[0] != 0 && r < ROWS && x[r * D + c] != now[0])
			r++;
		CHECK(now[0] == 0 || (r < ROWS && now[1] == x[r * D + c + 1]));
	}
	CHECK(replaced > 100);
	batch_release(&b);
}

static void
images_are_warped_as_by_hand(void **state)
{
	static const float image[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	static const float right[] = { 1, 1, 2, 4, 4, 5, 7, 7, 8 },
			   turned[] = { 3, 6, 9, 2, 5, 8, 1, 4, 7 };
	static const float half[] = { 1.5f, 2.5f, 3, 4.5f, 5.5f, 6, 7.5f, 8.5f, 9 };
	const struct warp by_one = { 1, 0, 0, 0, 1, -1 }, quarter = { 0, 1, 0, -1, 0, 2 },
			  by_half = { 1, 0, 0, 0, 1, 0.5 };
	float out[9];

	(void)state;
	warp_image(image, 3, 3, 1, &by_one, out);
	CHECK(memcmp(out, right, sizeof out) == 0);
	warp_image(image, 3, 3, 1, &quarter, out);
	CHECK(memcmp(out, turned, sizeof out) == 0);
	warp_image(image, 3, 3, 1, &by_half, out);
	CHECK(memcmp(out, half, sizeof out) == 0);
}

static size_t
erased(const float *image)
{
	size_t n = 0;

	for (size_t i = 0; i < D; i++)
		n += image[i] == 0;
	return n;
}

static void
images_are_shifted_erased_cropped_and_rotated(void **state)
{
	struct dataset ds = numbers(DATASET_IMAGE);
	size_t shifted = 0, patches = 0;
	struct batch b;

	(void)state;
	knobs.shift_most = 1;
	b = augmented(&ds, ROWS, 1, NULL);
	for (size_t i = 0; i < ROWS; i++) { /* the middle is one of nine */
		float now = batch_f32(&b, BATCH_INPUT)[i * D + 3 * SIDE + 3];
		bool found = false;

		for (size_t k = 0; k < 9; k++)
			found = found || now == x[i * D + (2 + k / 3) * SIDE + 2 + k % 3];
		CHECK(found);
		shifted += now != x[i * D + 3 * SIDE + 3];
	}
	CHECK_NEAR((double)shifted / ROWS, 8 / 9., 0.03);
	batch_release(&b);
	knobs.shift_most = 0;
	knobs.erase_rate = 0.5;
	knobs.erase_size = 0.375; /* of 8: 3 */
	b = augmented(&ds, ROWS, 1, NULL);
	for (size_t i = 0; i < ROWS; i++) {
		size_t n = erased(batch_f32(&b, BATCH_INPUT) + i * D);

		CHECK(n == 0 || n == 9);
		patches += n == 9;
	}
	CHECK_NEAR((double)patches / ROWS, 0.5, 0.04);
	batch_release(&b);
	knobs.erase_rate = 0;
	knobs.rotate_most = 15;
	knobs.crop_most = 0.3;
	b = augmented(&ds, ROWS, 1, NULL);
	for (size_t i = 0; i < ROWS * D; i++) /* interpolation stays within the range of pixels */
		CHECK(batch_f32(&b, BATCH_INPUT)[i] > 4 && batch_f32(&b, BATCH_INPUT)[i] < 16);
	batch_release(&b);
}

static void
noise_has_the_requested_deviation(void **state)
{
	struct dataset ds = numbers(DATASET_NUMBERS);
	double sum = 0, squares = 0;
	struct batch b;

	(void)state;
	knobs.noise_spread = 0.5;
	b = augmented(&ds, ROWS, 1, NULL);
	for (size_t i = 0; i < ROWS * D; i++) {
		double z = (double)batch_f32(&b, BATCH_INPUT)[i] - (double)x[i];

		sum += z;
		squares += z * z;
	}
	CHECK_NEAR(sum / (ROWS * D), 0, 0.006);
	CHECK_NEAR(sqrt(squares / (ROWS * D)), 0.5, 0.004);
	batch_release(&b);
}

/* Input and label have the same weights; mixtures have two labels or none. */
static void
rows_and_labels_are_mixed_with_equal_weights(void **state)
{
	struct dataset ds = numbers(DATASET_NUMBERS);
	size_t mixed = 0;
	double sum = 0;
	struct batch b;

	(void)state;
	knobs.mixup_rate = 1;
	b = augmented(&ds, ROWS - 1, 5, NULL);
	for (size_t i = 0; i < b.rows; i++) {
		size_t first = visible[i] ? 4 * (i / 4 / 2 * 2) : i, other;
		float share = batch_f32(&b, BATCH_LABEL_SHARE)[i];
		const float *now = batch_f32(&b, BATCH_INPUT) + i * D;

		CHECK(share >= 0.5f && share <= 1);
		CHECK_NEAR(batch_f32(&b, BATCH_LABEL_WEIGHT)[i], visible[i], 0);
		if (!visible[i] || batch_i32(&b, BATCH_OTHER_LABEL)[i] < 0)
			continue;
		other = i == first ? first + 4 : first;
		mixed++;
		sum += (double)share;
		CHECK_INT(batch_i32(&b, BATCH_LABEL)[i], labels[i]);
		CHECK_INT(batch_i32(&b, BATCH_OTHER_LABEL)[i], labels[other]);
		for (size_t c = 0; c < D; c++)
			CHECK_NEAR(now[c], share * x[i * D + c] + (1 - share) * x[other * D + c],
				   1e-5);
	}
	CHECK_INT(mixed, ROWS / 4);
	CHECK_NEAR(sum / (double)mixed, 0.75, 0.02); /* uniform, folded */
	batch_release(&b);
	for (int k = 0; k < 2; k++) { /* folded, beta (a, a) has this mean */
		const double alpha[] = { 0.2, 8 }, mean[] = { .8984, .5982 };

		knobs.mixup_alpha = alpha[k];
		b = augmented(&ds, ROWS, 6, NULL);
		sum = 0;
		for (size_t i = 0; i < ROWS; i++)
			sum += (double)batch_f32(&b, BATCH_LABEL_SHARE)[i];
		CHECK_NEAR(sum / ROWS, mean[k], 0.02);
		batch_release(&b);
	}
}

/* The cross-entropy of a mixture is the weighted mean over both labels. */
static void
cross_entropy_uses_both_labels(void **state)
{
	static const real z[] = { 1, 2, (real).5 }, weight[] = { 1 }, share[] = { (real).75 };
	static const int32_t one[] = { 0 }, two[] = { 2 };
	const struct loss *const loss[] = { &loss_ce, &loss_ls };
	real scratch[LOSS_SCRATCH * 3], dx[3][3] = { { 0 } };
	double value[3];

	(void)state;
	knob_defaults(&knobs);
	for (int l = 0; l < 2; l++) {
		memset(dx, 0, sizeof dx);
		for (int k = 0; k < 3; k++) {
			struct loss_args a = { .rows = 1,
					       .width = 3,
					       .x = z,
					       .label = k == 1 ? two : one,
					       .weight = weight,
					       .temperature = 1,
					       .scale = 1,
					       .dx = dx[k],
					       .knobs = &knobs,
					       .scratch = scratch,
					       .positions = 1,
					       .channels = 3 };

			if (k == 2) {
				a.other = two;
				a.share = share;
			}
			value[k] = loss[l]->run(&a);
		}
		CHECK_NEAR(value[2], .75 * value[0] + .25 * value[1], 1e-6);
		for (int c = 0; c < 3; c++)
			CHECK_NEAR(dx[2][c], .75 * (double)dx[0][c] + .25 * (double)dx[1][c], 1e-6);
	}
}

static void
check_same(const struct batch *a, const struct batch *b, bool same)
{
	bool equal = true;

	for (int i = 0; i < BATCH_ARRAYS; i++)
		if (a->array[i].width)
			equal = equal && memcmp(a->array[i].data, b->array[i].data,
						a->rows * a->array[i].width * 4) == 0;
	CHECK(equal == same);
}

static void
bits_are_the_same_on_any_number_of_threads(void **state)
{
	struct pool *pool = pool_new(4);

	(void)state;
	for (int kind = DATASET_NUMBERS; kind <= DATASET_TOKENS; kind++) {
		struct dataset ds =
			kind == DATASET_TOKENS ? texts() : numbers((enum dataset_kind)kind);
		struct batch one, four, later;

		knobs.mask_rate = knobs.delete_rate = knobs.ngram_rate = 0.2;
		knobs.cell_rate = knobs.noise_spread = knobs.erase_rate = knobs.crop_most =
			knobs.mixup_rate = 0.5;
		knobs.rotate_most = 30;
		knobs.shift_most = 2;
		one = augmented(&ds, 1000, 7, NULL);
		four = augmented(&ds, 1000, 7, pool);
		later = augmented(&ds, 1000, 8, pool);
		check_same(&one, &four, true);
		check_same(&one, &later, false);
		batch_release(&one);
		batch_release(&four);
		batch_release(&later);
	}
	pool_free(pool);
}

static void
augmentations_for_other_rows_are_refused(void **state)
{
	struct dataset ds = numbers(DATASET_NUMBERS);
	struct err e;

	(void)state;
	knobs.mask_rate = 0.1;
	CHECK_INT(augment_fits(&knobs, &ds, NULL, NULL, &e), -1);
	CHECK_STR(e.msg, "mask-rate: words of a text are masked, and numbers is a table of "
			 "numbers; `set mask-rate 0`");
	CHECK(!augment_any(&knobs, ds.kind));
	ds = texts();
	knobs.mask_rate = 0.1;
	CHECK_INT(augment_fits(&knobs, &ds, NULL, NULL, &e), 0);
	knobs.mask_token = 256;
	CHECK_INT(augment_fits(&knobs, &ds, NULL, NULL, &e), -1);
	CHECK_STR(e.msg, "invalid mask-token 256 (expected 0 to 255)");
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
		TEST(cells_become_the_mean_or_that_of_another_row),
		TEST(categories_are_masked_as_one_cell),
		TEST(images_are_warped_as_by_hand),
		TEST(images_are_shifted_erased_cropped_and_rotated),
		TEST(noise_has_the_requested_deviation),
		TEST(rows_and_labels_are_mixed_with_equal_weights),
		TEST(cross_entropy_uses_both_labels),
		TEST(bits_are_the_same_on_any_number_of_threads),
		TEST(augmentations_for_other_rows_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
