/* The recording: a session file written line by line, on disk as each line is answered. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_RUNS_HISTORY_H
#define RETORT_RUNS_HISTORY_H

#include <stdbool.h>

#include "retort/base/err.h"

struct history;

/*
 * Start a recording with its header line, which names the kernel of the matrix library; a file that exists is refused, never overwritten.
 * NULL with an error that names the path.
 */
struct history *history_new(const char *path, struct err *e);
void history_free(struct history *h);

/*
 * Append a line, given without its newline. Call in the order of the answers: that is the order
 * in which things took effect, evaluations between them. With `sync` it is on disk when this
 * returns. 0, or -1 when nothing can be written any more: said once, then silent.
 */
int history_line(struct history *h, const char *line, bool sync, struct err *e);

#endif
