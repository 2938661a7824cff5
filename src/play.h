/* Run a session file on the screen or without one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PLAY_H
#define RETORT_PLAY_H

#include <stdbool.h>

#include "retort/session/session.h"

/* Options of the command line. */
struct play_options {
	struct session_options o;
	bool no_screen;              /* under mpirun: run and replay only */
	const char *color, *charset; /* value of the knob; NULL: not given */
};

/* Run the session file at `path`, NULL for the bundled demo, without a screen if `headless`. Return
 * the exit status. */
int play_file(struct play_options *c, const char *path, bool headless);

#endif
