/* session.c: the door, and the script reader. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/session.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/augment/augment.h"
#include "retort/nn/gemm/blas.h"
#include "retort/probe/table/probe_table.h"
#include "retort/session/result.h"
#include "retort/session/cmd.h"
#include "retort/session/complete.h"
#include "retort/session/inside.h"
#include "retort/session/lex.h"

/* Where a recording lies, from the root on. */
static char *
whole_directory(const char *path)
{
	char *dir = io_dirname(path), *found = realpath(dir, NULL),
	     *whole = found ? mem_text(found) : NULL;

	free(found);
	mem_free(dir);
	return whole;
}

struct session *
session_new(const struct session_options *o, struct err *e)
{
	struct recorder *recorder = NULL;
	struct session *s;

	if (o->record && !(recorder = recorder_new(o->record, o->replay, e)))
		return NULL;
	s = mem_new(sizeof *s);
	s->o = *o;
	s->recorder = recorder;
	s->beside = recorder ? whole_directory(o->record) : NULL;
	s->live = o->observer;
	s->tell = (struct output){ .out = s->live ? NULL : o->out, .json = o->json };
	s->script = script_new();
	knob_defaults(&s->info.run.settings.knobs);
	knob_defaults(&s->view);
	s->trainer = trainer_new(o->threads, 0, probe_table);
	return s;
}

void
session_forget(struct pending *p)
{
	mem_free(p->text);
	mem_free(p->where);
	mem_free(p->save);
}

void
session_free(struct session *s)
{
	if (!s)
		return;
	trainer_free(s->trainer);
	recorder_free(s->recorder);
	script_free(s->script);
	for (size_t i = 0; i < s->n_pending; i++)
		session_forget(&s->pending[i]);
	mem_free(s->pending);
	mem_free(s->change);
	mem_free(s->data_line);
	mem_free(s->beside);
	mem_free(s);
}

void
session_tell(struct session *s, bool is_error, const char *fmt, ...)
{
	char message[800];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	for (char *p = message; *p; p++) /* words of files come in messages, and go to a terminal */
		if ((unsigned char)*p < ' ' && *p != '\n' && *p != '\t')
			*p = '?';
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

	if (!s->recorder || recorder_line(s->recorder, stamp, line, &e) == 0)
		return;
	session_tell(s, true, "retort: %s", e.msg);
	s->status = s->status ? s->status : 1;
	observer_unrecorded(s->live);
}

/* Who turns back-translation off does not want it turned on by texts that are still on their way.
 */
static void
end_translation(struct session *s, const struct request *r)
{
	const struct request_knobs *k = r->kind == REQUEST_SET ? &r->u.knobs : NULL;
	double rate;

	for (int i = 0; k && i < k->n; i++)
		if (k->set[i].knob->offset == augment_backtranslate.on &&
		    text_to_double(k->set[i].value, &rate) == 0 && rate <= 0)
			trainer_post(s->trainer, request_new(REQUEST_TRANSLATE_STOP));
}

/* The line goes to the trainer and waits for its answer. */
static void
post(struct session *s, const struct cmd *d, struct cmd_call *c, const struct lex *lex,
     const char *line)
{
	struct request *r = c->request;
	const struct request_knobs *k = request_knobs(r);
	struct pending *p;

	mem_grow(&s->pending, &s->cap_pending, s->n_pending + 1, sizeof *s->pending);
	p = &s->pending[s->n_pending++];
	*p = (struct pending){ .id = ++s->next_id,
			       .kind = r->kind,
			       .knob = k && k->n ? k->set[0].knob : NULL,
			       .save = c->save,
			       .stamped = r->stamped,
			       .at = r->at,
			       .expected = c->expected,
			       .within = c->within,
			       .digits = c->digits };
	if (r->kind == REQUEST_SET)
		memcpy(p->asked, k->set[0].value, sizeof p->asked);
	p->text = mem_text(c->record.len ? c->record.s : line + lex->command);
	p->text[strcspn(p->text, "\r\n")] = '\0';
	p->where = s->reading ? mem_text(s->reading->where) : NULL;
	p->records = s->recorder && (d->flags & CMD_RECORD) && request_is(r, REQUEST_IS_RECORD);
	r->id = p->id;
	c->request = NULL;
	c->save = NULL;
	if (p->knob)
		observer_requested(s->live, p->knob, p->asked);
	end_translation(s, r);
	trainer_post(s->trainer, r);
}

static int
queue_source(struct session *s, const char *path, struct err *e)
{
	char *text, *dir;
	size_t size;

	if (io_read(path, 1 << 24, &text, &size, e) < 0)
		return -1;
	dir = io_dirname(path);
	session_script(s, path, text, dir);
	mem_free(dir);
	mem_free(text);
	return 0;
}

/* A knob that changes how things look is the session's own: the trainer need not know. */
static int
turn_view_knob(struct session *s, const struct request *r, struct err *e)
{
	const struct knob *k = r->u.knobs.set[0].knob;
	const char *value = r->u.knobs.set[0].value;
	struct request *pace;

	if (knob_set(&s->view, k, value, e) < 0)
		return -1;
	knob_overlay(&s->info.run.settings.knobs, &s->view, KNOB_VIEW);
	if (!s->live)
		return 0;
	observer_display(s->live, &s->view);
	session_tell(s, false, "%s %s", k->name, value);
	if (strcmp(k->name, "speed") != 0)
		return 0;
	pace = request_new(REQUEST_PACE);
	pace->u.steps.n = s->view.speed;
	trainer_post(s->trainer, pace);
	return 0;
}

static void
leave(struct session *s)
{
	if (s->live && s->info.phase != LAB_IDLE && !s->leaving) {
		s->leaving = true; /* its end is recorded first */
		session_line(s, "stop", NULL, NULL);
		return;
	}
	s->over = true;
}

static void
speak(struct session *s, const struct cmd *d, const struct cmd_call *c)
{
	if (c->say.len && s->live)
		observer_text(s->live, c->argc ? c->argv[0] : d->name, c->say.s);
	else if (c->say.len)
		output_text(&s->tell, d->name, c->say.s);
	if (c->talk.len)
		session_tell(s, false, "%s", c->talk.s);
}

/* Bits depend on the kernel: figures of another one are compared within a tolerance, and that is
 * said. */
static void
heed_kernel(struct session *s, const struct cmd_call *c)
{
	if (!c->kernel[0] || strcmp(c->kernel, blas_name()) == 0)
		return;
	s->other_kernel = true;
	session_tell(
		s, false,
		"recorded with %s, here is %s: figures are compared within 5 %%, not to the bit",
		c->kernel, blas_name());
}

/* Lines that a view action stands for, one after the other. */
static int
give_each(struct session *s, char *lines, struct err *e)
{
	int status = 0;

	for (char *line = lines, *next; line && status == 0; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		status = session_line(s, line, NULL, e);
	}
	return status;
}

static int
carry_out(struct session *s, const struct cmd *d, struct cmd_call *c, const struct lex *lex,
	  const char *line, struct err *e)
{
	bool is_view = c->request && c->request->kind == REQUEST_SET &&
		       c->request->u.knobs.set[0].knob->when == KNOB_VIEW;

	if (lex->stamped && (!c->request || is_view) && !c->talk.len)
		return err_set(e, "%s: takes no stamp: it does nothing to what trains", d->name);
	if (lex->stamped && c->request && !request_is(c->request, REQUEST_IS_STAMP))
		return err_set(
			e, "%s: a translation takes no stamp: nobody knows when it will be there",
			d->name);
	speak(s, d, c);
	heed_kernel(s, c);
	if (c->then.len)
		return give_each(s, c->then.s, e);
	if (c->source)
		return queue_source(s, c->source, e);
	if (c->waits)
		script_wait(s->script, c->wait);
	if (c->quit)
		leave(s);
	if (is_view)
		return turn_view_knob(s, c->request, e);
	if (c->request)
		post(s, d, c, lex, line);
	return 0;
}

/* When the request is due: at its stamp, or at the step a script waits for. */
static void
stamp(const struct session *s, const struct lex *lex, struct request *r)
{
	uint64_t step;

	r->stamped = lex->stamped;
	r->at = lex->at;
	memcpy(r->owner, lex->owner, sizeof r->owner);
	if (lex->stamped || !s->reading || !script_waits(s->script, &step))
		return;
	r->stamped = true;
	r->at = step;
}

int
session_line(struct session *s, const char *line, int *column, struct err *e)
{
	struct cmd_call c = { .info = &s->info,
			      .data_line = s->data_line,
			      .dir = s->reading ? s->reading->dir : ".",
			      .beside = s->beside,
			      .scripted = s->reading != NULL,
			      .live = s->live != NULL,
			      .table = s->o.commands,
			      .screen = s->o.screen };
	const struct cmd *d;
	struct lex lex;
	int ignored, status;

	column = column ? column : &ignored;
	if (lex_line(line, &lex, column, e) < 0)
		return -1;
	if (lex.n == 0)
		return 0;
	*column = lex.column[0];
	d = cmd_find(s->o.commands, lex.word[0], e);
	if (!d)
		return -1;
	c.argc = lex.n - 1;
	c.argv = lex.word + 1;
	if (cmd_parse(d, &c, e) < 0)
		return -1;
	status = d->exec(&c, e);
	if (c.request)
		stamp(s, &lex, c.request);
	if (status == 0)
		status = carry_out(s, d, &c, &lex, line, e);
	request_free(c.request);
	text_release(&c.say);
	text_release(&c.talk);
	text_release(&c.then);
	text_release(&c.record);
	mem_free(c.save);
	mem_free(c.source);
	return status;
}

void
session_script(struct session *s, const char *name, const char *text, const char *dir)
{
	long torn = script_add(s->script, name, text, dir);

	if (torn >= 0)
		session_tell(s, false,
			     "%s: the last line has no end and is dropped, from byte %ld on", name,
			     torn);
}

/* With `until`: lines behind that step are left out, and a run that would pass it stops there. */
static bool
is_beyond(struct session *s, const char *text)
{
	struct lex lex;
	int column;

	if (!s->o.until || lex_line(text, &lex, &column, NULL) < 0)
		return false;
	return lex.stamped && !lex.owner[0] ? lex.at > s->o.until : s->reached && !lex.stamped;
}

/* Does this line run beyond it? */
static bool
reaches(const struct session *s, const char *text)
{
	uint64_t steps;
	struct lex lex;
	int column;

	if (!s->o.until || lex_line(text, &lex, &column, NULL) < 0 ||
	    strcmp(lex.word[0], "run") != 0)
		return false;
	steps = lex.n > 1 ? strtoull(lex.word[1], NULL, 10) : 1000;
	return s->info.run.student.steps + steps > s->o.until;
}

/* Behind the lines that are stamped up to it: stamped lines are applied in the order in which they
 * are posted. */
static void
stop_at_until(struct session *s)
{
	struct request *r = request_new(REQUEST_STOP);

	r->stamped = true;
	r->at = s->o.until;
	trainer_post(s->trainer, r);
}

static void
give(struct session *s)
{
	struct script_line *l = script_take(s->script);
	struct err e;
	int column = 1;

	s->reading = l;
	if (!is_beyond(s, l->text)) {
		if (session_line(s, l->text, &column, &e) < 0) {
			session_tell(s, true, "%s:%d: %s", l->where, column, e.msg);
			session_fail(s, 2);
		}
		s->reached = s->reached || reaches(s, l->text);
	}
	s->reading = NULL;
	script_line_free(l);
}

/* A line that belongs to the work before it: stamped, or below a `wait STEP`, or such a wait
 * itself. */
static bool
belongs(const struct session *s, const struct script_line *l)
{
	uint64_t step;

	return l && (script_is_stamped(l) || script_waits(s->script, &step) ||
		     strncmp(l->text + strspn(l->text, " \t"), "wait ", 5) == 0);
}

/* Give what is due: one unstamped line when all is quiet, and what belongs to it. */
void
session_read(struct session *s)
{
	while (!s->over && script_peek(s->script)) {
		bool before = s->reached;

		if (!belongs(s, script_peek(s->script)) && (s->working || s->n_pending))
			return;
		trainer_hold(s->trainer, true);
		give(s);
		while (!s->over && belongs(s, script_peek(s->script)))
			give(s);
		if (s->reached && !before)
			stop_at_until(s);
		trainer_hold(s->trainer, false);
	}
}

/* Post the measurement that the observer asks for. */
static void
post_measurement(struct session *s)
{
	struct request *r = observer_poll(s->live);

	if (r)
		trainer_post(s->trainer, r);
}

/* Takes a bounded number of events: draining until the ring is empty could go on for a whole run.
 */
#define EVENTS 4096

bool
session_pump(struct session *s)
{
	struct event ev[64];
	size_t n, taken = 0;

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
	if (!s->over)
		session_read(s);
	post_measurement(s);
	return taken >= EVENTS;
}

int
session_fd(const struct session *s)
{
	return trainer_fd(s->trainer);
}

bool
session_is_idle(const struct session *s)
{
	return !s->working && s->n_pending == 0 && !script_peek(s->script);
}

bool
session_is_over(const struct session *s)
{
	return s->over;
}

static bool
is_translating(const struct session *s)
{
	for (size_t i = 0; i < s->n_pending; i++)
		if (s->pending[i].kind == REQUEST_TRANSLATE)
			return true;
	return false;
}

void
session_stop(struct session *s)
{
	script_clear(s->script);
	s->stopped = true;
	if (s->info.phase != LAB_IDLE || s->working)
		session_line(s, "stop", NULL, NULL);
	if (is_translating(s))
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

bool
session_owes_report(const struct session *s)
{
	return s->owes_report;
}

void
session_type(struct session *s, const char *line)
{
	struct err e;

	if (session_line(s, line, NULL, &e) < 0)
		session_tell(s, true, "%s", e.msg);
}

char **
session_complete(struct session *s, const char *line, size_t point, size_t *start)
{
	return complete_line(&s->info, s->o.commands, s->o.screen, line, point, start);
}
