/* One error message, by value: it can be copied across threads and needs no allocation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_ERR_H
#define RETORT_BASE_ERR_H

#include <stdint.h>

#define ERR_TEXT 400    /* bytes of a message */
#define ERR_OPTIONS 160 /* bytes behind it for the answers to a question */

struct err {
	char msg[ERR_TEXT + ERR_OPTIONS]; /* "outer: inner", NUL-terminated, no trailing newline,
					     cut between UTF-8 characters; then err_options */
	uint32_t rules; /* rules of reading (data/rules.h) without which it were no error */
};

/* Of a question that options of a command answer: the options, each with its value, separated by
 * bars: "header yes|header no". "": the error is no question. */
const char *err_options(const struct err *e);

/*
 * Messages are lower case without a full stop: first the place, then the value, then what would be
 * accepted: "line 3: invalid temperature '0' (expected 0.1 to 100)". See base/choice.h for lists.
 *
 * Both clear `rules` and return -1, so that a failing function can end with `return err_set(e,
 * ...)`. `e` may be NULL when the caller does not need the message.
 */
int err_set(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/*
 * A question that options of the command answer: `msg` asks it and lists the options, which are
 * stored, too, for a screen to choose from.
 */
int err_ask(struct err *e, const char *options, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Prepend context: err_wrap(e, "line 3") makes "line 3: " and the message before. */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Print a message and a line feed to standard error, made printable on a terminal. */
void err_print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
