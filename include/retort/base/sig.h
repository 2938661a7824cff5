/* Signals: each caught one becomes a byte in a pipe; a crash runs one last function. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_SIG_H
#define RETORT_BASE_SIG_H

#include <stddef.h>

#include "retort/base/err.h"

/*
 * Catch these signals, except those that are already ignored. Returns a descriptor that polls
 * readable when one has arrived, or -1. Main thread, once; other threads are started with all
 * signals blocked (base/thread.h).
 */
int sig_catch(const int *numbers, size_t n, struct err *e);

/* Return the next signal that has arrived, 0 if none. */
int sig_next(void);

/*
 * On SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL or SIGQUIT in any thread, run `last`, which may use
 * async-signal-safe functions only, then let the signal end the process.
 */
void sig_crash(void (*last)(void));

#endif
