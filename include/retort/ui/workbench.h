/* The workbench: a session with its screen, without a terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_WORKBENCH_H
#define RETORT_UI_WORKBENCH_H

#include <stdbool.h>

#include "retort/base/err.h"
#include "retort/session/session.h"
#include "retort/ui/scene.h"

struct workbench;

/*
 * Start a session with options `o`, to which the commands of the screen are added. With `name`,
 * which the status line shows, the session is live and drawn from a scene; with NULL it is not
 * live, as on a terminal without a screen. NULL and an error when the recording cannot be opened.
 */
struct workbench *workbench_new(const struct session_options *o, const char *name, struct err *e);

/* Frees the session too. */
void workbench_free(struct workbench *w);

struct session *workbench_session(struct workbench *w);

/* What the panes draw; NULL when it is not live. The terminal fills the fields of the prompt and
 * carries out `wants`. */
struct scene *workbench_scene(struct workbench *w);

/* Run a line that the user has typed or a key stands for. An error on the screen, which an earlier
 * one has left, is removed; `report` also shows the report. */
void workbench_type(struct workbench *w, const char *line);

/* Run a line of the prompt: as workbench_type, but q, q! and w are those of vi. A line without an
 * answer, or one that has none yet, is itself the answer. */
void workbench_enter(struct workbench *w, const char *line);

/*
 * A key by name (ui/keymap.h): answers an open question, else runs the command that is bound to it
 * in the focused pane or in all. False when the key is not bound.
 */
bool workbench_key(struct workbench *w, const char *key);

/*
 * The mouse at cell (x, y) of a screen of that size (ui/mouse.h): button 0 clicks, 64 and 65 are
 * the wheel; other buttons have no effect.
 */
void workbench_mouse(struct workbench *w, int x, int y, int width, int height, int button);

#endif
