/* screen_commands.c: handlers of the commands of the screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/screen_commands.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/ui/palette.h"
#include "retort/ui/pane.h"
#include "retort/ui/picture.h"
#include "retort/ui/view.h"

static struct screen_commands *
screen_of(const struct cmd_call *c)
{
	return c->screen->arg;
}

/* The arguments from `from` on, with a blank between two. */
static void
join_words(const struct cmd_call *c, int from, struct text *out)
{
	for (int i = from; i < c->argc; i++)
		text_addf(out, "%s%s", i > from ? " " : "", c->argv[i]);
}

static int
do_view(struct cmd_call *c, struct err *e)
{
	struct scene *scene = screen_of(c)->scene;
	struct text argument = { 0 };
	int status;

	if (!scene)
		return view_find(c->argv[0], e) ? 0 : -1;
	join_words(c, 1, &argument);
	status = view_do(scene, c->argv[0], text_get(&argument), &c->lines, e);
	text_release(&argument);
	return status;
}

/* List the bindings of a context; NULL: of all contexts. */
static void
list_bindings(struct cmd_call *c, const char *only)
{
	const struct keymap *keys = screen_of(c)->keys;
	const char *context, *key, *command;

	for (size_t i = 0; keymap_get(keys, i, &context, &key, &command) == 0; i++)
		if (command[0] && (!only || strcmp(only, context) == 0))
			text_addf(&c->output, "%-9s %-6s %s\n", context, key, command);
}

static int
do_bind(struct cmd_call *c, struct err *e)
{
	bool named = c->argc && keymap_is_context(c->argv[0]);
	const char *context = named ? c->argv[0] : "all";
	struct text command = { 0 };
	int status;

	if (c->argc == 0 || (named && c->argc == 1)) {
		list_bindings(c, c->argc ? context : NULL);
		return 0;
	}
	join_words(c, named ? 2 : 1, &command);
	status = keymap_bind(screen_of(c)->keys, context, c->argv[named], text_get(&command), e);
	text_release(&command);
	return status;
}

static int
parse_size(const char *word, int *width, int *height, struct err *e)
{
	char end;

	if (sscanf(word, "%3dx%3d%c", width, height, &end) == 2 && *width >= 1 && *height >= 1)
		return 0;
	return err_set(e, "picture: invalid size '%.20s' (expected COLUMNSxROWS, like 100x30)",
		       word);
}

/* Draw the scene at the given size and write it to `path`. */
static int
write_picture(const struct scene *scene, int width, int height, const char *path, struct err *e)
{
	struct canvas canvas = { 0 };
	struct text svg = { 0 };
	struct scene closed = *scene; /* without the prompt that the command was typed at */
	const void *part;
	int status;

	canvas_resize(&canvas, width, height);
	closed.prompting = false;
	pane_draw_all(&closed, &canvas);
	picture_svg(&canvas, palette_is_light(scene->info.run->settings.knobs.background), &svg);
	part = svg.s;
	status = io_write(path, &part, &svg.len, 1, e);
	text_release(&svg);
	canvas_release(&canvas);
	return status;
}

static int
do_picture(struct cmd_call *c, struct err *e)
{
	int width = 100, height = 30, status;
	char *path;

	if (c->argc > 1 && parse_size(c->argv[1], &width, &height, e) < 0)
		return -1;
	if (!screen_of(c)->scene) {
		text_add(&c->message, "picture: skipped: there is no screen");
		return 0;
	}
	path = io_join(c->dir, c->argv[0]);
	status = write_picture(screen_of(c)->scene, width, height, path, e);
	if (status == 0)
		text_addf(&c->message, "saved %s", path);
	mem_free(path);
	return status;
}

/* Add the line of a group of keys, if it contains the text that is searched, under its heading,
 * which changes with the purpose. */
static void
list_group(struct cmd_call *c, const struct keymap_group *g, const char *place, const char **last)
{
	const char *help = cmd_meaning(c->table, g->command), *find = c->argc > 1 ? c->argv[1] : "";
	struct text keys = { 0 }, command = { 0 }, line = { 0 };

	keymap_group_text(g, &keys, &command);
	text_addf(&line, "  %-10s %s (%s)", text_get(&keys), help ? help : "", text_get(&command));
	if (strcasestr(text_get(&line), find)) {
		if (!*last || strcmp(*last, g->purpose) != 0)
			text_addf(&c->output, "%s%s%s\n", g->purpose, g->purpose[0] ? ", " : "",
				  place);
		*last = g->purpose;
		text_addf(&c->output, "%s\n", text_get(&line));
	}
	text_release(&keys);
	text_release(&command);
	text_release(&line);
}

/* List the keys of one context with their help. */
static void
list_context(struct cmd_call *c, const char *context, const char *place)
{
	struct keymap_group g;
	const char *last = NULL;

	for (size_t at = 0; keymap_group(screen_of(c)->keys, context, &at, &g);)
		list_group(c, &g, place, &last);
}

static void
list_keys(struct cmd_call *c)
{
	const struct scene *scene = screen_of(c)->scene;
	char place[48];

	if (scene) {
		const char *context = screen_commands_context(scene);

		if (strcmp(context, "editor") == 0)
			snprintf(place, sizeof place, "in the map editor");
		else
			snprintf(place, sizeof place, "in pane %s", context);
		list_context(c, context, place);
	}
	list_context(c, "all", "in all panes");
	if (!c->output.len)
		text_addf(&c->message, "help keys: no key for '%.40s'; `help keys` lists all",
			  c->argc > 1 ? c->argv[1] : "");
}

const char *
screen_commands_context(const struct scene *s)
{
	return s->view.helping   ? "help"
	       : s->view.editing ? "editor"
				 : pane_name((size_t)s->view.focus);
}

struct cmd_screen
screen_commands_handlers(struct screen_commands *s)
{
	return (struct cmd_screen){ .arg = s,
				    .view = do_view,
				    .bind = do_bind,
				    .picture = do_picture,
				    .list_keys = list_keys,
				    .pane = pane_name };
}
