/* Commands of the session language: one descriptor each. session/cmd/commands.def lists them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_CMD_H
#define RETORT_SESSION_CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/data/augment/augment.h"
#include "retort/lab/trainer.h"
#include "retort/session/grammar.h"

enum cmd_flags {
	CMD_RECORD = 1, /* changes what is trained: written to the recording */
};

struct cmd_call;
struct curves;
struct sweep_journal;

/*
 * Functions of the screen that execute its commands; registered with session_options.screen. They
 * use the parsed words of `c` and return 0, or -1 and an error.
 */
struct cmd_screen {
	void *arg; /* for the functions of the screen */
	int (*view)(struct cmd_call *c, struct err *e);
	int (*bind)(struct cmd_call *c, struct err *e);
	int (*picture)(struct cmd_call *c, struct err *e);
	void (*list_keys)(struct cmd_call *c); /* `help keys`, into c->output */
	const char *(*pane)(size_t i);         /* name of pane i; NULL past the last */
};

/* One call of a command: its words and its results. */
struct cmd_call {
	int argc;
	char **argv;
	struct args args;            /* the words as parsed by cmd_parse */
	const struct curves *curves; /* of the session; NULL: there is none */
	const struct lab_info *info; /* state of the last result; borrowed */
	const char *data_line; /* the recorded `data` line of the current data set; NULL: none */
	const char *dir;       /* base of relative paths */
	const char *recording_dir; /* absolute path of the directory of the recording; NULL: not
				      recorded */
	const char *recording;     /* path of the recording; NULL: not recorded, or not yet */
	bool stamped;              /* the line has a stamp */
	bool awaits;               /* a `wait STEP` before it gives it one */
	bool scripted;             /* the line comes from a script */
	bool live;                 /* an observer shows the session */
	const struct cmd *const *table;  /* all commands */
	const struct cmd_screen *screen; /* NULL: no screen is registered */
	struct request *request;         /* out: request to post; NULL: none */
	struct text output;              /* out: output of the command */
	struct text message;             /* out: message */
	struct text lines;               /* out: lines to execute next */
	struct text record;              /* out: line to record; empty: the one typed */
	char *save;                      /* out: path of the checkpoint to write; owned */
	char *tokens; /* out: with save: `tokens` of the data, a word or a path; owned; NULL: ids */
	char *source; /* out: path of a script to queue; owned */
	double expected, within; /* out: `expect` */
	int digits; /* out: `expect`: significant digits compared; 17: exact; 0: use `within` */
	struct sweep_journal *journal; /* out: of a sweep; owned; NULL: none */
	enum {
		CMD_SWEEP_STOP = 1,
		CMD_SWEEP_SHOW
	} sweep;         /* out: of the sweep in the background,
			    of the last one; 0: none */
	bool waits;      /* out: `wait` */
	uint64_t wait;   /* out: step of `wait`; UINT64_MAX: none */
	int version;     /* out: of the format of the file; 0: not said */
	char kernel[64]; /* out: kernel that the recording was made with; "" unknown */
	rules_set rules; /* out: of reading that made a difference for the file of the line */
	bool failed;     /* out: a file could not be written, as `message` says: status 1 */
	bool quit;       /* out */
};

struct cmd {
	const char *name;
	const struct grammar_form *form; /* its words, and what executes them */
	unsigned flags;
	const char *doc;      /* one sentence */
	const char *example;  /* example line; the tests execute it */
	const char *synopsis; /* of many forms that begin with an action; NULL: each is printed */
};

/* Find a command by name in a table that ends in NULL. NULL and an error that names the most
 * similar command if there is none. */
const struct cmd *cmd_find(const struct cmd *const *table, const char *name, struct err *e);

/* Parse the words of `c` by the forms of `d` into c->args. 0, or -1 and an error. */
int cmd_parse(const struct cmd *d, struct cmd_call *c, struct err *e);

/* Execute the form that cmd_parse found. 0, or -1 and an error. */
int cmd_exec(const struct cmd *d, struct cmd_call *c, struct err *e);

/* Free the results of a call. */
void cmd_release(struct cmd_call *c);

/* An option of forms that read a file. */
#define CMD_HASH GRAMMAR_OPTION("hash", "HEX", GRAMMAR_WORD, "the hash that a recording expects")

/* Add the forms of `d`, each on a line after `prefix`. */
void cmd_synopsis(const struct cmd *d, const char *prefix, struct text *out);

/* Return one sentence of help about a line: of its action if the command has a synopsis of its own
 * and so a form for each action, else of the command. NULL if the command is unknown. */
const char *cmd_meaning(const struct cmd *const *table, const char *line);

/* Create a request of `kind` and store it in c->request. */
struct request *cmd_request(struct cmd_call *c, enum request_kind kind);

/* Refuse a stamp, for a command that acts at once. 0, or -1 and an error that begins with its name.
 */
int cmd_refuse_stamp(const struct cmd_call *c, const char *name, struct err *e);

/* Copy a word into a field of `size` bytes. 0, or -1 and an error if it does not fit. */
int cmd_copy(char *to, size_t size, const char *what, const char *word, struct err *e);

/* The same for the argument of `key` (args.h), which must be there. */
int cmd_copy_arg(char *to, size_t size, const struct cmd_call *c, const char *key, struct err *e);

/* Add a knob and its value to `r`. 0, or -1 and an error if the value is invalid or `r` full. */
int cmd_add_knob(struct request_knobs *r, const struct knob *k, const char *value, struct err *e);

/* Compare the hash of a file with the recorded one, `hash` (NULL: not recorded). 0, or -1 and an
 * error if they differ. */
int cmd_check_hash(const char *path, const struct hash *got, const char *hash, struct err *e);

/* Append a blank and `word`, quoted if needed, so that lex_line reads it back unchanged. */
void cmd_quote(struct text *t, const char *word);

/*
 * Set the line to record to command `name` with the words of `c`. Words whose bit is set in `files`
 * name files and are written as absolute paths.
 */
void cmd_record_files(struct cmd_call *c, const char *name, uint64_t files);

#endif
