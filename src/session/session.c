/* session.c: the door, the script reader, and what becomes of answers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/session.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/learn/trainer.h"
#include "retort/runs/history.h"
#include "retort/session/cmd.h"
#include "retort/session/lex.h"
#include "retort/session/report.h"

#define EVENTS 4096 /* taken in one pump: draining until empty could go on for a whole run */

/* A line that was handed to the trainer and not yet answered. */
struct pending {
	uint64_t id;
	char *text;   /* the line without its stamp */
	char *where;  /* "file:line" or NULL */
	char *save;
	bool records, stamped;
	uint64_t at;
	double expected, within;
	int digits;
};

struct script_line {
	char *text, *dir;
	char *where; /* "file:line" */
};

struct session {
	struct session_options o;
	struct trainer *trainer;
	struct history *history;
	struct lab_info info;
	uint64_t next_id;
	size_t n_pending, cap_pending;
	struct pending *pending;
	size_t n_lines, cap_lines, next_line;
	struct script_line *line;
	const struct script_line *reading; /* the line that is being given; NULL: a person's */
	size_t n_changes, cap_changes;
	struct report_change *change;
	bool working;     /* from the answer to `run` until its end */
	bool owes_report;
	bool over;
	int status;
	/* evaluation under way, for one JSON object */
	int eval_branch;
	uint32_t eval_step;
	bool eval_open;
};

struct session *
session_new(const struct session_options *o, struct err *e)
{
	struct session *s = mem_new(sizeof *s);

	s->o = *o;
	if (o->record) {
		s->history = history_new(o->record, e);
		if (!s->history) {
			mem_free(s);
			return NULL;
		}
	}
	knob_defaults(&s->info.knobs);
	s->trainer = trainer_new(o->threads, 0);
	return s;
}

static void
pending_free(struct pending *p)
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
	history_free(s->history);
	for (size_t i = 0; i < s->n_pending; i++)
		pending_free(&s->pending[i]);
	for (size_t i = 0; i < s->n_lines; i++) {
		mem_free(s->line[i].text);
		mem_free(s->line[i].dir);
		mem_free(s->line[i].where);
	}
	mem_free(s->pending);
	mem_free(s->line);
	mem_free(s->change);
	mem_free(s);
}

static void
fail(struct session *s, int status)
{
	s->status = s->status ? s->status : status;
	s->over = true;
}

/* Answers and samples come through one ring, so this order is the order in which things took effect. */
static void
record(struct session *s, const char *line, bool sync)
{
	struct err e;

	if (!s->history || history_line(s->history, line, sync, &e) == 0)
		return;
	fprintf(s->o.talk, "retort: %s\n", e.msg);
	s->status = s->status ? s->status : 1;
}

/* The line goes to the trainer and waits for its answer. */
static void
post(struct session *s, const struct cmd *d, struct cmd_call *c, const struct lex *lex, const char *line)
{
	struct request *r = c->request;
	struct pending *p;

	mem_grow(&s->pending, &s->cap_pending, s->n_pending + 1, sizeof *s->pending);
	p = &s->pending[s->n_pending++];
	*p = (struct pending){ .id = ++s->next_id, .save = c->save, .stamped = lex->stamped, .at = lex->at,
			       .expected = c->expected, .within = c->within, .digits = c->digits };
	p->text = mem_text(c->record.len ? c->record.s : line + lex->command);
	p->text[strcspn(p->text, "\r\n")] = '\0';
	p->where = s->reading ? mem_text(s->reading->where) : NULL;
	p->records = s->history && (d->flags & CMD_RECORD);
	r->id = p->id;
	r->stamped = lex->stamped;
	r->at = lex->at;
	memcpy(r->owner, lex->owner, sizeof r->owner);
	c->request = NULL;
	c->save = NULL;
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

/* A view knob changes what is seen, so the trainer need not know; here nothing is seen. */
static bool
is_view(const struct cmd_call *c)
{
	return c->request && c->request->kind == REQUEST_SET && c->request->knob->when == KNOB_VIEW;
}

static int
carry_out(struct session *s, const struct cmd *d, struct cmd_call *c, const struct lex *lex, const char *line,
	  struct err *e)
{
	if (c->say.len)
		fputs(c->say.s, s->o.out);
	if (c->source)
		return queue_source(s, c->source, e);
	if (c->quit)
		s->over = true;
	if (is_view(c))
		return knob_set(&s->info.knobs, c->request->knob, c->request->text, e);
	if (c->request)
		post(s, d, c, lex, line);
	return 0;
}

int
session_line(struct session *s, const char *line, int *column, struct err *e)
{
	struct cmd_call c = { .info = &s->info, .dir = s->reading ? s->reading->dir : "." };
	const struct cmd *d;
	struct lex lex;
	int ignored, status;

	column = column ? column : &ignored;
	if (lex_line(line, &lex, column, e) < 0)
		return -1;
	if (lex.n == 0)
		return 0;
	*column = lex.column[0];
	d = cmd_find(lex.word[0], e);
	if (!d)
		return -1;
	c.argc = lex.n - 1;
	c.argv = lex.word + 1;
	if (c.argc < d->min_args || c.argc > d->max_args)
		return err_set(e, "%s: %d argument%s; `%s %s`", d->name, c.argc, c.argc == 1 ? "" : "s", d->name, d->args);
	status = d->exec(&c, e);
	if (status == 0)
		status = carry_out(s, d, &c, &lex, line, e);
	request_free(c.request);
	text_release(&c.say);
	text_release(&c.record);
	mem_free(c.save);
	mem_free(c.source);
	return status;
}

static void
add_line(struct session *s, const char *name, size_t number, const char *text, size_t len, const char *dir)
{
	struct text where = { 0 };
	struct script_line *l;

	mem_grow(&s->line, &s->cap_lines, s->n_lines + 1, sizeof *s->line);
	l = &s->line[s->n_lines++];
	l->text = mem_new(len + 1);
	memcpy(l->text, text, len);
	l->dir = mem_text(dir);
	text_addf(&where, "%s:%zu", name, number);
	l->where = where.s;
}

void
session_script(struct session *s, const char *name, const char *text, const char *dir)
{
	size_t tail = s->n_lines - s->next_line, number = 1;
	struct script_line *rest = mem_array(tail + 1, sizeof *rest);
	const char *p = text;

	/* a sourced script comes before what is left of the one that named it */
	if (tail)
		memcpy(rest, s->line + s->next_line, tail * sizeof *rest);
	s->n_lines = s->next_line;
	for (const char *eol; (eol = strchr(p, '\n')); p = eol + 1)
		add_line(s, name, number++, p, (size_t)(eol - p), dir);
	if (*p)
		fprintf(s->o.talk, "%s:%zu: the last line has no end and is dropped, from byte %zu on\n", name, number,
			(size_t)(p - text));
	mem_grow(&s->line, &s->cap_lines, s->n_lines + tail, sizeof *s->line);
	if (tail)
		memcpy(s->line + s->n_lines, rest, tail * sizeof *rest);
	s->n_lines += tail;
	mem_free(rest);
}

static bool
is_stamped(const char *text)
{
	return text[strspn(text, " \t")] == '@';
}

static bool
is_empty(const char *text)
{
	text += strspn(text, " \t\r");
	return !*text || *text == '#';
}

static void
give(struct session *s)
{
	struct script_line l = s->line[s->next_line++];
	struct err e;
	int column = 1;

	s->reading = &l;
	if (session_line(s, l.text, &column, &e) < 0) {
		fprintf(s->o.talk, "%s:%d: %s\n", l.where, column, e.msg);
		fail(s, 2);
	}
	s->reading = NULL;
}

/* Work has ended and somebody still waits for a later step: nobody will get there. */
static void
check_stranded(struct session *s)
{
	const struct pending *p = s->n_pending ? &s->pending[0] : NULL;

	if (s->working || !p || !p->stamped || !p->where)
		return;
	fprintf(s->o.talk, "%s:1: step %llu is never reached: the work before it ended at %llu\n", p->where,
		(unsigned long long)p->at, (unsigned long long)s->info.step);
	fail(s, 2);
}

/* Give what is due: one unstamped line when all is quiet, and the stamped lines behind it. */
static void
read_script(struct session *s)
{
	while (!s->over && s->next_line < s->n_lines) {
		if (is_empty(s->line[s->next_line].text)) {
			s->next_line++;
			continue;
		}
		if (!is_stamped(s->line[s->next_line].text) && (s->working || s->n_pending))
			return;
		trainer_hold(s->trainer, true);
		give(s);
		while (!s->over && s->next_line < s->n_lines &&
		       (is_empty(s->line[s->next_line].text) || is_stamped(s->line[s->next_line].text))) {
			if (is_empty(s->line[s->next_line].text))
				s->next_line++;
			else
				give(s);
		}
		trainer_hold(s->trainer, false);
	}
}

static const char *
branch_name(const struct session *s, int branch)
{
	return branch == LAB_MAIN ? "main" : branch == LAB_PLAIN ? "plain" : s->info.teacher[branch - 2].name;
}

static void
close_eval(struct session *s)
{
	if (s->eval_open)
		fputs("}\n", s->o.out);
	s->eval_open = false;
}

/* Evaluations are data; the samples of every step are not printed. */
static void
tell_sample(struct session *s, const struct event *ev)
{
	char number[40];

	if (ev->metric < METRIC_VAL_NLL || (ev->metric >= METRIC_FIXED && (ev->metric - METRIC_FIXED) % 3 != METRIC_MAP_SHARE))
		return;
	if (!s->o.json) {
		fprintf(s->o.out, "%u\t%s\t%s\t%s\n", ev->step, branch_name(s, ev->branch), metric_info(ev->metric)->name,
			text_number(number, sizeof number, ev->value));
		return;
	}
	if (!s->eval_open || s->eval_branch != ev->branch || s->eval_step != ev->step) {
		close_eval(s);
		fprintf(s->o.out, "{\"event\":\"eval\",\"branch\":");
		report_json_string(s->o.out, branch_name(s, ev->branch));
		fprintf(s->o.out, ",\"step\":%u", ev->step);
		s->eval_open = true;
		s->eval_branch = ev->branch;
		s->eval_step = ev->step;
	}
	fprintf(s->o.out, ",\"%s\":", metric_info(ev->metric)->name);
	report_json_number(s->o.out, ev->value);
}

/* Held-out figures go into the recording, so that a replay has something to be checked against. */
static void
record_sample(struct session *s, const struct event *ev)
{
	bool kept = ev->metric == METRIC_VAL_NLL || ev->metric == METRIC_WEIGHTS;
	bool teacher = ev->branch >= LAB_TEACHER(0);
	struct text t = { 0 };

	if (!s->history || s->o.replay || !kept || ev->branch == LAB_PLAIN || !s->working)
		return;
	text_addf(&t, teacher ? "@%s:%u expect %s:" : "@%s%u expect %s", teacher ? branch_name(s, ev->branch) : "", ev->step,
		  teacher ? branch_name(s, ev->branch) : "");
	text_addf(&t, "%s %.17g", metric_info(ev->metric)->name, ev->value);
	record(s, t.s, false);
	text_release(&t);
}

static void
note_change(struct session *s, const struct request *r)
{
	struct report_change *c;

	if (!r->note[0])
		return;
	mem_grow(&s->change, &s->cap_changes, s->n_changes + 1, sizeof *s->change);
	c = &s->change[s->n_changes++];
	snprintf(c->stamp, sizeof c->stamp, "%s", r->stamp);
	snprintf(c->text, sizeof c->text, "%s", r->note);
	if (s->o.json) {
		fputs("{\"event\":\"change\",\"at\":", s->o.out);
		report_json_string(s->o.out, r->stamp);
		fputs(",\"what\":", s->o.out);
		report_json_string(s->o.out, r->note);
		fputs("}\n", s->o.out);
	}
}

static bool
meets(const struct pending *p, double value)
{
	char got[40], want[40];

	if (p->digits == 0)
		return fabs(value - p->expected) <= p->within;
	if (p->digits >= 17 || value == p->expected)
		return value == p->expected;
	snprintf(got, sizeof got, "%.*g", p->digits, value);
	snprintf(want, sizeof want, "%.*g", p->digits, p->expected);
	return strcmp(got, want) == 0;
}

static void
compare(struct session *s, const struct pending *p, const struct request *r)
{
	if (meets(p, r->value))
		return;
	fprintf(s->o.talk, "%s%sstep %llu: %s is %.17g (%a), expected %.17g (%a)\n", p->where ? p->where : "",
		p->where ? ":1: " : "", (unsigned long long)r->step, r->text, r->value, r->value, p->expected, p->expected);
	if (s->o.check)
		fail(s, 3);
	else
		s->status = s->status ? s->status : 3;
}

/* What an answer brings besides its status. */
static void
use_answer(struct session *s, const struct pending *p, struct request *r)
{
	struct err e;

	note_change(s, r);
	if (r->kind == REQUEST_RUN || r->kind == REQUEST_TRAIN)
		s->working = true;
	if (r->kind == REQUEST_RUN)
		s->owes_report = true;
	if (r->kind == REQUEST_EXPECT)
		compare(s, p, r);
	if (r->kind == REQUEST_SNAPSHOT && p->save && ckpt_write(r->ckpt, p->save, &e) < 0) {
		fprintf(s->o.talk, "save: %s\n", e.msg);
		fail(s, 1);
	}
	if (r->kind != REQUEST_REPORT)
		return;
	s->owes_report = false;
	if (s->o.json)
		report_json(s->o.out, &s->info, s->change, s->n_changes);
	else
		report_text(s->o.out, &s->info, s->change, s->n_changes);
}

static void
settle(struct session *s, struct pending *p, struct request *r)
{
	struct text line = { 0 };

	if (r->status < 0) {
		fprintf(s->o.talk, "%s%s%s\n", p->where ? p->where : "", p->where ? ":1: " : "", r->err.msg);
		if (p->where)
			fail(s, 2);
	} else {
		use_answer(s, p, r);
	}
	if (p->records && r->status == 0) {
		text_addf(&line, "%s%s%s", r->stamp, r->stamp[0] ? " " : "", p->text);
		record(s, line.s, true);
		text_release(&line);
	}
}

/* Work ended, or cannot go on. */
static void
hear(struct session *s, const struct request *r)
{
	if (r->kind == REQUEST_DONE) {
		s->working = false;
		check_stranded(s);
	}
	if (r->kind == REQUEST_DIVERGED) {
		fprintf(s->o.talk, "retort: %s\n", r->err.msg);
		fail(s, 1);
	}
}

static void
take_answer(struct session *s, struct request *r)
{
	size_t i = 0;

	close_eval(s);
	s->info = r->info;
	while (i < s->n_pending && (r->id == 0 || s->pending[i].id != r->id))
		i++;
	if (i == s->n_pending) {
		hear(s, r);
	} else {
		struct pending p = s->pending[i];

		memmove(&s->pending[i], &s->pending[i + 1], (s->n_pending - i - 1) * sizeof p);
		s->n_pending--;
		settle(s, &p, r);
		pending_free(&p);
	}
	request_free(r);
}

bool
session_pump(struct session *s)
{
	struct event ev[64];
	size_t n, taken = 0;

	trainer_quiet(s->trainer);
	while (taken < EVENTS && (n = trainer_take(s->trainer, ev, 64)) > 0) {
		for (size_t i = 0; i < n; i++) {
			if (ev[i].metric == METRIC_NONE) {
				take_answer(s, ev[i].answer);
				continue;
			}
			tell_sample(s, &ev[i]);
			record_sample(s, &ev[i]);
		}
		taken += n;
	}
	if (!s->over)
		read_script(s);
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
	return !s->working && s->n_pending == 0 && s->next_line == s->n_lines;
}

bool
session_is_over(const struct session *s)
{
	return s->over;
}

void
session_stop(struct session *s)
{
	s->next_line = s->n_lines;
	if (s->working)
		session_line(s, "stop", NULL, NULL);
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
