/* The session: the one way in for every command, the recorder, and what the screen shows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_SESSION_H
#define RETORT_SESSION_SESSION_H

#include <stdbool.h>
#include <stdio.h>

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/screen/scene.h"

struct session;

struct session_options {
	int threads;          /* workers; >= 1 */
	const char *record;   /* file the session is recorded in; NULL: not recorded */
	FILE *out;            /* data: evaluations and reports; NULL: none */
	FILE *talk;           /* messages, one a line; NULL: only in the log pane */
	bool json;            /* data as one JSON object a line, else TSV */
	bool check;           /* replay: a failed `expect` ends the session with status 3 */
	bool live;            /* a person is there: nothing waits, errors do not end the session */
};

/* NULL with an error when the recording cannot be opened. */
struct session *session_new(const struct session_options *o, struct err *e);

/* Writes what is still to be recorded, stops the trainer at the next boundary, frees. */
void session_free(struct session *s);

/*
 * THE door: one line of the session language. Keys, prompt, rc file, scripts, replay and tests
 * come through here. 0 when it was done or handed to the trainer; -1 and an error when it was
 * refused, with nothing changed. What the trainer says later appears in the log and the message.
 */
int session_line(struct session *s, const char *line, struct err *e);

/*
 * Queue the lines of a script: each is due when all before it are applied and, if it is stamped,
 * when its owner stands at that step; if it is not, when the work before it has ended.
 * `dir` is what relative paths in it are relative to. Errors carry "file:line:column: ".
 */
int session_script(struct session *s, const char *name, const char *text, const char *dir, struct err *e);

/*
 * Do what can be done without waiting: take a bounded number of events, fold them into the scene,
 * record, post script lines that are due. True when there was more than it took.
 */
bool session_pump(struct session *s);

/* Polls readable when session_pump has something to do. */
int session_fd(const struct session *s);

/* Nothing is queued, waited for or at work. */
bool session_is_idle(const struct session *s);

/* `quit` was said, or the script failed: the loop should end. */
bool session_is_over(const struct session *s);

/* Exit status so far: 0; 1 the run failed; 2 a script error; 3 a replay differs. */
int session_status(const struct session *s);

/* What panes draw; view actions and panes change its `view`. Owned by the session. */
struct scene *session_scene(struct session *s);

/* A key by name ("space", "+", "C-r", "Up", "F1", "x") in the focused pane: runs what is bound
   to it. False when nothing is. Errors become the scene's message. */
bool session_key(struct session *s, const char *key);

/*
 * Completion of the word that ends at byte `point` of `line`: calls add(ctx, candidate) for
 * each, all from the tables (commands, knobs, choices, teachers, layers, metrics, files).
 * Returns the byte where that word starts.
 */
size_t session_complete(struct session *s, const char *line, size_t point,
			void (*add)(void *ctx, const char *candidate), void *ctx);

#endif
