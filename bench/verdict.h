/* Measured ratios and their targets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_VERDICT_H
#define RETORT_BENCH_VERDICT_H

#include <stdbool.h>

#include "floor.h"
#include "rig.h"

/* Contestants of a workload. */
enum verdict_who {
	VERDICT_FLOOR_UNCACHED, /* matrix products of teacher and student */
	VERDICT_FLOOR_CACHED,   /* matrix products of the student */
	VERDICT_UNCACHED,       /* Retort, with a teacher forward pass in each step */
	VERDICT_BF16,           /* the same with the teacher in bfloat16 */
	VERDICT_CACHED,         /* Retort with cached logits, the default */
	VERDICT_PEER_UNCACHED,
	VERDICT_PEER_CACHED,
	VERDICT_WHO,
};

const char *verdict_name(enum verdict_who who);

/* Samples per second by workload, table, contestant and window; workload 0 is W1 beside a busy
 * process. */
struct verdict {
	struct {
		int rounds; /* 0: not measured */
		double rate[RIG_ROUNDS];
	} seen[FLOOR_WORKLOADS + 1][2]
	      [VERDICT_WHO]; /* by table: without cache, cached; ratios are within a table */
};

void verdict_note(struct verdict *v, int workload, bool busy, enum verdict_who who,
		  const struct rig_result *r, int i);

/* Print the table of ratios and targets; "-" if a side was not measured. */
void verdict_print(const struct verdict *v);

#endif
