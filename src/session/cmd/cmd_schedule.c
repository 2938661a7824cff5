/* cmd_schedule.c: scheduled values: `ramp`, `balance`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

#include "retort/lab/tunable.h"

static void
print_ramps(struct cmd_call *c)
{
	const struct lab_info *i = c->info;
	char value[64], words[400], name[80];

	for (int k = 0; k < i->run.settings.n_ramps; k++) {
		const struct ramp *r = &i->run.settings.ramp[k];

		if (r->knob < RAMP_OTHER)
			knob_print(&i->run.settings.knobs, &knob_table[r->knob], value,
				   sizeof value);
		else
			text_number(value, sizeof value, tunable_value(&i->run.settings, r->knob));
		text_addf(&c->output, "%-14s %-10s %s, from step %llu %s %llu\n",
			  tunable_name(i, r->knob, name, sizeof name), value,
			  ramp_print(r, words, sizeof words), (unsigned long long)r->start,
			  i->run.student.steps < ramp_end(r) ? "until" : "ended at",
			  (unsigned long long)ramp_end(r));
	}
	if (i->run.settings.n_ramps == 0)
		text_add(&c->output, "no ramps\n");
}

/* Return a knob with the range of a weight, to parse its ramp. */
static struct knob
weight_like(const char *word)
{
	return (struct knob){ .name = word,
			      .type = KNOB_REAL,
			      .when = KNOB_LIVE,
			      .offset = knob_find("lr", NULL)->offset,
			      .max = TUNABLE_MOST };
}

static int
exec_ramp(struct cmd_call *c, struct err *e)
{
	bool weight = c->argc && tunable_is_weight(c->argv[0]);
	const struct knob *d;
	struct request *r;
	struct knob like;
	struct ramp ramp;

	if (c->argc == 0) {
		print_ramps(c);
		return 0;
	}
	like = weight_like(c->argv[0]);
	d = weight ? &like : knob_find(c->argv[0], e);
	if (!d)
		return -1;
	if (c->argc == 2 && strcmp(c->argv[1], "off") == 0)
		ramp = (struct ramp){ .knob = weight ? 0 : (int)(d - knob_table) };
	else if (ramp_parse(&ramp, d, c->argc - 1, c->argv + 1, e) < 0)
		return -1;
	r = cmd_request(c, REQUEST_RAMP);
	r->u.ramp.ramp = ramp;
	return weight ? cmd_copy(r->u.ramp.what, NET_SPEC, "ramp", c->argv[0], e) : 0;
}

static const struct grammar_form schedule_ramp_forms[] = {
	GRAMMAR_FORM(),
	GRAMMAR_FORM({ .name = "WHAT", .kind = GRAMMAR_WEIGHT }, { .word = "off" }),
	GRAMMAR_FORM(
		{ .name = "WHAT", .kind = GRAMMAR_WEIGHT },
		{ .name = "FROM", .kind = GRAMMAR_RAMP_VALUE },
		{ .name = "TO", .kind = GRAMMAR_RAMP_VALUE },
		{ .word = "over",
		  .name = "N",
		  .kind = GRAMMAR_NUMBER,
		  .help = "steps of the student" },
		{ .word = "linear", .flags = GRAMMAR_ANY },
		{ .word = "cosine", .flags = GRAMMAR_ANY },
		{ .word = "exponential", .flags = GRAMMAR_ANY },
		{ .word = "steps",
		  .name = "K",
		  .kind = GRAMMAR_NUMBER,
		  .flags = GRAMMAR_ANY,
		  .help = "steps of a staircase" },
		{ .word = "then",
		  .name = "TO",
		  .kind = GRAMMAR_RAMP_VALUE,
		  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT | GRAMMAR_AGAIN,
		  .help = "a further leg" },
		{ .word = "over", .name = "N", .kind = GRAMMAR_NUMBER, .flags = GRAMMAR_MORE }),
	{ NULL }
};

const struct cmd cmd_schedule_ramp = {
	.name = "ramp",
	.form = schedule_ramp_forms,
	.flags = CMD_RECORD,
	.doc = "Change a knob, or the weight of a set, a teacher or a pair of layers, from one "
	       "value to another over a number of "
	       "steps of the student; setting it cancels the ramp.",
	.example = "ramp temperature 8 1 over 2000 cosine",
	.exec = exec_ramp,
};

static int
exec_balance(struct cmd_call *c, struct err *e)
{
	struct request_shares *r = &cmd_request(c, REQUEST_BALANCE)->u.shares;

	if (c->argc % 2)
		return err_set(e, "balance: %s has no share; `balance [TERM SHARE]...`",
			       c->argv[c->argc - 1]);
	for (int i = 0; i < c->argc; i += 2) {
		struct request_share *s;
		char what[64];

		if (r->n == REQUEST_SHARES)
			return err_set(e, "balance: more than %d shares", REQUEST_SHARES);
		s = &r->share[r->n++];
		snprintf(what, sizeof what, "balance: %.24s", c->argv[i]);
		if (cmd_copy(s->term, sizeof s->term, "balance:", c->argv[i], e) < 0 ||
		    cmd_real(what, c->argv[i + 1], &s->share, e) < 0)
			return -1;
		if (!(s->share > 0 && s->share <= 1e6))
			return err_set(e, "%s: a share of %s is not above 0, and at most 1000000",
				       what, c->argv[i + 1]);
	}
	return 0;
}

static const struct grammar_form schedule_balance_forms[] = {
	GRAMMAR_FORM({ .name = "TERM",
		       .kind = GRAMMAR_TERM,
		       .flags = GRAMMAR_OPTIONAL | GRAMMAR_REPEAT },
		     { .name = "SHARE", .kind = GRAMMAR_REAL, .flags = GRAMMAR_MORE }),
	{ NULL }
};

const struct cmd cmd_schedule_balance = {
	.name = "balance",
	.form = schedule_balance_forms,
	.flags = CMD_RECORD,
	.doc = "Set the weights of the loss's terms once, so that each has the requested share "
	       "of the gradient.",
	.example = "balance ce 0.3 kd 0.7",
	.exec = exec_balance,
};
