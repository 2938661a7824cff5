/* cmd_fork.c: `fork`, `runs`: copies of a run, and the list of runs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <math.h>
#include <string.h>

#include "retort/session/cmd/map_words.h"

static int
add_knobs(const struct args *a, struct request_knobs *r, struct err *e)
{
	for (const struct args_value *v = args_get(a, "set"); v; v = args_next(a, "set", v)) {
		const struct knob *k = knob_find(a->argv[v->at], e);

		if (!k || cmd_add_knob(r, k, a->argv[v->at + 1], e) < 0)
			return -1;
	}
	return 0;
}

/* Index of the value that begins the edits of the map. */
static int
map_from(const struct args *a)
{
	for (int i = 0; i < a->n; i++)
		if (a->value[i].item->word && strcmp(a->value[i].item->word, "map") == 0)
			return i;
	return a->n;
}

static int
exec_fork(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_FORK);
	const struct args *a = &c->args;

	r->u.fork.at = -1;
	if (args_get(a, "of") && cmd_copy_arg(r->target, sizeof r->target, c, "of", e) < 0)
		return -1;
	if (add_knobs(a, &r->u.fork.knobs, e) < 0 ||
	    map_words_parse(a, map_from(a), &r->u.fork.map, e) < 0)
		return err_wrap(e, "fork");
	return cmd_copy_arg(r->u.fork.name, NET_NAME, c, "NAME", e);
}

static int
exec_fork_clear(struct cmd_call *c, struct err *e)
{
	if (exec_fork(c, e) < 0)
		return -1;
	c->request->u.fork.map_off = true;
	return 0;
}

/* The new run, where it begins, and its knobs. */
#define FORK_WORDS                                                               \
	{ .name = "NAME", .kind = GRAMMAR_WORD, .help = "name of the new run" }, \
		GRAMMAR_OPTION("of", "RUN", GRAMMAR_RUN,                         \
			       "that is copied (default: the focused one)"),     \
		{ .word = "set",                                                 \
		  .name = "KNOB",                                                \
		  .kind = GRAMMAR_KNOB,                                          \
		  .flags = GRAMMAR_ANY | GRAMMAR_REPEAT,                         \
		  .help = "its value in the new run" },                          \
	{                                                                        \
		.name = "VALUE", .kind = GRAMMAR_VALUE, .flags = GRAMMAR_MORE    \
	}

static const struct grammar_form fork_forms[] = {
	GRAMMAR_FORM(exec_fork_clear, FORK_WORDS, { .word = "map" },
		     { .word = "clear", .help = "without pairs of layers" }),
	GRAMMAR_FORM(exec_fork, FORK_WORDS,
		     { .word = "map",
		       .name = "TEACHER:LAYER",
		       .kind = GRAMMAR_TEACHER_LAYER,
		       .help = "pairs of layers that are changed" },
		     MAP_WORDS_LAYERS),
	GRAMMAR_FORM(exec_fork, FORK_WORDS,
		     { .word = "map", .name = "TEACHER", .kind = GRAMMAR_TEACHER },
		     MAP_WORDS_PAIRS),
	GRAMMAR_FORM(exec_fork, FORK_WORDS),
	{ 0 }
};

const struct cmd cmd_fork = {
	.name = "fork",
	.form = fork_forms,
	.flags = CMD_RECORD,
	.doc = "Copy a run at this step to a new one with changes of its own; both are trained in "
	       "lockstep, on the same batches.",
	.example = "fork warm set temperature 8",
};

static void
print_figure(struct text *out, int decimals, double x)
{
	if (isnan(x))
		text_addf(out, "%9s", "-");
	else
		text_addf(out, "%9.*f", decimals, x);
}

static int
exec_runs(struct cmd_call *c, struct err *e)
{
	const struct lab_info *i = c->info;

	(void)e;
	text_add(&c->output,
		 "  run name          step  accuracy      nll       kl  what differs\n");
	for (int k = 0; k < i->n_runs; k++) {
		const struct lab_listed *r = &i->runs[k];

		text_addf(&c->output, "%c%c%3d %-10s %7llu", k == i->focus ? '>' : ' ',
			  r->trains ? '*' : ' ', r->number, r->name, (unsigned long long)r->step);
		print_figure(&c->output, 4, r->last.accuracy);
		print_figure(&c->output, 5, r->last.nll);
		print_figure(&c->output, 5, r->last.kl);
		text_addf(&c->output, "  %s%s%s%s%s\n",
			  r->number == i->reference ? "(reference)" : "", r->differs,
			  r->unpaired ? ", unpaired" : "", r->diverged ? ", diverged" : "",
			  r->hidden ? ", hidden" : "");
	}
	return 0;
}

static const struct grammar_form runs_forms[] = { GRAMMAR_ALONE(exec_runs), { 0 } };

const struct cmd cmd_fork_runs = {
	.name = "runs",
	.form = runs_forms,
	.doc = "List the runs: the focused one has '>', those in training '*'.",
	.example = "runs",
};
