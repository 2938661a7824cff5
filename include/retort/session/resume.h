/* A session that continues a recording from the state beside it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_RESUME_H
#define RETORT_SESSION_RESUME_H

#include "retort/curve/curves_file.h"
#include "retort/nn/ckpt.h"
#include "retort/session/recorder.h"
#include "retort/session/session.h"

struct resume;

/* The path of the state beside a recording: "X.ret" has "X.state". Caller frees. */
char *resume_path(const char *recording);

/*
 * Read the recording `o->resume` and its state, which must be that of its last line. NULL and an
 * error: nothing was changed.
 */
struct resume *resume_new(const struct session_options *o, struct err *e);
void resume_free(struct resume *r);

/* Open recording and curves to append to them, and read the curves. 0, or -1 and an error. */
int resume_open(const struct resume *r, bool live, struct recorder **recorder,
		struct curves_file **metrics, struct curves **curves, struct err *e);

/* Queue the lines that read the data. Until the state is taken nothing is recorded. */
void resume_begin(struct session *s);

/* When they are done, post the state. */
void resume_pump(struct session *s);

/* Handle its result: the script that follows is queued, and work continues, on a screen when it is
 * resumed. Without success the session is not recorded. */
void resume_result(struct session *s, const struct request *r);

/* Queue a script for the time after that; as session_script if the session continues nothing. */
void resume_script(struct session *s, const char *name, const char *text, const char *dir);

/* Add to a state what the session knows: the running hash of the last line of the recording, and
 * what the next report says. -1 and an error: that is too much to be read again. */
int resume_note(struct session *s, struct ckpt *c, const char *hash, struct err *e);

/* Remember a line that took effect, without its stamp, if it reads data or a file that teachers or
 * augmentations need, which are not in a state. NULL is accepted. */
void resume_follow(struct session *s, const char *line);

#endif
