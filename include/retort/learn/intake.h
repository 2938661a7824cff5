/* Data come in, and go. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LEARN_INTAKE_H
#define RETORT_LEARN_INTAKE_H

#include "retort/learn/request.h"
#include "retort/learn/work.h"

/* SEED: everything that was made with another one is gone. */
int intake_seed(struct work *w, struct request *r, struct err *e);

/* DATA: split, scaled, and in the place of what was there, with its networks. Takes r->dataset. */
int intake_data(struct work *w, struct request *r, struct err *e);

/* ADD: more rows, before there are networks that know how many there are; they are scaled as the data itself is. */
int intake_add(struct work *w, struct request *r, struct err *e);

/* Data, teachers, student and remedies are gone. */
void intake_drop(struct work *w);

#endif
