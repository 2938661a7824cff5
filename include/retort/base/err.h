/* One error, by value: it crosses threads in an answer, needs no free, works without memory. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_ERR_H
#define RETORT_BASE_ERR_H

struct err {
	char msg[400]; /* "outer: inner", NUL-terminated, no trailing newline, valid UTF-8 kept
			  whole */
};

/*
 * Messages are lower case, end without a full stop, and name the thing, the value and what
 * would be accepted: "temperature: 0 is outside 0.1..100".
 *
 * Both return -1, so that a failing function can end with `return err_set(e, ...)`.
 * `e` may be NULL when the caller does not want the text.
 */
int err_set(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts context in front: "line 3" becomes "line 3: what was there". */
int err_wrap(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
