/* A cell of a table read as a number, a date, a missing cell, or none of these. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_NUMBER_H
#define RETORT_DATA_NUMBER_H

#include <stdbool.h>

#include "retort/base/err.h"
#include "retort/data/dialect.h"

enum number_kind {
	NUMBER_NONE, /* a word */
	NUMBER_MISSING,
	NUMBER_PLAIN,
	NUMBER_PERCENT, /* "12.5 %" is 12.5 */
	NUMBER_DATE,    /* 2024-02-29, with or without a time: days since 1970-01-01 */
};

/* How numbers are written in a file. Zero: with a point; NA, ? and - are missing. */
struct number_form {
	bool other;     /* not the zero form for numbers: the fast path does not apply */
	char decimal;   /* ',' or '.'; 0: '.' */
	char thousands; /* 0: none */
	char *missing;  /* owned: words, each with a NUL, and an empty one; NULL: the default */
};

void number_form_init(struct number_form *f, const struct dialect *d);
void number_form_release(struct number_form *f);

/* Read a cell; blanks around it do not count. *out is set unless the result is NUMBER_NONE or
 * NUMBER_MISSING. `f` may be NULL. */
enum number_kind number_read(const struct number_form *f, const char *cell, double *out);

/* Whether a cell without blanks around it is a missing one. */
bool number_is_missing(const struct number_form *f, const char *cell);

/*
 * Whether a word looks like an amount that this form does not read: with a currency, or with
 * commas or blanks between digits. Then -1 with the rest of a message that begins with the word,
 * and the options that would read it; else 0.
 */
int number_check_word(const char *word, struct err *e);

/* "a number", "a percentage", "a date". */
const char *number_kind_name(enum number_kind kind);

#endif
