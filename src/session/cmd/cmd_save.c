/* cmd_save.c: `save`: write a network, or its outputs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <string.h>

#include "retort/base/io.h"
#include "retort/session/cmd/data_options.h"

static int
request_snapshot(struct cmd_call *c, bool outputs, bool best, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_SNAPSHOT);

	r->u.snapshot.outputs = outputs;
	r->u.snapshot.best = best;
	c->save = io_join(c->dir, args_word(&c->args, "FILE"));
	c->tokens = data_options_tokens(c->data_line);
	return cmd_copy_arg(r->u.snapshot.name, NET_NAME, c, "NAME", e);
}

static int
save_outputs(struct cmd_call *c, struct err *e)
{
	return request_snapshot(c, true, false, e);
}

static int
save_network(struct cmd_call *c, struct err *e)
{
	return request_snapshot(c, false, false, e);
}

static int
save_state(struct cmd_call *c, struct err *e)
{
	const char *file = args_word(&c->args, "FILE");
	size_t len = strlen(file);

	if (len && file[len - 1] == '/')
		return err_set(e, "save: a published layout has no state (expected a file)");
	if (request_snapshot(c, false, false, e) < 0)
		return -1;
	c->request->u.snapshot.state = true;
	return 0;
}

static int
save_best(struct cmd_call *c, struct err *e)
{
	return request_snapshot(c, false, true, e);
}

static const struct grammar_form save_forms[] = {
	GRAMMAR_FORM(save_outputs, { .name = "NAME", .kind = GRAMMAR_NET },
		     { .word = "outputs", .help = "write its logits for every row" },
		     { .name = "FILE", .kind = GRAMMAR_OUTPUT }),
	GRAMMAR_FORM(save_best, { .name = "NAME", .kind = GRAMMAR_NET },
		     { .word = "best", .help = "write the weights of its best evaluation" },
		     { .name = "FILE", .kind = GRAMMAR_OUTPUT }),
	GRAMMAR_FORM(save_state, { .name = "NAME", .kind = GRAMMAR_NET },
		     { .name = "FILE", .kind = GRAMMAR_OUTPUT },
		     { .word = "with", .help = "all that is needed to continue its training" },
		     { .word = "state" }),
	GRAMMAR_FORM(save_network, { .name = "NAME", .kind = GRAMMAR_NET },
		     { .name = "FILE",
		       .kind = GRAMMAR_OUTPUT,
		       .help = "a directory, ending in '/', for a published layout" }),
	{ 0 }
};

const struct cmd cmd_save = {
	.name = "save",
	.form = save_forms,
	.doc = "Write a teacher, or the student when NAME is s, to a safetensors file or a "
	       "published layout, or write its outputs.",
	.example = "save s student.safetensors",
};
