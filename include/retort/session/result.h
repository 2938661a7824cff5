/* What becomes of the trainer's answers: recorded, compared, told. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_SESSION_RESULT_H
#define RETORT_SESSION_RESULT_H

#include "retort/session/inside.h"

/* An answer, in the order of the ring; frees it. */
void result_take(struct session *s, struct request *r);

/* A sample, in the order of the ring. */
void result_sample(struct session *s, const struct event *ev);

#endif
