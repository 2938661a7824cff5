/* Outputs of a network, written as a file that a teacher is read from. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_LOGIT_WRITE_H
#define RETORT_KD_LOGIT_WRITE_H

#include <stddef.h>

#include "retort/base/err.h"

/* Write logits [rows, positions, classes]: .npy if the path ends in it, with three dimensions if
 * `positions` is not 0, else CSV with 9 digits, which restore the same float. CSV has no positions.
 */
int logit_write(const char *path, const float *logit, size_t rows, size_t positions, size_t classes,
		struct err *e);

#endif
