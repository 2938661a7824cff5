/* session.c: create, poll and free a session; its state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/probe/table/probe_table.h"
#include "retort/session/result.h"
#include "retort/session/complete.h"
#include "retort/session/inside.h"
#include "retort/session/sweep_child.h"
#include "retort/session/sweep_journal.h"

/* Return the absolute directory of a path, or NULL; owned. */
static char *
absolute_directory(const char *path)
{
	char *dir = io_dirname(path), *found = realpath(dir, NULL),
	     *whole = found ? mem_text(found) : NULL;

	free(found);
	mem_free(dir);
	return whole;
}

/* Begin the file of samples, if there is one. 0, or -1 and an error. */
static int
open_metrics(const struct session_options *o, struct curves_file **out, struct err *e)
{
	char *path = o->metrics  ? mem_text(o->metrics)
		     : o->record ? curves_file_beside(o->record)
				 : NULL;

	*out = path ? curves_file_new(path, !o->metrics, e) : NULL;
	mem_free(path);
	return path && !*out ? -1 : 0;
}

/* Open the files that the session writes: new ones, or those that it continues. */
static int
open_files(struct session *s, struct err *e)
{
	const struct session_options *o = &s->o;

	if (o->resume) {
		s->resume = resume_new(o, e);
		s->o.record = o->resume;
		return s->resume && resume_open(s->resume, o->observer, &s->recorder, &s->metrics,
						&s->curves, e) == 0
			       ? 0
			       : -1;
	}
	/* the recording first: of two sessions with one path, one creates it, and the other must
	 * leave the file of samples beside it alone */
	if (o->record && !(s->recorder = recorder_new(o->record, o->replay, e)))
		return -1;
	if (open_metrics(o, &s->metrics, e) < 0) {
		recorder_free(s->recorder);
		if (o->record)
			unlink(o->record);
		return -1;
	}
	s->curves = curves_new(!o->observer);
	return 0;
}

struct session *
session_new(const struct session_options *o, struct err *e)
{
	struct session *s = mem_new(sizeof *s);

	s->o = *o;
	if (open_files(s, e) < 0) {
		resume_free(s->resume);
		mem_free(s);
		return NULL;
	}
	s->recording_dir = s->recorder ? absolute_directory(s->o.record) : NULL;
	s->live = o->observer;
	s->output = (struct output){ .out = s->live ? NULL : o->out, .json = o->json };
	s->script = script_new();
	s->info.run = &s->run;
	knob_defaults(&s->info.run->settings.knobs);
	knob_defaults(&s->view);
	s->trainer = trainer_new(o->threads, 0, probe_table);
	if (o->share)
		trainer_share(s->trainer, o->share);
	if (s->resume)
		resume_begin(s);
	return s;
}

struct pending *
session_pending(struct session *s, struct request *r)
{
	struct pending *p;

	mem_grow(&s->pending, &s->cap_pending, s->n_pending + 1, sizeof *s->pending);
	p = &s->pending[s->n_pending++];
	r->id = ++s->next_id;
	*p = (struct pending){ .id = r->id, .kind = r->kind, .stamped = r->stamped, .at = r->at };
	return p;
}

void
session_release_pending(struct pending *p)
{
	mem_free(p->text);
	mem_free(p->where);
	mem_free(p->save);
	mem_free(p->tokens);
	sweep_journal_close(p->journal, false);
}

void
session_free(struct session *s)
{
	if (!s)
		return;
	sweep_child_free(s);
	trainer_free(s->trainer);
	recorder_free(s->recorder);
	script_free(s->script);
	for (size_t i = 0; i < s->n_pending; i++)
		session_release_pending(&s->pending[i]);
	mem_free(s->pending);
	story_release(&s->story);
	curves_free(s->curves);
	session_flush_metrics(s, true);
	curves_file_free(s->metrics);
	mem_free(s->data_line);
	mem_free(s->recording_dir);
	mem_free(s->table);
	text_release(&s->setup);
	resume_free(s->resume);
	mem_free(s);
}

void
session_message(struct session *s, bool is_error, const char *fmt, ...)
{
	char message[800];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	text_printable(message);
	if (s->live)
		observer_message(s->live, is_error, message);
	else
		fprintf(s->o.talk, "%s\n", message);
}

void
session_fail(struct session *s, int status)
{
	s->status = s->status ? s->status : status;
	script_clear(s->script);
	if (!s->live)
		s->over = true;
}

void
session_record(struct session *s, const char *stamp, const char *line)
{
	struct err e;

	if (!s->recorder || s->resume || recorder_line(s->recorder, stamp, line, &e) == 0)
		return;
	session_message(s, true, "retort: %s", e.msg);
	s->status = s->status ? s->status : 1;
	observer_unrecorded(s->live);
}

void
session_flush_metrics(struct session *s, bool sync)
{
	struct err e;

	if (!s->metrics || curves_file_flush(s->metrics, sync, &e) == 0)
		return;
	session_message(s, true, "retort: %s", e.msg);
	s->status = s->status ? s->status : 1;
}

void
session_unrecorded(struct session *s, const struct err *e)
{
	session_message(s, true, "not recorded: %s", e->msg);
	s->status = s->status ? s->status : 1;
	observer_unrecorded(s->live);
}

/* Post the measurement that the observer requests. */
static void
post_measurement(struct session *s)
{
	struct request *r = observer_poll(s->live);

	if (r)
		trainer_post(s->trainer, r);
}

/* Maximum number of events of one session_pump: the ring may not become empty during a run.
 */
#define EVENTS 4096

bool
session_pump(struct session *s)
{
	struct event ev[64];
	size_t n, taken = 0;
	bool more;

	trainer_drain(s->trainer);
	while (taken < EVENTS && (n = trainer_take(s->trainer, ev, 64)) > 0) {
		for (size_t i = 0; i < n; i++) {
			if (ev[i].metric == METRIC_NONE)
				result_take(s, ev[i].answer);
			else
				result_sample(s, &ev[i]);
		}
		taken += n;
	}
	session_flush_metrics(s, false);
	sweep_child_pump(s);
	more = !s->over && session_script_read(s);
	resume_pump(s);
	post_measurement(s);
	return more || taken >= EVENTS;
}

int
session_fd(const struct session *s)
{
	return trainer_fd(s->trainer);
}

int
session_child_fd(const struct session *s)
{
	return sweep_child_fd(s);
}

bool
session_is_idle(const struct session *s)
{
	return !s->working && s->n_pending == 0 && !script_peek(s->script) && !s->background;
}

bool
session_is_ready(const struct session *s)
{
	return !s->resume;
}

bool
session_is_over(const struct session *s)
{
	return s->over;
}

static bool
is_pending(const struct session *s, enum request_kind kind)
{
	for (size_t i = 0; i < s->n_pending; i++)
		if (s->pending[i].kind == kind)
			return true;
	return false;
}

/* Whether the trainer works, or will by a request that was posted. */
static bool
is_working(const struct session *s)
{
	return s->info.phase != LAB_IDLE || s->working || is_pending(s, REQUEST_RUN) ||
	       is_pending(s, REQUEST_TRAIN) || is_pending(s, REQUEST_REPORT) ||
	       is_pending(s, REQUEST_SWEEP);
}

void
session_cancel(struct session *s)
{
	if (is_pending(s, REQUEST_REWIND) || is_pending(s, REQUEST_FORK))
		trainer_post(s->trainer, request_new(REQUEST_CANCEL));
}

void
session_stop(struct session *s)
{
	script_clear(s->script);
	session_cancel(s);
	s->stopped = true;
	sweep_child_free(s);
	if (is_working(s))
		session_line(s, "stop", NULL, NULL);
	if (is_pending(s, REQUEST_TRANSLATE))
		session_line(s, "augment backtranslate stop", NULL, NULL);
}

int
session_status(const struct session *s)
{
	return s->status;
}

const struct lab_info *
session_info(const struct session *s)
{
	return &s->info;
}

struct curves *
session_curves(const struct session *s)
{
	return s->curves;
}

bool
session_owes_report(const struct session *s)
{
	return s->owes_report;
}

void
session_type(struct session *s, const char *line)
{
	struct err e = { .msg = "" };

	if (session_line(s, line, NULL, &e) == 0)
		return;
	session_message(s, true, "%s", e.msg);
	if (err_options(&e)[0])
		observer_ask(s->live, line, err_options(&e), e.msg);
}

const char *
session_describe(const struct session *s, const char *line, size_t point, const char *candidate)
{
	return complete_describe(s->o.commands, line, point, candidate);
}

char **
session_complete(struct session *s, const char *line, size_t point, size_t *start)
{
	return complete_line(&s->info, s->o.commands, s->o.screen, line, point, start);
}
