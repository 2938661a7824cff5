/* cmd.c: the table of commands, and what several of them need. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/ui/view.h"

const struct cmd *const cmd_table[] = {
#define COMMAND(id) &cmd_##id,
#include "retort/session/cmd/commands.def"
};
const size_t cmd_count = sizeof cmd_table / sizeof cmd_table[0];

const char *
cmd_name(size_t i)
{
	return i < cmd_count ? cmd_table[i]->name : NULL;
}

const struct cmd *
cmd_find(const char *name, struct err *e)
{
	const char *near = choice_nearest(name, cmd_name);

	for (size_t i = 0; i < cmd_count; i++)
		if (strcmp(cmd_table[i]->name, name) == 0)
			return cmd_table[i];
	if (near)
		err_set(e, "%.40s: no such command; did you mean %s?", name, near);
	else
		err_set(e, "%.40s: no such command; `help` lists them", name);
	return NULL;
}

const char *
cmd_meaning(const char *line)
{
	char word[2][32] = { "", "" };
	const struct view_action *v = NULL;
	const struct cmd *d;

	sscanf(line, "%31s %31s", word[0], word[1]);
	if (strcmp(word[0], "view") == 0)
		v = view_find(word[1], NULL);
	d = cmd_find(word[0], NULL);
	return v ? v->doc : d ? d->doc : NULL;
}

struct request *
cmd_request(struct cmd_call *c, enum request_kind kind)
{
	c->request = request_new(kind);
	return c->request;
}

int
cmd_copy(char *to, size_t size, const char *what, const char *word, struct err *e)
{
	if (strlen(word) >= size)
		return err_set(e, "%s '%.40s...' is longer than %zu bytes", what, word, size - 1);
	memcpy(to, word, strlen(word) + 1);
	return 0;
}

/* A word so that the lexer reads it back, whatever is in it. */
void
cmd_quote(struct text *t, const char *word)
{
	static const char plain[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-+=.,:/";

	if (word[0] && !word[strspn(word, plain)]) {
		text_addf(t, " %s", word);
		return;
	}
	if (!strchr(word, '\'')) {
		text_addf(t, " '%s'", word);
		return;
	}
	text_add(t, " \"");
	for (; *word; word++) {
		if (*word == '"' || *word == '\\')
			text_add(t, "\\");
		text_bytes(t, word, 1);
	}
	text_add(t, "\"");
}

int
cmd_check_hash(const char *path, const struct hash *got, const char *hash, struct err *e)
{
	char hex[65];

	if (!hash || strcmp(hash_hex(got, hex), hash) == 0)
		return 0;
	return err_set(e,
		       "%s: the file was replaced: it hashes to %.16s..., and %.16s%s was recorded",
		       path, hex, hash, strlen(hash) > 16 ? "..." : "");
}

void
cmd_record_files(struct cmd_call *c, const char *name, uint32_t files)
{
	text_add(&c->record, name);
	for (int i = 0; i < c->argc; i++) {
		char *path = files & 1u << i ? io_join(c->dir, c->argv[i]) : NULL,
		     *full = path ? realpath(path, NULL) : NULL;

		cmd_quote(&c->record, full ? full : c->argv[i]);
		mem_free(path);
		free(full);
	}
}

int
cmd_number(const char *what, const char *word, int64_t *out, struct err *e)
{
	return text_to_int(word, out) < 0
		       ? err_set(e, "%s: '%.40s' is not a whole number", what, word)
		       : 0;
}

int
cmd_real(const char *what, const char *word, double *out, struct err *e)
{
	return text_to_double(word, out) < 0 ? err_set(e, "%s: '%.40s' is not a number", what, word)
					     : 0;
}
