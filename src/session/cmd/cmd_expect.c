/* cmd_expect.c: `expect`: compare a metric with a recorded value. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

/* Return the number of significant digits of a written number. */
static int
digits_of(const char *s)
{
	int n = 0;

	for (; *s && *s != 'e' && *s != 'E'; s++)
		if (*s >= '0' && *s <= '9' && (n > 0 || *s != '0'))
			n++;
	return n ? n : 1;
}

/* Split "NAME:METRIC", or "METRIC" of the student. */
static int
parse_metric(const char *word, struct request *r, struct err *e)
{
	const char *colon = strchr(word, ':');
	size_t len = colon ? (size_t)(colon - word) : 0;

	if (len >= NET_NAME)
		return err_set(e, "expect: invalid name '%.40s...' (expected at most %d bytes)",
			       word, NET_NAME - 1);
	snprintf(r->u.expect.name, NET_NAME, "%.*s", (int)len, word);
	return cmd_copy(r->u.expect.metric, sizeof r->u.expect.metric, "metric",
			colon ? colon + 1 : word, e);
}

static int
exec_expect(struct cmd_call *c, struct err *e)
{
	const struct args *a = &c->args;

	if (parse_metric(c->argv[0], cmd_request(c, REQUEST_EXPECT), e) < 0)
		return -1;
	c->expected = args_real(a, "VALUE", 0);
	c->within = args_real(a, "within", 0);
	c->digits = args_get(a, "within") ? 0 : digits_of(args_word(a, "VALUE"));
	return 0;
}

static const struct grammar_form expect_forms[] = {
	GRAMMAR_FORM(exec_expect, { .name = "[NAME:]METRIC", .kind = GRAMMAR_METRIC },
		     { .name = "VALUE", .kind = GRAMMAR_REAL },
		     GRAMMAR_OPTION("within", "X", GRAMMAR_REAL, "largest absolute difference")),
	{ 0 }
};

const struct cmd cmd_expect = {
	.name = "expect",
	.form = expect_forms,
	.flags = CMD_RECORD,
	.doc = "Compare a metric's last value: to the digits written, exactly with 17, or within "
	       "X.",
	.example = "expect val-accuracy 0.9 within 0.1",
};
