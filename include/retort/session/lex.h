/* One line of the session language: a stamp, words, quotes, a comment. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_LEX_H
#define RETORT_SESSION_LEX_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/text.h"

#define LEX_WORDS 256
#define LEX_LINE 32768 /* bytes of a line: two paths of 4095 bytes, each an escape of four */

struct lex {
	bool stamped;
	char owner[24];  /* network of the stamp; "": the student */
	char target[24]; /* run that the line acts on, of "run 2:"; "": the focused one */
	bool all;        /* every run, of "all:" */
	uint64_t at;     /* step of the stamp */
	int n;
	char *word[LEX_WORDS]; /* into text */
	int column[LEX_WORDS]; /* from 1, of the first byte in the line */
	int command;           /* offset of the first byte after stamp and run */
	char text[2 * LEX_LINE];
};

/*
 * Split a line. Words are separated by blanks; '...' is literal, "..." knows \" and \\; $'...'
 * at the start of a word knows \\ \' \n \r \t and \xHH;
 * # at the start of a word begins a comment. "@620" or "@big:12" in front is a stamp. A line
 * without words has n == 0. "run 2:" or "all:" before the command names the runs that it acts on.
 * 0, or -1 and an error with *column set to its position.
 */
int lex_line(const char *line, struct lex *out, int *column, struct err *e);

/* Append `word`, quoted where needed, so that lex_line reads it back byte for byte; the quoted word
 * has no control characters. */
void lex_quote(struct text *t, const char *word);

#endif
