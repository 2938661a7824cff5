/* cmd_remedy.c: `remedy`: remedies for distribution shift. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <string.h>

#include "retort/probe/remedy/remedy.h"

/* Print the state of each remedy. */
static int
print_remedies(struct cmd_call *c)
{
	for (int i = 0; i < REMEDY_KINDS; i++)
		text_addf(&c->output, "%-8s %s\n", remedy_table[i]->name,
			  c->info->run.settings.remedy[i] ? c->info->remedy_text[i] : "off");
	return 0;
}

static int
print_remedy(struct cmd_call *c, int i)
{
	const struct remedy *r = remedy_table[i];

	text_addf(&c->output, "remedy %s %s\n\n%s\nIn force: %s\n", r->name, r->args, r->doc,
		  c->info->run.settings.remedy[i] ? c->info->remedy_text[i] : "off");
	return 0;
}

static int
exec_remedy(struct cmd_call *c, struct err *e)
{
	struct request_remedy *r;
	int i;

	if (c->argc == 0)
		return print_remedies(c);
	i = remedy_find(c->argv[0], e);
	if (i < 0)
		return err_wrap(e, "remedy");
	if (c->argc == 1 && remedy_table[i]->needs_words)
		return print_remedy(c, i);
	r = &cmd_request(c, REQUEST_REMEDY)->u.remedy;
	r->kind = i;
	if (c->argc == 2 && strcmp(c->argv[1], "off") == 0) {
		r->off = true;
		return 0;
	}
	for (int k = 1; k < c->argc; k++)
		if (strlen(c->argv[k]) >= sizeof r->set)
			return err_set(e, "remedy %s: '%.40s' is too long", c->argv[0], c->argv[k]);
	return remedy_table[i]->parse(c->argc - 1, c->argv + 1, r, e) < 0
		       ? err_wrap(e, "remedy %s", c->argv[0])
		       : 0;
}

static const struct grammar_form remedy_forms[] = {
	GRAMMAR_FORM(),
	GRAMMAR_FORM({ .word = "weigh" }, { .word = "off" }),
	GRAMMAR_FORM({ .word = "weigh" }, { .name = "SET", .kind = GRAMMAR_SET },
		     { .word = "like", .name = "SET", .kind = GRAMMAR_SET },
		     { .word = "limit",
		       .name = "W",
		       .kind = GRAMMAR_REAL,
		       .flags = GRAMMAR_ANY,
		       .help = "largest weight of a row" }),
	GRAMMAR_FORM({ .word = "select" }, { .word = "off" }),
	GRAMMAR_FORM({ .word = "select" }, { .name = "SET", .kind = GRAMMAR_SET },
		     { .word = "without", .name = "CLASS", .help = "classes to leave out" },
		     { .name = "CLASS", .flags = GRAMMAR_OPTIONAL | GRAMMAR_REPEAT }),
	GRAMMAR_FORM({ .word = "select" }, { .name = "SET", .kind = GRAMMAR_SET },
		     { .name = "N", .kind = GRAMMAR_NUMBER },
		     { .word = "by",
		       .kind = GRAMMAR_CHOICE,
		       .choices = "uncertainty, margin, coverage, chance" },
		     { .word = "of", .name = "SET", .kind = GRAMMAR_SET, .flags = GRAMMAR_ANY }),
	GRAMMAR_FORM({ .word = "prior" }, { .word = "off" }),
	GRAMMAR_FORM({ .word = "prior" },
		     { .word = "by", .kind = GRAMMAR_CHOICE, .choices = "match, em" }),
	GRAMMAR_FORM({ .word = "prior" },
		     { .name = "SET", .kind = GRAMMAR_SET, .flags = GRAMMAR_OPTIONAL },
		     { .word = "by",
		       .kind = GRAMMAR_CHOICE,
		       .flags = GRAMMAR_ANY,
		       .choices = "match, em",
		       .help = "how the prior is estimated" }),
	GRAMMAR_FORM({ .word = "weigh" }),
	GRAMMAR_FORM({ .word = "select" }),
	{ NULL }
};

const struct cmd cmd_remedy = {
	.name = "remedy",
	.form = remedy_forms,
	.flags = CMD_RECORD,
	.doc = "Counter a distribution shift: weight rows, select rows, or correct the "
	       "student's outputs for the class prior of the target.",
	.example = "remedy weigh train like held-out",
	.exec = exec_remedy,
};
