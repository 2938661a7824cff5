/* keymap.c: key bindings. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/keymap.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/ui/pane.h"

struct binding {
	char context[16], key[12];
	const char *purpose; /* "train"; "own": bound by `bind`; "": that of its context */
	char *command;
};

struct keymap {
	size_t n, cap;
	struct binding *binding;
};

/* A row without a key begins those of a purpose. */
static const struct {
	const char *context, *key, *command;
} defaults[] = {
#define PURPOSE(text) { text, NULL, NULL },
#define KEY(context, key, command) { context, key, command },
#include "retort/ui/keys.def"
};

static const char *const key_names[] = { "Space", "Enter", "Esc",  "Tab",   "S-Tab", "BSpace",
					 "Up",    "Down",  "Left", "Right", "Home",  "End",
					 "PgUp",  "PgDn",  "Del",  "F1",    "F2",    "F3",
					 "F4",    "F5",    "F6",   "F7",    "F8",    "F9",
					 "F10",   "F11",   "F12",  NULL };

struct keymap *
keymap_new(void)
{
	struct keymap *m = mem_new(sizeof *m);

	const char *purpose = "";

	for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++) {
		if (!defaults[i].key) {
			purpose = defaults[i].context;
			continue;
		}
		keymap_bind(m, defaults[i].context, defaults[i].key, defaults[i].command, NULL);
		m->binding[m->n - 1].purpose = purpose;
	}
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
find_binding(const struct keymap *m, const char *context, const char *key)
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
	const struct binding *b = find_binding(m, context, key);

	b = b ? b : find_binding(m, "all", key);
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
	for (int i = 0; key_names[i]; i++)
		if (strcmp(key_names[i], key) == 0)
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
			       "bind: unknown pane '%.40s' (expected all, editor or a pane of "
			       "`view focus`)",
			       context);
	if (!is_key(key) || strlen(key) >= sizeof b->key)
		return err_set(e,
			       "bind: unknown key '%.40s' (expected a character, C-x, M-x, Up, "
			       "Enter, Space, F1 ...)",
			       key);
	b = find_binding(m, context, key);
	if (!b) {
		mem_grow(&m->binding, &m->cap, m->n + 1, sizeof *m->binding);
		b = &m->binding[m->n++];
		b->purpose = strcmp(context, "all") == 0 ? "own" : "";
		snprintf(b->context, sizeof b->context, "%s", context);
		snprintf(b->key, sizeof b->key, "%s", key);
	}
	mem_free(b->command);
	b->command = mem_text(command);
	return 0;
}

/* Whether two command lines are equal, or differ in their last digit only. */
static bool
is_alike(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	if (n && n == m && isdigit((unsigned char)a[n - 1]) && isdigit((unsigned char)b[m - 1]))
		return strncmp(a, b, n - 1) == 0;
	return strcmp(a, b) == 0;
}

/* Whether binding i is the first of its group. */
static bool
is_first(const struct keymap *m, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(m->binding[k].context, m->binding[i].context) == 0 &&
		    is_alike(m->binding[k].command, m->binding[i].command))
			return false;
	return true;
}

bool
keymap_group(const struct keymap *m, const char *context, size_t *at, struct keymap_group *g)
{
	const struct binding *b = NULL;

	for (; *at < m->n && !b; ++*at)
		if (strcmp(m->binding[*at].context, context) == 0 && m->binding[*at].command[0] &&
		    is_first(m, *at))
			b = &m->binding[*at];
	if (!b)
		return false;
	*g = (struct keymap_group){ .command = b->command, .purpose = b->purpose };
	for (const struct binding *k = b; k < m->binding + m->n; k++) {
		if (strcmp(k->context, context) != 0 || !is_alike(k->command, b->command))
			continue;
		if (g->n < KEYMAP_GROUP)
			g->key[g->n++] = k->key;
		g->is_range |= strcmp(k->command, b->command) != 0;
	}
	return true;
}

void
keymap_group_text(const struct keymap_group *g, struct text *keys, struct text *command)
{
	size_t n = strlen(g->command);

	text_clear(keys);
	text_clear(command);
	for (int i = 0; i < g->n && !g->is_range; i++)
		text_addf(keys, "%s%s", i ? ", " : "", g->key[i]);
	if (g->is_range)
		text_addf(keys, "%s to %s", g->key[0], g->key[g->n - 1]);
	while (n && g->command[n - 1] == ' ')
		n--;
	text_addf(command, "%.*s%s", (int)(n - g->is_range), g->command, g->is_range ? "N" : "");
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
