/* cmd_session.c: `source`, `quit`, and the first line of a session file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/session/cmd/data_options.h"
#include "retort/session/resume.h"

static int
exec_source(struct cmd_call *c, struct err *e)
{
	(void)e;
	c->source = io_join(c->dir, args_word(&c->args, "FILE"));
	return 0;
}

static const struct grammar_form source_forms[] = {
	GRAMMAR_FORM(exec_source, { .name = "FILE", .kind = GRAMMAR_FILE }), { 0 }
};

const struct cmd cmd_session_source = {
	.name = "source",
	.form = source_forms,
	.doc = "Read commands from a file; its lines are recorded, not this one.",
	.example = "source more.ret",
};

static int
exec_quit(struct cmd_call *c, struct err *e)
{
	(void)e;
	c->quit = true;
	return 0;
}

/* Save the state of the session beside its recording; the session ends when it is written. */
static int
quit_with_state(struct cmd_call *c, struct err *e)
{
	struct request *r;

	if (!c->recording)
		return err_set(e, "quit: with state: the session is not recorded; `save s FILE "
				  "with state` saves the run");
	r = cmd_request(c, REQUEST_SNAPSHOT);
	r->u.snapshot.state = r->u.snapshot.leave = true;
	c->save = resume_path(c->recording);
	return 0;
}

/* Save the student of the focused run; the session ends when it is written. */
static void
save_and_quit(struct cmd_call *c, bool state)
{
	struct request *r = cmd_request(c, REQUEST_SNAPSHOT);

	r->u.snapshot.ends = true;
	r->u.snapshot.state = state;
	snprintf(r->u.snapshot.name, sizeof r->u.snapshot.name, "s");
	c->save = io_join(c->dir, args_word(&c->args, "FILE"));
	c->tokens = data_options_tokens(c->data_line);
}

static int
quit_with_student(struct cmd_call *c, struct err *e)
{
	(void)e;
	save_and_quit(c, false);
	return 0;
}

static int
quit_with_run(struct cmd_call *c, struct err *e)
{
	const char *file = args_word(&c->args, "FILE");

	if (file[0] && file[strlen(file) - 1] == '/')
		return err_set(e, "quit: a published layout has no state (expected a file)");
	save_and_quit(c, true);
	return 0;
}

static const struct grammar_form quit_forms[] = {
	GRAMMAR_ALONE(exec_quit),
	GRAMMAR_FORM(quit_with_state,
		     { .word = "with", .help = "save what is needed to continue the session" },
		     { .word = "state" }),
	GRAMMAR_FORM(quit_with_run, { .word = "with" },
		     { .word = "state", .help = "that of all runs, beside the recording; or" },
		     { .name = "FILE",
		       .kind = GRAMMAR_OUTPUT,
		       .help = "that of the focused run, in a file for `load`" }),
	GRAMMAR_FORM(quit_with_student, { .word = "with" },
		     { .word = "student", .help = "save the student of the focused run" },
		     { .name = "FILE", .kind = GRAMMAR_OUTPUT }),
	{ 0 }
};

const struct cmd cmd_session_quit = {
	.name = "quit",
	.form = quit_forms,
	.doc = "End the session; running work stops at this step. With state, it is saved beside "
	       "the recording, and `retort --continue` goes on with it.",
	.example = "quit",
};

static int
exec_header(struct cmd_call *c, struct err *e)
{
	const char *kernel = args_word(&c->args, "kernel");
	int64_t version = args_number(&c->args, "VERSION", 0);

	if (version != 1 && version != 2)
		return err_set(e, "retort-session: format %.20s is not 1 or 2, which are read",
			       c->argv[0]);
	c->version = (int)version;
	if (kernel)
		snprintf(c->kernel, sizeof c->kernel, "%s", kernel);
	return 0;
}

static const struct grammar_form header_forms[] = {
	GRAMMAR_FORM(exec_header, { .name = "VERSION", .kind = GRAMMAR_NUMBER },
		     { .word = "kernel", .name = "NAME", .flags = GRAMMAR_OPTIONAL }),
	{ 0 }
};

const struct cmd cmd_session_header = {
	.name = "retort-session",
	.form = header_forms,
	.doc = "The first line of a session file: the version of its format.",
	.example = "retort-session 2",
};
