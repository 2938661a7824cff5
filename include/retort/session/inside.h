/* What session.c and answer.c share; nobody else includes it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_INSIDE_H
#define RETORT_SESSION_INSIDE_H

#include "retort/session/observer.h"
#include "retort/session/recorder.h"
#include "retort/session/script.h"
#include "retort/session/session.h"
#include "retort/session/output.h"

/* A line that was handed to the trainer and not yet answered. */
struct pending {
	uint64_t id;
	enum request_kind kind;
	const struct knob *knob; /* SET: which, and what was asked */
	char asked[64];
	char *text;  /* the line without its stamp */
	char *where; /* "file:line" or NULL: a person's */
	char *save;
	bool records, stamped;
	uint64_t at;
	double expected, within;
	int digits;
};

struct session {
	struct session_options o;
	struct trainer *trainer;
	struct recorder *recorder; /* NULL: not recorded */
	struct output tell;
	const struct observer *live; /* NULL: the session is not shown */
	struct script *script;
	const struct script_line *reading; /* the line that is being given; NULL: a person's */
	struct lab_info info;              /* of the last answer */
	char *data_line;                   /* the `data` that is in force; NULL: none */
	struct knobs view;                 /* knobs that change how things look */
	char *beside;       /* the whole path of the recording's directory; NULL: none */
	int64_t translated; /* texts that had come back when it was last told */
	uint64_t next_id;
	size_t n_pending, cap_pending;
	struct pending *pending;
	size_t n_changes, cap_changes;
	struct report_change *change;
	bool working; /* from the answer to `run` until its end */
	bool owes_report;
	bool stopped;      /* a person ended the run: no report is owed by itself */
	bool leaving;      /* `quit` was said while something worked */
	bool reached;      /* the run that comes to `until` is posted: nothing after it is due */
	bool other_kernel; /* the recording comes from another kernel of the matrix library */
	bool over;
	int status;
};

/* End a script that failed; without a person, the session with it. */
void session_fail(struct session *s, int status);

/* Tell a message: to the person, or on `talk`. */
void session_tell(struct session *s, bool is_error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Write down what took effect; says once when it cannot. */
void session_record(struct session *s, const char *stamp, const char *line);

/* Give lines of scripts that are due. */
void session_script_read(struct session *s);

void session_forget(struct pending *p);

#endif
