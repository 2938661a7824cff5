/* Session: executes command lines, reads scripts, records. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SESSION_H
#define RETORT_SESSION_SESSION_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "retort/base/err.h"
#include "retort/lab/lab.h"
#include "retort/session/permit.h"

struct cmd;
struct curves;
struct cmd_screen;
struct observer;
struct session;
struct sweep_share;

struct session_options {
	const struct cmd *const *commands; /* all commands, NULL at the end; required */
	const struct observer *observer;   /* the session is live: a line does not wait for work to
					      end, an error does not end the session, and messages
					      and samples go to the observer instead of `out` and
					      `talk`. NULL: not live. Borrowed */
	const struct cmd_screen *screen;   /* handlers of `view`, `bind` and `picture`; NULL: these
					      are accepted without effect. Borrowed */
	int threads;                       /* workers; >= 1 */
	const char *record;                /* path of the recording; NULL: not recorded */
	const char *resume;                /* recording to continue from the state beside it; then
					      `record` and `metrics` are ignored. NULL: none */
	const char *metrics;               /* path of the samples; NULL: beside the recording */
	FILE *out;                         /* data: evaluations and reports */
	FILE *talk;                        /* messages, one a line */
	bool json;                         /* data as one JSON object a line, else TSV */
	const struct sweep_share *share;   /* processes that execute the same script and share its
					      sweeps; all but rank 0 write no file. NULL: one.
					      Borrowed */
	uint64_t until; /* stop a script at this step of the student; 0: at its end */
	bool replay;    /* the script has `expect` lines: evaluations are not recorded again */
	struct permit permit; /* of a replay */
	bool attends;         /* trains a sweep of another session: its recording is not kept */
	bool check; /* a failed `expect` ends the session with status 3; else it is only reported */
};

/* Create a session and start its trainer. NULL and an error if the recording cannot be opened. */
struct session *session_new(const struct session_options *o, struct err *e);

/* Report that no recording of the session can be made; the exit status will be 1. */
void session_unrecorded(struct session *s, const struct err *e);

/* Stop the trainer at the next step boundary, close the recording, free. */
void session_free(struct session *s);

/*
 * Execute one line of the session language; the only entry point for commands. 0 if it was executed
 * or posted to the trainer; -1 and an error if it was rejected, with nothing changed; *column (may
 * be NULL) is the position in the line. Main thread.
 */
int session_line(struct session *s, const char *line, int *column, struct err *e);

/*
 * Queue the lines of a script: a line is due when all lines before it are applied and, unless it is
 * stamped, the work before it has ended. Stamped lines are posted together with the line before
 * them, so that no step is missed. Relative paths are relative to `dir`. A last line without a
 * newline is dropped with a message: a killed recording may end in half a line. A session that
 * continues a recording executes them afterwards.
 */
void session_script(struct session *s, const char *name, const char *text, const char *dir);

/* Process a bounded number of events, then execute script lines that are due. Returns true if more
 * events may be waiting. */
bool session_pump(struct session *s);

/* File descriptor that polls readable when session_pump has events to process. */
int session_fd(const struct session *s);

/* The same of a sweep in the background; -1: there is none. */
int session_child_fd(const struct session *s);

/* True if no work runs, no result is pending, no script line is queued, and no sweep is in the
 * background. */
bool session_is_idle(const struct session *s);

/* False until a session that continues a recording has taken its state. */
bool session_is_ready(const struct session *s);

/* True after `quit`, or after a script failed in a session that is not live. */
bool session_is_over(const struct session *s);

/* Give up steps that a `rewind` or `fork at` computes again; the session is as it was before the
 * line. Nothing where none does. */
void session_cancel(struct session *s);

/* Stop the work at the next step boundary, drop the script, and end a sweep in the background, as
 * after a signal. */
void session_stop(struct session *s);

/* Exit status so far: 0; 1 the run failed; 2 a script error; 3 a replay differs. */
int session_status(const struct session *s);

/* State of the lab as of the last result. Borrowed until the next session_pump. */
const struct lab_info *session_info(const struct session *s);

/* The curves of the session, owned by it. */
struct curves *session_curves(const struct session *s);

/* session_line for a typed line: an error is shown as a message. */
void session_type(struct session *s, const char *line);

/*
 * Candidates for completing `line` at byte `point`: a NULL-terminated array, sorted; the caller
 * frees each and the array with mem_free. NULL if there is none. *start: byte where the word
 * begins.
 */
char **session_complete(struct session *s, const char *line, size_t point, size_t *start);

/* What a candidate of a completion is, in a few words; NULL: unknown. */
const char *session_describe(const struct session *s, const char *line, size_t point,
			     const char *candidate);

/* True if the student has run since the last report. */
bool session_owes_report(const struct session *s);

#endif
