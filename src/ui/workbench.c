/* workbench.c: a session with its screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/workbench.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/ui/mouse.h"
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
		w->view = view_model_new(name, o->record);
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

void
workbench_type(struct workbench *w, const char *line)
{
	struct scene *scene = w->commands.scene;

	line += strspn(line, " \t");
	if (scene->message_is_error) { /* it was about an earlier command */
		scene->message[0] = '\0';
		scene->message_is_error = false;
		scene->version++;
	}
	scene->view.report_asked =
		strncmp(line, "report", 6) == 0 && !line[6 + strspn(line + 6, " ")];
	session_type(w->session, line);
}

/* Lines that vi has, and what they stand for; what follows is kept. */
static const struct {
	const char *word, *line;
} short_lines[] = { { "q", "view leave" }, { "q!", "quit" }, { "w", "view write" } };

void
workbench_enter(struct workbench *w, const char *line)
{
	struct scene *scene = w->commands.scene;
	struct text command = { 0 };
	size_t word;

	line += strspn(line, " \t");
	word = strcspn(line, " \t");
	for (size_t i = 0; i < sizeof short_lines / sizeof *short_lines && !command.len; i++)
		if (word && strlen(short_lines[i].word) == word &&
		    strncmp(short_lines[i].word, line, word) == 0)
			text_addf(&command, "%s%s", short_lines[i].line, line + word);
	if (!command.len)
		text_add(&command, line);
	scene_say(scene, false, "%s", "");
	workbench_type(w, text_get(&command));
	if (!scene->message[0] && !scene->question[0] && !session_is_over(w->session))
		scene_say(scene, false, "%s", line); /* until its answer comes */
	text_release(&command);
}

/* Append the line that a key answers the open question with; none where it dismisses it. */
static void
find_answer(const struct scene *s, const char *key, struct text *line)
{
	const char *option;
	int len;

	for (int i = 0; i < s->n_choices; i++)
		if (key[0] == s->choice[i].key && !key[1])
			text_add(line, s->choice[i].line);
	if (!s->options[0] && (strcmp(key, "y") == 0 || strcmp(key, "Y") == 0))
		text_add(line, s->answer);
	len = s->options[0] && key[0] >= '1' && key[0] <= '9' && !key[1]
		      ? scene_option(s, key[0] - '0', &option)
		      : 0;
	if (len)
		text_addf(line, "%s %.*s", s->answer, len, option);
}

/* Execute the answer of a key to the open question; any other key dismisses it. */
static void
answer_question(struct workbench *w, const char *key)
{
	struct text line = { 0 };

	find_answer(w->commands.scene, key, &line);
	scene_dismiss(w->commands.scene);
	if (line.len)
		workbench_type(w, text_get(&line));
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
	workbench_type(w, command);
	return true;
}

void
workbench_mouse(struct workbench *w, int x, int y, int width, int height, int button)
{
	struct text line = { 0 };
	char key[MOUSE_KEY] = "";

	if (button == 0)
		mouse_click(w->commands.scene, x, y, width, height, key, &line);
	else if (button == 64 || button == 65)
		mouse_wheel(w->commands.scene, x, y, width, height, button == 64 ? 1 : -1, &line);
	if (key[0])
		workbench_key(w, key);
	if (line.len)
		workbench_type(w, text_get(&line));
	text_release(&line);
}
