/* session_line.c: parse and execute one line of the session language. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/augment/augment.h"
#include "retort/session/cmd.h"
#include "retort/session/inside.h"
#include "retort/session/lex.h"
#include "retort/session/replay.h"
#include "retort/session/session.h"
#include "retort/session/sweep_use.h"

/* Stop a running translation if the request turns back-translation off: its result would turn it on
 * again.
 */
static void
stop_translation(struct session *s, const struct request *r)
{
	const struct request_knobs *k = r->kind == REQUEST_SET ? &r->u.knobs : NULL;
	double rate;

	for (int i = 0; k && i < k->n; i++)
		if (k->set[i].knob->offset == augment_backtranslate.on &&
		    text_to_double(k->set[i].value, &rate) == 0 && rate <= 0)
			trainer_post(s->trainer, request_new(REQUEST_TRANSLATE_STOP));
}

/* Return the line without its stamp and its end as it is recorded: as given, or from its words if
 * it has control characters; owned. */
static char *
line_to_record(const struct lex *lex, const char *line)
{
	size_t len = strlen(line);
	struct text t = { 0 };
	bool plain = true;

	while (len > (size_t)lex->command && strchr("\r\n", line[len - 1]))
		len--;
	for (size_t i = (size_t)lex->command; i < len; i++)
		plain = plain && (line[i] == '\t' || !iscntrl((unsigned char)line[i]));
	if (plain)
		text_bytes(&t, line + lex->command, len - (size_t)lex->command);
	for (int i = 0; !plain && i < lex->n; i++) {
		text_add(&t, i ? " " : "");
		lex_quote(&t, lex->word[i]);
	}
	return t.s;
}

/* Post the request of a line and store the line as pending. */
static void
post_request(struct session *s, const struct cmd *d, struct cmd_call *c, const struct lex *lex,
	     const char *line)
{
	struct request *r = c->request;
	const struct request_knobs *k = request_knobs(r);
	struct pending *p;

	p = session_pending(s, r);
	p->knob = k && k->n ? k->set[0].knob : NULL;
	p->save = c->save;
	p->tokens = c->tokens;
	p->journal = c->journal;
	p->expected = c->expected;
	p->within = c->within;
	p->digits = c->digits;
	if (r->kind == REQUEST_SET)
		memcpy(p->requested, k->set[0].value, sizeof p->requested);
	p->text = c->record.len ? mem_text(c->record.s) : line_to_record(lex, line);
	p->where = s->reading ? mem_text(s->reading->where) : NULL;
	p->records = s->recorder && (d->flags & CMD_RECORD) && request_is(r, REQUEST_IS_RECORD);
	r->scripted = s->reading != NULL;
	c->request = NULL;
	c->save = c->tokens = NULL;
	c->journal = NULL;
	if (p->knob)
		observer_requested(s->live, p->knob, p->requested);
	stop_translation(s, r);
	trainer_post(s->trainer, r);
}

/* Files that the lines of scripts may read: files that read each other twice are few and would
 * have no end. */
#define SOURCES 10000

static int
queue_source(struct session *s, const char *path, struct err *e)
{
	char *text, *dir;
	size_t size;

	if (s->reading && script_is_within(s->reading, path))
		return err_set(e, "source: %s reads itself", path);
	if (s->reading && s->n_sources++ == SOURCES)
		return err_set(e, "source: %s: more than %d files are read", path, SOURCES);
	if (io_read(path, 1 << 24, &text, &size, e) < 0)
		return -1;
	dir = io_dirname(path);
	session_script(s, path, text, dir);
	mem_free(dir);
	mem_free(text);
	return 0;
}

/* Set a knob of the display. These belong to the session; the trainer receives only the pace. */
static int
set_view_knob(struct session *s, const struct request *r, struct err *e)
{
	const struct knob *k = r->u.knobs.set[0].knob;
	const char *value = r->u.knobs.set[0].value;
	struct request *pace;

	if (knob_set(&s->view, k, value, e) < 0)
		return -1;
	knob_overlay(&s->info.run->settings.knobs, &s->view, KNOB_VIEW);
	if (!s->live)
		return 0;
	observer_display(s->live, &s->view);
	session_message(s, false, "%s %s", k->name, value);
	if (strcmp(k->name, "speed") != 0)
		return 0;
	pace = request_new(REQUEST_PACE);
	pace->u.steps.n = s->view.speed;
	trainer_post(s->trainer, pace);
	return 0;
}

static void
quit_session(struct session *s)
{
	if (s->live && s->info.phase != LAB_IDLE && !s->leaving) {
		s->leaving = true; /* `stop` is recorded before the session ends */
		session_line(s, "stop", NULL, NULL);
		return;
	}
	s->over = true;
}

static void
print_output(struct session *s, const struct cmd *d, const struct cmd_call *c)
{
	if (c->output.len && s->live)
		observer_text(s->live, c->argc ? c->argv[0] : d->name, c->output.s);
	else if (c->output.len)
		output_text(&s->output, d->name, c->output.s);
	if (c->message.len)
		session_message(s, c->failed, "%s", c->message.s);
	if (c->failed && !s->live)
		session_fail(s, 1);
}

/* Execute the lines that a command returned, until one fails. */
static int
execute_lines(struct session *s, char *lines, struct err *e)
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
execute_call(struct session *s, const struct cmd *d, struct cmd_call *c, const struct lex *lex,
	     const char *line, struct err *e)
{
	bool is_view = c->request && c->request->kind == REQUEST_SET &&
		       c->request->u.knobs.set[0].knob->when == KNOB_VIEW;

	if (lex->stamped && (!c->request || is_view) && !c->message.len)
		return err_set(e, "%s: takes no stamp: it does not change training", d->name);
	if (lex->stamped && c->request && !request_is(c->request, REQUEST_IS_STAMP))
		return err_set(e, "%s: a translation takes no stamp: its duration is unknown",
			       d->name);
	if ((lex->target[0] || lex->all) &&
	    (!c->request || is_view || c->request->kind == REQUEST_LIST) && !c->message.len)
		return err_set(e, "%s: acts on no run; `run focus %s` first", d->name,
			       lex->all ? "RUN" : lex->target);
	print_output(s, d, c);
	replay_header(s, c);
	replay_rules(s, c);
	if (c->lines.len)
		return execute_lines(s, c->lines.s, e);
	if (c->source)
		return queue_source(s, c->source, e);
	if (c->waits)
		script_wait(s->script, c->wait);
	if (c->quit)
		quit_session(s);
	if (is_view)
		return set_view_knob(s, c->request, e);
	if (c->sweep)
		return sweep_use_act(s, c, e);
	if (c->request &&
	    (c->request->kind == REQUEST_SWEEP || c->request->kind == REQUEST_SWEEP_BEGIN)) {
		int status = sweep_use_open(s, c, e);

		if (status != 0)
			return status < 0 ? -1 : 0;
	}
	if (c->request)
		post_request(s, d, c, lex, line);
	return 0;
}

/* Set when the request is due: at its stamp, or at the step of `wait` in a script. */
static void
set_stamp(const struct session *s, const struct lex *lex, struct request *r)
{
	uint64_t step;

	if (!r->target[0])
		memcpy(r->target, lex->target, sizeof r->target);
	r->all = lex->all;
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
			      .curves = s->curves,
			      .data_line = s->data_line,
			      .dir = s->reading ? s->reading->dir : ".",
			      .recording_dir = s->recording_dir,
			      .recording = s->recorder && !s->resume ? s->o.record : NULL,
			      .scripted = s->reading != NULL,
			      .live = s->live != NULL,
			      .table = s->o.commands,
			      .screen = s->o.screen };
	const struct cmd *d;
	struct lex lex;
	int ignored, status;
	uint64_t step;

	column = column ? column : &ignored;
	status = lex_line(line, &lex, column, e);
	if (status < 0 || lex.n == 0)
		return status;
	*column = lex.column[0];
	d = cmd_find(s->o.commands, lex.word[0], e);
	if (!d)
		return -1;
	c.stamped = lex.stamped;
	c.awaits = s->reading && script_waits(s->script, &step);
	c.argc = lex.n - 1;
	c.argv = lex.word + 1;
	if (cmd_parse(d, &c, e) < 0)
		return -1;
	status = replay_permits(s, d, &c, e);
	if (status != 0)
		return status < 0 ? -1 : 0;
	status = cmd_exec(d, &c, e);
	if (c.request)
		set_stamp(s, &lex, c.request);
	if (status == 0)
		status = execute_call(s, d, &c, &lex, line, e);
	cmd_release(&c);
	return status;
}
