/* What happened to the student: its settings at the start, and the changes at its steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_STORY_H
#define RETORT_SESSION_STORY_H

#include "retort/session/report.h"

/* Zeroed: no student yet. */
struct story {
	size_t n, cap;
	struct report_change *change; /* [n] in the order of steps */
};

void story_release(struct story *t);

/* Take an answer of the trainer that succeeded. `info`: the lab after it. A new student begins a
 * new story, its first step that of its settings. */
void story_follow(struct story *t, const struct lab_info *info, const struct request *r);

/* Return the settings at the start and the changes that steps followed, and their number. Borrowed
 * until the next call. */
const struct report_change *story_tell(struct story *t, const struct lab_info *info, size_t *n);

#endif
