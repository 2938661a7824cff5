/* Arguments of a command line, as its grammar parsed them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_ARGS_H
#define RETORT_SESSION_ARGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/text.h"

struct grammar_item;

#define ARGS_WORDS 256 /* words of a line, at most */

/* One item of the form that the line matched. */
struct args_value {
	const struct grammar_item *item;
	int at;         /* index of the word of its argument, or of its keyword if it has none */
	int64_t number; /* GRAMMAR_NUMBER */
	double real;    /* GRAMMAR_NUMBER, GRAMMAR_REAL */
	int choice;     /* GRAMMAR_CHOICE: index in `choices` */
};

/*
 * `key` below is the keyword of an item, or the name of an argument without keyword. The words are
 * borrowed from the line.
 */
struct args {
	int form; /* index in the forms of the command */
	int n;
	char *const *argv;
	struct args_value value[ARGS_WORDS]; /* [n] in the order of the line */
};

/* The first value of `key`, or the next one after `previous`; NULL if there is none. */
const struct args_value *args_get(const struct args *a, const char *key);
const struct args_value *args_next(const struct args *a, const char *key,
				   const struct args_value *previous);

/* The argument of `key` as typed, or its keyword if it has no argument; NULL if it is absent. */
const char *args_word(const struct args *a, const char *key);

/* Number, real or index of the choice of `key`; `absent` if it is absent. */
int64_t args_number(const struct args *a, const char *key, int64_t absent);
double args_real(const struct args *a, const char *key, double absent);
int args_choice(const struct args *a, const char *key, int absent);

#define ARGS_BITS 64 /* words that args_bit knows: more than a line whose words name files has */

/* Bit `1 << index` of the argument of `key`, for cmd_record_files; 0 if it is absent. */
uint64_t args_bit(const struct args *a, const char *key);

/* Whether an argument has the kind, an enum grammar_kind. */
bool args_has_kind(const struct args *a, int kind);

/* Append all arguments of `key` with a blank between two. */
void args_join(const struct args *a, const char *key, struct text *out);

#endif
