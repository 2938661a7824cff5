/* The recording: a session file written line by line, on disk as each line is answered. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_RECORDING_H
#define RETORT_SESSION_RECORDING_H

#include <stdbool.h>

#include "retort/base/err.h"

struct recording;

/*
 * Start a recording with its header line, which names the kernel of the matrix library; a file that
 * exists is refused, never overwritten. NULL with an error that names the path.
 */
struct recording *recording_new(const char *path, struct err *e);
void recording_free(struct recording *h);

/*
 * Append a line, given without its newline. Call in the order of the answers: that is the order
 * in which things took effect, evaluations between them. With `sync` it is on disk when this
 * returns. 0, or -1 when nothing can be written any more: said once, then silent.
 */
int recording_line(struct recording *h, const char *line, bool sync, struct err *e);

#endif
