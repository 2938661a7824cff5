/* Requests that replace or extend the data. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SETUP_DATA_H
#define RETORT_LAB_SETUP_DATA_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/* SEED: set the seed; data and networks made with another one are freed. */
int setup_data_seed(struct trainer_state *w, struct request *r, struct err *e);

/* DATA: split and scale a data set, and replace the one before with its networks. Takes the data
 * set. */
int setup_data_load(struct trainer_state *w, struct request *r, struct err *e);

/* ADD: append rows, before networks exist, which are built for the number of rows; they are scaled
 * like the data itself. */
int setup_data_add(struct trainer_state *w, struct request *r, struct err *e);

/* Free data, teachers, student and remedies. */
void setup_data_drop(struct trainer_state *w);

#endif
