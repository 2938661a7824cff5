/* Results of a translation: report progress, then use the bitext. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_BITEXT_USE_H
#define RETORT_SESSION_BITEXT_USE_H

#include "retort/session/inside.h"

/* Handle progress of a translation: each event goes to the observer; without one, print a message
 * at every tenth of the texts. Main thread. */
void bitext_use_progress(struct session *s, struct request *r);

/*
 * Handle a finished translation: in a recorded session write the bitext to a new file beside the
 * recording, "mine.ret.bitext", else use the file in the cache; then execute the line that uses
 * that file, as if it had been typed. `p`: the line that started the translation.
 */
void bitext_use_use(struct session *s, const struct pending *p, const struct request *r);

#endif
