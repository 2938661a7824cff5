/* Completion at the shell: `retort --complete -- WORD...`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_CLI_COMPLETE_H
#define RETORT_CLI_COMPLETE_H

/*
 * Print the candidates for the last of the words after `retort`, one a line; a tab and a help text
 * may follow. The line ":files" stands for the names of files, ":files .ret" for those that end in
 * .ret. A '=' may stand as a word of its own, as bash has it. Returns 0.
 */
int cli_complete(int argc, char **argv);

#endif
