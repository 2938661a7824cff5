/* Signals: each caught one becomes a byte in a pipe; a crash runs one last function. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_SIG_H
#define RETORT_BASE_SIG_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"

/* Room for all signals. */
#define SIG_MAX 65

/* Store the signals that end a process unless they are caught, except those of sig_crash and
 * SIGPIPE. Returns their number. */
size_t sig_ends(int numbers[SIG_MAX]);

/*
 * Catch these signals, except those that are already ignored. Returns a descriptor that polls
 * readable when one has arrived, or -1. Main thread, once; other threads are started with all
 * signals blocked (base/thread.h).
 */
int sig_catch(const int *numbers, size_t n, struct err *e);

/*
 * Return the next signal that has arrived, 0 if none. One that ends a process and arrives while an
 * earlier one of these was not returned yet does not wait: the function of sig_crash is called and
 * the process ends with 128 + its number.
 */
int sig_next(void);

/*
 * For the loops of long work: -1 and an error while a signal that ends a process waits to be
 * returned by sig_next, else 0. Always 0 in other threads than that of sig_catch, whose work ends
 * at a step boundary, so that a recording has all of it.
 */
int sig_check(struct err *e);

/*
 * On SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGTRAP or SIGQUIT in any thread, run
 * `last`, which may use async-signal-safe functions only, then let the signal end the process.
 */
void sig_crash(void (*last)(void));

/* Run the function of sig_crash, if there is one, before the process ends otherwise. */
void sig_last(void);

#endif
