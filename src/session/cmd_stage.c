/* cmd_stage.c: stages of a chain: what the student becomes, before the next one begins. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd.h"

#include <string.h>

static int
exec_stage(struct cmd_call *c, struct err *e)
{
	struct request *r = cmd_request(c, REQUEST_STAGE);

	if (strcmp(c->argv[0], "teach") != 0)
		return err_set(e, "stage: '%.40s' is none of teach", c->argv[0]);
	if (c->argc != 2)
		return err_set(e, "stage teach: one name is needed, of the teacher that the student becomes");
	return cmd_copy(r->name, sizeof r->name, "stage teach", c->argv[1], e);
}

const struct cmd cmd_stage = {
	.name = "stage",
	.complete = "teach @word",
	.args = "teach NAME",
	.min_args = 1,
	.max_args = 2,
	.flags = CMD_RECORD,
	.doc = "Let the student, as it stands, become a teacher, and make room for the next student.",
	.example = "stage teach assistant",
	.exec = exec_stage,
};
