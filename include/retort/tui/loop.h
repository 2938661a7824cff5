/* The loop: poll, pump, draw. The only code that knows session, screen and terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TUI_LOOP_H
#define RETORT_TUI_LOOP_H

#include "retort/base/err.h"
#include "retort/session/session.h"

/*
 * Play `text` on the screen until the person leaves. Without a usable terminal (TERM=dumb, unset
 * or unknown) lines are read and answers written, with readline's history and completion where
 * there is a terminal at all. Returns the exit status: the session's, or 128 + the signal.
 */
int loop_run(const struct session_options *o, const char *name, const char *text, const char *dir, struct err *e);

#endif
