/* A session without a terminal: run or replay a file and end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_HEADLESS_H
#define RETORT_SESSION_HEADLESS_H

#include "retort/base/err.h"
#include "retort/session/session.h"

/*
 * Give the whole script, wait for the work it starts, report at the end where a run was not
 * reported. SIGINT, SIGTERM and SIGHUP end the work at the next step boundary and keep the
 * recording whole. Returns the exit status: that of the session, or 128 + the signal.
 */
int headless_run(const struct session_options *o, const char *name, const char *text,
		 const char *dir, struct err *e);

/* The session that `retort` gives when no file is named. */
extern const char headless_demo[];

#endif
