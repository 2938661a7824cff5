/* cmd_mismatch.c: `mismatch`: measure the shift between two sets of rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

static int
exec_mismatch(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_MISMATCH);
	const char *second = args_word(&c->args, "OTHER");

	if (cmd_copy_arg(r->u.sets.first, sizeof r->u.sets.first, c, "SET", e) < 0)
		return -1;
	return cmd_copy(r->u.sets.second, NET_SPEC, "mismatch", second ? second : "held-out", e);
}

static const struct grammar_form mismatch_forms[] = {
	GRAMMAR_FORM(exec_mismatch, { .name = "SET", .kind = GRAMMAR_SET },
		     { .name = "OTHER", .kind = GRAMMAR_SET, .flags = GRAMMAR_OPTIONAL }),
	{ 0 }
};

const struct cmd cmd_mismatch = {
	.name = "mismatch",
	.form = mismatch_forms,
	.doc = "Measure the distribution shift between a set of rows and the held-out rows, or "
	       "another set, on features of the networks and on the inputs.",
	.example = "mismatch train",
};
