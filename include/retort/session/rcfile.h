/* The person's own file of commands, read before the first line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_RCFILE_H
#define RETORT_SESSION_RCFILE_H

#include "retort/session/session.h"

/*
 * Give the lines of $RETORTRC, else of retortrc in the person's configuration directory, else
 * of the system's. What is wrong in it is told with its place and left out; a file that is not
 * there is no error, but for $RETORTRC.
 */
void rcfile_read(struct session *s);

#endif
