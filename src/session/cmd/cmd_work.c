/* cmd_work.c: start, stop and evaluate work: `train`, `run`, `report`, `expect`, `save`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"

static int
exec_train(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_TRAIN);

	r->u.train.epochs = 30;
	if (c->argc != 1 && (c->argc != 3 || strcmp(c->argv[1], "epochs") != 0))
		return err_set(e, "train: `train NAME [epochs N]`");
	if (c->argc == 3 && cmd_number("train: epochs", c->argv[2], &r->u.train.epochs, e) < 0)
		return -1;
	return cmd_copy(r->u.train.teacher, NET_NAME, "train", c->argv[0], e);
}

static const struct grammar_form work_train_forms[] = {
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_TEACHER },
		     { .word = "epochs",
		       .name = "N",
		       .kind = GRAMMAR_NUMBER,
		       .flags = GRAMMAR_ANY,
		       .help = "passes over the training rows (default: 30)" }),
	{ NULL }
};

const struct cmd cmd_work_train = {
	.name = "train",
	.form = work_train_forms,
	.flags = CMD_RECORD,
	.doc = "Train a teacher on all training labels (default: 30 epochs).",
	.example = "train big epochs 30",
	.exec = exec_train,
};

static int
exec_run(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_RUN);

	r->u.run.steps = 1000;
	return c->argc ? cmd_number("run", c->argv[0], &r->u.run.steps, e) : 0;
}

static const struct grammar_form work_run_forms[] = {
	GRAMMAR_FORM({ .name = "STEPS", .kind = GRAMMAR_NUMBER, .flags = GRAMMAR_OPTIONAL }),
	{ NULL }
};

const struct cmd cmd_work_run = {
	.name = "run",
	.form = work_run_forms,
	.flags = CMD_RECORD,
	.doc = "Train the student for a number of steps (default: 1000).",
	.example = "run 2000",
	.exec = exec_run,
};

static const struct grammar_form plain_forms[] = { GRAMMAR_FORM(), { NULL } };

/* Commands without arguments that only post a request. */
/* clang-format off */
#define PLAIN(id, word, kind, flag, text)                                                           \
	static int exec_##id(struct cmd_call *c, struct err *e)                                     \
	{                                                                                           \
		(void)e;                                                                            \
		cmd_request(c, kind);                                                               \
		return 0;                                                                           \
	}                                                                                           \
	const struct cmd cmd_work_##id = {                                                          \
		.name = word, .form = plain_forms, .flags = flag, .doc = text, .example = word, .exec = exec_##id, \
	}
/* clang-format on */
PLAIN(report, "report", REQUEST_REPORT, CMD_RECORD,
      "Compare teachers, student, and baseline: the same student trained without a teacher.");
PLAIN(stop, "stop", REQUEST_STOP, CMD_RECORD, "Stop the running work at this step.");
PLAIN(eval, "eval", REQUEST_EVAL, CMD_RECORD, "Evaluate on the held-out rows now.");

static int
exec_mark(struct cmd_call *c, struct err *e)
{
	char *text = cmd_request(c, REQUEST_MARK)->u.mark.text;
	const size_t size = sizeof c->request->u.mark.text;
	size_t used = 0;

	(void)e;
	for (int i = 0; i < c->argc && used < size; i++) /* the recording has the full text */
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? " " : "",
					 c->argv[i]);
	return 0;
}

static const struct grammar_form work_mark_forms[] = {
	GRAMMAR_FORM({ .name = "TEXT", .kind = GRAMMAR_WORD, .flags = GRAMMAR_REPEAT }), { NULL }
};

const struct cmd cmd_work_mark = {
	.name = "mark",
	.form = work_mark_forms,
	.flags = CMD_RECORD,
	.doc = "Leave a note at this step.",
	.example = "mark here it gets interesting",
	.exec = exec_mark,
};

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

static int
exec_expect(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_EXPECT);
	char *metric = c->argv[0], *colon = strchr(metric, ':');

	if (c->argc != 2 && (c->argc != 4 || strcmp(c->argv[2], "within") != 0))
		return err_set(e, "expect: `expect [NAME:]METRIC VALUE [within X]`");
	if (colon) {
		*colon = '\0';
		if (cmd_copy(r->u.expect.name, NET_NAME, "expect", metric, e) < 0)
			return -1;
		*colon = ':';
		metric = colon + 1;
	}
	if (cmd_copy(r->u.expect.metric, sizeof r->u.expect.metric, "metric", metric, e) < 0 ||
	    cmd_real("expect", c->argv[1], &c->expected, e) < 0)
		return -1;
	c->digits = digits_of(c->argv[1]);
	if (c->argc == 4) {
		c->digits = 0;
		if (cmd_real("expect: within", c->argv[3], &c->within, e) < 0)
			return -1;
	}
	return 0;
}

static const struct grammar_form work_expect_forms[] = {
	GRAMMAR_FORM({ .name = "[NAME:]METRIC", .kind = GRAMMAR_METRIC },
		     { .name = "VALUE", .kind = GRAMMAR_REAL },
		     { .word = "within",
		       .name = "X",
		       .kind = GRAMMAR_REAL,
		       .flags = GRAMMAR_ANY,
		       .help = "largest absolute difference" }),
	{ NULL }
};

const struct cmd cmd_work_expect = {
	.name = "expect",
	.form = work_expect_forms,
	.flags = CMD_RECORD,
	.doc = "Compare a metric's last value: to the digits written, exactly with 17, or within "
	       "X.",
	.example = "expect val-accuracy 0.9 within 0.1",
	.exec = exec_expect,
};

static int
exec_save(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_SNAPSHOT);

	if (c->argc == 3 && strcmp(c->argv[1], "outputs") != 0)
		return err_set(e, "save: `save NAME FILE` or `save NAME outputs FILE`");
	r->u.snapshot.outputs = c->argc == 3;
	c->save = io_join(c->dir, c->argv[c->argc - 1]);
	return cmd_copy(r->u.snapshot.name, NET_NAME, "save", c->argv[0], e);
}

static const struct grammar_form work_save_forms[] = {
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_NET }, { .word = "outputs" },
		     { .name = "FILE", .kind = GRAMMAR_FILE }),
	GRAMMAR_FORM({ .name = "NAME", .kind = GRAMMAR_NET },
		     { .name = "FILE|DIRECTORY/", .kind = GRAMMAR_FILE }),
	{ NULL }
};

const struct cmd cmd_work_save = {
	.name = "save",
	.form = work_save_forms,
	.doc = "Write a teacher, or the student when NAME is s, to a safetensors file or a "
	       "published layout, or write its outputs.",
	.example = "save s student.safetensors",
	.exec = exec_save,
};
