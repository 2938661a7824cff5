/* Translates texts into another language and back with two external programs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TRANSLATE_TRANSLATOR_H
#define RETORT_DATA_TRANSLATE_TRANSLATOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"

#define TRANSLATOR_TEXT 16384  /* maximum size of a text, bytes; longer ones are not translated */
#define TRANSLATOR_PATIENCE 60 /* default timeout, seconds */

enum { TRANSLATOR_FORTH, TRANSLATOR_BACK, TRANSLATOR_LEGS };

struct translator {
	char *name;                     /* owned: "apertium eng-spa", or the commands; one line */
	char *command[TRANSLATOR_LEGS]; /* owned: for /bin/sh; reads texts, writes the translation
					   of each in order */
	bool framed;     /* texts in Apertium's stream format, each ended by a NUL; else lines */
	double patience; /* timeout without output, seconds */
	struct hash version; /* hash of everything known to determine its output */
};

/* Make a translator of two commands, each of which writes one line for each line it reads, at once
 * or at the end of its input. */
struct translator *translator_new(const char *forth, const char *back);
void translator_free(struct translator *t);

/* Callbacks of a run, in the thread of translator_run. */
struct translator_watch {
	/* Back-translation of text i, possibly "". */
	void (*take)(void *arg, size_t i, const char *after);
	void (*progress)(void *arg, size_t n); /* number of texts that are back */
	void *arg;
	const atomic_bool *stop; /* set to true: kill the commands and return */
};

/* Whether a text can be sent: UTF-8, not blank, at most TRANSLATOR_TEXT bytes. */
bool translator_accepts(const char *text);

/*
 * Send n texts through both commands, which run concurrently, and deliver the results in order.
 * Control characters are sent as blanks. Returns 0 when all texts are back; -1 with an error when a
 * command could not be run, ended early, wrote nothing for t->patience seconds while results were
 * due, wrote too many results, or `stop` was set. Results that arrived before are delivered; but in
 * line mode none is if a command ended with status 0 after too few lines, or wrote too many, since
 * lines cannot be assigned to texts then. Blocks; any thread; SIGPIPE must be ignored.
 */
int translator_run(const struct translator *t, const char *const *text, size_t n,
		   const struct translator_watch *w, struct err *e);

#endif
