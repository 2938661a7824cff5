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
	CMD_RECORD = 1, /* changes what is trained: goes into the recording */
};

struct cmd_call;

/*
 * Commands whose work is done by the screen, which registers these functions with the session
 * (session_options.screen). They take the words of `c` as checked and return 0, or -1 and an error.
 */
struct cmd_screen {
	void *arg; /* of the screen */
	int (*view)(struct cmd_call *c, struct err *e);
	int (*bind)(struct cmd_call *c, struct err *e);
	int (*picture)(struct cmd_call *c, struct err *e);
	void (*list_keys)(struct cmd_call *c); /* `help keys`, into c->say */
	const char *(*pane)(size_t i);         /* name of pane i; NULL past the last */
};

/* One call: the words behind the name, and what comes out. */
struct cmd_call {
	int argc;
	char **argv;
	struct grammar_match match;  /* the words as parsed by cmd_parse */
	const struct lab_info *info; /* as of the last answer */
	const char *data_line; /* the `data` that is in force, as it is recorded; NULL: none */
	const char *dir;       /* relative paths are relative to it */
	const char *beside; /* the whole path of the directory that the recording is in; NULL: there
			       is none */
	bool scripted;      /* the line stands in a script */
	bool live;          /* an observer shows the session */
	const struct cmd *const *table;  /* all commands */
	const struct cmd_screen *screen; /* NULL: no screen is registered */
	struct request *request;         /* out: to be posted; NULL: done already */
	struct text say;                 /* out: what was asked for */
	struct text talk;                /* out: a message about it */
	struct text then;                /* out: lines to be given next, each on its own */
	struct text record;      /* out: the line to record, where it is not the one typed */
	char *save;              /* out: path the answer's checkpoint goes to; owned */
	char *source;            /* out: path of a script to queue; owned */
	double expected, within; /* out: `expect` */
	int digits;      /* out: `expect`: compare to so many digits; 17 exactly; 0: within */
	bool waits;      /* out: `wait` */
	uint64_t wait;   /* out: its step; UINT64_MAX none */
	char kernel[64]; /* out: what the recording's figures were computed with; "" unsaid */
	bool quit;       /* out */
};

/* A word that a command takes first, with what follows it. */
struct cmd_word {
	const char *word;
	const char *argument; /* "METRIC"; "" none */
	const char *help;     /* one sentence */
};

struct cmd {
	const char *name;
	const struct grammar_form *form; /* its words */
	unsigned flags;
	const char *doc;             /* one sentence */
	const char *example;         /* runs in the tests */
	const struct cmd_word *word; /* actions of `view`; NULL at the end */
	const char *(*option)(
		size_t i); /* words of options that are no knobs; NULL past the last */
	int (*exec)(struct cmd_call *c, struct err *e);
};

/* Find a command by name in a table that ends in NULL. NULL and an error that names a similar one
 * when there is none. */
const struct cmd *cmd_find(const struct cmd *const *table, const char *name, struct err *e);

/* The word of `d`, or NULL and an error that names a similar one. */
const struct cmd_word *cmd_find_word(const struct cmd *d, const char *word, struct err *e);

/* Parse the words of `c` by the forms of `d` into c->match. 0, or -1 and an error. */
int cmd_parse(const struct cmd *d, struct cmd_call *c, struct err *e);

/* Add the forms of `d`, each on a line behind `prefix`. */
void cmd_synopsis(const struct cmd *d, const char *prefix, struct text *out);

/* What a line does, in one sentence: help of its first word where the command has a table of them,
 * else of the command. NULL when the command is unknown. */
const char *cmd_meaning(const struct cmd *const *table, const char *line);

/* A request of `kind` for call `c` to hand back. */
struct request *cmd_request(struct cmd_call *c, enum request_kind kind);

/* Copy a word into a field of a request; refused when it does not fit. */
int cmd_copy(char *to, size_t size, const char *what, const char *word, struct err *e);

/*
 * What a data set holds, into c->say; the words of `c` are a name or file with options of `data`.
 * With `hash` it must be that of a set that was read before.
 */
int cmd_data_show(struct cmd_call *c, const char *hash, struct err *e);

/* What a line of the recording says that a file held, so that another in its place is refused;
 * NULL: it says nothing. */
int cmd_check_hash(const char *path, const struct hash *got, const char *hash, struct err *e);

/* Behind a blank, a word so that the lexer reads it back, whatever is in it. */
void cmd_quote(struct text *t, const char *word);

/* Have the word behind an augmentation's name set with the others of `r`: "rate" of noise is
 * noise-rate. */
int cmd_augment_option(struct request_knobs *r, const struct augment *a, const char *word,
		       const char *value, struct err *e);

/* `augment backtranslate` with a word that is no knob: who translates, from where, or stop. The
 * words; NULL past the last. */
bool cmd_translate_is(const struct cmd_call *c);
int cmd_translate(struct cmd_call *c, struct err *e);
const char *cmd_translate_word(size_t i);

/*
 * The line to record is command `name` with the words of `c`; those whose bit is set in `files`
 * name files, and are written so that they are found from anywhere.
 */
void cmd_record_files(struct cmd_call *c, const char *name, uint32_t files);

int cmd_number(const char *what, const char *word, int64_t *out, struct err *e);
int cmd_real(const char *what, const char *word, double *out, struct err *e);

#endif
