/* Observer of a session: functions that a screen, or a test, is called back by. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_OBSERVER_H
#define RETORT_SESSION_OBSERVER_H

#include "retort/lab/trainer.h"
#include "retort/session/report.h"

/*
 * Called on the main thread, from session_line and session_pump, in the order in which things
 * happen. Arguments are borrowed for the call unless stated otherwise. A function that is NULL is
 * skipped.
 */
struct observer {
	void *arg; /* first argument of every function */
	/* A metric's value at a step. */
	void (*sample)(void *arg, const struct event *ev);
	/* The result of a request. The function may take the texts `r` owns, and sets the pointers
	 * it has taken to NULL. */
	void (*answer)(void *arg, struct request *r);
	/* Result of a measurement that `poll` returned. */
	void (*measured)(void *arg, const struct request *r);
	/* Progress of a translation; may take r->bitext like `answer`. */
	void (*progress)(void *arg, struct request *r);
	/* One line for the message row. */
	void (*message)(void *arg, bool is_error, const char *text);
	/* A typed line was refused with a question that one of its options answers (err_ask):
	 * `options` are separated by bars. The answer is the line with the option behind it. */
	void (*ask)(void *arg, const char *line, const char *options, const char *question);
	/* Output of a command: one line or a page. */
	void (*text)(void *arg, const char *title, const char *text);
	/* Output of a command of a script: lines for the log. */
	void (*log)(void *arg, const char *text);
	/* The report. */
	void (*report)(void *arg, const struct lab_info *info, const struct report_change *change,
		       size_t n);
	/* A value of `k` was requested and is not in effect yet. NULL: none is requested any
	 * more. */
	void (*requested)(void *arg, const struct knob *k, const char *value);
	/* Knobs of the display have new values. */
	void (*display)(void *arg, const struct knobs *view);
	/* The recording has ended because of an error. */
	void (*unrecorded)(void *arg);
	/* A network was written to a file. */
	void (*saved)(void *arg, int run, const char *name, const char *path);
	/* Called once in each session_pump. Returns a measurement to post, owned by the caller;
	 * NULL: none. */
	struct request *(*poll)(void *arg);
};

/* Call a function of `o`; nothing happens where `o` is NULL. */
void observer_sample(const struct observer *o, const struct event *ev);
void observer_answer(const struct observer *o, struct request *r);
void observer_measured(const struct observer *o, const struct request *r);
void observer_progress(const struct observer *o, struct request *r);
void observer_message(const struct observer *o, bool is_error, const char *text);
void observer_ask(const struct observer *o, const char *line, const char *options,
		  const char *question);
void observer_text(const struct observer *o, const char *title, const char *text);
void observer_log(const struct observer *o, const char *text);
void observer_report(const struct observer *o, const struct lab_info *info,
		     const struct report_change *change, size_t n);
void observer_requested(const struct observer *o, const struct knob *k, const char *value);
void observer_display(const struct observer *o, const struct knobs *view);
void observer_unrecorded(const struct observer *o);
void observer_saved(const struct observer *o, int run, const char *name, const char *path);
struct request *observer_poll(const struct observer *o);

#endif
