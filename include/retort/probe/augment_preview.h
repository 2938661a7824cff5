/* Training texts before and after augmentation, for display. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_AUGMENT_PREVIEW_H
#define RETORT_PROBE_AUGMENT_PREVIEW_H

#include "retort/lab/trainer.h"

#define AUGMENT_PREVIEW_ROWS 5 /* default */

/*
 * AUGMENTED: the answer's page has the first rows of the student's next batch, each with its number
 * in its set: a line with "-" is the row before and one with "+" after augmentation; one line with
 * "=" where it stays the same. Control characters become blanks. Changes nothing in the lab. An
 * error for data without texts.
 */
extern const struct trainer_addon augment_preview_addon;

#endif
