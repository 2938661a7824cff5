/* Signals: each caught one becomes a byte in a pipe; a crash runs one last function. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_SIG_H
#define RETORT_BASE_SIG_H

#include <stddef.h>

#include "retort/base/err.h"

/*
 * Catch these signals, but for those that are ignored already. Returns a descriptor that polls
 * readable when one came, or -1. Main thread, once; other threads are started with all signals
 * blocked (base/thread.h).
 */
int sig_catch(const int *numbers, size_t n, struct err *e);

/* The next signal that came, 0 when there is none. */
int sig_next(void);

/*
 * SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT, in whichever thread: run `last`, which may
 * call what a handler may, then die of the signal.
 */
void sig_crash(void (*last)(void));

#endif
