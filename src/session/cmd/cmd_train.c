/* cmd_train.c: `train`, `run`, `report`, `stop`, `eval`: start, stop and evaluate work. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include "retort/base/choice.h"

/* METRIC not better for N */
#define NOT_BETTER                                                                            \
	{ .name = "METRIC", .kind = GRAMMAR_METRIC, .help = "measured at evaluations" },      \
		{ .word = "not" }, { .word = "better" },                                      \
	{                                                                                     \
		.word = "for", .name = "N", .kind = GRAMMAR_NUMBER, .min = 1, .max = 1000000, \
		.help = "evaluations in a row"                                                \
	}

/* Fill in the rule of the words after `when` or `until`. */
static int
parse_rule(const struct args *a, struct stop_rule *out, struct err *e)
{
	const char *word = args_word(a, "METRIC");
	struct text names = { 0 };

	out->metric = metric_find(word);
	out->evaluations = (int)args_number(a, "for", 1);
	if (metric_is_score(out->metric))
		return 0;
	for (unsigned id = 0; id < METRIC_FIXED; id++)
		if (metric_is_score(id))
			text_item(&names, "%s", metric_info(id)->name);
	choice_invalid(e, "metric", word, text_get(&names));
	text_release(&names);
	return -1;
}

static int
train_until(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_TRAIN);

	r->u.train.epochs = args_number(&c->args, "epochs", 1000);
	if (parse_rule(&c->args, &r->u.train.until, e) < 0)
		return err_wrap(e, "train: until");
	return cmd_copy_arg(r->u.train.teacher, NET_NAME, c, "NAME", e);
}

static int
exec_train(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_TRAIN);

	r->u.train.epochs = args_number(&c->args, "epochs", 30);
	return cmd_copy_arg(r->u.train.teacher, NET_NAME, c, "NAME", e);
}

static const struct grammar_form train_forms[] = {
	GRAMMAR_FORM(train_until, { .name = "NAME", .kind = GRAMMAR_TEACHER },
		     GRAMMAR_OPTION("epochs", "N", GRAMMAR_NUMBER,
				    "passes over the training rows at most (default: 1000)"),
		     { .word = "until" }, NOT_BETTER),
	GRAMMAR_FORM(exec_train, { .name = "NAME", .kind = GRAMMAR_TEACHER },
		     GRAMMAR_OPTION("epochs", "N", GRAMMAR_NUMBER,
				    "passes over the training rows (default: 30)")),
	{ 0 }
};

const struct cmd cmd_train = {
	.name = "train",
	.form = train_forms,
	.flags = CMD_RECORD,
	.doc = "Train a teacher on all training labels (default: 30 epochs).",
	.example = "train big epochs 30",
};

static int
exec_run(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_RUN);

	(void)e;
	r->u.run.steps = args_number(&c->args, "STEPS", 1000);
	r->u.run.rest = !args_get(&c->args, "STEPS");
	return 0;
}

static int
edit_list(struct cmd_call *c, int act, const char *key, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_RUN_LIST);

	r->u.runs.act = act;
	return cmd_copy_arg(r->u.runs.run, NET_NAME, c, key, e);
}

static int
exec_rename(struct cmd_call *c, struct err *e)
{
	if (edit_list(c, REQUEST_RENAME, "rename", e) < 0)
		return -1;
	return cmd_copy_arg(c->request->u.runs.name, NET_NAME, c, "NAME", e);
}

/* `run WORD RUN`: change the list of runs. */
/* clang-format off */
#define EDIT(word, act)                                                     \
	static int exec_##word(struct cmd_call *c, struct err *e)           \
	{                                                                   \
		return edit_list(c, act, #word, e);                         \
	}
EDIT(focus, REQUEST_FOCUS)
EDIT(show, REQUEST_SHOW)
EDIT(hide, REQUEST_HIDE)
EDIT(reference, REQUEST_REFERENCE)
EDIT(drop, REQUEST_DROP)
#define EDIT_FORM(keyword, text)                                            \
	GRAMMAR_FORM(exec_##keyword,                                        \
		     { .word = #keyword, .name = "RUN", .kind = GRAMMAR_RUN, .help = text })
/* clang-format on */

static const struct grammar_form run_forms[] = {
	EDIT_FORM(focus, "commands and keys act on it"),
	EDIT_FORM(show, "show its curves"),
	EDIT_FORM(hide, "hide its curves"),
	EDIT_FORM(reference, "compare other runs with it"),
	GRAMMAR_FORM(
		exec_rename,
		{ .word = "rename", .name = "RUN", .kind = GRAMMAR_RUN, .help = "give it a name" },
		{ .name = "NAME", .kind = GRAMMAR_WORD }),
	EDIT_FORM(drop, "remove it"),
	GRAMMAR_FORM(exec_run,
		     { .name = "STEPS", .kind = GRAMMAR_NUMBER, .flags = GRAMMAR_OPTIONAL }),
	{ 0 }
};

const struct cmd cmd_train_run = {
	.name = "run",
	.form = run_forms,
	.flags = CMD_RECORD,
	.doc = "Train the focused run, and those in lockstep with it, for a number of steps "
	       "(default: 1000, or those left of a run whose state was loaded); or change the list "
	       "of runs.",
	.example = "run 2000",
};

/* A command without arguments that only posts a request. */
/* clang-format off */
#define PLAIN(id, word, kind, text)                                                           \
	static int exec_##id(struct cmd_call *c, struct err *e)                               \
	{                                                                                     \
		(void)e;                                                                      \
		cmd_request(c, kind);                                                         \
		return 0;                                                                     \
	}                                                                                     \
	static const struct grammar_form id##_forms[] = { GRAMMAR_ALONE(exec_##id), { 0 } }; \
	const struct cmd cmd_train_##id = {                                                   \
		.name = word, .form = id##_forms, .flags = CMD_RECORD, .doc = text, .example = word, \
	}
/* clang-format on */
PLAIN(report, "report", REQUEST_REPORT,
      "Compare teachers, student, and baseline: the same student trained without a teacher.");

static int
exec_stop(struct cmd_call *c, struct err *e)
{
	(void)e;
	cmd_request(c, REQUEST_STOP);
	return 0;
}

static int
stop_when(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_STOP_WHEN);

	return parse_rule(&c->args, &r->u.stop_when, e) < 0 ? err_wrap(e, "stop when") : 0;
}

static int
stop_when_off(struct cmd_call *c, struct err *e)
{
	(void)e;
	cmd_request(c, REQUEST_STOP_WHEN)->u.stop_when = (struct stop_rule){ 0 };
	return 0;
}

static const struct grammar_form stop_forms[] = {
	GRAMMAR_ALONE(exec_stop),
	GRAMMAR_FORM(stop_when_off, { .word = "when" },
		     { .word = "off", .help = "runs end after their steps" }),
	GRAMMAR_FORM(stop_when, { .word = "when" }, NOT_BETTER),
	{ 0 }
};

const struct cmd cmd_train_stop = {
	.name = "stop",
	.form = stop_forms,
	.flags = CMD_RECORD,
	.doc = "Stop the running work at this step, or end runs of the student after some "
	       "evaluations without a better value of a metric.",
	.example = "stop when val-nll not better for 5",
};

static int
exec_eval(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_EVAL);

	return c->argc ? cmd_copy_arg(r->u.teacher.name, NET_NAME, c, "NAME", e) : 0;
}

static const struct grammar_form eval_forms[] = {
	GRAMMAR_FORM(exec_eval, { .name = "NAME", .kind = GRAMMAR_NET, .flags = GRAMMAR_OPTIONAL }),
	{ 0 }
};

const struct cmd cmd_train_eval = {
	.name = "eval",
	.form = eval_forms,
	.flags = CMD_RECORD,
	.doc = "Evaluate a network on the held-out rows now.",
	.example = "eval",
};
