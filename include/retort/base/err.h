/* One error message, by value: it can be copied across threads and needs no allocation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_ERR_H
#define RETORT_BASE_ERR_H

struct err {
	char msg[400]; /* "outer: inner", NUL-terminated, no trailing newline, cut between UTF-8
			  characters */
};

/*
 * Messages are lower case without a full stop: first the place, then the value, then what would be
 * accepted: "line 3: invalid temperature '0' (expected 0.1 to 100)". See base/choice.h for lists.
 *
 * Both return -1, so that a failing function can end with `return err_set(e, ...)`. `e` may be NULL
 * when the caller does not need the message.
 */
int err_set(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Prepend context: err_wrap(e, "line 3") makes "line 3: " and the message before. */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
