/* cmd_view.c: commands for how things look and which key does what. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/ui/pane.h"
#include "retort/ui/picture.h"
#include "retort/ui/view.h"
#include "retort/session/keymap.h"

static void
join(struct cmd_call *c, int from, struct text *out)
{
	for (int i = from; i < c->argc; i++)
		text_addf(out, "%s%s", i > from ? " " : "", c->argv[i]);
}

static int
exec_view(struct cmd_call *c, struct err *e)
{
	struct text argument = { 0 };
	int status;

	join(c, 1, &argument);
	if (c->scene)
		status = view_do(c->scene, c->argv[0], text_get(&argument), &c->then, e);
	else /* nobody looks */
		status = view_find(c->argv[0], e) ? 0 : -1;
	text_release(&argument);
	return status;
}

const struct cmd cmd_view_view = {
	.name = "view",
	.args = "ACTION [ARGUMENT]",
	.min_args = 1,
	.max_args = 64,
	.complete = "@view @argument",
	.doc = "Change what is looked at: focus, zoom, cursor, scale; changes no figure and is "
	       "never recorded.",
	.example = "view focus knobs",
	.exec = exec_view,
};

static void
list(struct cmd_call *c, const char *only)
{
	const char *context, *key, *command;

	for (size_t i = 0; keymap_get(c->keys, i, &context, &key, &command) == 0; i++)
		if (command[0] && (!only || strcmp(only, context) == 0))
			text_addf(&c->say, "%-9s %-6s %s\n", context, key, command);
}

static int
exec_bind(struct cmd_call *c, struct err *e)
{
	bool named = c->argc && (strcmp(c->argv[0], "all") == 0 ||
				 strcmp(c->argv[0], "editor") == 0 || pane_find(c->argv[0]) >= 0);
	const char *context = named ? c->argv[0] : "all";
	struct text command = { 0 };
	int status;

	if (c->argc == 0 || (named && c->argc == 1)) {
		list(c, c->argc ? context : NULL);
		return 0;
	}
	join(c, named ? 2 : 1, &command);
	status = keymap_bind(c->keys, context, c->argv[named], text_get(&command), e);
	text_release(&command);
	return status;
}

const struct cmd cmd_view_bind = {
	.name = "bind",
	.args = "[PANE] [KEY [COMMAND...]]",
	.max_args = 64,
	.complete = "@context @key @command",
	.doc = "Bind a key to a command line, everywhere or in one pane; without a command the key "
	       "does nothing; alone, list.",
	.example = "bind C-t set temperature 2",
	.exec = exec_bind,
};

static int
parse_size(const char *word, int *width, int *height, struct err *e)
{
	char end;

	if (sscanf(word, "%3dx%3d%c", width, height, &end) == 2 && *width >= 1 && *height >= 1)
		return 0;
	return err_set(e, "picture: '%.20s' is no size; a size is COLUMNSxROWS, like 100x30", word);
}

static int
exec_picture(struct cmd_call *c, struct err *e)
{
	int width = 100, height = 30, status;
	struct canvas canvas = { 0 };
	struct text svg = { 0 };
	const void *part;
	char *path;

	if (c->argc > 1 && parse_size(c->argv[1], &width, &height, e) < 0)
		return -1;
	if (!c->scene) {
		text_add(&c->talk, "picture: skipped: there is no screen");
		return 0;
	}
	canvas_resize(&canvas, width, height);
	pane_draw_all(c->scene, &canvas);
	picture_svg(&canvas, &svg);
	path = io_join(c->dir, c->argv[0]);
	part = svg.s;
	status = io_write(path, &part, &svg.len, 1, e);
	if (status == 0)
		text_addf(&c->talk, "saved %s", path);
	mem_free(path);
	text_release(&svg);
	canvas_release(&canvas);
	return status;
}

const struct cmd cmd_view_picture = {
	.name = "picture",
	.args = "FILE [COLUMNSxROWS]",
	.min_args = 1,
	.max_args = 2,
	.complete = "@file @word",
	.doc = "Write what the screen shows to an SVG file, at 100x30 or another size.",
	.example = "picture run.svg",
	.exec = exec_picture,
};
