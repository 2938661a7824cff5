/* keymap.c: keys to command lines. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/keymap.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/ui/pane.h"

struct binding {
	char context[16], key[12];
	char *command;
};

struct keymap {
	size_t n, cap;
	struct binding *binding;
};

/* A pane's own keys come before those of "all". The order is the order of `help keys`. */
static const struct {
	const char *context, *key, *command;
} defaults[] = {
	{ "all", "?", "help keys" },
	{ "all", "F1", "help keys" },
	{ "all", ":", "view prompt" },
	{ "all", "Space", "pause" },
	{ "all", "s", "step" },
	{ "all", ".", "step" },
	{ "all", "u", "undo" },
	{ "all", "C-r", "redo" },
	{ "all", "+", "view more" },
	{ "all", "=", "view more" },
	{ "all", "-", "view less" },
	{ "all", "Enter", "view enter" },
	{ "all", "m", "view map" },
	{ "all", "b", "view prompt mark " },
	{ "all", "r", "view prompt run " },
	{ "all", "]", "view next-mark" },
	{ "all", "[", "view previous-mark" },
	{ "all", "Tab", "view next" },
	{ "all", "S-Tab", "view previous" },
	{ "all", "1", "view focus 1" },
	{ "all", "2", "view focus 2" },
	{ "all", "3", "view focus 3" },
	{ "all", "4", "view focus 4" },
	{ "all", "5", "view focus 5" },
	{ "all", "6", "view focus 6" },
	{ "all", "7", "view focus 7" },
	{ "all", "8", "view focus 8" },
	{ "all", "9", "view focus 9" },
	{ "all", "0", "view focus 10" },
	{ "all", "z", "view zoom" },
	{ "all", "t", "view branch" },
	{ "all", "y", "view log-y" },
	{ "all", "X", "view log-x" },
	{ "all", "x", "view cursor" },
	{ "all", ">", "view smoother" },
	{ "all", "<", "view rougher" },
	{ "all", "}", "view zoom-in" },
	{ "all", "{", "view zoom-out" },
	{ "all", "a", "view all" },
	{ "all", "/", "view search" },
	{ "all", "n", "view find-next" },
	{ "all", "N", "view find-previous" },
	{ "all", "Up", "view up" },
	{ "all", "k", "view up" },
	{ "all", "Down", "view down" },
	{ "all", "j", "view down" },
	{ "all", "Left", "view left" },
	{ "all", "h", "view left" },
	{ "all", "Right", "view right" },
	{ "all", "l", "view right" },
	{ "all", "PgUp", "view page-up" },
	{ "all", "PgDn", "view page-down" },
	{ "all", "Home", "view top" },
	{ "all", "g", "view top" },
	{ "all", "End", "view bottom" },
	{ "all", "G", "view bottom" },
	{ "all", "Esc", "view cancel" },
	{ "all", "C-l", "view redraw" },
	{ "all", "C-z", "view suspend" },
	{ "all", "q", "view close" },
	{ "all", "Q", "quit" },
	{ "teachers", "M", "view mute" },
	{ "teachers", "S", "view solo" },
	{ "teachers", "e", "view equalise" },
	{ "gauge", "f", "view first-set" },
	{ "gauge", "o", "view second-set" },
	{ "help", "Space", "view page-down" },
	{ "editor", "1", "view weight 1" },
	{ "editor", "2", "view weight 2" },
	{ "editor", "3", "view weight 3" },
	{ "editor", "4", "view weight 4" },
	{ "editor", "5", "view weight 5" },
	{ "editor", "6", "view weight 6" },
	{ "editor", "7", "view weight 7" },
	{ "editor", "8", "view weight 8" },
	{ "editor", "9", "view weight 9" },
	{ "editor", "0", "view clear-edit" },
	{ "editor", "o", "view tap" },
	{ "editor", "c", "view match" },
	{ "editor", "p", "view through" },
	{ "editor", "Enter", "view apply" },
	{ "editor", "Esc", "view discard" },
	{ "editor", "m", "view close" },
};

static const char *const names[] = { "Space", "Enter", "Esc",   "Tab",  "S-Tab", "BSpace", "Up",
				     "Down",  "Left",  "Right", "Home", "End",   "PgUp",   "PgDn",
				     "F1",    "F2",    "F3",    "F4",   "F5",    "F6",     "F7",
				     "F8",    "F9",    "F10",   "F11",  "F12",   NULL };

struct keymap *
keymap_new(void)
{
	struct keymap *m = mem_new(sizeof *m);

	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
		keymap_bind(m, defaults[i].context, defaults[i].key, defaults[i].command, NULL);
	return m;
}

void
keymap_free(struct keymap *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++)
		mem_free(m->binding[i].command);
	mem_free(m->binding);
	mem_free(m);
}

static struct binding *
find(const struct keymap *m, const char *context, const char *key)
{
	for (size_t i = 0; i < m->n; i++)
		if (strcmp(m->binding[i].context, context) == 0 &&
		    strcmp(m->binding[i].key, key) == 0)
			return &m->binding[i];
	return NULL;
}

const char *
keymap_find(const struct keymap *m, const char *context, const char *key)
{
	const struct binding *b = find(m, context, key);

	b = b ? b : find(m, "all", key);
	return b && b->command[0] ? b->command : NULL;
}

static bool
is_one_character(const char *s)
{
	uint32_t cp;
	size_t len = strlen(s), n = text_utf8(s, len, &cp);

	return n == len && cp > ' ' && cp != 0xFFFD;
}

static bool
is_key(const char *key)
{
	for (int i = 0; names[i]; i++)
		if (strcmp(names[i], key) == 0)
			return true;
	if ((key[0] == 'C' || key[0] == 'M') && key[1] == '-' && key[2])
		return is_one_character(key + 2);
	return is_one_character(key);
}

bool
keymap_is_context(const char *context)
{
	return strcmp(context, "all") == 0 || strcmp(context, "editor") == 0 ||
	       pane_find(context) >= 0;
}

int
keymap_bind(struct keymap *m, const char *context, const char *key, const char *command,
	    struct err *e)
{
	struct binding *b;

	if (!keymap_is_context(context))
		return err_set(e,
			       "bind: '%.40s' is no pane; there are all, editor and the panes of "
			       "`view focus`",
			       context);
	if (!is_key(key) || strlen(key) >= sizeof b->key)
		return err_set(e,
			       "bind: '%.40s' is no key; a key is a character, C-x, M-x, Up, "
			       "Enter, Space, F1 ...",
			       key);
	b = find(m, context, key);
	if (!b) {
		mem_grow(&m->binding, &m->cap, m->n + 1, sizeof *m->binding);
		b = &m->binding[m->n++];
		snprintf(b->context, sizeof b->context, "%s", context);
		snprintf(b->key, sizeof b->key, "%s", key);
	}
	mem_free(b->command);
	b->command = mem_text(command);
	return 0;
}

int
keymap_get(const struct keymap *m, size_t i, const char **context, const char **key,
	   const char **command)
{
	if (i >= m->n)
		return -1;
	*context = m->binding[i].context;
	*key = m->binding[i].key;
	*command = m->binding[i].command;
	return 0;
}
