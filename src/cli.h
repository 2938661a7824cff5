/* Command line of the programs: the table of its words, and the help made from it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_CLI_H
#define RETORT_CLI_H

#include <stdio.h>

/* An option, or a word in its place: spelling with the argument, help with range and default. */
struct cli_option {
	const char *spelling; /* "-t, --threads N" */
	const char *help;
};

/* A word after `retort`, or two: "data get". */
struct cli_word {
	const char *word;                /* "": the program without a word */
	const char *form[4];             /* after `retort`, a line each; NULL: none left */
	const char *help;                /* what it does, without a capital and a full stop */
	const struct cli_option *option; /* ends with a NULL spelling; NULL: those of "" */
	const char *command; /* of the session language, whose words follow; NULL: none */
	const char *status;  /* exit statuses */
};

/* Find the word that the first one or two of `argv` are; the longer one wins. NULL: unknown. */
const struct cli_word *cli_find(int argc, char *const *argv);

/* Print forms, sentence and options of a word, and list the words after it; for "", all words.
 * `forms`, if not "", is printed instead of its forms. */
void cli_help(const struct cli_word *w, const char *forms, FILE *out);

/* Print the exit statuses, the end of the help. */
void cli_status(const struct cli_word *w, FILE *out);

/* Print one entry of a list of options. */
void cli_option_line(const char *spelling, const char *help, FILE *out);

/* Print the reference to `retort WORD --help` to standard error; return exit status 2. */
int cli_try_help(const char *word);

#endif
