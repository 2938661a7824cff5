/* A replay: what it may touch, how it compares figures, and what it says at its end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_REPLAY_H
#define RETORT_SESSION_REPLAY_H

#include "retort/session/cmd.h"
#include "retort/session/inside.h"

/* Before the first line: count the figures of the recording, and check its running hash. */
void replay_begin(struct session *s, const char *name, const char *text);

/* Handle the first line of a session file. */
void replay_header(struct session *s, const struct cmd_call *c);

/* Handle the rules that made a difference for the files of a line: a recording of version 1 was
 * made without them. */
void replay_rules(struct session *s, const struct cmd_call *c);

/* Handle an error of a line. If it comes of a rule that version 1 did not have, a message names the
 * rule, and the option that reads as before. True: it ends a check with status 3, not 2. */
bool replay_error(struct session *s, const struct err *e);

/*
 * Whether a line may be executed: 0; 1: it would write a file, and is skipped: in a replay with a
 * message, and in one of several processes (session_share.h) without; -1 and an error: a replay
 * would run a program, or read a file that is not named by its hash.
 */
int replay_permits(struct session *s, const struct cmd *d, const struct cmd_call *c, struct err *e);

/* Compare the value of an `expect` line: true if it is as expected, or cannot be compared. */
bool replay_expects(struct session *s, const struct pending *p, double value, const char *metric);

/* At the end: one line that says how many figures were recorded, how many were compared, and how.
 * With --check, none compared is status 3. */
void replay_conclude(struct session *s);

#endif
