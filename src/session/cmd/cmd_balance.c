/* cmd_balance.c: `balance`: weights of the terms by their shares of the gradient. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

static int
exec_balance(struct cmd_call *c, struct err *e)
{
	struct request_shares *r = &cmd_request(c, REQUEST_BALANCE)->u.shares;
	const struct args *a = &c->args;

	for (const struct args_value *v = args_get(a, "TERM"); v; v = args_next(a, "TERM", v)) {
		struct request_share *s = &r->share[r->n++];

		if (r->n > REQUEST_SHARES)
			return err_set(e, "balance: more than %d shares", REQUEST_SHARES);
		if (cmd_copy(s->term, sizeof s->term, "balance:", a->argv[v->at], e) < 0)
			return -1;
		s->share = v[1].real;
		if (!(s->share > 0 && s->share <= 1e6))
			return err_set(e,
				       "balance: invalid share '%.40s' of %s (expected above 0, up "
				       "to 1000000)",
				       a->argv[v[1].at], s->term);
	}
	return 0;
}

static const struct grammar_form balance_forms[] = {
	GRAMMAR_FORM(exec_balance,
		     { .name = "TERM",
		       .kind = GRAMMAR_TERM,
		       .flags = GRAMMAR_OPTIONAL | GRAMMAR_REPEAT },
		     { .name = "SHARE", .kind = GRAMMAR_REAL, .flags = GRAMMAR_MORE }),
	{ 0 }
};

const struct cmd cmd_balance = {
	.name = "balance",
	.form = balance_forms,
	.flags = CMD_RECORD,
	.doc = "Set the weights of the loss's terms once, so that each has the requested share "
	       "of the gradient.",
	.example = "balance ce 0.3 kd 0.7",
};
