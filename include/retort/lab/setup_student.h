/* Inherit: the student begins from layers of a teacher. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SETUP_STUDENT_H
#define RETORT_LAB_SETUP_STUDENT_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * Copy the parameters of layers of teacher r->name, listed in r->spec as "0,2,4,logits", into the
 * student: 0 into its embedding or input, logits into its logits, the others into its blocks 1, 2
 * ... in their order. Both moments of what was copied are 0 then. -1 and an error that names what
 * does not fit with both shapes: nothing has changed.
 */
int setup_student_request(struct trainer_state *w, struct request *r, struct err *e);

#endif
