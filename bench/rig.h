/* Contestants in separate processes, measured in alternating windows, with the processor time of
 * other programs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BENCH_RIG_H
#define RETORT_BENCH_RIG_H

#include <stddef.h>
#include <sys/types.h>

#include "retort/base/err.h"

#define RIG_CONTESTANTS 4
#define RIG_ROUNDS 64
#define RIG_QUIET 0.15 /* processors of other programs in a window; /proc/stat counts ticks */

/*
 * Clock rate and load of a machine change within minutes. Contestants therefore run in short
 * alternating windows, and ratios are computed between windows of one round. Each contestant is a
 * process, so that its memory is measured separately and its threads sleep outside its windows.
 */

/* Train for `seconds`, at least one step. Returns seconds, below 0 on failure, and the number of
 * samples in *samples. */
typedef double rig_fn(void *state, double seconds, size_t *samples);

/* A process that reads lines "go SECONDS" and "quit" and answers {"samples": n, "seconds": s}.
 * Owned by the caller. */
struct rig_process;

/*
 * Make the state of a contestant, in its own process. `told` may receive JSON members for
 * rig_ready, as "\"flops\": 1431", at most size - 1 bytes. NULL on failure.
 */
typedef void *rig_make(void *arg, char *told, size_t size);

/*
 * Fork a process that calls make(arg), then serves `run` on the result. Call before this process
 * has threads. NULL and an error if make returned NULL or the process ended first.
 */
struct rig_process *rig_fork(rig_make *make, rig_fn *run, void *arg, struct err *e);

/* Serve as a contestant on standard input and output, until the end of input. */
void rig_serve(rig_make *make, rig_fn *run, void *arg);

/* Start another program that serves the same lines on its standard input and output. argv is NULL-
 * terminated. */
struct rig_process *rig_exec(const char *const *argv, struct err *e);

/* The same with its standard error discarded. */
struct rig_process *rig_exec_quiet(const char *const *argv, struct err *e);

/* Start a process that keeps processor `cpu` busy until rig_end. */
struct rig_process *rig_spin(int cpu, struct err *e);

/* End the process and wait for it. p may be NULL. */
void rig_end(struct rig_process *p);

/* The value of `key` in the line with which the process reported to be ready, text or number; "" if
 * there is none. At most size - 1 bytes. */
void rig_ready(const struct rig_process *p, const char *key, char *out, size_t size);

/* Reset the peak memory of this process: what it did before does not count. */
void rig_forget_peak(void);

/* Peak resident memory in MB of 2^20 bytes; 0 if it has ended. */
double rig_peak(const struct rig_process *p);

struct rig_result {
	int n, rounds;
	double rate[RIG_CONTESTANTS][RIG_ROUNDS]; /* samples per second */
	double others[RIG_CONTESTANTS]
		     [RIG_ROUNDS]; /* processors used by other programs, from /proc/stat */
};

/* Run rounds of one window for each contestant, every second round in reverse order. 0, or -1 and
 * an error if a contestant fails. */
int rig_alternate(struct rig_process *const *p, int n, int rounds, double seconds,
		  struct rig_result *r, struct err *e);

/*
 * Drop rounds in which others used more than `limit` processors during a window. If less than a
 * third would remain, keep all; the column `others` then shows the disturbance. Returns the number
 * of dropped rounds.
 */
int rig_quiet(struct rig_result *r, double limit);

struct rig_spread {
	double low, middle, high; /* quartiles */
};

struct rig_spread rig_spread(const double *x, int n);

/* rate[a] / rate[b] by round. */
struct rig_spread rig_ratio(const struct rig_result *r, int a, int b);

#endif
