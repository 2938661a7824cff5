/* cmd_set.c: `set`, `undo`, `redo`: knobs, and changes taken back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

static void
print_knob(struct cmd_call *c, const struct knob *k)
{
	char value[64];

	text_addf(&c->output, "%-14s %-10s %s\n", k->name,
		  knob_print(&c->info->run->settings.knobs, k, value, sizeof value), k->doc);
}

static int
list_knobs(struct cmd_call *c, struct err *e)
{
	(void)e;
	for (size_t i = 0; i < knob_count; i++)
		print_knob(c, &knob_table[i]);
	return 0;
}

static int
show_knob(struct cmd_call *c, struct err *e)
{
	print_knob(c, knob_find(args_word(&c->args, "KNOB"), e));
	return 0;
}

static int
exec_set(struct cmd_call *c, struct err *e)
{
	return cmd_add_knob(&cmd_request(c, REQUEST_SET)->u.knobs,
			    knob_find(args_word(&c->args, "KNOB"), e), args_word(&c->args, "VALUE"),
			    e);
}

static const struct grammar_form set_forms[] = {
	GRAMMAR_ALONE(list_knobs),
	GRAMMAR_FORM(show_knob, { .name = "KNOB", .kind = GRAMMAR_KNOB }),
	GRAMMAR_FORM(exec_set, { .name = "KNOB", .kind = GRAMMAR_KNOB },
		     { .name = "VALUE", .kind = GRAMMAR_VALUE }),
	{ 0 }
};

const struct cmd cmd_set = {
	.name = "set",
	.form = set_forms,
	.flags = CMD_RECORD,
	.doc = "Set a knob, or show it.",
	.example = "set temperature 2",
};

static int
exec_undo(struct cmd_call *c, struct err *e)
{
	(void)e;
	cmd_request(c, REQUEST_UNDO);
	return 0;
}

static const struct grammar_form undo_forms[] = { GRAMMAR_ALONE(exec_undo), { 0 } };

const struct cmd cmd_set_undo = {
	.name = "undo",
	.form = undo_forms,
	.flags = CMD_RECORD,
	.doc = "Undo the last change, from the next step on; completed steps stay.",
	.example = "undo",
};

static int
exec_redo(struct cmd_call *c, struct err *e)
{
	(void)e;
	cmd_request(c, REQUEST_REDO);
	return 0;
}

static const struct grammar_form redo_forms[] = { GRAMMAR_ALONE(exec_redo), { 0 } };

const struct cmd cmd_set_redo = {
	.name = "redo",
	.form = redo_forms,
	.flags = CMD_RECORD,
	.doc = "Redo the last undone change.",
	.example = "redo",
};
