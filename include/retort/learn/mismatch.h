/* The mismatch gauge: two sets of rows as the teacher sees them, and without it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_MISMATCH_H
#define RETORT_LEARN_MISMATCH_H

#include "retort/learn/request.h"
#include "retort/learn/work.h"

#define MISMATCH_ROWS 400 /* of each set, at most: chosen by the seed */

/*
 * r->name against r->spec, each "train", "held-out" or the name of a set beside the data: the table goes to r->said. Changes
 * no figure: it looks at rows and at what the teachers say, which is kept as ever. Trainer thread, between two steps.
 */
int mismatch_request(struct work *w, struct request *r, struct err *e);

#endif
