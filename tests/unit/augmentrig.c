/* augmentrig.c: rows of texts and of numbers, augmented. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "augmentrig.h"
#include "check.h"

struct augmentrig augmentrig;

struct dataset
augmentrig_texts(void)
{
	static const char text[] = "the cat, 'twas said,  sat on the mat; 7 dogs ran";

	for (size_t i = 0; i < AUGMENTRIG_ROWS; i++) {
		augmentrig.rows[i] = (uint32_t)i;
		for (size_t p = 0; p < AUGMENTRIG_LENGTH; p++) /* padding in each third row */
			augmentrig.ids[i * AUGMENTRIG_LENGTH + p] =
				i % 3 == 0 && p >= 30 ? -1 : text[p];
	}
	knob_defaults(&augmentrig.knobs);
	return (struct dataset){ .name = "texts",
				 .kind = DATASET_TOKENS,
				 .n = AUGMENTRIG_ROWS,
				 .d = AUGMENTRIG_LENGTH,
				 .length = AUGMENTRIG_LENGTH,
				 .vocab = 256,
				 .classes = AUGMENTRIG_CLASSES,
				 .ids = augmentrig.ids,
				 .y = augmentrig.labels };
}

struct dataset
augmentrig_numbers(enum dataset_kind kind)
{
	struct rng r = rng_stream(3, "numbers", 0, 0);

	for (size_t i = 0; i < AUGMENTRIG_ROWS; i++) {
		augmentrig.rows[i] = (uint32_t)i;
		augmentrig.labels[i] = (int32_t)(i % AUGMENTRIG_CLASSES);
		augmentrig.visible[i] = i % 4 == 0;
		for (size_t c = 0; c < AUGMENTRIG_NUMBERS; c++)
			augmentrig.x[i * AUGMENTRIG_NUMBERS + c] =
				(float)(rng_normal(r, i * AUGMENTRIG_NUMBERS + c) + 10);
	}
	knob_defaults(&augmentrig.knobs);
	return (struct dataset){ .name = "numbers",
				 .kind = kind,
				 .n = AUGMENTRIG_ROWS,
				 .d = AUGMENTRIG_NUMBERS,
				 .height = AUGMENTRIG_SIDE,
				 .width = AUGMENTRIG_SIDE,
				 .channels = 1,
				 .classes = AUGMENTRIG_CLASSES,
				 .x = augmentrig.x,
				 .y = augmentrig.labels };
}

struct batch
augmentrig_batch(const struct dataset *ds, size_t n, uint64_t step, struct pool *pool)
{
	struct augmenter a;
	struct batch b;
	struct err e;

	CHECK_INT(batch_init(&b, n, ds, &e), 0);
	CHECK_INT(augment_open(&a, ds, augmentrig.rows, AUGMENTRIG_ROWS, pool, &e), 0);
	batch_fill(&b, ds, augmentrig.rows, n,
		   ds->kind == DATASET_TOKENS ? NULL : augmentrig.visible);
	CHECK(!b.augmented);
	augment_batch(&a, &augmentrig.knobs, 42, step, &b);
	augment_close(&a);
	return b;
}
