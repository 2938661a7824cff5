/* Remedies for a difference of distributions between sets: their table, and the request. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_REMEDY_REMEDY_H
#define RETORT_PROBE_REMEDY_REMEDY_H

#include "retort/base/text.h"
#include "retort/lab/trainer.h"

struct remedy {
	const char *name; /* "weigh" */
	const char *args; /* its words, for the synopsis */
	const char *doc;  /* one sentence */
	bool needs_words; /* without words the command prints what the remedy is */
	/* Parse the words after the name. 0, or -1 and an error. Main thread. */
	int (*parse)(int argc, char *const *argv, struct request_remedy *r, struct err *e);
	/*
	 * Compute the remedy: fill m's arrays, append to `what` what lists and notes print, and to
	 * `note` what was found. 0, or -1 and an error with nothing changed but m. Trainer thread,
	 * at a boundary.
	 */
	int (*make)(struct trainer_state *w, const struct request_remedy *r,
		    struct remedy_result_made *m, struct text *what, struct text *note,
		    struct err *e);
};

extern const struct remedy *const remedy_table[]; /* [REMEDY_KINDS] by enum remedy_kind */

const char *remedy_name(size_t i);                /* NULL past the last */
int remedy_find(const char *name, struct err *e); /* index, or -1 and an error that lists them */

/* REMEDY: put a remedy in force or take it off, as one change that can be undone. */
extern const struct trainer_addon remedy_addon;

#endif
