/* workbench.c: a session with its screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/workbench.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/ui/move.h"
#include "retort/ui/screen_commands.h"
#include "retort/ui/view_observer.h"

struct workbench {
	struct session *session;
	struct view_model *view; /* NULL: not live */
	struct observer observer;
	struct screen_commands commands;
	struct cmd_screen handlers;
};

struct workbench *
workbench_new(const struct session_options *o, const char *name, struct err *e)
{
	struct workbench *w = mem_new(sizeof *w);
	struct session_options options = *o;

	w->commands.keys = keymap_new();
	if (name) {
		w->view = view_model_new(name, o->record != NULL);
		w->observer = view_observer(w->view);
		w->commands.scene = view_model_scene(w->view);
		options.observer = &w->observer;
	}
	w->handlers = screen_commands_handlers(&w->commands);
	options.screen = &w->handlers;
	w->session = session_new(&options, e);
	if (w->session)
		return w;
	workbench_free(w);
	return NULL;
}

void
workbench_free(struct workbench *w)
{
	if (!w)
		return;
	session_free(w->session);
	view_model_free(w->view);
	keymap_free(w->commands.keys);
	mem_free(w);
}

struct session *
workbench_session(struct workbench *w)
{
	return w->session;
}

struct scene *
workbench_scene(struct workbench *w)
{
	return w->commands.scene;
}

/* Append option number `n`, from 1, to a line. False: there are fewer. */
static bool
append_option(const char *options, int n, char *line, size_t size)
{
	size_t len = strlen(line);

	for (; n > 1 && *options; n--)
		options += strcspn(options, "|") + (options[strcspn(options, "|")] == '|');
	if (n != 1 || !*options)
		return false;
	snprintf(line + len, size - len, " %.*s", (int)strcspn(options, "|"), options);
	return true;
}

/* y, or the number of an option, runs the command of the open question; any other key dismisses
 * it. */
static void
answer_question(struct workbench *w, const char *key)
{
	struct scene *scene = w->commands.scene;
	char line[sizeof scene->answer], options[sizeof scene->options];
	bool yes;

	memcpy(line, scene->answer, sizeof line);
	memcpy(options, scene->options, sizeof options);
	scene->question[0] = scene->options[0] = '\0';
	scene->version++;
	if (options[0])
		yes = key[0] >= '1' && key[0] <= '9' && !key[1] &&
		      append_option(options, key[0] - '0', line, sizeof line);
	else
		yes = strcmp(key, "y") == 0 || strcmp(key, "Y") == 0;
	if (yes)
		session_type(w->session, line);
}

bool
workbench_key(struct workbench *w, const char *key)
{
	const struct scene *scene = w->commands.scene;
	const char *command;

	if (scene->question[0]) {
		answer_question(w, key);
		return true;
	}
	command = keymap_find(w->commands.keys, screen_commands_context(scene), key);
	if (!command)
		return false;
	session_type(w->session, command);
	return true;
}

void
workbench_mouse(struct workbench *w, int x, int y, int width, int height, int button)
{
	if (button != 0 && button != 64 && button != 65)
		return;
	move_click(w->commands.scene, x, y, width, height);
	if (button)
		session_type(w->session, button == 64 ? "view more" : "view less");
}
