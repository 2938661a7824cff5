/* What the words of `data` say about how a file is read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_CMD_DATA_OPTIONS_H
#define RETORT_SESSION_CMD_DATA_OPTIONS_H

#include "retort/data/dataset.h"
#include "retort/session/cmd.h"

struct data_options {
	struct dataset_options o;
	const char *name; /* of a set that has one; NULL: that of the file */
	const char *hash; /* what it was when the session was recorded; NULL: not said */
	int64_t labels;   /* shown to students; -1: all */
	uint32_t files;   /* bit i: word i names a file */
	char *path[2];    /* of files that options name; owned */
};

/* The path of the set at word `at`: one that is bundled or was fetched, with the options it is read
 * with, or a file. NULL and an error. Owned. */
char *cmd_data_find(struct cmd_call *c, int at, struct data_options *r, struct err *e);

/* Read it; refused where it is not what was recorded. The line to record says what it is now. *out
 * is the caller's. */
int cmd_data_read(struct cmd_call *c, const char *path, const struct data_options *r,
		  struct dataset **out, struct err *e);

/* Options and their values in turn, from word `from` on, over what `r` says already. */
int data_options_parse_one(struct cmd_call *c, int at, struct data_options *r,
			   struct err *e); /* the one of words at, at + 1 */
int data_options_parse(struct cmd_call *c, int from, struct data_options *r, struct err *e);
void data_options_release(struct data_options *r);

/* `data add`, `data target` and `data held-out`. */
int data_options_more(struct cmd_call *c, struct err *e);

#endif
