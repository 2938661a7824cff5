/* Sessions from the command line: `retort [OPTION]... [run|replay] [FILE]`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_RUN_MAIN_H
#define RETORT_RUN_MAIN_H

#include <stdbool.h>
#include <stdio.h>

#include "cli.h"
#include "play.h"

/* Print the help of a word of the command line; if it is a command of the session language, with
 * the forms and words of the command. */
void run_main_help(const struct cli_word *w, FILE *out);

/*
 * Read the options into *c, and check the operands. *ended: there is nothing to play, and
 * the result is the exit status; a message, help or a list was printed. Else it is 0.
 */
int run_main_options(struct play_options *c, int argc, char **argv, bool *ended);

/* Play what the operands name, after run_main_options. Return the exit status. */
int run_main_play(struct play_options *c, int argc, char **argv);

#endif
