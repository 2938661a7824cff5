/* Requests that add teachers or set their options, while nothing trains. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SETUP_TEACHER_H
#define RETORT_LAB_SETUP_TEACHER_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/* TEACHER: declare one, load one, or add a file of outputs. */
int setup_teacher_add(struct trainer_state *w, struct request *r, struct err *e);

/*
 * STAGE: the student becomes a teacher (its parameters and moments are copied) that teaches at
 * once. The student and the layer map are freed.
 */
int setup_teacher_teach(struct trainer_state *w, struct request *r, struct err *e);

/* OPTIONS: set cache, top or precision of a teacher. */
int setup_teacher_options(struct trainer_state *w, struct request *r, struct err *e);

#endif
