/* Recorder: writes lines and held-out metrics of a session, to replay and check it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_RECORDER_H
#define RETORT_SESSION_RECORDER_H

#include "retort/lab/trainer.h"

struct recorder;

/*
 * Record in `path`. With `replay` the script has its own `expect` lines: samples are not recorded.
 * NULL and an error if the file cannot be opened.
 */
struct recorder *recorder_new(const char *path, bool replay, struct err *e);

/* Append to a recording, as recording_continue. */
struct recorder *recorder_continue(const char *path, const char *hash, struct err *e);

/* The running hash of its last line. Borrowed until the next line. */
const char *recorder_hash(const struct recorder *r);
void recorder_free(struct recorder *r);

/* Path of the recording, as passed to recorder_new. */
const char *recorder_path(const struct recorder *r);

/*
 * Append a line that took effect, with its stamp ("": none), and sync. Call in the order of the
 * results. 0, or -1 and an error at the first failed write; later calls return 0.
 */
int recorder_line(struct recorder *r, const char *stamp, const char *line, struct err *e);

/* Append an `expect` line for a held-out metric. Returns as recorder_line. */
int recorder_sample(struct recorder *r, const struct lab_info *info, const struct event *ev,
		    struct err *e);

#endif
