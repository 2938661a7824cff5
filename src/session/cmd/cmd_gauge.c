/* cmd_gauge.c: `mismatch`: measure the shift between two sets of rows. */
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
	.doc = "Measure the distribution shift between a set of rows and the held-out rows, or "
	       "another set, on features of the networks and on the inputs.",
	.example = "mismatch train",
	.exec = exec_mismatch,
};
