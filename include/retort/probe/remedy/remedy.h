/* Remedies for a difference of distributions between sets: their table, and the request. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_PROBE_REMEDY_REMEDY_H
#define RETORT_PROBE_REMEDY_REMEDY_H

#include "retort/base/text.h"
#include "retort/lab/trainer.h"

#define REMEDY_LIMIT 10 /* weigh: default of the largest weight of a row */

struct remedy {
	const char *name; /* "weigh" */
	const char *doc;  /* one sentence */
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
