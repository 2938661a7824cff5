/* Options of `data`: how a file is read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_CMD_DATA_OPTIONS_H
#define RETORT_SESSION_CMD_DATA_OPTIONS_H

#include "retort/data/dataset.h"
#include "retort/session/cmd.h"
#include "retort/session/lex.h"

/* Options for the text of a table, of every form that reads one. */
#define DATA_OPTIONS_DIALECT                                                                   \
	GRAMMAR_OPTION("delimiter", "C|tab|space", GRAMMAR_WORD, "what stands between cells"), \
		GRAMMAR_ONE_OF("decimal", "comma, point", "what stands before decimals"),      \
		GRAMMAR_ONE_OF("quotes", "on, off", "whether double quotes enclose cells"),    \
		GRAMMAR_OPTION("encoding", "NAME", GRAMMAR_WORD, "encoding of the text"),      \
		GRAMMAR_COUNT("skip", "N", 0, 1000000, "lines before the table"),              \
		GRAMMAR_OPTION("comment", "C", GRAMMAR_WORD, "how a line to skip begins"),     \
		GRAMMAR_OPTION("missing", "WORD[,WORD]...", GRAMMAR_WORD, "missing cells"),    \
		GRAMMAR_OPTION("thousands", "C|space", GRAMMAR_WORD,                           \
			       "what stands between thousands")

/* Files that options name. */
enum { DATA_OPTIONS_LABELS, DATA_OPTIONS_TOKENS, DATA_OPTIONS_LIKE, DATA_OPTIONS_FILES };

struct data_options {
	struct dataset_options o;
	const char *name; /* name of a bundled or fetched set; NULL: named after the file */
	const char *hash; /* recorded SHA-256; NULL: not recorded */
	int64_t labels;   /* labels shown to students; -1: all */
	uint64_t files;   /* bit i: word i names a file */
	char *path[DATA_OPTIONS_FILES]; /* owned */
	struct encoding *encoding;      /* of the network that `like` names; owned; NULL: none */
};

/* Return the path of the set NAME|FILE, owned: a bundled or fetched set, whose options are stored
 * in `r`, or a file. NULL and an error. */
char *cmd_data_find(const struct cmd_call *c, struct data_options *r, struct err *e);

/* Read the data set and append its hash to the line to record. 0, or -1 and an error, also if the
 * hash is not the recorded one. *out is owned. */
int cmd_data_read(struct cmd_call *c, const char *path, const struct data_options *r,
		  struct dataset **out, struct err *e);

/* Store the options of the line in `r`; what it does not name stays. 0, or -1 and an error. */
int data_options_parse(const struct cmd_call *c, struct data_options *r, struct err *e);

/* Read the encoding of the network that option `like` names, if it is there; after
 * data_options_parse. 0, or -1 and an error. */
int data_options_like(const struct cmd_call *c, struct data_options *r, struct err *e);

/* Store those of DATA_OPTIONS_DIALECT. 0, or -1 and an error. */
int data_options_dialect(const struct args *a, struct dialect *d, struct err *e);
void data_options_release(struct data_options *r);

/* Parse a recorded `data` line into c->args, whose words are in `lex`. 0, or -1 and an error. */
int data_options_line(const char *line, struct lex *lex, struct cmd_call *c, struct err *e);

/* `tokens` of a recorded `data` line: a word or a path, owned; NULL: the data holds ids or no
 * tokens, or the line is NULL. */
char *data_options_tokens(const char *line);

/* `data add`, `data target` and `data held-out`, by role. */
int data_options_more(struct cmd_call *c, enum dataset_role role, struct err *e);

#endif
