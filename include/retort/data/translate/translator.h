/* Texts into another language and back, by programs that run beside this one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TRANSLATE_TRANSLATOR_H
#define RETORT_DATA_TRANSLATE_TRANSLATOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"

#define TRANSLATOR_TEXT 16384  /* bytes of a text, at most: a longer one is not translated */
#define TRANSLATOR_PATIENCE 60 /* seconds without a sign of life, unless said */

enum { TRANSLATOR_FORTH, TRANSLATOR_BACK, TRANSLATOR_LEGS };

struct translator {
	char *name;                     /* owned: "apertium eng-spa", or the commands; one line */
	char *command[TRANSLATOR_LEGS]; /* owned: for /bin/sh; each reads texts and answers each in
					   order */
	bool framed; /* in Apertium's stream format, each ended by a NUL; else a text is a line */
	double patience; /* seconds */
	struct hash
		version; /* of everything that decides what it answers, as far as that is known */
};

/* Any two commands, each of which answers a line for each line it reads, at once or at the end of
 * its input. */
struct translator *translator_new(const char *forth, const char *back);
void translator_free(struct translator *t);

/* Who is told of what a translator says; both in the thread that runs it. */
struct translator_watch {
	void (*take)(void *arg, size_t i,
		     const char *after); /* text i has come back; "" where nothing was left of it */
	void (*progress)(void *arg, size_t n); /* so many have */
	void *arg;
	const atomic_bool *stop; /* true: kill it and leave */
};

/* A text that can be sent: UTF-8, not empty, at most TRANSLATOR_TEXT bytes. */
bool translator_takes(const char *text);

/*
 * Send n texts through both commands, which run at the same time, and take what comes back, in
 * order. What has no place in a line, and other control characters, is sent as a blank. 0: all came
 * back. -1 and an error where a command could not be run, ended before it had answered all,
 * answered nothing for t->patience seconds while it was waited for, answered more than it was
 * asked, or `stop` was raised. What came back before was taken; but of lines nothing is, where a
 * command ended well with too few of them, or too many: nobody knows then which text they belong
 * to. Blocks; any thread; signal SIGPIPE ignored.
 */
int translator_run(const struct translator *t, const char *const *text, size_t n,
		   const struct translator_watch *w, struct err *e);

#endif
