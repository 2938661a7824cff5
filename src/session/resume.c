/* resume.c: a recording is continued from the state beside it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/resume.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/lab/state_field.h"
#include "retort/lab/state_file.h"
#include "retort/session/chain.h"
#include "retort/session/cmd.h"
#include "retort/session/inside.h"
#include "retort/session/lex.h"

#define LIMIT ((size_t)1 << 24) /* bytes of a recording */
#define NOTE "session"          /* of what this file adds to a state */

struct resume {
	char *path, *metrics, *dir; /* of the recording, its curves; its directory */
	char *lines;                /* those that read the data, the others empty */
	char hash[CHAIN_DIGITS + 1];
	struct ckpt *state; /* owned; NULL: it was posted */
	bool owes_report;
	struct story story;
	struct script_later {
		char *name, *text, *dir; /* owned; NULL: none */
	} later;
};

char *
resume_path(const char *recording)
{
	struct text t = { 0 };

	text_bytes(&t, recording, text_stem(recording, ".ret"));
	text_add(&t, ".state");
	return t.s;
}

void
resume_free(struct resume *r)
{
	if (!r)
		return;
	mem_free(r->path);
	mem_free(r->metrics);
	mem_free(r->dir);
	mem_free(r->lines);
	mem_free(r->later.name);
	mem_free(r->later.text);
	mem_free(r->later.dir);
	ckpt_free(r->state);
	story_release(&r->story);
	mem_free(r);
}

/* ---- what the session adds to a state ---- */

static void
visit_story(struct state_field *f, struct story *t)
{
	size_t n = t->n;

	state_field_list(f, "story", &n, 100000);
	mem_grow(&t->entry, &t->cap, n, sizeof *t->entry);
	for (size_t i = 0; !f->failed && i < n; i++) {
		struct story_change *x = &t->entry[i];

		state_field_item(f, i);
		state_field_int(f, "run", &x->run, 0, 1000000);
		state_field_text(f, "stamp", x->change.stamp, sizeof x->change.stamp);
		state_field_count(f, "step", &x->change.step, UINT32_MAX);
		state_field_text(f, "text", x->change.text, sizeof x->change.text);
		state_field_end(f);
	}
	state_field_end(f);
	t->n = f->failed ? 0 : n;
}

static void
visit_note(struct state_field *f, char *hash, size_t size, bool *owes, struct story *t)
{
	state_field_text(f, "recording", hash, size);
	state_field_bool(f, "owes-report", owes);
	visit_story(f, t);
}

int
resume_note(struct session *s, struct ckpt *c, const char *hash, struct err *e)
{
	struct state_field f;
	char copy[CHAIN_DIGITS + 1], *text = NULL;

	snprintf(copy, sizeof copy, "%s", hash);
	state_field_write(&f, e);
	visit_note(&f, copy, sizeof copy, &s->owes_report, &s->story);
	if (!f.failed)
		text = state_field_text_of(&f);
	state_field_release(&f);
	if (!text)
		return -1;
	ckpt_note(c, NOTE, text);
	mem_free(text);
	return 0;
}

static int
read_note(struct resume *r, struct err *e)
{
	const char *text = ckpt_get(r->state, NOTE);
	struct state_field f;
	int status;

	if (!text || !state_file_is(r->state))
		return err_set(e, "no state of a session (`load s FILE` continues that of a run)");
	status = state_field_read(&f, text, e);
	if (status == 0)
		visit_note(&f, r->hash, sizeof r->hash, &r->owes_report, &r->story);
	status = status < 0 || f.failed ? -1 : 0;
	state_field_release(&f);
	return status;
}

/* ---- the recording ---- */

/* Whether a line reads data, or a file that teachers or augmentations need; the networks are in the
 * state. */
static bool
is_setup(const struct session_options *o, struct lex *lex)
{
	struct cmd_call c = { .argc = lex->n - 1, .argv = lex->word + 1 };
	const struct cmd *d = cmd_find(o->commands, lex->word[0], NULL);
	const char *first = c.argc ? c.argv[0] : "";

	if (!d || cmd_parse(d, &c, NULL) < 0)
		return false;
	if (strcmp(d->name, "data") == 0)
		return strcmp(first, "weight") != 0;
	if (strcmp(d->name, "teacher") == 0)
		return c.argc > 1 && strcmp(c.argv[1], "outputs") == 0;
	if (strcmp(d->name, "augment") == 0)
		return args_get(&c.args, "hash");
	return strcmp(d->name, "seed") == 0 || strcmp(d->name, "retort-session") == 0;
}

void
resume_follow(struct session *s, const char *line)
{
	struct lex *lex = mem_new(sizeof *lex);
	int column;

	if (line && lex_line(line, lex, &column, NULL) == 0 && lex->n && is_setup(&s->o, lex))
		text_addf(&s->setup, "%s\n", line);
	mem_free(lex);
}

/* The lines of a recording that set the session up, without their stamps; the others are empty. */
static char *
setup_lines(const struct session_options *o, const char *text)
{
	struct lex *lex = mem_new(sizeof *lex);
	struct text out = { 0 };
	int column;

	for (const char *p = text, *end; (end = strchr(p, '\n')); p = end + 1) {
		size_t len = chain_strip(p, (size_t)(end - p));
		char *line = mem_array(len + 1, 1);

		memcpy(line, p, len);
		if (lex_line(line, lex, &column, NULL) == 0 && lex->n && is_setup(o, lex))
			text_add(&out, line + lex->command);
		text_add(&out, "\n");
		mem_free(line);
	}
	mem_free(lex);
	return out.s;
}

/* Refuse a recording that is not whole, or that goes on after its state. */
static int
check_recording(const struct resume *r, const char *text, struct err *e)
{
	struct chain_state chain;

	chain_check(text, &chain);
	if (chain.torn)
		return err_set(e, "%s: the last line has no newline: it was cut short", r->path);
	if (chain.hashed == 0)
		return err_set(e, "%s: no running hash: it is no recording", r->path);
	if (chain.breaks)
		return err_set(
			e,
			"%s:%zu: the running hash breaks: it was edited, and is continued by "
			"nothing",
			r->path, chain.line[0]);
	if (strcmp(chain.last.hash, r->hash) != 0)
		return err_set(e,
			       "%s: its state is not of its last line: the session went on without "
			       "saving it (`retort FILE.ret` plays all lines)",
			       r->path);
	return 0;
}

static int
read_recording(struct resume *r, const struct session_options *o, struct err *e)
{
	char *text;
	size_t size;
	int status;

	if (io_read(r->path, LIMIT, &text, &size, e) < 0)
		return -1;
	status = strlen(text) == size ? check_recording(r, text, e)
				      : err_set(e, "%s: NUL byte at %zu", r->path, strlen(text));
	if (status == 0)
		r->lines = setup_lines(o, text);
	mem_free(text);
	return status;
}

/* Read the state of a recording, both of which must be there. */
static int
open_state(const char *recording, const char *path, struct ckpt **out, struct err *e)
{
	if (!io_exists(recording))
		return err_set(e, "%s: there is no such recording", recording);
	if (!io_exists(path))
		return err_set(e,
			       "%s: no state beside the recording; `quit with state` saves it, and "
			       "`retort %s` plays the recording",
			       path, recording);
	return ckpt_read(path, out, e);
}

struct resume *
resume_new(const struct session_options *o, struct err *e)
{
	struct resume *r = mem_new(sizeof *r);
	char *path = resume_path(o->resume);
	int status = open_state(o->resume, path, &r->state, e);

	r->path = mem_text(o->resume);
	r->metrics = curves_file_beside(o->resume);
	r->dir = io_dirname(o->resume);
	if (status == 0 && read_note(r, e) < 0)
		status = err_wrap(e, "%s", path);
	if (status == 0)
		status = read_recording(r, o, e);
	mem_free(path);
	if (status == 0)
		return r;
	resume_free(r);
	return NULL;
}

int
resume_open(const struct resume *r, bool live, struct recorder **recorder,
	    struct curves_file **metrics, struct curves **curves, struct err *e)
{
	*metrics = curves_file_continue(r->metrics, e);
	*curves = !*metrics               ? NULL
		  : io_exists(r->metrics) ? curves_file_read(r->metrics, !live, e)
					  : curves_new(!live);
	*recorder = *curves ? recorder_continue(r->path, r->hash, e) : NULL;
	if (*recorder)
		return 0;
	curves_file_free(*metrics);
	curves_free(*curves);
	return -1;
}

/* ---- in the session ---- */

void
resume_begin(struct session *s)
{
	session_script(s, s->resume->path, s->resume->lines, s->resume->dir);
}

void
resume_script(struct session *s, const char *name, const char *text, const char *dir)
{
	struct resume *r = s->resume;

	if (!r) {
		session_script(s, name, text, dir);
		return;
	}
	if (text[0])
		r->later = (struct script_later){ mem_text(name), mem_text(text), mem_text(dir) };
}

/* The state was not taken: nothing is recorded. */
static void
fail(struct session *s)
{
	struct err e;

	err_set(&e, "%s is not continued", s->resume->path);
	if (!s->o.attends) /* else the cause, which was printed, is all there is to say */
		session_unrecorded(s, &e);
	recorder_free(s->recorder);
	curves_file_free(s->metrics);
	resume_free(s->resume);
	s->recorder = NULL;
	s->metrics = NULL;
	s->resume = NULL;
	s->over = s->over || !s->live;
}

void
resume_pump(struct session *s)
{
	struct request *r;

	if (!s->resume || !s->resume->state || !session_is_idle(s))
		return;
	if (s->status) {
		fail(s);
		return;
	}
	r = request_new(REQUEST_CONTINUE);
	r->u.net.ckpt = s->resume->state;
	s->resume->state = NULL;
	session_pending(s, r);
	trainer_post(s->trainer, r);
}

void
resume_result(struct session *s, const struct request *r)
{
	struct resume *from = s->resume;
	struct script_later later = from->later;

	if (r->status < 0) {
		if (s->live)
			session_message(s, true, "%s", r->err.msg);
		fail(s);
		return;
	}
	s->working = s->info.phase != LAB_IDLE;
	s->owes_report = from->owes_report;
	story_release(&s->story);
	s->story = from->story;
	memset(&from->story, 0, sizeof from->story);
	s->resume = NULL;
	if (later.text)
		session_script(s, later.name, later.text, later.dir);
	session_script_read(s); /* lines with a stamp, before the next step */
	if (s->working && (!s->live || later.text))
		trainer_post(s->trainer, request_new(REQUEST_RESUME));
	resume_free(from);
}
