/* workbench.c: a session with its screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/workbench.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
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
	if (w->session) {
		if (w->view)
			view_model_scene(w->view)->curves = session_curves(w->session);
		return w;
	}
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

/* y, or the number of an option, runs the command of the open question; any other key dismisses
 * it. */
static void
answer_question(struct workbench *w, const char *key)
{
	struct scene *scene = w->commands.scene;
	struct text line = { 0 };
	bool options = scene->options[0], yes;
	const char *option = "";
	int len = 0;

	if (options && key[0] >= '1' && key[0] <= '9' && !key[1])
		len = scene_option(scene, key[0] - '0', &option);
	yes = options ? len > 0 : strcmp(key, "y") == 0 || strcmp(key, "Y") == 0;
	text_addf(&line, "%s%s%.*s", scene->answer, len ? " " : "", len, option);
	scene->question[0] = scene->options[0] = '\0';
	scene->version++;
	if (yes) {
		scene->message[0] = '\0'; /* the question, as an error */
		scene->message_is_error = false;
		session_type(w->session, line.s);
	}
	text_release(&line);
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
