/* cmd_remedy.c: `remedy`: remedies for distribution shift. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

#include "retort/probe/remedy/remedy.h"

/* Print the state of each remedy. */
static int
print_remedies(struct cmd_call *c, struct err *e)
{
	(void)e;
	for (int i = 0; i < REMEDY_KINDS; i++)
		text_addf(&c->output, "%-8s %s\n", remedy_table[i]->name,
			  c->info->run->settings.remedy[i] ? c->info->remedy_text[i] : "off");
	return 0;
}

static int
describe_remedy(struct cmd_call *c, struct err *e)
{
	int i = remedy_find(c->argv[0], e);
	const struct remedy *r = remedy_table[i];

	text_addf(&c->output, "remedy %s: %s\nIn force: %s\n", r->name, r->doc,
		  c->info->run->settings.remedy[i] ? c->info->remedy_text[i] : "off");
	return 0;
}

/* Create the request of the remedy that the first word names. */
static struct request_remedy *
request_remedy(struct cmd_call *c, struct err *e)
{
	struct request_remedy *r = &cmd_request(c, REQUEST_REMEDY)->u.remedy;

	r->kind = remedy_find(c->argv[0], e);
	return r;
}

static int
turn_off(struct cmd_call *c, struct err *e)
{
	request_remedy(c, e)->off = true;
	return 0;
}

static int
exec_weigh(struct cmd_call *c, struct err *e)
{
	struct request_remedy *r = request_remedy(c, e);
	const struct args *a = &c->args;

	r->limit = args_real(a, "limit", REMEDY_LIMIT);
	if (!(r->limit > 1 && r->limit <= 1e6))
		return err_set(e,
			       "remedy weigh: invalid limit '%.40s' (expected a number above 1, "
			       "up to 1000000)",
			       args_word(a, "limit"));
	if (cmd_copy_arg(r->set, sizeof r->set, c, "SET", e) < 0)
		return -1;
	return cmd_copy_arg(r->other, sizeof r->other, c, "like", e);
}

/* Class names, one a line: a name may have blanks. */
static int
exec_select_without(struct cmd_call *c, struct err *e)
{
	struct request_remedy *r = request_remedy(c, e);
	const struct args *a = &c->args;
	size_t len = 0;

	for (const struct args_value *v = args_get(a, "CLASS"); v; v = args_next(a, "CLASS", v)) {
		if (len + strlen(a->argv[v->at]) + 2 > sizeof r->other)
			return err_set(
				e, "remedy select: the list of classes is longer than %zu bytes",
				sizeof r->other - 1);
		len += (size_t)snprintf(r->other + len, sizeof r->other - len, "%s%s",
					len ? "\n" : "", a->argv[v->at]);
	}
	return cmd_copy_arg(r->set, sizeof r->set, c, "SET", e);
}

static int
exec_select(struct cmd_call *c, struct err *e)
{
	struct request_remedy *r = request_remedy(c, e);
	const struct args *a = &c->args;
	const char *of = args_word(a, "of"), *by = args_word(a, "by");

	if (of && strcmp(by, "coverage") != 0)
		return err_set(e, "remedy select: of '%.40s' goes with `by coverage` only", of);
	r->rows = args_number(a, "N", 0);
	if (cmd_copy(r->method, sizeof r->method, "by", by, e) < 0 ||
	    cmd_copy_arg(r->set, sizeof r->set, c, "SET", e) < 0)
		return -1;
	return cmd_copy(r->other, sizeof r->other, "of", of ? of : r->set, e);
}

static int
exec_prior(struct cmd_call *c, struct err *e)
{
	struct request_remedy *r = request_remedy(c, e);
	const char *set = args_word(&c->args, "SET"), *by = args_word(&c->args, "by");

	if (cmd_copy(r->set, sizeof r->set, "set", set ? set : "held-out", e) < 0)
		return -1;
	return cmd_copy(r->method, sizeof r->method, "by", by ? by : "", e);
}

static const struct grammar_form remedy_forms[] = {
	GRAMMAR_ALONE(print_remedies),
	GRAMMAR_FORM(
		describe_remedy,
		{ .name = "weigh|select", .kind = GRAMMAR_CHOICE, .choices = "weigh, select" }),
	GRAMMAR_FORM(turn_off,
		     { .name = "weigh|select|prior",
		       .kind = GRAMMAR_CHOICE,
		       .choices = "weigh, select, prior" },
		     { .word = "off" }),
	GRAMMAR_FORM(
		exec_weigh, { .word = "weigh" }, { .name = "SET", .kind = GRAMMAR_SET },
		{ .word = "like", .name = "SET", .kind = GRAMMAR_SET },
		GRAMMAR_OPTION("limit", "W", GRAMMAR_REAL,
			       "largest weight of a row (above 1, up to 1000000; default: 10)")),
	GRAMMAR_FORM(exec_select_without, { .word = "select" },
		     { .name = "SET", .kind = GRAMMAR_SET },
		     { .word = "without", .help = "classes to leave out" },
		     { .name = "CLASS", .flags = GRAMMAR_REPEAT }),
	GRAMMAR_FORM(
		exec_select, { .word = "select" }, { .name = "SET", .kind = GRAMMAR_SET },
		{ .name = "N", .kind = GRAMMAR_NUMBER, .min = 1 },
		{ .word = "by",
		  .kind = GRAMMAR_CHOICE,
		  .choices = "uncertainty, margin, coverage, chance" },
		GRAMMAR_OPTION("of", "SET", GRAMMAR_SET, "set to cover (default: the first SET)")),
	GRAMMAR_FORM(exec_prior, { .word = "prior" },
		     { .name = "SET", .kind = GRAMMAR_SET, .flags = GRAMMAR_ANY },
		     GRAMMAR_ONE_OF("by", "match, em", "how the prior is estimated")),
	{ 0 }
};

const struct cmd cmd_remedy = {
	.name = "remedy",
	.form = remedy_forms,
	.flags = CMD_RECORD,
	.doc = "Counter a distribution shift: weight rows, select rows, or correct the "
	       "student's outputs for the class prior of the target.",
	.example = "remedy weigh train like held-out",
};
