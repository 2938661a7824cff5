/* cmd_view.c: grammar of the commands of the screen, which executes them: `view`, `bind`,
 * `picture`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd/cmd_table.h"

static const struct cmd_word views[] = {
#define VIEW(id, name, argument, help) { name, argument, help },
#include "retort/session/cmd/views.def"
	{ NULL, NULL, NULL }
};

/* Without a screen the action is checked and has no effect. */
static int
exec_view(struct cmd_call *c, struct err *e)
{
	if (c->screen)
		return c->screen->view(c, e);
	return cmd_find_word(&cmd_view_view, c->argv[0], e) ? 0 : -1;
}

static const struct grammar_form view_view_forms[] = {
	GRAMMAR_FORM({ .name = "ACTION", .kind = GRAMMAR_VIEW },
		     { .name = "ARGUMENT",
		       .kind = GRAMMAR_VIEW_ARGUMENT,
		       .flags = GRAMMAR_OPTIONAL | GRAMMAR_REPEAT }),
	{ NULL }
};

const struct cmd cmd_view_view = {
	.name = "view",
	.form = view_view_forms,
	.doc = "Change the display: focus, zoom, cursor, scale; has no effect on results and is "
	       "never recorded.",
	.example = "view focus knobs",
	.word = views,
	.exec = exec_view,
};

static int
exec_bind(struct cmd_call *c, struct err *e)
{
	return c->screen ? c->screen->bind(c, e) : 0;
}

static const struct grammar_form view_bind_forms[] = {
	GRAMMAR_FORM(),
	GRAMMAR_FORM({ .name = "PANE", .kind = GRAMMAR_CONTEXT }),
	GRAMMAR_FORM({ .name = "PANE", .kind = GRAMMAR_CONTEXT, .flags = GRAMMAR_OPTIONAL },
		     { .name = "KEY" },
		     { .name = "COMMAND",
		       .kind = GRAMMAR_COMMAND,
		       .flags = GRAMMAR_OPTIONAL | GRAMMAR_REPEAT }),
	{ NULL }
};

const struct cmd cmd_view_bind = {
	.name = "bind",
	.form = view_bind_forms,
	.doc = "Bind a key to a command line, everywhere or in one pane; without a command the key "
	       "does nothing; alone, list.",
	.example = "bind C-t set temperature 2",
	.exec = exec_bind,
};

static int
exec_picture(struct cmd_call *c, struct err *e)
{
	if (c->screen)
		return c->screen->picture(c, e);
	text_add(&c->message, "picture: skipped: there is no screen");
	return 0;
}

static const struct grammar_form view_picture_forms[] = {
	GRAMMAR_FORM({ .name = "FILE", .kind = GRAMMAR_FILE },
		     { .name = "COLUMNSxROWS", .flags = GRAMMAR_OPTIONAL }),
	{ NULL }
};

const struct cmd cmd_view_picture = {
	.name = "picture",
	.form = view_picture_forms,
	.doc = "Write what the screen shows to an SVG file, at 100x30 or another size.",
	.example = "picture run.svg",
	.exec = exec_picture,
};
