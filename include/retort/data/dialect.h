/* How the text of a table is written: what stands between cells, in numbers, and around them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_DIALECT_H
#define RETORT_DATA_DIALECT_H

#include <stddef.h>

enum dialect_quotes { DIALECT_QUOTES_AUTO, DIALECT_QUOTES_ON, DIALECT_QUOTES_OFF };

/* Zero: each is found from the first lines of the file (data/read/sniff.h). */
struct dialect {
	char delimiter;             /* between cells; ' ' is any number of blanks and tabs */
	enum dialect_quotes quotes; /* OFF: a double quote is a character like any other */
	char decimal;               /* '.' or ',' */
	char thousands;             /* between groups of three digits; 0: none */
	char comment;               /* a line that begins with it is skipped; 0: none */
	size_t skip;                /* lines before the table */
	const char *missing;        /* words of a missing cell, separated by commas; NULL: NA, ? and
				       -. An empty cell is always missing */
	const char *encoding;       /* as iconv names it; NULL: UTF-8, or UTF-16 with its mark */
};

#endif
