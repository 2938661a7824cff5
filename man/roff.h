/* Text and macros of mdoc, written to standard output. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_MAN_ROFF_H
#define RETORT_MAN_ROFF_H

/* Write text: backslashes and leading control characters escaped, each sentence on a line of its
 * own. */
void roff_text(const char *s);

/* Write one argument of a macro, quoted so that mdoc treats it neither as a macro nor as
 * punctuation. */
void roff_argument(const char *s);

/* Write the head of an item of a list, whose name is an argument of `macro`. */
void roff_item(const char *macro, const char *s);

#endif
