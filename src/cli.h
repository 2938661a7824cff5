/* Command line of the programs: the table of its words and options, and the help made from it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_CLI_H
#define RETORT_CLI_H

#include <getopt.h>
#include <stdio.h>

/* Options without a letter. */
enum {
	CLI_COLOR = 256,
	CLI_CHARSET,
	CLI_WITHIN,
	CLI_ALLOW,
	CLI_METRICS,
	CLI_CONTINUE,
	CLI_COMPLETE,
	CLI_BESIDE,
	CLI_SECONDS,
	CLI_ROUNDS,
	CLI_PYTHON,
	CLI_NO_PEER,
	CLI_AGAINST,
	CLI_SERVE,
	CLI_LABELS,
	CLI_SET,
	CLI_GRADIENT,
	CLI_AGAIN,
	CLI_FROM,
	CLI_RUN,
	CLI_TITLE,
};

struct cli_option {
	int letter;           /* 'j' of -j, or one of the enum above: no short form */
	const char *name;     /* "json" of --json */
	const char *argument; /* "N"; NULL: none. FILE, DIRECTORY and PROGRAM are paths. */
	const char *choices;  /* values of the argument, "auto, always, never"; NULL: any */
	const char *help;     /* with range and default; NULL: not listed */
};

/* A word after `retort`, or two: "data get". */
struct cli_word {
	const char *word;                /* "": the program without a word */
	const char *form[4];             /* after `retort`, a line each; NULL: none left */
	const char *help;                /* what it does, without a capital and a full stop */
	const struct cli_option *option; /* ends with a NULL name; NULL: those of "" */
	const char *command; /* of the session language, whose words follow; NULL: none */
	const char *status;  /* exit statuses */

	/* For completion. Operands are counted from the word itself, which is the first. */
	const char *operand;            /* words after it, "W1, W2"; NULL: none */
	const char *(*names)(size_t i); /* words of its first operands; NULL: none */
	const char *files;              /* ending of files after it, ".ret"; NULL: none */
	int most_names, most_files;     /* offered after at most so many operands */
};

extern const struct cli_word cli_words[]; /* ends with a NULL word */

/* Find the word that the first one or two of `argv` are; the longer one wins. NULL: unknown. */
const struct cli_word *cli_find(int argc, char *const *argv);

/* Options of a word: its own, or those of the program. */
const struct cli_option *cli_options(const struct cli_word *w);

#define CLI_OPTIONS 32 /* of a word, with the end of the list, at most; asserted */

/* Tables of getopt_long for a list of options. */
struct cli_getopt {
	struct option longs[CLI_OPTIONS];
	char letters[2 * CLI_OPTIONS];
};
void cli_getopt_init(struct cli_getopt *g, const struct cli_option *o);

/* Call getopt_long with these tables. An invalid option is reported, begun with `program`, and
 * returned as '?'. */
int cli_getopt_next(const struct cli_getopt *g, const char *program, int argc, char **argv);

/* Print forms, sentence and options of a word, and list the words after it; for "", all words.
 * `forms`, if not "", is printed instead of its forms. */
void cli_help(const struct cli_word *w, const char *forms, FILE *out);

/* Print the exit statuses, the end of the help. */
void cli_status(const struct cli_word *w, FILE *out);

/* Print one entry of a list of options. */
void cli_option_line(const char *spelling, const char *help, FILE *out);

/* Print the reference to `retort WORD --help` to standard error; return exit status 2. */
int cli_try_help(const char *word);

/* Call first: give descriptors 0 to 2, where they are closed, something that fails when it is used,
 * so that no file takes their number. */
void cli_begin(void);

/* Call last: write what is left of standard output. Returns `status`; 1 with a message if that is 0
 * and some of the output was not written. */
int cli_end(int status);

#endif
