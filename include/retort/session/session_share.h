/* A session whose script is executed by several processes at once. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SESSION_SHARE_H
#define RETORT_SESSION_SESSION_SHARE_H

#include "retort/session/cmd.h"
#include "retort/session/inside.h"

/* Whether the session follows rank 0, which alone writes files. */
bool session_share_follows(const struct session *s);

/* Whether a line is left to rank 0: it does nothing but write a file. */
bool session_share_skips(struct session *s, const struct cmd *d, const struct cmd_call *c);

/* Before the next line, while nothing works: wait for all processes if one may still write a file
 * that this line reads. */
void session_share_meet(struct session *s);

#endif
