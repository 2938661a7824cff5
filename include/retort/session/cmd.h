/* Commands: a descriptor each; commands.def names them all. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_CMD_H
#define RETORT_SESSION_CMD_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/data/augment/augment.h"
#include "retort/lab/trainer.h"
#include "retort/ui/scene.h"

struct keymap;

enum cmd_flags {
	CMD_RECORD = 1, /* changes what is trained: goes into the recording */
};

/* One call: the words behind the name, and what comes out. */
struct cmd_call {
	int argc;
	char **argv;
	const struct lab_info *info; /* as of the last answer */
	const char *data_line; /* the `data` that is in force, as it is recorded; NULL: none */
	const char *dir;       /* relative paths are relative to it */
	const char *beside; /* the whole path of the directory that the recording is in; NULL: there
			       is none */
	bool scripted;      /* the line stands in a script */
	struct scene *scene; /* what a person looks at; NULL: nobody looks */
	struct keymap *keys;
	struct request *request; /* out: to be posted; NULL: done already */
	struct text say;         /* out: what was asked for */
	struct text talk;        /* out: a message about it */
	struct text then;        /* out: lines to be given next, each on its own */
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

struct cmd {
	const char *name;
	const char *args; /* synopsis of the arguments */
	int min_args, max_args;
	unsigned flags;
	const char *complete; /* kinds of its arguments in turn, the last repeated: "@knob @value",
				 or words "on|off" */
	const char *doc;      /* one sentence */
	const char *example;  /* runs in the tests */
	int (*exec)(struct cmd_call *c, struct err *e);
};

extern const struct cmd *const cmd_table[];
extern const size_t cmd_count;
#define COMMAND(id) extern const struct cmd cmd_##id;
#include "retort/session/cmd/commands.def"

const char *cmd_name(size_t i); /* NULL past the last */

/* By name; an unknown one is refused with what is near. */
const struct cmd *cmd_find(const char *name, struct err *e);

/* What a line does, in a sentence: that of its view action, or of its command. NULL when it is
 * neither. */
const char *cmd_meaning(const char *line);

/* A request of `kind` for call `c` to hand back. */
struct request *cmd_request(struct cmd_call *c, enum request_kind kind);

/* Copy a word into a field of a request; refused when it does not fit. */
int cmd_copy(char *to, size_t size, const char *what, const char *word, struct err *e);

const char *
cmd_data_option(size_t i); /* what may stand before a value of `data`; NULL past the last */

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
