/* cmd_gauge.c: the command that asks how far two sets of rows are apart. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

static int
exec_mismatch(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_MISMATCH);

	if (cmd_copy(r->u.sets.first, sizeof r->u.sets.first, "mismatch", c->argv[0], e) < 0)
		return -1;
	return cmd_copy(r->u.sets.second, NET_SPEC, "mismatch",
			c->argc > 1 ? c->argv[1] : "held-out", e);
}

static const struct grammar_form gauge_mismatch_forms[] = {
	GRAMMAR_FORM({ .name = "SET", .kind = GRAMMAR_SET },
		     { .name = "SET", .kind = GRAMMAR_SET, .flags = GRAMMAR_OPTIONAL }),
	{ NULL }
};

const struct cmd cmd_gauge_mismatch = {
	.name = "mismatch",
	.form = gauge_mismatch_forms,
	.doc = "Tell how far a set of rows is from the held-out rows, or from another set, as "
	       "networks see them and without any.",
	.example = "mismatch train",
	.exec = exec_mismatch,
};
