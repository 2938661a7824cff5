/* losses.c: the cost of each loss, compared with a step without it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "losses.h"

#include <stdio.h>
#include <stdlib.h>

#include "floor.h"
#include "own.h"
#include "retort/kd/losses/loss_table.h"
#include "rig.h"

static const int grounds[] = { 2, 5, 3 };
#define GROUNDS (int)(sizeof grounds / sizeof *grounds)

struct figures {
	double without, added,
		ratio; /* microseconds of a step, microseconds added, ratio with / without */
};

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *x, int n)
{
	qsort(x, (size_t)n, sizeof *x, by_size);
	return x[n / 2];
}

/* Microseconds of a step, mean of a window. */
static double
step_of(void *own, int workload, double seconds)
{
	size_t samples;
	double took = own_run(own, seconds, &samples);

	return 1e6 * took * (double)floor_batch(workload) / (double)samples;
}

/* Add and remove the term in turn. Windows after a change are not counted, because the first steps
 * fill the cache of teacher outputs. */
static struct figures
compare(void *own, int workload, const struct loss *l, enum model_tap on, int rounds,
	double seconds)
{
	double without[RIG_ROUNDS], added[RIG_ROUNDS], ratio[RIG_ROUNDS];

	for (int i = 0; i < rounds; i++) {
		double with;

		without[i] = step_of(own, workload, seconds);
		own_add(own, workload, l, on, &(struct err){ .msg = "" });
		step_of(own, workload, seconds);
		with = step_of(own, workload, seconds);
		own_undo(own);
		step_of(own, workload, seconds / 4);
		added[i] = with - without[i];
		ratio[i] = with / without[i];
	}
	return (struct figures){ median(without, rounds), median(added, rounds),
				 median(ratio, rounds) };
}

/* The first layer tensor that the loss can compare in this workload; -1: none, with the error for
 * hidden states in e. */
static int
tap_of(void *own, int workload, const struct loss *l, struct err *e)
{
	struct err other; /* discarded: the error for hidden states is the informative one */

	for (int on = 0; on < MODEL_TAPS; on++)
		if (own_add(own, workload, l, (enum model_tap)on, on ? &other : e) == 0) {
			own_undo(own);
			return on;
		}
	return -1;
}

static void
measure(void *own[GROUNDS], const struct loss *l, int rounds, double seconds)
{
	struct err e = { .msg = "" };

	for (int i = 0; i < GROUNDS; i++) {
		int on = tap_of(own[i], grounds[i], l, &e);
		struct figures f;

		if (on < 0)
			continue;
		f = compare(own[i], grounds[i], l, (enum model_tap)on, rounds, seconds);
		printf("  %-18s W%d %-10s %10.1f %10.1f %8.3f\n", l->name, grounds[i],
		       loss_on_layers(l) ? model_tap_name[on] : "logits", f.without, f.added,
		       f.ratio);
		fflush(stdout);
		return;
	}
	printf("  %-18s not measured: %s\n", l->name, e.msg);
}

void
losses_measure(int threads, int rounds, double seconds)
{
	void *own[GROUNDS];

	for (int i = 0; i < GROUNDS; i++)
		own[i] = own_new(grounds[i], true, false, true, threads);
	printf("losses: what each adds to a step that has ce and kd, %d threads\n  %-18s %-13s "
	       "%10s %10s %8s\n",
	       threads, "", "", "us a step", "us more", "of it");
	for (size_t i = 0; i < loss_table_count; i++)
		if (loss_table[i] != &loss_ce && loss_table[i] != &loss_kd)
			measure(own, loss_table[i], rounds, seconds);
}
