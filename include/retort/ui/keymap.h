/* Keys to command lines: defaults are strings, `bind` changes them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_KEYMAP_H
#define RETORT_UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"

/*
 * A key is written as in tmux: a character ("q", "+", "温"), "C-r", "M-x", "Up", "Down", "Left",
 * "Right", "Home", "End", "PgUp", "PgDn", "Enter", "Esc", "Tab", "S-Tab", "Space", "BSpace",
 * "F1".."F12". A context is the name of a pane, where the binding comes before the global one of
 * context "all".
 */
struct keymap;

/* The defaults. */
struct keymap *keymap_new(void);
void keymap_free(struct keymap *m);

/* "all", "editor" or the name of a pane. */
bool keymap_is_context(const char *context);

/* The command line bound to `key` in `context`, else in "all"; NULL when there is none. */
const char *keymap_find(const struct keymap *m, const char *context, const char *key);

/* Bind; an empty command unbinds. Refuses a key or context that does not exist. */
int keymap_bind(struct keymap *m, const char *context, const char *key, const char *command,
		struct err *e);

/* Binding i in order of the table; 0, or -1 past the last. All borrowed. */
int keymap_get(const struct keymap *m, size_t i, const char **context, const char **key,
	       const char **command);

#endif
