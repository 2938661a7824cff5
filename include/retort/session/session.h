/* The session: the one way in for every command, the script reader, the recorder. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SESSION_H
#define RETORT_SESSION_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "retort/base/err.h"
#include "retort/lab/lab.h"

struct cmd;
struct cmd_screen;
struct observer;
struct session;

struct session_options {
	const struct cmd *const *commands; /* all commands, NULL at the end; required */
	const struct observer *observer;   /* the session is live: a line does not wait for work to
					      end, an error does not end the session, and messages
					      and samples go to the observer instead of `out` and
					      `talk`. NULL: not live. Borrowed */
	const struct cmd_screen *screen;   /* handlers of `view`, `bind` and `picture`; NULL: these
					      are accepted without effect. Borrowed */
	int threads;                       /* workers; >= 1 */
	const char *record;                /* file the session is recorded in; NULL: not recorded */
	FILE *out;                         /* data: evaluations and reports */
	FILE *talk;                        /* messages, one a line */
	bool json;                         /* data as one JSON object a line, else TSV */
	uint64_t until; /* end a script when the main line stands at this step; 0: at its end */
	bool replay; /* the script says itself what to expect: evaluations are not recorded again */
	bool check;  /* a failed `expect` ends the session with status 3; else it is only told */
};

/* NULL with an error when the recording cannot be opened. */
struct session *session_new(const struct session_options *o, struct err *e);

/* Writes what is still to be recorded, stops the trainer at the next boundary, frees. */
void session_free(struct session *s);

/*
 * THE door: one line of the session language. Scripts, replay and tests come through here. 0 when
 * it was done or handed to the trainer; -1 and an error when it was refused, with nothing
 * changed; *column (may be NULL) is where in the line.
 */
int session_line(struct session *s, const char *line, int *column, struct err *e);

/*
 * Queue the lines of a script: each is due when all before it are applied and, if it is not
 * stamped, when the work before it has ended. Stamped lines go to the trainer together with the
 * line before them, so that no step is missed. Relative paths are relative to `dir`. A last line
 * without a newline is dropped with a message: a killed recording may end in half a line.
 */
void session_script(struct session *s, const char *name, const char *text, const char *dir);

/* Take a bounded number of events, tell and record them, give script lines that are due. True
   when there was more than it took. */
bool session_pump(struct session *s);

/* Polls readable when session_pump has something to do. */
int session_fd(const struct session *s);

/* Nothing is queued, waited for or at work. */
bool session_is_idle(const struct session *s);

/* `quit` was said, or the script failed. */
bool session_is_over(const struct session *s);

/* End the work at hand and the script: a signal came. */
void session_stop(struct session *s);

/* Exit status so far: 0; 1 the run failed; 2 a script error; 3 a replay differs. */
int session_status(const struct session *s);

/* What the last answer said of the lab. Borrowed until the next pump. */
const struct lab_info *session_info(const struct session *s);

/* session_line for a typed line: an error goes where messages go. */
void session_type(struct session *s, const char *line);

/*
 * Candidates for completing `line` at byte `point`: a NULL-terminated array, sorted; the caller
 * frees each and the array with mem_free. NULL when there is none. *start: byte where the word
 * begins.
 */
char **session_complete(struct session *s, const char *line, size_t point, size_t *start);

/* The student has run and no report was made since. */
bool session_owes_report(const struct session *s);

#endif
