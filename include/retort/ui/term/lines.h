/* Without a screen but with a person: lines in, lines out. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_LINES_H
#define RETORT_UI_TERM_LINES_H

#include "retort/base/err.h"
#include "retort/session/session.h"

/*
 * Read lines from standard input and give them to the session, while it works and tells on its
 * `out` and `talk`; for TERM=dumb and terminals that are not known. Ends with the input, or `quit`.
 * Returns the exit status as loop_run does.
 */
int lines_run(struct session *s, struct err *e);

#endif
