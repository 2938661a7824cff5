/* The loop: poll, pump, draw. The only code that knows session, screen and terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_LOOP_H
#define RETORT_UI_TERM_LOOP_H

#include "retort/base/err.h"
#include "retort/ui/term/term.h"
#include "retort/ui/workbench.h"

/*
 * Show a live session until the person leaves or a signal ends it; takes the terminal and closes
 * it. A key is on the screen at once; what trains is drawn at most `fps` times a second, and
 * nothing is written while nothing changes. Returns the exit status: the session's, or 128 + the
 * signal; -1 and an error when it could not begin.
 */
int loop_run(struct workbench *w, struct term *term, struct err *e);

#endif
