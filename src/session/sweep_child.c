/* sweep_child.c: a process trains the points of a sweep, while the session goes on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/sweep_child.h"

#include <string.h>
#include <unistd.h>

#include "retort/base/child.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/lab/sweep_score.h"
#include "retort/session/sweep_folder.h"
#include "retort/session/sweep_journal.h"
#include "retort/session/sweep_use.h"

struct sweep_child {
	struct child process;          /* pid 0: it has ended */
	struct sweep *sweep;           /* owned; NULL: handed to the trainer with the result */
	struct sweep_journal *journal; /* owned */
	struct text rest;              /* the last line of the journal, without its end yet */
	int fd;                        /* the journal, read up to `rest` */
	struct scratch *folder;        /* owned; see sweep_folder.h */
	char *line, *save;             /* owned; save NULL: no file */
	uint64_t *shown;               /* [n_units] owned: steps that were shown; UINT64_MAX: it has
					  diverged */
	bool records;
};

static void
free_child(struct sweep_child *c)
{
	char how[CHILD_STDERR + 80];

	if (!c)
		return;
	child_end(&c->process, true, how, sizeof how);
	scratch_free(c->folder);
	sweep_journal_close(c->journal, false);
	io_close(c->fd);
	sweep_free(c->sweep);
	text_release(&c->rest);
	mem_free(c->line);
	mem_free(c->save);
	mem_free(c->shown);
	mem_free(c);
}

void
sweep_child_free(struct session *s)
{
	free_child(s->background);
	s->background = NULL;
}

/* ---- begin ---- */

/* Append a word of a shell command. */
static void
add_word(struct text *t, const char *word)
{
	text_add(t, " '");
	for (; *word; word++)
		*word == '\'' ? text_add(t, "'\\''") : text_bytes(t, word, 1);
	text_add(t, "'");
}

/* Start this program on the files of the folder. Its messages come through a pipe. */
static int
start_process(const struct session *s, struct sweep_child *c, struct err *e)
{
	char *self = child_self(e), *recording, *script;
	struct text t = { 0 };
	int status;

	if (!self)
		return -1;
	recording = sweep_folder_recording(c->folder);
	script = sweep_folder_script(c->folder);
	text_add(&t, "exec");
	add_word(&t, self);
	text_addf(&t, " --beside %ld --threads %d --continue", (long)getpid(), s->o.threads);
	add_word(&t, recording);
	text_add(&t, " run");
	add_word(&t, script);
	text_add(&t, " >/dev/null");
	status = child_start(&c->process, t.s, e);
	child_close_stdin(&c->process);
	text_release(&t);
	mem_free(self);
	mem_free(recording);
	mem_free(script);
	return status;
}

/* The line that the process does: that of the session, in the foreground, with the journal. */
static char *
line_of(const struct sweep_child *c)
{
	struct text t = { 0 };

	text_addf(&t, "%s journal", c->line);
	cmd_quote(&t, sweep_journal_path(c->journal));
	return t.s;
}

/* Skip the figures that the journal had before. */
static int
open_journal(struct sweep_child *c, struct err *e)
{
	char buf[4096];
	size_t size;

	c->fd = io_open_read(sweep_journal_path(c->journal), &size, e);
	while (c->fd >= 0 && io_read_some(c->fd, buf, sizeof buf) > 0)
		continue;
	return c->fd < 0 ? -1 : 0;
}

static int
start(struct session *s, struct sweep_child *c, struct request *r, struct err *e)
{
	bool works = r->info->phase == LAB_DISTILLING;
	char *line = line_of(c);

	c->folder = sweep_folder_make(s, r->u.sweep.ckpt, works ? r->step : UINT64_MAX, line, e);
	mem_free(line);
	return c->folder && open_journal(c, e) == 0 ? start_process(s, c, e) : -1;
}

void
sweep_child_begin(struct session *s, struct pending *p, struct request *r)
{
	struct sweep_child *c = mem_new(sizeof *c);
	struct err e;

	c->sweep = r->u.sweep.sweep;
	c->journal = p->journal;
	c->line = sweep_use_line(p->text);
	c->save = p->save;
	c->records = p->records;
	c->fd = c->process.in = c->process.out = c->process.err = -1;
	c->shown = mem_array(c->sweep->n_units, sizeof *c->shown);
	r->u.sweep.sweep = NULL;
	p->journal = NULL;
	p->save = NULL;
	if (start(s, c, r, &e) == 0) {
		s->background = c;
		return;
	}
	free_child(c);
	p->records = false;
	session_message(s, true, "sweep: in background: %s", e.msg);
	s->status = s->status ? s->status : 1;
}

/* ---- at work ---- */

/* Read the figures that the journal has got. */
static void
read_journal(struct sweep_child *c)
{
	char buf[1 << 16], *end;
	ssize_t n;

	while ((n = io_read_some(c->fd, buf, sizeof buf)) > 0) {
		text_bytes(&c->rest, buf, (size_t)n);
		while ((end = memchr(c->rest.s, '\n', c->rest.len))) {
			size_t len = (size_t)(end - c->rest.s) + 1;

			sweep_journal_line(c->rest.s, len - 1, sweep_journal_version(c->journal),
					   c->sweep);
			memmove(c->rest.s, end + 1, c->rest.len - len + 1);
			c->rest.len -= len;
		}
	}
}

/* Show progress: on a screen in the log, which does not disturb what is typed. */
static void
say(struct session *s, const char *text)
{
	if (s->live)
		observer_log(s->live, text);
	else
		session_message(s, false, "%s", text);
}

/* Show the units that have got figures. */
static void
show_points(struct session *s, struct sweep_child *c)
{
	char text[400];

	for (size_t i = 0; i < c->sweep->n_units; i++) {
		const struct sweep_unit *u = &c->sweep->unit[i];
		uint64_t now = u->state == SWEEP_DIVERGED ? UINT64_MAX : u->steps;

		if (now == c->shown[i])
			continue;
		c->shown[i] = now;
		sweep_score_describe(c->sweep, i, text, sizeof text);
		say(s, text);
	}
}

/* The process has ended: post the result, or say why there is none. */
static void
end_process(struct session *s, struct sweep_child *c)
{
	char how[CHILD_STDERR + 80];
	struct request *r;
	struct err e;

	if (!child_end(&c->process, false, how, sizeof how) && !c->sweep->stopped)
		session_message(s, true, "sweep: in background: the process %s", how);
	read_journal(c);
	if (sweep_recall(c->sweep, &e) < 0) {
		session_message(s, true, "%s", e.msg);
		sweep_child_free(s);
		return;
	}
	r = request_new(REQUEST_SWEEP_END);
	r->u.sweep.sweep = c->sweep;
	c->sweep = NULL;
	session_pending(s, r);
	trainer_post(s->trainer, r);
}

void
sweep_child_pump(struct session *s)
{
	struct sweep_child *c = s->background;
	size_t before;

	if (!c || !c->process.pid)
		return;
	child_read_stderr(&c->process);
	before = c->sweep->n_known;
	read_journal(c);
	if (c->sweep->n_known > before) {
		sweep_recall_part(c->sweep);
		show_points(s, c);
	}
	if (c->process.err < 0)
		end_process(s, c);
}

int
sweep_child_fd(const struct session *s)
{
	return s->background && s->background->process.pid ? s->background->process.err : -1;
}

int
sweep_child_stop(struct session *s, struct err *e)
{
	struct sweep_child *c = s->background;
	char how[CHILD_STDERR + 80];

	if (!c || !c->process.pid)
		return err_set(e, "sweep stop: no sweep is in the background");
	c->sweep->stopped = true;
	child_end(&c->process, true, how, sizeof how);
	end_process(s, c);
	return 0;
}

/* ---- result ---- */

void
sweep_child_result(struct session *s, struct request *r)
{
	struct sweep_child *c = s->background;
	struct sweep *sweep = r->u.sweep.sweep;
	struct pending p = { .text = c->line, .save = c->save };
	struct text winner = { 0 };
	char *page = sweep_use_page(s, &p, sweep, &winner);

	if (!s->live)
		output_text(&s->output, "sweep", page);
	mem_free(page);
	sweep_journal_close(c->journal, !sweep->stopped);
	c->journal = NULL;
	if (c->records)
		sweep_use_figures(s, r->stamp, sweep);
	sweep_use_end(s, sweep, text_get(&winner));
	text_release(&winner);
	sweep_child_free(s);
}
