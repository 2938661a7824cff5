/* The roster of teachers: whatever joins it does so here, while nothing trains. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_ROSTER_H
#define RETORT_LEARN_ROSTER_H

#include "retort/learn/request.h"
#include "retort/learn/work.h"

/* REQUEST_TEACHER: declare one, load one, or take one from a file of its outputs. */
int roster_teacher(struct work *w, struct request *r, struct err *e);

/*
 * REQUEST_STAGE: the student as it stands, its numbers copied, becomes a teacher that teaches at once, and is no longer the
 * student. Maps are forgotten with it.
 */
int roster_stage(struct work *w, struct request *r, struct err *e);

/* REQUEST_OPTIONS: how one is asked. */
int roster_options(struct work *w, struct request *r, struct err *e);

#endif
