/* The door to readline: one line at the bottom of the screen, never blocking. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_PROMPT_H
#define RETORT_UI_TERM_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Candidates for completing `line` at byte `point`: a NULL-terminated array, owned by the
 * caller (mem_free each and the array), or NULL; *start is where the word begins.
 */
typedef char **prompt_complete(void *arg, const char *line, size_t point, size_t *start);

struct prompt;

/* History is read from `history` (NULL: none) and written there, 0600, atomically, without repeats.
 * One at a time. */
struct prompt *prompt_new(const char *history, prompt_complete *complete, void *arg);
void prompt_free(struct prompt *p);

/* Open with a mark (":" or "/") and text in the line; closes an open one. */
void prompt_open(struct prompt *p, const char *mark, const char *prefill);
void prompt_close(struct prompt *p);
bool prompt_is_open(const struct prompt *p);

/* Feed raw bytes. True when a line was entered: *line is owned by the caller; NULL when it was left
   (Ctrl-D on an empty line). The prompt is closed then. */
bool prompt_feed(struct prompt *p, const char *bytes, size_t len, char **line);

/*
 * What to draw in `width` columns: text with its mark, scrolled so that the cursor is in it, and
 * the cursor's column, by display width and not by bytes. `candidates` is what Tab listed, one
 * line, or "".
 */
void prompt_view(struct prompt *p, int width, char *text, size_t size, int *cursor,
		 char *candidates, size_t candidates_size);

#endif
