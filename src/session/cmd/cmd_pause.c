/* cmd_pause.c: `pause`, `step`, `wait`: control of running work, without effect on results. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

static int
exec_pause(struct cmd_call *c, struct err *e)
{
	static const enum request_kind kinds[] = { REQUEST_TOGGLE, REQUEST_PAUSE, REQUEST_RESUME };

	(void)e;
	if (!c->live) {
		text_add(&c->message, "pause: skipped: no screen to resume from");
		return 0;
	}
	cmd_request(c, kinds[args_choice(&c->args, "on|off", -1) + 1]);
	return 0;
}

static const struct grammar_form pause_forms[] = { GRAMMAR_FORM(exec_pause,
								{ .name = "on|off",
								  .kind = GRAMMAR_CHOICE,
								  .flags = GRAMMAR_OPTIONAL,
								  .choices = "on, off" }),
						   { 0 } };

const struct cmd cmd_pause = {
	.name = "pause",
	.form = pause_forms,
	.doc = "Pause or resume the running work; has no effect on results.",
	.example = "pause",
};

static int
exec_step(struct cmd_call *c, struct err *e)
{
	(void)e;
	if (!c->live) {
		text_add(&c->message, "step: skipped: no screen to resume from");
		return 0;
	}
	cmd_request(c, REQUEST_STEP)->u.steps.n = args_number(&c->args, "N", 1);
	return 0;
}

static const struct grammar_form step_forms[] = {
	GRAMMAR_FORM(exec_step,
		     { .name = "N", .kind = GRAMMAR_NUMBER, .flags = GRAMMAR_OPTIONAL, .min = 1 }),
	{ 0 }
};

const struct cmd cmd_pause_step = {
	.name = "step",
	.form = step_forms,
	.doc = "Do one optimizer step, or N, and pause.",
	.example = "step 10",
};

static int
exec_wait(struct cmd_call *c, struct err *e)
{
	if (!c->scripted)
		return err_set(e, "wait: only accepted in a script");
	c->waits = true;
	c->wait = (uint64_t)args_number(&c->args, "STEP", -1); /* -1: UINT64_MAX */
	return 0;
}

static const struct grammar_form wait_forms[] = {
	GRAMMAR_FORM(
		exec_wait,
		{ .name = "STEP", .kind = GRAMMAR_NUMBER, .flags = GRAMMAR_OPTIONAL, .max = 1e15 }),
	{ 0 }
};

const struct cmd cmd_pause_wait = {
	.name = "wait",
	.form = wait_forms,
	.doc = "In a script: the lines below are due at STEP of the student, as if stamped; "
	       "without STEP, when the work has ended.",
	.example = "wait",
};
