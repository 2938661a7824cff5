/* cmd_ramp.c: `ramp`: values that change over the steps of the student. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include "retort/lab/tunable.h"

static int
list_ramps(struct cmd_call *c, struct err *e)
{
	const struct lab_info *i = c->info;
	char value[64], words[400], name[80];

	(void)e;
	for (int k = 0; k < i->run->settings.n_ramps; k++) {
		const struct ramp *r = &i->run->settings.ramp[k];

		if (r->knob < RAMP_OTHER)
			knob_print(&i->run->settings.knobs, &knob_table[r->knob], value,
				   sizeof value);
		else
			text_number(value, sizeof value, tunable_value(&i->run->settings, r->knob));
		text_addf(&c->output, "%-14s %-10s %s, from step %llu %s %llu\n",
			  tunable_name(i, r->knob, name, sizeof name), value,
			  ramp_print(r, words, sizeof words), (unsigned long long)r->start,
			  i->run->student.steps < ramp_end(r) ? "until" : "ended at",
			  (unsigned long long)ramp_end(r));
	}
	if (i->run->settings.n_ramps == 0)
		text_add(&c->output, "no ramps\n");
	return 0;
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

/* The knob that follows the ramp. For a weight, a knob with the range of a weight, in `like`. NULL
 * and an error. */
static const struct knob *
find_knob(const char *word, struct knob *like, struct err *e)
{
	if (!tunable_is_weight(word))
		return knob_find(word, e);
	*like = weight_like(word);
	return like;
}

static int
request_ramp(struct cmd_call *c, const struct ramp *ramp, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_RAMP);

	r->u.ramp.ramp = *ramp;
	if (!tunable_is_weight(args_word(&c->args, "WHAT")))
		return 0;
	return cmd_copy_arg(r->u.ramp.what, NET_SPEC, c, "WHAT", e);
}

static int
exec_off(struct cmd_call *c, struct err *e)
{
	struct knob like;
	const struct knob *d = find_knob(args_word(&c->args, "WHAT"), &like, e);

	if (!d)
		return -1;
	return request_ramp(c, &(struct ramp){ .knob = d == &like ? 0 : (int)(d - knob_table) }, e);
}

/* The legs are parsed by ramp_parse, which recordings and stages use as well. */
static int
exec_ramp(struct cmd_call *c, struct err *e)
{
	struct knob like;
	const struct knob *d = find_knob(args_word(&c->args, "WHAT"), &like, e);
	struct ramp ramp;

	if (!d || ramp_parse(&ramp, d, c->argc - 1, c->argv + 1, e) < 0)
		return -1;
	return request_ramp(c, &ramp, e);
}

static const struct grammar_form ramp_forms[] = {
	GRAMMAR_ALONE(list_ramps),
	GRAMMAR_FORM(exec_off, { .name = "WHAT", .kind = GRAMMAR_WEIGHT },
		     { .word = "off", .help = "end the ramp" }),
	GRAMMAR_FORM(
		exec_ramp, { .name = "WHAT", .kind = GRAMMAR_WEIGHT },
		{ .name = "FROM", .kind = GRAMMAR_RAMP_VALUE },
		{ .name = "TO", .kind = GRAMMAR_RAMP_VALUE },
		{ .word = "over",
		  .name = "N",
		  .kind = GRAMMAR_NUMBER,
		  .help = "steps of the student" },
		{ .word = "linear", .flags = GRAMMAR_ANY },
		{ .word = "cosine", .flags = GRAMMAR_ANY },
		{ .word = "exponential", .flags = GRAMMAR_ANY },
		GRAMMAR_OPTION("steps", "K", GRAMMAR_NUMBER, "steps of a staircase"),
		{ .word = "then",
		  .name = "TO",
		  .kind = GRAMMAR_RAMP_VALUE,
		  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT | GRAMMAR_AGAIN,
		  .help = "a further leg" },
		{ .word = "over", .name = "N", .kind = GRAMMAR_NUMBER, .flags = GRAMMAR_MORE }),
	{ 0 }
};

const struct cmd cmd_ramp = {
	.name = "ramp",
	.form = ramp_forms,
	.flags = CMD_RECORD,
	.doc = "Change a knob, or the weight of a set, a teacher or a pair of layers, from one "
	       "value to another over a number of "
	       "steps of the student; setting it cancels the ramp.",
	.example = "ramp temperature 8 1 over 2000 cosine",
};
