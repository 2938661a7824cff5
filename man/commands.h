/* Replacements about commands, keys and panes. Each writes to standard output; `unused` is ignored.
 * Return 0, or -1 for an unknown argument. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_MAN_COMMANDS_H
#define RETORT_MAN_COMMANDS_H

/* Synopsis (one line for each form), sentence and example of a command. */
int commands_synopsis(const char *name);
int commands_doc(const char *name);
int commands_example(const char *name);

/* List all commands, actions of `view`, panes. */
int commands_list(const char *unused);
int commands_views(const char *unused);
int commands_panes(const char *unused);

/* List the default keys of a context: keys, command line, help. */
int commands_keys(const char *context);

#endif
