/* Measured ratios beside their targets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_VERDICT_H
#define RETORT_BENCH_VERDICT_H

#include <stdbool.h>

#include "floor.h"
#include "rig.h"

/* Contestants of a workload. */
enum verdict_who {
	VERDICT_FLOOR_ASKED, /* matrix products of teacher and student */
	VERDICT_FLOOR_KEPT,  /* matrix products of the student */
	VERDICT_ASKED,       /* Retort, a teacher forward pass in every step */
	VERDICT_BF16,        /* the same, the teacher in bfloat16 */
	VERDICT_KEPT,        /* Retort with cached logits, the default */
	VERDICT_PEER_ASKED,
	VERDICT_PEER_KEPT,
	VERDICT_WHO,
};

const char *verdict_name(enum verdict_who who);

/* Samples a second by workload, table, contestant and window; workload 0 is W1 beside a busy
 * program. */
struct verdict {
	struct {
		int rounds; /* 0: not measured */
		double rate[RIG_ROUNDS];
	} seen[FLOOR_WORKLOADS + 1][2]
	      [VERDICT_WHO]; /* by table: asked, kept; ratios stay within one */
};

void verdict_note(struct verdict *v, int workload, bool busy, enum verdict_who who,
		  const struct rig_result *r, int i);

/* The table of ratios beside their targets; a dash where one side did not take part. */
void verdict_print(const struct verdict *v);

#endif
