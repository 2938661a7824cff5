/* Contestants in processes of their own, measured in turn: A B A B, pair by pair, with what others
 * took. */
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
 * Clock rate and load of a machine change within minutes. Contestants therefore take turns in short
 * windows, and ratios are taken between windows of one round. Each contestant is a process, so that
 * its memory is measured by itself and its threads sleep between its windows.
 */

/* Train for `seconds`, at least one step: returns seconds, and the number of samples in *samples;
 * below 0: failed. */
typedef double rig_fn(void *state, double seconds, size_t *samples);

/* A contestant's side. Reads "go SECONDS" and "quit", answers {"samples": n, "seconds": s}. Owned
 * by the rig's user. */
struct rig_process;

/*
 * The state of a contestant, made in its own process; `told` may get JSON fields for rig_ready,
 * "\"flops\": 1431", at most size - 1 bytes. NULL: it cannot be made.
 */
typedef void *rig_make(void *arg, char *told, size_t size);

/*
 * A copy of this process that calls make(arg), then serves `run` on what it returned. Fork before
 * this process has threads. NULL and an error when make returned NULL or the process died first.
 */
struct rig_process *rig_fork(rig_make *make, rig_fn *run, void *arg, struct err *e);

/* The contestant's side on standard input and output, until the input ends. */
void rig_serve(rig_make *make, rig_fn *run, void *arg);

/* Another program that serves the same lines on its standard input and output; argv ends with NULL.
 */
struct rig_process *rig_exec(const char *const *argv, struct err *e);

/* The same without its standard error. */
struct rig_process *rig_exec_quiet(const char *const *argv, struct err *e);

/* A process that computes nothing on processor `cpu` until it is ended: the busy neighbour. */
struct rig_process *rig_spin(int cpu, struct err *e);

/* Ends the process and waits for it. rig_end(NULL) is fine. */
void rig_end(struct rig_process *p);

/* The value of "key" in the line that it was ready with, text or number; "" when there is none. At
 * most size - 1 bytes. */
void rig_ready(const struct rig_process *p, const char *key, char *out, size_t size);

/* Most memory it ever had resident, in MB of 2^20 bytes; 0 when it has ended. */
double rig_peak(const struct rig_process *p);

struct rig_result {
	int n, rounds;
	double rate[RIG_CONTESTANTS][RIG_ROUNDS];   /* samples a second */
	double others[RIG_CONTESTANTS][RIG_ROUNDS]; /* processors that programs not of this rig
						       used, from /proc/stat */
};

/* Rounds of one window each, every second one in reverse order. 0, or -1 and an error when a
 * contestant broke. */
int rig_alternate(struct rig_process *const *p, int n, int rounds, double seconds,
		  struct rig_result *r, struct err *e);

/*
 * Drop rounds in one of whose windows others used more than `limit` processors, unless fewer than a
 * third would be left: then all stay, and the column `others` has to be believed. Returns how many
 * were dropped.
 */
int rig_quiet(struct rig_result *r, double limit);

struct rig_spread {
	double low, middle, high; /* quartiles */
};

struct rig_spread rig_spread(const double *x, int n);

/* rate[a] / rate[b], round by round. */
struct rig_spread rig_ratio(const struct rig_result *r, int a, int b);

#endif
