/* forks.c: a run and its fork in lockstep, against the run alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "forks.h"

#include <stdio.h>

#include "floor.h"
#include "own.h"
#include "paired.h"
#include "rig.h"
#include "retort/base/err.h"

struct task {
	int workload, threads;
	bool cached, two;
};

static void *
make(void *arg, char *told, size_t size)
{
	const struct task *t = arg;
	void *own = own_new(t->workload, t->cached, false, false, t->threads);

	(void)told;
	(void)size;
	if (t->two)
		own_fork(own);
	return own;
}

/* Measure one run and two, in turn, and print a row. */
static int
measure_one(int workload, bool cached, int threads, int rounds, double seconds)
{
	struct task one = { workload, threads, cached, false },
		    two = { workload, threads, cached, true };
	struct rig_process *p[2] = { NULL, NULL };
	struct rig_result r = { 0 };
	struct paired cost;
	struct err e;
	int status = -1;

	p[0] = rig_fork(make, own_run, &one, &e);
	p[1] = p[0] ? rig_fork(make, own_run, &two, &e) : NULL;
	if (p[1])
		status = rig_alternate(p, 2, rounds, seconds, &r, &e);
	rig_end(p[0]);
	rig_end(p[1]);
	if (status < 0) {
		err_print("bench: fork: %s", e.msg);
		return 1;
	}
	rig_quiet(&r, RIG_QUIET);
	cost = paired_ratio(r.rate[0], r.rate[1], r.rounds);
	printf("W%d %-8s %10.1f %10.1f %8.3f (%.3f..%.3f)\n", workload, cached ? "cached" : "asked",
	       rig_spread(r.rate[0], r.rounds).middle, rig_spread(r.rate[1], r.rounds).middle,
	       cost.ratio, cost.low, cost.high);
	fflush(stdout);
	return 0;
}

int
forks_measure(int threads, int rounds, double seconds)
{
	int status = 0;

	printf("\ntwo runs in lockstep: rows a second of one run, of each of two, and what a step "
	       "of "
	       "two costs against one\nof one (95 %% interval)\n");
	for (int w = 1; w <= FLOOR_WORKLOADS; w++)
		for (int cached = 0; cached < 2; cached++)
			status |= own_has(w) ? measure_one(w, cached, threads, rounds, seconds) : 0;
	return status;
}
