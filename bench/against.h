/* Compare this build with another one, in alternating windows. */
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
 * For each word of `words` (NULL-terminated; W1 to W5, start, read, reading), print the speed of
 * both builds and the ratio self / other with its 95 % interval. Returns 0, or -1 if something was
 * not measured, with a message on standard error.
 *
 * Workloads: if both programs know `bench --serve`, each is one warm process that runs one window
 * per round; otherwise each round is a short `bench` of both, whose table is read. `start` is a
 * session of one step, `read` is `data show` of a CSV file of 20 MB; both are wall times of the
 * process. `reading` is a line for each kind of file, see reading_against.h.
 */
int against_measure(const struct against_options *o, const char *const *words);

/* Run a program to its end, with its output to `out` or discarded. Returns seconds, or -1 if its
 * exit status is not 0. */
double against_run(const char *const *argv, const char *out);

/* `--serve KIND WORKLOAD`: serve windows of one workload as rig_serve does. KIND: cached, asked (no
 * cache) or bf16. Returns the exit status. */
int against_serve(const char *kind, const char *workload, int threads);

/* Whether `word` is valid for against_measure. */
bool against_knows(const char *word);

#endif
