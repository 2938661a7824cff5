/* play.c: a session file on the screen or without one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "play.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "retort/base/err.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/lab/sweep_share.h"
#include "retort/session/headless.h"
#include "retort/session/rcfile.h"
#include "retort/session/resume.h"
#include "retort/ui/screen_commands.h"
#include "retort/ui/term/lines.h"
#include "retort/ui/term/loop.h"

#define USAGE 2
#define LIMIT ((size_t)1 << 24) /* bytes of a session file */

/* Read a session file; - is standard input. NULL after a message. Owned by the caller. */
static char *
read_session(const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	const char *name = is_stdin ? "standard input" : path;
	struct err e;
	char *text;
	size_t size;

	if ((is_stdin ? io_read_stream(STDIN_FILENO, name, LIMIT, &text, &size, &e)
		      : io_read(path, LIMIT, &text, &size, &e)) < 0) {
		err_print("retort: %s", e.msg);
		return NULL;
	}
	if (strlen(text) == size)
		return text;
	err_print("retort: %s: NUL byte at %zu (expected a session file)", name, strlen(text));
	mem_free(text);
	return NULL;
}

/* The text of a session for one of several processes: that which rank 0 has read; standard input
 * and files may be its alone. NULL after its message. */
static char *
spread_session(const struct sweep_share *share, char *text)
{
	size_t size = text ? strlen(text) + 1 : 0;
	char *got = share->spread(share->arg, text, &size);

	return share->rank ? got : text;
}

/* Run a session without a screen. Return the exit status. */
static int
run_headless(struct play_options *c, const char *name, const char *text, const char *dir)
{
	struct screen_commands commands = { .keys = keymap_new() };
	struct cmd_screen handlers = screen_commands_handlers(&commands);
	struct err e;
	int status;

	c->o.screen = &handlers;
	status = headless_run(&c->o, name, text, dir, &e);
	keymap_free(commands.keys);
	if (status < 0) {
		err_print("retort: %s", e.msg);
		status = 1;
	}
	return status;
}

/* Return a path for the recording of a session in the workbench that no file has, owned by the
 * caller. NULL and an error: there is no such directory, and none can be made. */
static char *
recording_path(struct err *e)
{
	char *dir = io_xdg(IO_STATE, "sessions"), *path = NULL;
	char name[64];
	time_t now = time(NULL);
	size_t len = strftime(name, sizeof name, "%Y%m%d-%H%M%S", localtime(&now));

	if (!dir)
		err_set(e, "neither XDG_STATE_HOME nor HOME is an absolute path");
	for (int i = 1; dir && io_mkdirs(dir, e) == 0; i++) {
		snprintf(name + len, sizeof name - len, i > 1 ? "-%d.ret" : ".ret", i);
		path = io_join(dir, name);
		if (!io_exists(path))
			break;
		mem_free(path);
	}
	mem_free(dir);
	return path;
}

/* Create the workbench with a recording in the state directory; without one, which the session
 * reports, if none can be made. `name` NULL: not live. The path into *path, owned by the caller. */
static struct workbench *
new_workbench(struct play_options *c, const char *name, char **path, struct err *e)
{
	struct workbench *w;
	struct err unrecorded;

	while ((*path = recording_path(&unrecorded))) {
		c->o.record = *path;
		w = workbench_new(&c->o, name, &unrecorded);
		if (w || !io_exists(*path)) /* or another process has made it just now */
			break;
		mem_free(*path);
	}
	if (*path && w)
		return w;
	mem_free(*path);
	*path = NULL;
	c->o.record = NULL;
	w = workbench_new(&c->o, name, e);
	if (w)
		session_unrecorded(workbench_session(w), &unrecorded);
	return w;
}

/* Read the rc file, then apply the options, which override it, then queue the script. */
static void
queue_script(struct session *s, const struct play_options *c, const char *name, const char *text,
	     const char *dir)
{
	char line[128];

	rcfile_read(s);
	if (c->color) {
		snprintf(line, sizeof line, "set color %s", c->color);
		session_line(s, line, NULL, NULL);
	}
	if (c->charset) {
		snprintf(line, sizeof line, "set charset %s", c->charset);
		session_line(s, line, NULL, NULL);
	}
	resume_script(s, name, text, dir);
}

/* Run a session on the screen, or line by line on a terminal without cursor addressing. Return the
 * exit status. */
static int
run_workbench(struct play_options *c, const char *name, const char *text, const char *dir)
{
	struct err e;
	struct term *term = term_open(&e);
	char *path = NULL;
	struct workbench *w;
	int status;

	if (!term)
		err_print("retort: %s; reading lines instead", e.msg);
	if (c->o.resume)
		c->o.record = c->o.resume;
	w = c->o.record ? workbench_new(&c->o, term ? name : NULL, &e)
			: new_workbench(c, term ? name : NULL, &path, &e);
	if (w)
		queue_script(workbench_session(w), c, name, text, dir);
	status = !w ? -1 : term ? loop_run(w, term, &e) : lines_run(workbench_session(w), &e);
	if (!w)
		term_close(term, false);
	if (status < 0)
		err_print("retort: %s", e.msg);
	else if (c->o.record)
		err_print("recorded: %s", c->o.record);
	workbench_free(w);
	mem_free(path);
	return status < 0 ? 1 : status;
}

int
play_file(struct play_options *c, const char *path, bool headless)
{
	bool follows = c->o.share && c->o.share->rank;
	char *dir = path ? io_dirname(path) : mem_text("."),
	     *text = follows ? NULL
		     : path  ? read_session(path)
			     : mem_text(c->o.resume ? "" : headless_demo);
	const char *name = path ? path : c->o.resume ? c->o.resume : "digits";
	int status = USAGE;

	if (c->o.share)
		text = spread_session(c->o.share, text);
	if (text)
		status = headless ? run_headless(c, name, text, dir)
				  : run_workbench(c, name, text, dir);
	mem_free(text);
	mem_free(dir);
	return status;
}
