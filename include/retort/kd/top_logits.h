/* The largest logits of a position, packed into numbers: k class ids, their logits in falling
 * order, and log sum exp of all other logits: 2 k + 1 numbers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_KD_TOP_LOGITS_H
#define RETORT_KD_TOP_LOGITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/real.h"

/* Pack logits [positions, classes] into out [positions, 2 k + 1]. k is below classes. */
void top_logits_pack(const real *logit, size_t positions, size_t classes, size_t k, real *out);

/* Unpack one position into id [k], logit [k] and *tail. */
void top_logits_unpack(const real *packed, size_t k, int32_t *id, real *logit, real *tail);

/* Whether every class id of [positions, 2 k + 1] numbers is in 0 .. classes - 1. */
bool top_logits_valid(const real *packed, size_t positions, size_t classes, size_t k);

#endif
