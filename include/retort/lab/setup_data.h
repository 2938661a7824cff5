/* Data come in, and go. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SETUP_DATA_H
#define RETORT_LAB_SETUP_DATA_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/* SEED: everything that was made with another one is gone. */
int setup_data_seed(struct trainer_state *w, struct request *r, struct err *e);

/* DATA: split, scaled, and in the place of what was there, with its networks. Takes r->dataset. */
int setup_data_data(struct trainer_state *w, struct request *r, struct err *e);

/* ADD: more rows, before there are networks that know how many there are; they are scaled as the
 * data itself is. */
int setup_data_add(struct trainer_state *w, struct request *r, struct err *e);

/* Data, teachers, student and remedies are gone. */
void setup_data_drop(struct trainer_state *w);

#endif
