/* The commands of the screen: `view`, `bind`, `picture` and `help keys`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_SCREEN_COMMANDS_H
#define RETORT_UI_SCREEN_COMMANDS_H

#include "retort/session/cmd.h"
#include "retort/ui/keymap.h"
#include "retort/ui/scene.h"

struct screen_commands {
	struct scene *scene; /* NULL: there is no screen, and actions are only checked */
	struct keymap *keys;
};

/* The handlers for a session's options; they use `s`, which must outlive the session. */
struct cmd_screen screen_commands_handlers(struct screen_commands *s);

/* The context whose key bindings apply: help and map editor if open, else the focused pane. */
const char *screen_commands_context(const struct scene *s);

#endif
