/* The event loop of the workbench: keys, signals, events of the session, frames. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_LOOP_H
#define RETORT_UI_TERM_LOOP_H

#include "retort/base/err.h"
#include "retort/ui/term/term.h"
#include "retort/ui/workbench.h"

/*
 * Show a live session until it ends, by `quit` or a signal. Takes ownership of `term`. Keys are
 * shown at once, samples at most `fps` times a second; nothing is written while nothing changes.
 * Returns the exit status: that of the session, or 128 + the signal; -1 and an error when the loop
 * cannot start.
 */
int loop_run(struct workbench *w, struct term *term, struct err *e);

#endif
