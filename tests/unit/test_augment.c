/* test_augment.c: augmentations of tables and images, and all on any number of threads. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "augmentrig.h"
#include "check.h"

#include "retort/base/mem.h"
#include "retort/data/augment/warp.h"
#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"

static void
cells_become_the_mean_or_that_of_another_row(void **state)
{
	struct dataset ds = augmentrig_numbers(DATASET_NUMBERS);
	size_t zero = 0, swapped = 0, n = AUGMENTRIG_ROWS * AUGMENTRIG_NUMBERS;
	struct batch b;

	(void)state;
	augmentrig.knobs.cell_rate = 0.2;
	augmentrig.knobs.cell_swap = 0.25;
	b = augmentrig_batch(&ds, AUGMENTRIG_ROWS, 1, NULL);
	for (size_t i = 0; i < n; i++) {
		float now = batch_f32(&b, BATCH_INPUT)[i];
		bool found = false;

		zero += now == 0;
		if (now == 0 || now == augmentrig.x[i])
			continue;
		swapped++;
		for (size_t r = 0; r < AUGMENTRIG_ROWS && swapped < 50; r++)
			found = found ||
				augmentrig.x[r * AUGMENTRIG_NUMBERS + i % AUGMENTRIG_NUMBERS] ==
					now;
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
	static char name[AUGMENTRIG_NUMBERS][16];
	static char *column[AUGMENTRIG_NUMBERS];
	static const char *word[AUGMENTRIG_NUMBERS];
	struct dataset ds = augmentrig_numbers(DATASET_NUMBERS);
	size_t replaced = 0;
	struct batch b;

	(void)state;
	for (size_t c = 0; c < AUGMENTRIG_NUMBERS; c++) {
		snprintf(name[c], sizeof name[c],
			 c < AUGMENTRIG_NUMBERS - 2 ? "c%zu=%c" : "c%zu_%c", c / 2,
			 c % 2 ? 'b' : 'a');
		column[c] = name[c];
		word[c] = c < AUGMENTRIG_NUMBERS - 2 ? strchr(name[c], '=') + 1 : NULL;
	}
	ds.column = column;
	ds.word = word;
	augmentrig.knobs.cell_rate = 0.5;
	augmentrig.knobs.cell_swap = 0.5;
	b = augmentrig_batch(&ds, 100, 1, NULL);
	for (size_t i = 0; i + 1 < 100 * AUGMENTRIG_NUMBERS; i += 2) {
		const float *now = batch_f32(&b, BATCH_INPUT) + i;
		size_t c = i % AUGMENTRIG_NUMBERS, r = 0;

		if (c == AUGMENTRIG_NUMBERS - 2)
			continue;
		replaced += now[0] != augmentrig.x[i];
		CHECK((now[0] == 0) == (now[1] == 0));
		while (now[0] != 0 && r < AUGMENTRIG_ROWS &&
		       augmentrig.x[r * AUGMENTRIG_NUMBERS + c] != now[0])
			r++;
		CHECK(now[0] == 0 || (r < AUGMENTRIG_ROWS &&
				      now[1] == augmentrig.x[r * AUGMENTRIG_NUMBERS + c + 1]));
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

	for (size_t i = 0; i < AUGMENTRIG_NUMBERS; i++)
		n += image[i] == 0;
	return n;
}

static void
images_are_shifted_erased_cropped_and_rotated(void **state)
{
	struct dataset ds = augmentrig_numbers(DATASET_IMAGE);
	size_t shifted = 0, patches = 0;
	struct batch b;

	(void)state;
	augmentrig.knobs.shift_most = 1;
	b = augmentrig_batch(&ds, AUGMENTRIG_ROWS, 1, NULL);
	for (size_t i = 0; i < AUGMENTRIG_ROWS; i++) { /* the middle is one of nine */
		float now = batch_f32(
			&b, BATCH_INPUT)[i * AUGMENTRIG_NUMBERS + 3 * AUGMENTRIG_SIDE + 3];
		bool found = false;

		for (size_t k = 0; k < 9; k++)
			found = found ||
				now == augmentrig.x[i * AUGMENTRIG_NUMBERS +
						    (2 + k / 3) * AUGMENTRIG_SIDE + 2 + k % 3];
		CHECK(found);
		shifted += now != augmentrig.x[i * AUGMENTRIG_NUMBERS + 3 * AUGMENTRIG_SIDE + 3];
	}
	CHECK_NEAR((double)shifted / AUGMENTRIG_ROWS, 8 / 9., 0.03);
	batch_release(&b);
	augmentrig.knobs.shift_most = 0;
	augmentrig.knobs.erase_rate = 0.5;
	augmentrig.knobs.erase_size = 0.375; /* of 8: 3 */
	b = augmentrig_batch(&ds, AUGMENTRIG_ROWS, 1, NULL);
	for (size_t i = 0; i < AUGMENTRIG_ROWS; i++) {
		size_t n = erased(batch_f32(&b, BATCH_INPUT) + i * AUGMENTRIG_NUMBERS);

		CHECK(n == 0 || n == 9);
		patches += n == 9;
	}
	CHECK_NEAR((double)patches / AUGMENTRIG_ROWS, 0.5, 0.04);
	batch_release(&b);
	augmentrig.knobs.erase_rate = 0;
	augmentrig.knobs.rotate_most = 15;
	augmentrig.knobs.crop_most = 0.3;
	b = augmentrig_batch(&ds, AUGMENTRIG_ROWS, 1, NULL);
	for (size_t i = 0; i < AUGMENTRIG_ROWS * AUGMENTRIG_NUMBERS;
	     i++) /* interpolation stays within the range of pixels */
		CHECK(batch_f32(&b, BATCH_INPUT)[i] > 4 && batch_f32(&b, BATCH_INPUT)[i] < 16);
	batch_release(&b);
}

static void
noise_has_the_requested_deviation(void **state)
{
	struct dataset ds = augmentrig_numbers(DATASET_NUMBERS);
	double sum = 0, squares = 0;
	struct batch b;

	(void)state;
	augmentrig.knobs.noise_spread = 0.5;
	b = augmentrig_batch(&ds, AUGMENTRIG_ROWS, 1, NULL);
	for (size_t i = 0; i < AUGMENTRIG_ROWS * AUGMENTRIG_NUMBERS; i++) {
		double z = (double)batch_f32(&b, BATCH_INPUT)[i] - (double)augmentrig.x[i];

		sum += z;
		squares += z * z;
	}
	CHECK_NEAR(sum / (AUGMENTRIG_ROWS * AUGMENTRIG_NUMBERS), 0, 0.006);
	CHECK_NEAR(sqrt(squares / (AUGMENTRIG_ROWS * AUGMENTRIG_NUMBERS)), 0.5, 0.004);
	batch_release(&b);
}

/* Input and label have the same weights; mixtures have two labels or none. */
static void
rows_and_labels_are_mixed_with_equal_weights(void **state)
{
	struct dataset ds = augmentrig_numbers(DATASET_NUMBERS);
	size_t mixed = 0;
	double sum = 0;
	struct batch b;

	(void)state;
	augmentrig.knobs.mixup_rate = 1;
	b = augmentrig_batch(&ds, AUGMENTRIG_ROWS - 1, 5, NULL);
	for (size_t i = 0; i < b.rows; i++) {
		size_t first = augmentrig.visible[i] ? 4 * (i / 4 / 2 * 2) : i, other;
		float share = batch_f32(&b, BATCH_LABEL_SHARE)[i];
		const float *now = batch_f32(&b, BATCH_INPUT) + i * AUGMENTRIG_NUMBERS;

		CHECK(share >= 0.5f && share <= 1);
		CHECK_NEAR(batch_f32(&b, BATCH_LABEL_WEIGHT)[i], augmentrig.visible[i], 0);
		if (!augmentrig.visible[i] || batch_i32(&b, BATCH_OTHER_LABEL)[i] < 0)
			continue;
		other = i == first ? first + 4 : first;
		mixed++;
		sum += (double)share;
		CHECK_INT(batch_i32(&b, BATCH_LABEL)[i], augmentrig.labels[i]);
		CHECK_INT(batch_i32(&b, BATCH_OTHER_LABEL)[i], augmentrig.labels[other]);
		for (size_t c = 0; c < AUGMENTRIG_NUMBERS; c++)
			CHECK_NEAR(now[c],
				   share * augmentrig.x[i * AUGMENTRIG_NUMBERS + c] +
					   (1 - share) *
						   augmentrig.x[other * AUGMENTRIG_NUMBERS + c],
				   1e-5);
	}
	CHECK_INT(mixed, AUGMENTRIG_ROWS / 4);
	CHECK_NEAR(sum / (double)mixed, 0.75, 0.02); /* uniform, folded */
	batch_release(&b);
	for (int k = 0; k < 2; k++) { /* folded, beta (a, a) has this mean */
		const double alpha[] = { 0.2, 8 }, mean[] = { .8984, .5982 };

		augmentrig.knobs.mixup_alpha = alpha[k];
		b = augmentrig_batch(&ds, AUGMENTRIG_ROWS, 6, NULL);
		sum = 0;
		for (size_t i = 0; i < AUGMENTRIG_ROWS; i++)
			sum += (double)batch_f32(&b, BATCH_LABEL_SHARE)[i];
		CHECK_NEAR(sum / AUGMENTRIG_ROWS, mean[k], 0.02);
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
	knob_defaults(&augmentrig.knobs);
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
					       .knobs = &augmentrig.knobs,
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
		struct dataset ds = kind == DATASET_TOKENS
					    ? augmentrig_texts()
					    : augmentrig_numbers((enum dataset_kind)kind);
		struct batch one, four, later;

		augmentrig.knobs.mask_rate = augmentrig.knobs.delete_rate =
			augmentrig.knobs.ngram_rate = 0.2;
		augmentrig.knobs.cell_rate = augmentrig.knobs.noise_spread =
			augmentrig.knobs.erase_rate = augmentrig.knobs.crop_most =
				augmentrig.knobs.mixup_rate = 0.5;
		augmentrig.knobs.rotate_most = 30;
		augmentrig.knobs.shift_most = 2;
		one = augmentrig_batch(&ds, 1000, 7, NULL);
		four = augmentrig_batch(&ds, 1000, 7, pool);
		later = augmentrig_batch(&ds, 1000, 8, pool);
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
	struct dataset ds = augmentrig_numbers(DATASET_NUMBERS);
	struct err e;

	(void)state;
	augmentrig.knobs.mask_rate = 0.1;
	CHECK_INT(augment_fits(&augmentrig.knobs, &ds, NULL, NULL, &e), -1);
	CHECK_STR(e.msg, "mask-rate: words of a text are masked, but numbers is a table of "
			 "numbers; `set mask-rate 0`");
	CHECK(!augment_any(&augmentrig.knobs, ds.kind));
	ds = augmentrig_texts();
	augmentrig.knobs.mask_rate = 0.1;
	CHECK_INT(augment_fits(&augmentrig.knobs, &ds, NULL, NULL, &e), 0);
	augmentrig.knobs.mask_token = 256;
	CHECK_INT(augment_fits(&augmentrig.knobs, &ds, NULL, NULL, &e), -1);
	CHECK_STR(e.msg, "invalid mask-token 256 (expected 0 to 255)");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
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
