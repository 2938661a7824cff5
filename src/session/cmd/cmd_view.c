/* cmd_view.c: grammar of the commands of the screen, which executes them: `view`, `bind`,
 * `picture`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/figure/figure_file.h"
#include "retort/session/cmd/cmd_table.h"

/* Without a screen the action is checked and has no effect. */
static int
exec_view(struct cmd_call *c, struct err *e)
{
	return c->screen ? c->screen->view(c, e) : 0;
}

/* Arguments of the actions in views.def. */
#define NONE
#define PANE                                         \
	,                                            \
	{                                            \
		.name = "PANE", .kind = GRAMMAR_PANE \
	}
#define WEIGHT                                      \
	,                                           \
	{                                           \
		.name = "N", .kind = GRAMMAR_NUMBER \
	}
#define METRIC                                           \
	,                                                \
	{                                                \
		.name = "METRIC", .kind = GRAMMAR_METRIC \
	}
#define NET                                                                    \
	,                                                                      \
	{                                                                      \
		.name = "NAME", .kind = GRAMMAR_NET, .flags = GRAMMAR_OPTIONAL \
	}
#define SET                                                                   \
	,                                                                     \
	{                                                                     \
		.name = "SET", .kind = GRAMMAR_SET, .flags = GRAMMAR_OPTIONAL \
	}
#define TEXT                                                               \
	,                                                                  \
	{                                                                  \
		.name = "TEXT", .flags = GRAMMAR_OPTIONAL | GRAMMAR_REPEAT \
	}

static const struct grammar_form view_forms[] = {
#define VIEW(id, action, argument, text) \
	GRAMMAR_FORM(exec_view, { .word = action, .help = text } argument),
#include "retort/session/cmd/views.def"
	{ 0 }
};

const struct cmd cmd_view = {
	.name = "view",
	.form = view_forms,
	.doc = "Change the display: focus, zoom, cursor, scale; has no effect on results and is "
	       "never recorded.",
	.example = "view focus knobs",
	.synopsis = "ACTION [ARGUMENT]...",
};

static int
exec_bind(struct cmd_call *c, struct err *e)
{
	return c->screen ? c->screen->bind(c, e) : 0;
}

static const struct grammar_form bind_forms[] = {
	GRAMMAR_ALONE(exec_bind),
	GRAMMAR_FORM(exec_bind, { .name = "PANE", .kind = GRAMMAR_CONTEXT }),
	GRAMMAR_FORM(exec_bind,
		     { .name = "PANE", .kind = GRAMMAR_CONTEXT, .flags = GRAMMAR_OPTIONAL },
		     { .name = "KEY" },
		     { .name = "COMMAND",
		       .kind = GRAMMAR_COMMAND,
		       .flags = GRAMMAR_OPTIONAL | GRAMMAR_REPEAT }),
	{ 0 }
};

const struct cmd cmd_view_bind = {
	.name = "bind",
	.form = bind_forms,
	.doc = "Bind a key to a command line, everywhere or in one pane; without a command the key "
	       "does nothing; alone, list.",
	.example = "bind C-t set temperature 2",
};

static int
exec_picture(struct cmd_call *c, struct err *e)
{
	const char *file = args_word(&c->args, "FILE"), *slash = strrchr(file, '/'),
		   *dot = strrchr(slash ? slash : file, '.');

	if (cmd_refuse_stamp(c, "picture", e) < 0)
		return -1;
	if (dot && strcmp(dot, ".svg") != 0)
		return err_set(e,
			       "picture: invalid suffix '%.20s' (expected .svg: the screen is "
			       "written as SVG; `export %s` draws the curves)",
			       dot, figure_file_kind(file, NULL) < 0 ? "curves.png" : file);
	if (c->screen)
		return c->screen->picture(c, e);
	text_add(&c->message, "picture: skipped: there is no screen");
	return 0;
}

static const struct grammar_form picture_forms[] = {
	GRAMMAR_FORM(exec_picture, { .name = "FILE", .kind = GRAMMAR_OUTPUT },
		     { .name = "COLUMNSxROWS", .flags = GRAMMAR_OPTIONAL }),
	{ 0 }
};

const struct cmd cmd_view_picture = {
	.name = "picture",
	.form = picture_forms,
	.doc = "Write what the screen shows to an SVG file, at 100x30 or another size.",
	.example = "picture run.svg",
};
