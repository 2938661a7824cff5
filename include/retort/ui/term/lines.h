/* Line mode: commands from standard input, for terminals without a screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_LINES_H
#define RETORT_UI_TERM_LINES_H

#include "retort/base/err.h"
#include "retort/session/session.h"

/*
 * Run lines from standard input, as they arrive, until the end of the input or `quit`; the session
 * writes to its `out` and `talk`. Returns the exit status as loop_run does.
 */
int lines_run(struct session *s, struct err *e);

#endif
