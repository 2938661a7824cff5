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

/* A sweep takes that many windows, since those that people type have hundreds of steps. */
#define SWEEP_WINDOWS 24

struct task {
	int workload, threads;
	bool cached, two, sweep;
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
	if (t->sweep)
		own_stop(own);
	return own;
}

/* Measure two tasks in turn. -1 with a message. */
static int
alternate(struct task *a, struct task *b, int rounds, double seconds, struct rig_result *r)
{
	rig_fn *run = a->sweep ? own_sweep : own_run;
	struct rig_process *p[2] = { NULL, NULL };
	struct err e;
	int status = -1;

	p[0] = rig_fork(make, run, a, &e);
	p[1] = p[0] ? rig_fork(make, run, b, &e) : NULL;
	if (p[1])
		status = rig_alternate(p, 2, rounds, seconds, r, &e);
	rig_end(p[0]);
	rig_end(p[1]);
	if (status < 0)
		err_print("bench: fork: %s", e.msg);
	else
		rig_quiet(r, RIG_QUIET);
	return status;
}

/* Print the medians of both, and the ratio of x to y. */
static void
print_row(const char *what, const struct rig_result *r, const double *x, const double *y)
{
	struct paired cost = paired_ratio(x, y, r->rounds);

	printf("%-16s %10.1f %10.1f %8.3f (%.3f..%.3f)\n", what,
	       rig_spread(r->rate[0], r->rounds).middle, rig_spread(r->rate[1], r->rounds).middle,
	       cost.ratio, cost.low, cost.high);
	fflush(stdout);
}

/* Measure one run and two, in turn, and print a row. */
static int
measure_one(int workload, bool cached, int threads, int rounds, double seconds)
{
	struct task one = { workload, threads, cached, false, false },
		    two = { workload, threads, cached, true, false };
	struct rig_result r = { 0 };
	char what[32];

	if (alternate(&one, &two, rounds, seconds, &r) < 0)
		return 1;
	snprintf(what, sizeof what, "W%d %s", workload, cached ? "cached" : "asked");
	print_row(what, &r, r.rate[0], r.rate[1]);
	return 0;
}

/* Measure a sweep on one thread and on all, in turn, and print a row. */
static int
measure_sweep(int workload, int threads, int rounds, double seconds)
{
	struct task one = { workload, 1, true, false, true },
		    all = { workload, threads, true, false, true };
	struct rig_result r = { 0 };
	char what[32];

	if (alternate(&one, &all, rounds, SWEEP_WINDOWS * seconds, &r) < 0)
		return 1;
	snprintf(what, sizeof what, "W%d sweep", workload);
	print_row(what, &r, r.rate[1], r.rate[0]);
	return 0;
}

static int
measure_sweeps(int threads, int rounds, double seconds)
{
	int status = 0;

	printf("\na sweep of %d points: rows a second of all points on one thread, on %d, and how "
	       "many times\nas fast that is (95 %% interval)\n",
	       OWN_POINTS, threads);
	for (int w = 1; w <= 2; w++)
		status |= measure_sweep(w, threads, rounds, seconds);
	return status;
}

int
forks_measure(int threads, int rounds, double seconds)
{
	int status = threads > 1 ? measure_sweeps(threads, rounds, seconds) : 0;

	printf("\ntwo runs in lockstep: rows a second of one run, of each of two, and what a step "
	       "of "
	       "two costs against one\nof one (95 %% interval)\n");
	for (int w = 1; w <= FLOOR_WORKLOADS; w++)
		for (int cached = 0; cached < 2; cached++)
			status |= own_has(w) ? measure_one(w, cached, threads, rounds, seconds) : 0;
	return status;
}
