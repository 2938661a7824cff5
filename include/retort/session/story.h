/* What happened to each student: its settings at the start, and the changes at its steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_STORY_H
#define RETORT_SESSION_STORY_H

#include "retort/curve/curves.h"
#include "retort/session/report.h"

/* Zeroed: no student yet. */
struct story {
	size_t n, cap;
	struct story_change {
		int run;      /* its number in the curves: of a stretch that was left, that */
		bool settled; /* made before work that began at its step */
		struct report_change change;
	} * entry;                  /* [n] in the order of the session */
	struct report_change *told; /* of story_tell */
};

void story_release(struct story *t);

/* Take an answer of the trainer that succeeded. `info`: the lab after it; `c`: the curves after it.
 * The first step of a student is that of its settings. */
void story_follow(struct story *t, const struct lab_info *info, const struct curves *c,
		  const struct request *r);

/*
 * Return what happened to the student of the focused run, and its number: its settings at the start
 * and the changes that steps followed, of a fork those of its parents before, by the curves `c`.
 * Borrowed until the next call.
 */
const struct report_change *story_tell(struct story *t, const struct lab_info *info,
				       const struct curves *c, size_t *n);

#endif
