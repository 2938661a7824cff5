/* cmd_help.c: `help`: list the commands, or describe one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/session/manual.h"
#include "retort/session/synopsis.h"

#define SPELLING 28 /* columns */

static int
list_commands(struct cmd_call *c, struct err *e)
{
	(void)e;
	for (size_t i = 0; c->table[i]; i++)
		text_addf(&c->output, "%-16s %s\n", c->table[i]->name, c->table[i]->doc);
	return 0;
}

static int
list_keys(struct cmd_call *c, struct err *e)
{
	(void)e;
	if (c->screen)
		c->screen->list_keys(c);
	return 0;
}

static void
print_option(void *arg, const char *spelling, const char *help)
{
	if (strlen(spelling) > SPELLING)
		text_addf(arg, "  %s\n  %*s %s\n", spelling, SPELLING, "", help);
	else
		text_addf(arg, "  %-*s %s\n", SPELLING, spelling, help);
}

/* Print forms, description, options and example of a command. */
static void
print_command(const struct cmd *d, struct text *out)
{
	struct text options = { 0 };

	cmd_synopsis(d, "", out);
	text_addf(out, "\n%s\n", d->doc);
	synopsis_options(d->form, print_option, &options);
	if (options.len)
		text_addf(out, "\n%s", options.s);
	text_addf(out, "\nexample: %s\n", d->example);
	text_release(&options);
}

/* Print the manual page where it can be read page by page, otherwise a summary. */
static int
exec_help(struct cmd_call *c, struct err *e)
{
	char *page = c->live ? manual_page(c->argv[0]) : NULL;
	const struct cmd *d;

	if (page) {
		text_add(&c->output, page);
		mem_free(page);
		return 0;
	}
	d = cmd_find(c->table, c->argv[0], e);
	if (!d)
		return -1;
	print_command(d, &c->output);
	return 0;
}

static const struct grammar_form help_forms[] = {
	GRAMMAR_ALONE(list_commands),
	GRAMMAR_FORM(list_keys,
		     { .word = "keys", .help = "list the keys of the workbench by what they do" },
		     { .name = "TEXT", .flags = GRAMMAR_OPTIONAL }),
	GRAMMAR_FORM(exec_help, { .name = "COMMAND|TOPIC", .kind = GRAMMAR_TOPIC }),
	{ 0 }
};

const struct cmd cmd_help = {
	.name = "help",
	.form = help_forms,
	.doc = "List the commands, or describe one.",
	.example = "help set",
};
