/* A student that starts from layers of a teacher. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SETUP_STUDENT_H
#define RETORT_LAB_SETUP_STUDENT_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * INIT: copy the parameters of a teacher's layers, listed as "0,2,4,logits", into the student: 0
 * into its embedding or input, logits into its logits, the others into its blocks 1, 2 ... in
 * order. Moments of copied parameters are set to 0. -1 and an error that names each parameter that
 * does not fit, with both shapes: nothing changed.
 */
int setup_student_request(struct trainer_state *w, struct request *r, struct err *e);

#endif
