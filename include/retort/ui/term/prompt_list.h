/* Candidates of a completion, copied from readline. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_TERM_PROMPT_LIST_H
#define RETORT_UI_TERM_PROMPT_LIST_H

#include <stddef.h>

#define PROMPT_LIST_MOST 64 /* words kept */

struct prompt_list {
	char *word[PROMPT_LIST_MOST]; /* [n] owned */
	int n, total;                 /* words kept, and all */
	char *line;                   /* owned: the line that they complete ... */
	size_t point;                 /* ... at this byte */
};

/* Copy the first of n words; clear the list. */
void prompt_list_set(struct prompt_list *l, char *const *words, int n, const char *line,
		     size_t point);
void prompt_list_clear(struct prompt_list *l);

/* Write the words in one line, as many as fit. */
void prompt_list_text(const struct prompt_list *l, char *out, size_t size);

#endif
