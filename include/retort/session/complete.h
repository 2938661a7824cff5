/* Completion: candidates for the word at the cursor, from the grammar and the tables. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_COMPLETE_H
#define RETORT_SESSION_COMPLETE_H

#include <stddef.h>

#include "retort/lab/lab.h"
#include "retort/session/cmd.h"

/*
 * Candidates for the word of `line` that ends at byte `point`: sorted, without repeats, NULL at
 * the end; the caller frees each and the array with mem_free. NULL if there is none. *start:
 * byte where the word begins. Main thread; reads directories for file names.
 */
char **complete_line(const struct lab_info *info, const struct cmd *const *commands,
		     const struct cmd_screen *screen, const char *line, size_t point,
		     size_t *start);

/* What a candidate for the word that ends at byte `point` is: the help of a keyword, the sentence
 * of a command, knob, metric or loss; NULL: unknown. Borrowed. */
const char *complete_describe(const struct cmd *const *commands, const char *line, size_t point,
			      const char *candidate);

#endif
