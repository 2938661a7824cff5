/* A session without a terminal: run or replay a file and end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_HEADLESS_H
#define RETORT_SESSION_HEADLESS_H

#include "retort/base/err.h"
#include "retort/session/session.h"

/*
 * Execute a script, wait for the work it starts, and report at the end if the last run has no
 * report. SIGINT, SIGTERM and SIGHUP stop the work at the next step boundary; the recording stays
 * complete. A second signal ends it at once. Returns the exit status: of the session, or 128 +
 * signal; -1 and an error if the session cannot start.
 */
int headless_run(const struct session_options *o, const char *name, const char *text,
		 const char *dir, struct err *e);

/* Script that `retort` runs without a file argument. */
extern const char headless_demo[];

#endif
