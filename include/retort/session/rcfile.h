/* Configuration file: commands executed before the first line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_RCFILE_H
#define RETORT_SESSION_RCFILE_H

#include "retort/session/session.h"

/*
 * Execute the lines of $RETORTRC, else of retortrc in the user's configuration directory, else in
 * the system's. A line with an error is skipped with a message that has its position. A missing
 * file is an error only for $RETORTRC, and /dev/null is none.
 */
void rcfile_read(struct session *s);

#endif
