/* cmd_train.c: `train`, `run`, `report`, `stop`, `eval`: start, stop and evaluate work. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

static int
exec_train(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_TRAIN);

	r->u.train.epochs = args_number(&c->args, "epochs", 30);
	return cmd_copy_arg(r->u.train.teacher, NET_NAME, c, "NAME", e);
}

static const struct grammar_form train_forms[] = {
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
	(void)e;
	cmd_request(c, REQUEST_RUN)->u.run.steps = args_number(&c->args, "STEPS", 1000);
	return 0;
}

static const struct grammar_form run_forms[] = {
	GRAMMAR_FORM(exec_run,
		     { .name = "STEPS", .kind = GRAMMAR_NUMBER, .flags = GRAMMAR_OPTIONAL }),
	{ 0 }
};

const struct cmd cmd_train_run = {
	.name = "run",
	.form = run_forms,
	.flags = CMD_RECORD,
	.doc = "Train the student for a number of steps (default: 1000).",
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
PLAIN(stop, "stop", REQUEST_STOP, "Stop the running work at this step.");

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
