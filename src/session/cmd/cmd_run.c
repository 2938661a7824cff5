/* cmd_run.c: control of running work, without effect on results: `pause`, `step`, `wait`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <string.h>

static int
exec_pause(struct cmd_call *c, struct err *e)
{
	enum request_kind kind = REQUEST_TOGGLE;

	if (c->argc && strcmp(c->argv[0], "on") != 0 && strcmp(c->argv[0], "off") != 0)
		return err_set(e, "pause: '%.40s' is neither on nor off", c->argv[0]);
	if (c->argc)
		kind = c->argv[0][1] == 'n' ? REQUEST_PAUSE : REQUEST_RESUME;
	if (!c->live) {
		text_add(&c->message, "pause: skipped: no screen to resume from");
		return 0;
	}
	cmd_request(c, kind);
	return 0;
}

static const struct grammar_form run_pause_forms[] = {
	GRAMMAR_FORM({ .kind = GRAMMAR_CHOICE, .flags = GRAMMAR_OPTIONAL, .choices = "on, off" }),
	{ NULL }
};

const struct cmd cmd_run_pause = {
	.name = "pause",
	.form = run_pause_forms,
	.doc = "Pause or resume the running work; has no effect on results.",
	.example = "pause",
	.exec = exec_pause,
};

static int
exec_step(struct cmd_call *c, struct err *e)
{
	int64_t n = 1;

	if (c->argc && cmd_number("step", c->argv[0], &n, e) < 0)
		return -1;
	if (n < 1)
		return err_set(e, "step: %s is not at least 1", c->argv[0]);
	if (!c->live) {
		text_add(&c->message, "step: skipped: no screen to resume from");
		return 0;
	}
	cmd_request(c, REQUEST_STEP)->u.steps.n = n;
	return 0;
}

static const struct grammar_form run_step_forms[] = {
	GRAMMAR_FORM({ .name = "N", .kind = GRAMMAR_NUMBER, .flags = GRAMMAR_OPTIONAL, .min = 1 }),
	{ NULL }
};

const struct cmd cmd_run_step = {
	.name = "step",
	.form = run_step_forms,
	.doc = "Do one optimizer step, or N, and pause.",
	.example = "step 10",
	.exec = exec_step,
};

static int
exec_wait(struct cmd_call *c, struct err *e)
{
	int64_t step = -1;

	if (!c->scripted)
		return err_set(e, "wait: only accepted in a script");
	if (c->argc && cmd_number("wait", c->argv[0], &step, e) < 0)
		return -1;
	if (c->argc && step < 0)
		return err_set(e, "wait: step %s is below 0", c->argv[0]);
	c->waits = true;
	c->wait = c->argc ? (uint64_t)step : UINT64_MAX;
	return 0;
}

static const struct grammar_form run_wait_forms[] = {
	GRAMMAR_FORM({ .name = "STEP", .kind = GRAMMAR_NUMBER, .flags = GRAMMAR_OPTIONAL }),
	{ NULL }
};

const struct cmd cmd_run_wait = {
	.name = "wait",
	.form = run_wait_forms,
	.doc = "In a script: the lines below are due at STEP of the student, as if stamped; "
	       "without STEP, when the work has ended.",
	.example = "wait",
	.exec = exec_wait,
};
