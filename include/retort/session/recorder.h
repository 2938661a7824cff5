/* The recorder: what a session writes down so that it can be replayed and checked. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_RECORDER_H
#define RETORT_SESSION_RECORDER_H

#include "retort/lab/trainer.h"

struct recorder;

/*
 * Record in `path`. With `replay` the script says itself what to expect: evaluations are not
 * written again. NULL with an error when the file cannot be opened.
 */
struct recorder *recorder_new(const char *path, bool replay, struct err *e);
void recorder_free(struct recorder *r);

/* The file, as given. */
const char *recorder_path(const struct recorder *r);

/*
 * A line that took effect, under the stamp at which it did ("" none): on disk when this returns.
 * Call in the order of the answers. 0, or -1 the first time that nothing can be written any more.
 */
int recorder_line(struct recorder *r, const char *stamp, const char *line, struct err *e);

/* A held-out figure, so that a replay has something to be checked against. */
int recorder_sample(struct recorder *r, const struct lab_info *info, const struct event *ev,
		    struct err *e);

#endif
