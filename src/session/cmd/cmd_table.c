/* cmd_table.c: the table of all commands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/cmd/cmd_table.h"

const struct cmd *const cmd_table[] = {
#define COMMAND(id) &cmd_##id,
#include "retort/session/cmd/commands.def"
	NULL
};
