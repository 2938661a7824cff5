/* What becomes of texts that have been translated. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_BITEXT_USE_H
#define RETORT_SESSION_BITEXT_USE_H

#include "retort/session/inside.h"

/* Some of the texts have come back: told a person all the time, and else at every tenth. */
void bitext_use_progress(struct session *s, struct request *r);

/*
 * All have. Where the session is recorded they go into a file beside the recording,
 * "mine.ret.bitext", and else they stay in the cache; then the line that uses that file is given,
 * as if it had been typed. `p`: the line that asked for it.
 */
void bitext_use_use(struct session *s, const struct pending *p, const struct request *r);

#endif
