/* A shell command as a child process, with pipes to its standard streams. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_CHILD_H
#define RETORT_BASE_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "retort/base/err.h"

#define CHILD_STDERR 400 /* size of the stored tail of stderr, bytes */

/* It leads its own process group: signals of the terminal do not reach it, and a pipeline is killed
 * as a whole. */
struct child {
	pid_t pid; /* 0: not running */
	/* Our ends of its standard input, output and error; non-blocking; -1: closed. */
	int in, out, err;
	char err_tail[CHILD_STDERR]; /* the last bytes it wrote to stderr */
};

/* Run `command` with /bin/sh -c. Returns 0, or -1 with an error when it cannot be started. Any
 * thread, one at a time for each child. */
int child_start(struct child *c, const char *command, struct err *e);

/* Path of the program that this process runs; caller frees. NULL and an error. */
char *child_self(struct err *e);

/*
 * In a child: give way to other processes (nice 19), and end when the process `parent`, which has
 * started this one, ends in any way. -1 and an error: it has ended already.
 */
int child_attend(pid_t parent, struct err *e);

/* Write without blocking. Returns how many of `size` bytes were written, 0 when the pipe is full,
 * -1 when it is closed. */
ssize_t child_write(struct child *c, const char *bytes, size_t size);

/* Read without blocking. Returns the number of bytes, 0 at the end of its output, -1 when none are
 * available yet. */
ssize_t child_read(struct child *c, char *buf, size_t size);

/* Read its stderr into `err_tail`; at most 64 KiB a call. */
void child_read_stderr(struct child *c);

/* Close its standard input. */
void child_close_stdin(struct child *c);

/*
 * Close the pipes, kill the process group if `kill` is set, and wait for the child; after two
 * seconds it is killed. Processes left in its group are killed, too. how[size] gets the outcome,
 * "ended with status 1" or "was killed by signal 9", and the last line of stderr. Returns whether
 * it exited with status 0. No effect on a child that is not running.
 */
bool child_end(struct child *c, bool kill, char *how, size_t size);

#endif
