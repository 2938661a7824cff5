/* Compare this build with another one: windows of both take turns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_AGAINST_H
#define RETORT_BENCH_AGAINST_H

#include <stdbool.h>

struct against_options {
	const char *self;  /* this build's `retort` */
	const char *other; /* the other build's */
	int threads, rounds;
	double seconds; /* length of a window */
};

/*
 * Print, for each word of `words` (ends with NULL; W1 to W5, start, read), the speed of both builds
 * and the ratio self / other with its 95 % interval. Returns 0, or -1 if something was not measured
 * (told on standard error).
 *
 * Workloads: where both programs know `bench --serve`, each is a process that is warm and runs one
 * window a round; else both run a short `bench` a round, whose table is read. `start` is a session
 * of one step, `read` is `data show` of a CSV file of 20 MB, both by wall time of the process.
 */
int against_measure(const struct against_options *o, const char *const *words);

/* `--serve KIND WORKLOAD`: serve windows of one workload as rig_serve does; KIND is cached, asked
 * or bf16. Returns the exit status. */
int against_serve(const char *kind, const char *workload, int threads);

/* Whether against_measure knows the word. */
bool against_knows(const char *word);

#endif
