/* The roster of teachers: whatever joins it does so here, while nothing trains. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SETUP_TEACHER_H
#define RETORT_LAB_SETUP_TEACHER_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/* REQUEST_TEACHER: declare one, load one, or take one from a file of its outputs. */
int setup_teacher_teacher(struct trainer_state *w, struct request *r, struct err *e);

/*
 * REQUEST_STAGE: the student as it stands, its numbers copied, becomes a teacher that teaches at
 * once, and is no longer the student. Maps are forgotten with it.
 */
int setup_teacher_stage(struct trainer_state *w, struct request *r, struct err *e);

/* REQUEST_OPTIONS: how one is asked. */
int setup_teacher_options(struct trainer_state *w, struct request *r, struct err *e);

#endif
