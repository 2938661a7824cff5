/* The table of metrics. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TRAIN_METRIC_H
#define RETORT_TRAIN_METRIC_H

#include <stddef.h>
#include <stdint.h>

#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"

enum metric {
#define METRIC(id, name, unit, better, doc) METRIC_##id,
#include "retort/train/metrics.def"
	METRIC_FIXED,
};

/* Ids of networks in samples: the student, the baseline (the same student trained on labels alone),
 * teacher k. */
#define BRANCH_STUDENT 0
#define BRANCH_BASELINE 1
#define BRANCH_TEACHER(k) (2 + (k))
#define BRANCH_IDS (2 + TRAIN_TEACHERS)

#define TRAIN_MAPS 32    /* pairs of layers a session can name */
#define TRAIN_TEACHERS 8 /* that a session can have */
#define TRAIN_RUNS 8     /* in training at once */
#define METRIC_NONE 0x7FF

enum {
	METRIC_COUNT =
		(int)METRIC_FIXED + 3 * TRAIN_MAPS + 3 * (int)LOSS_OUTPUTS + 3 * TRAIN_TEACHERS
};

/* Metrics of every loss term: raw value, weighted value, share of the gradient. */
enum metric_part { METRIC_TRAIN, METRIC_WEIGHTED, METRIC_SHARE };

/* Metrics of every teacher: share of the teaching signal, agreement and KL of the student with it
 * on held-out rows. */
enum metric_teacher_part { METRIC_TEACHER_SHARE, METRIC_TEACHER_AGREEMENT, METRIC_TEACHER_KL };

struct metric_info {
	const char *name, *unit, *doc;
	int better; /* -1 lower, 1 higher, 0 neither */
};

/* id < METRIC_COUNT. The texts live as long as the program. Any thread. */
const struct metric_info *metric_info(unsigned id);

/* The metric of mapped pair `slot` (from 0; named from 1: "train-map1"). */
unsigned metric_map(unsigned slot, enum metric_part part);

/* The metric of a loss on outputs: "train-kd", "weighted-kd", "share-kd". */
unsigned metric_output(unsigned loss, enum metric_part part);

/* The metric of teacher `index` (from 0; named from 1: "teacher1-share"). */
unsigned metric_teacher(unsigned index, enum metric_teacher_part part);

/* Measured at evaluations; all others at every step. */
bool metric_is_evaluated(unsigned id);

/* A figure of an evaluation that is better where it is lower or higher, METRIC_VAL_NLL to
 * METRIC_TARGET_KL: the choices of the knob best-by, and of stop rules. */
bool metric_is_score(unsigned id);

/* By name: an id, or METRIC_NONE. */
unsigned metric_find(const char *name);

/* Name of metric i, NULL past METRIC_COUNT: for choice_nearest and completion. */
const char *metric_name(size_t i);

#endif
