/* The recording: a session file written line by line, synced at each result. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_RECORDING_H
#define RETORT_SESSION_RECORDING_H

#include <stdbool.h>

#include "retort/base/err.h"

struct recording;

/*
 * Start a recording with its header line, which names the kernel of the matrix library; an existing
 * file is never overwritten. Every line gets a running hash, see chain.h. NULL and an error that
 * names the path.
 */
struct recording *recording_new(const char *path, struct err *e);

/* Append to a recording whose last line has the running hash `hash`. NULL and an error. */
struct recording *recording_continue(const char *path, const char *hash, struct err *e);

/* The running hash of the last line. Borrowed until the next line. */
const char *recording_hash(const struct recording *h);
void recording_free(struct recording *h);

/*
 * Append a line, passed without its newline. Call in the order of the results, which is the order
 * in which lines took effect. `sync`: flush to disk before returning. 0, or -1 and an error at the
 * first failed write; later calls return 0.
 */
int recording_line(struct recording *h, const char *line, bool sync, struct err *e);

#endif
