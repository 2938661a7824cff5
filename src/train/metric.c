/* metric.c: the table of metrics. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/metric.h"

#include <string.h>

static const struct metric_info fixed[] = {
#define METRIC(id, name_, unit_, better_, doc_) \
	{ .name = name_, .unit = unit_, .better = better_, .doc = doc_ },
#include "retort/train/metrics.def"
};

/* "train-map1" ... "share-map32", expanded by the preprocessor: constant, for any thread. */
/* clang-format off */
#define THREE(n) \
	{ .name = "train-map" #n, .unit = "", .better = -1, .doc = "Loss of mapped pair " #n ", raw." }, \
	{ .name = "weighted-map" #n, .unit = "", .better = -1, .doc = "Loss of mapped pair " #n " times its weight." }, \
	{ .name = "share-map" #n, .unit = "", .better = 0, .doc = "Share of mapped pair " #n " in the gradient, on one fixed batch." },
/* clang-format on */
static const struct metric_info map[] = {
	THREE(1) THREE(2) THREE(3) THREE(4) THREE(5) THREE(6) THREE(7) THREE(8) THREE(9) THREE(10)
		THREE(11) THREE(12) THREE(13) THREE(14) THREE(15) THREE(16) THREE(17) THREE(18)
			THREE(19) THREE(20) THREE(21) THREE(22) THREE(23) THREE(24) THREE(25)
				THREE(26) THREE(27) THREE(28) THREE(29) THREE(30) THREE(31)
					THREE(32)
};
/* Metrics of losses on outputs, from their list. */
/* clang-format off */
#define OUTPUT(id) \
	{ .name = "train-" #id, .unit = "", .better = -1, .doc = "Loss " #id ", raw." }, \
	{ .name = "weighted-" #id, .unit = "", .better = -1, .doc = "Loss " #id " times its weight." }, \
	{ .name = "share-" #id, .unit = "", .better = 0, .doc = "Share of " #id " in the gradient, on one fixed batch." },
/* clang-format on */
#define LAYER(id)
static const struct metric_info output[] = {
#include "retort/kd/losses/losses.def"
};
/* Metrics of teachers, in the order of declaration. */
/* clang-format off */
#define TEACHER(n) \
	{ .name = "teacher" #n "-share", .unit = "", .better = 0, .doc = "Part of teacher " #n " in what is taught, mean over the rows of the batch." }, \
	{ .name = "teacher" #n "-agreement", .unit = "", .better = 1, .doc = "Share of held-out rows on which the student chooses as teacher " #n " does." }, \
	{ .name = "teacher" #n "-kl", .unit = "nats", .better = -1, .doc = "KL divergence from teacher " #n " to the student on the held-out rows, at temperature 1." },
/* clang-format on */
static const struct metric_info teacher[] = { TEACHER(1) TEACHER(2) TEACHER(3) TEACHER(4) TEACHER(5)
						      TEACHER(6) TEACHER(7) TEACHER(8) };
#define FIRST_TEACHER (METRIC_COUNT - 3 * TRAIN_TEACHERS)
_Static_assert(sizeof teacher / sizeof *teacher == 3 * TRAIN_TEACHERS, "one row for each teacher");
_Static_assert(sizeof output / sizeof *output == 3 * LOSS_OUTPUTS,
	       "one row for each loss on outputs");
_Static_assert(sizeof map / sizeof *map == 3 * TRAIN_MAPS, "one row for each mapped pair");

const struct metric_info *
metric_info(unsigned id)
{
	if (id < METRIC_FIXED)
		return &fixed[id];
	if (id >= FIRST_TEACHER)
		return &teacher[id - FIRST_TEACHER];
	return id < METRIC_FIXED + 3 * TRAIN_MAPS ? &map[id - METRIC_FIXED]
						  : &output[id - METRIC_FIXED - 3 * TRAIN_MAPS];
}

unsigned
metric_map(unsigned slot, enum metric_part part)
{
	return METRIC_FIXED + 3 * slot + part;
}

unsigned
metric_output(unsigned loss, enum metric_part part)
{
	return METRIC_FIXED + 3 * TRAIN_MAPS + 3 * loss + part;
}

unsigned
metric_teacher(unsigned index, enum metric_teacher_part part)
{
	return FIRST_TEACHER + 3 * index + part;
}

bool
metric_is_evaluated(unsigned id)
{
	if (id >= FIRST_TEACHER)
		return (id - FIRST_TEACHER) % 3 != METRIC_TEACHER_SHARE;
	if (id >= METRIC_FIXED)
		return (id - METRIC_FIXED) % 3 == METRIC_SHARE;
	return id >= METRIC_VAL_NLL;
}

bool
metric_is_score(unsigned id)
{
	return id >= METRIC_VAL_NLL && id <= METRIC_TARGET_KL;
}

unsigned
metric_find(const char *name)
{
	for (unsigned i = 0; i < METRIC_COUNT; i++)
		if (strcmp(metric_info(i)->name, name) == 0)
			return i;
	return METRIC_NONE;
}

const char *
metric_name(size_t i)
{
	return i < METRIC_COUNT ? metric_info((unsigned)i)->name : NULL;
}
