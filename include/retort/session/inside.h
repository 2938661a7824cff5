/* State of a session, shared by the files of session/ that implement it; private to this folder. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_INSIDE_H
#define RETORT_SESSION_INSIDE_H

#include "retort/curve/curves.h"
#include "retort/curve/curves_file.h"
#include "retort/session/chain.h"
#include "retort/session/observer.h"
#include "retort/session/recorder.h"
#include "retort/session/resume.h"
#include "retort/session/script.h"
#include "retort/session/story.h"
#include "retort/session/session.h"
#include "retort/session/output.h"

/* A line whose request was posted and has no result yet. */
struct pending {
	uint64_t id;
	enum request_kind kind;
	const struct knob *knob; /* SET: the knob; its value is in `requested` */
	char requested[64];
	char *text;  /* the line without its stamp */
	char *where; /* "file:line" in a script; NULL: typed */
	char *save;
	char *tokens;                  /* with save: see struct cmd_call */
	struct sweep_journal *journal; /* of a sweep; owned; NULL: none */
	bool records, stamped;
	uint64_t at;
	double expected, within;
	int digits;
};

/* How a figure of a recording compares. */
enum replay_how {
	REPLAY_EXACTLY, /* equal */
	REPLAY_DIGITS,  /* equal to the digits written */
	REPLAY_LINE,    /* within the difference that its line gives */
	REPLAY_WITHIN,  /* within the tolerance of the caller */
	REPLAY_DIFFERS,
	REPLAY_NOT, /* not comparable */
	REPLAY_HOWS
};

/* What a replay has found so far. */
struct replay {
	size_t recorded;              /* `expect` lines of the recording */
	size_t compared[REPLAY_HOWS]; /* by how */
	size_t skipped;               /* lines that write files */
	int version;                  /* of the recording: 1 where its first line says nothing */
	bool rules;                   /* a file is read by other rules than when it was recorded */
	struct chain_state chain;     /* its running hash */
};

struct session {
	struct session_options o;
	struct trainer *trainer;
	struct recorder *recorder; /* NULL: not recorded */
	struct output output;
	struct curves *curves;
	struct curves_file *metrics; /* NULL: samples are not written */
	const struct observer *live; /* NULL: the session is not shown */
	struct script *script;
	int n_sources;                     /* files that lines of scripts have read */
	const struct script_line *reading; /* script line being executed; NULL: a typed line */
	struct lab_info info;              /* state of the last result */
	struct lab_run run;                /* that info has */
	char *data_line;                   /* `data` line of the current data set; NULL: none */
	struct knobs view;                 /* values of the knobs of the display */
	char *recording_dir;               /* absolute directory of the recording; NULL: none */
	int64_t n_translated; /* number of translated texts at the last progress event */
	uint64_t next_id;
	size_t n_pending, cap_pending;
	struct pending *pending;
	struct story story;
	bool working; /* from the result of `run` or `train` until the work ends */
	bool owes_report;
	bool stopped;      /* `stop` ended the run: no automatic report */
	bool owes_meeting; /* of several processes: wait for all before the next line */
	bool leaving;      /* `quit` came during work; leave when it has ended */
	bool reached;      /* the run that reaches `until` is posted: skip later unstamped lines */
	struct replay replay;
	struct text setup; /* lines that read data, or files that teachers and augmentations need */
	struct sweep_child *background; /* NULL: no sweep is in the background */
	char *table;                    /* of the last sweep; owned; NULL: none */
	struct resume *resume; /* until the state of a recording is taken: nothing is recorded */
	bool over;
	int status;
};

/* Set the exit status and drop the remaining script lines; a session that is not live ends. */
void session_fail(struct session *s, int status);

/* Show a message: to the observer if the session is live, else on `talk`. */
void session_message(struct session *s, bool is_error, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Append a line that took effect to the recording. On a write error the recording ends, with one
 * message. */
void session_record(struct session *s, const char *stamp, const char *line);

/* Handle the result of curves_file_flush: a write error is shown once. */
void session_flush_metrics(struct session *s, bool sync);

/* Execute the lines of scripts that are due: one without a stamp if no work runs and no result is
 * pending, with the lines that belong to it. True if more may be due. */
bool session_script_read(struct session *s);

/* Number a request that will be posted, and append an entry for its result, valid until the next
 * one. */
struct pending *session_pending(struct session *s, struct request *r);
void session_release_pending(struct pending *p);

#endif
