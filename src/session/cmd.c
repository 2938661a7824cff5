/* cmd.c: find a command, and helpers that several commands need. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"
#include "retort/session/sweep_journal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/npz.h"
#include "retort/session/lex.h"
#include "retort/session/synopsis.h"

static const char *
command_name(const void *list, size_t i)
{
	const struct cmd *const *table = list;

	return table[i] ? table[i]->name : NULL;
}

const struct cmd *
cmd_find(const struct cmd *const *table, const char *name, struct err *e)
{
	const char *near = choice_nearest_of(name, command_name, table);

	for (size_t i = 0; table[i]; i++)
		if (strcmp(table[i]->name, name) == 0)
			return table[i];
	if (near)
		err_set(e, "%.40s: no such command; did you mean %s?", name, near);
	else
		err_set(e, "%.40s: no such command; `help` lists them", name);
	return NULL;
}

const char *
cmd_meaning(const struct cmd *const *table, const char *line)
{
	char word[2][32] = { "", "" };
	const struct cmd *d;

	sscanf(line, "%31s %31s", word[0], word[1]);
	d = cmd_find(table, word[0], NULL);
	for (const struct grammar_form *f = d && d->synopsis ? d->form : NULL; f && f->item; f++)
		if (strcmp(f->item->word, word[1]) == 0)
			return f->item->help;
	return d ? d->doc : NULL;
}

int
cmd_parse(const struct cmd *d, struct cmd_call *c, struct err *e)
{
	if (grammar_parse(d->form, c->argc, c->argv, &c->args, e) == 0)
		return 0;
	return err_wrap(e, "%s", d->name);
}

int
cmd_exec(const struct cmd *d, struct cmd_call *c, struct err *e)
{
	return d->form[c->args.form].exec(c, e);
}

void
cmd_synopsis(const struct cmd *d, const char *prefix, struct text *out)
{
	if (d->synopsis) {
		text_addf(out, "%s%s %s\n", prefix, d->name, d->synopsis);
		return;
	}
	for (const struct grammar_form *f = d->form; f->item; f++) {
		size_t before;

		text_addf(out, "%s%s ", prefix, d->name);
		before = out->len;
		synopsis_form(f, out);
		if (out->len == before) /* no blank at the end */
			out->s[--out->len] = '\0';
		text_add(out, "\n");
	}
}

void
cmd_release(struct cmd_call *c)
{
	request_free(c->request);
	text_release(&c->output);
	text_release(&c->message);
	text_release(&c->lines);
	text_release(&c->record);
	mem_free(c->save);
	mem_free(c->tokens);
	sweep_journal_close(c->journal, false);
	mem_free(c->source);
}

struct request *
cmd_request(struct cmd_call *c, enum request_kind kind)
{
	c->request = request_new(kind);
	return c->request;
}

int
cmd_refuse_stamp(const struct cmd_call *c, const char *name, struct err *e)
{
	return c->stamped ? err_set(e, "%s: takes no stamp: it does not change training", name) : 0;
}

int
cmd_copy(char *to, size_t size, const char *what, const char *word, struct err *e)
{
	if (strlen(word) >= size)
		return err_set(e, "%s '%.40s...' is longer than %zu bytes", what, word, size - 1);
	memcpy(to, word, strlen(word) + 1);
	return 0;
}

int
cmd_copy_arg(char *to, size_t size, const struct cmd_call *c, const char *key, struct err *e)
{
	return cmd_copy(to, size, key, args_word(&c->args, key), e);
}

int
cmd_add_knob(struct request_knobs *r, const struct knob *k, const char *value, struct err *e)
{
	struct knobs trial;

	knob_defaults(&trial);
	if (knob_set(&trial, k, value, e) < 0)
		return -1;
	if (r->n == REQUEST_SETS)
		return err_set(e, "more than %d values", REQUEST_SETS);
	r->set[r->n].knob = k;
	return cmd_copy(r->set[r->n++].value, sizeof r->set[0].value, k->name, value, e);
}

void
cmd_quote(struct text *t, const char *word)
{
	text_add(t, " ");
	lex_quote(t, word);
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
cmd_record_files(struct cmd_call *c, const char *name, uint64_t files)
{
	text_add(&c->record, name);
	for (int i = 0; i < c->argc; i++) {
		char *path = i < ARGS_BITS && files >> i & 1 ? io_join(c->dir, c->argv[i]) : NULL,
		     *full = path ? npz_realpath(path) : NULL;

		cmd_quote(&c->record, full ? full : c->argv[i]);
		mem_free(path);
		mem_free(full);
	}
}
