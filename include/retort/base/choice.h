/* Words out of a list: lookup, the nearest spelling, and the error message that lists them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_CHOICE_H
#define RETORT_BASE_CHOICE_H

#include <stddef.h>

#include "retort/base/err.h"

/*
 * A list is either one string, "auto, off, memory, disk", or a function next(i) that returns word
 * i, and NULL past the last. `what` names the thing chosen, as it reads after "invalid": "cache",
 * "remedy". Put the place in front with err_wrap.
 */

/* Return the index of `word` in the list, or -1 with the message of choice_invalid. */
int choice_find(const char *word, const char *list, const char *what, struct err *e);
int choice_find_next(const char *word, const char *(*next)(size_t i), const char *what,
		     struct err *e);

/*
 * Set e to "invalid WHAT 'WORD' (expected one of a, b, c)". Where a word of the list is spelled
 * nearly so, "; did you mean b?" follows; a list too long for a message ends in "and 7 more".
 * Returns -1.
 */
int choice_invalid(struct err *e, const char *what, const char *word, const char *list);
int choice_invalid_next(struct err *e, const char *what, const char *word,
			const char *(*next)(size_t i));

/*
 * The same for lists that are too long to show: "unknown WHAT 'WORD' (did you mean b?)", or with
 * `hint` in the parentheses, as "`help set` lists all", where no word is near. Returns -1.
 */
int choice_unknown(struct err *e, const char *what, const char *word, const char *(*next)(size_t i),
		   const char *hint);

/*
 * The word nearest to `word` by edit distance (insertion, deletion, substitution, transposition),
 * or NULL when none is within a third of its length.
 */
const char *choice_nearest(const char *word, const char *(*next)(size_t i));

/* The same for candidates of `list`. */
const char *choice_nearest_of(const char *word, const char *(*next)(const void *list, size_t i),
			      const void *list);

#endif
