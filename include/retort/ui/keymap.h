/* Key bindings: keys to command lines. keys.def lists the defaults, `bind` changes them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_KEYMAP_H
#define RETORT_UI_KEYMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/text.h"

#define KEYMAP_GROUP 16

/*
 * A key is written as in tmux: a character ("q", "+", "温"), "C-r", "M-x", "Up", "Down", "Left",
 * "Right", "Home", "End", "PgUp", "PgDn", "Del", "Enter", "Esc", "Tab", "S-Tab", "Space", "BSpace",
 * "F1".."F12". A context is the name of a pane, or "editor" for the map editor; its bindings take
 * precedence over those of context "all".
 */
struct keymap;

/* Create a keymap with the default bindings. */
struct keymap *keymap_new(void);
void keymap_free(struct keymap *m);

/* Whether a context exists. */
bool keymap_is_context(const char *context);

/* The command line bound to `key` in `context`, else in "all"; NULL: unbound. Borrowed. */
const char *keymap_find(const struct keymap *m, const char *context, const char *key);

/* Bind a key; an empty command unbinds it. -1 and an error for an unknown key or context. */
int keymap_bind(struct keymap *m, const char *context, const char *key, const char *command,
		struct err *e);

/* Get binding i; -1 past the last. An empty command: unbound. Strings are borrowed. */
int keymap_get(const struct keymap *m, size_t i, const char **context, const char **key,
	       const char **command);

/* The keys of a context that share a command line. */
struct keymap_group {
	const char *key[KEYMAP_GROUP]; /* borrowed */
	int n;
	const char *command; /* command line of the first key, borrowed */
	const char *purpose; /* of the first key, "read the plots"; "": none but its context */
	bool is_range;       /* the lines differ in their last digit, like those of keys 1 to 9 */
};

/* Get the next group of a context, from *at, which starts at 0. False past the last. */
bool keymap_group(const struct keymap *m, const char *context, size_t *at, struct keymap_group *g);

/* Format a group: keys "Up, k" or "1 to 9"; command "view up" or "view focus N". */
void keymap_group_text(const struct keymap_group *g, struct text *keys, struct text *command);

#endif
