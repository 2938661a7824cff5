/* The table of all commands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_CMD_CMD_TABLE_H
#define RETORT_SESSION_CMD_CMD_TABLE_H

#include "retort/session/cmd.h"

extern const struct cmd *const cmd_table[]; /* in the order of commands.def; NULL at the end */

#define COMMAND(id) extern const struct cmd cmd_##id;
#include "retort/session/cmd/commands.def"

#endif
