/* The prompt: a line edited by readline, without blocking. Only files prompt*.c use readline. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_PROMPT_H
#define RETORT_UI_TERM_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

#include "retort/ui/term/prompt_list.h"

/*
 * Return the candidates for `line` at byte `point` as a NULL-terminated array, owned by the caller
 * (mem_free each and the array), or NULL for none; *start is the first byte of the word.
 */
typedef char **prompt_complete(void *arg, const char *line, size_t point, size_t *start);

struct prompt;

/* Create the prompt; only one can exist. The history is read from the file `history` (NULL: none);
 * prompt_free writes it, atomically, with mode 0600, without duplicates. */
struct prompt *prompt_new(const char *history, prompt_complete *complete, void *arg);
void prompt_free(struct prompt *p);

/* Open the prompt with a mark (":" or "/") and an initial text. */
void prompt_open(struct prompt *p, const char *mark, const char *prefill);
void prompt_close(struct prompt *p);
bool prompt_is_open(const struct prompt *p);

/* Process raw bytes. Returns true when the prompt was closed by them: *line is the entered line,
 * owned by the caller, or NULL after Ctrl-D on an empty line. */
bool prompt_feed(struct prompt *p, const char *bytes, size_t len, char **line);

/* Insert a text at the cursor, with blanks for controls; ends a search, an argument and the like.
 */
void prompt_paste(struct prompt *p, const char *text);

/*
 * Get what to draw in `width` columns: mark and text, scrolled so that the cursor is visible, and
 * the column of the cursor. `candidates`: the list after Tab in one line, or "".
 */
void prompt_view(struct prompt *p, int width, char *text, size_t size, int *cursor,
		 char *candidates, size_t candidates_size);

/* The candidates after Tab; borrowed until the next key. */
const struct prompt_list *prompt_candidates(const struct prompt *p);

#endif
