/* A shell command beside this process, with pipes to it; the door to processes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_CHILD_H
#define RETORT_BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "retort/base/err.h"

#define CHILD_SAID 200 /* bytes of its last words that are kept */

/* A process group of its own: a signal from the terminal does not reach it, and a pipeline ends as
 * one. */
struct child {
	pid_t pid; /* 0: none */
	int in, out,
		words; /* its standard input, output and error, none of which block; -1: closed */
	char said[CHILD_SAID]; /* what it last wrote to its standard error */
};

/* Run `command` with /bin/sh -c. 0, or -1 and an error: nothing runs. Any thread; one at a time for
 * each child. */
int child_start(struct child *c, const char *command, struct err *e);

/* Write what it takes at once: how many of `size` bytes, 0 when it takes none now, -1 when it takes
 * no more at all. */
ssize_t child_write(struct child *c, const char *bytes, size_t size);

/* Read what is there: how many bytes, 0 at the end of its output, -1 when there is nothing now. */
ssize_t child_read(struct child *c, char *buf, size_t size);

/* Take what it wrote to its standard error into `said`; 64 KiB a call at most. */
void child_listen(struct child *c);

/* No more input. */
void child_close_in(struct child *c);

/*
 * Close everything, kill its group when `kill`, wait for it: two seconds at most, then it is
 * killed. What it leaves of its group is killed too. How it ended goes to how[size]: "ended with
 * status 1", "was killed by signal 9"; with what it said, if it said something. True: it ended by
 * itself with status 0. Nothing happens for a child that is not there.
 */
bool child_end(struct child *c, bool kill, char *how, size_t size);

#endif
