/* What runs share as fields and tensors of a state: data, teachers, metric slots. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STATE_LAB_H
#define RETORT_LAB_STATE_LAB_H

#include "retort/lab/state_settings.h"
#include "retort/nn/ckpt.h"

/* Write what names data and seed; or compare it with the lab's. */
void state_lab_data(struct state_field *f, const struct trainer_state *w);

/* Write the teachers, with their networks if `whole`; or compare them with the lab's first ones. */
void state_lab_write_teachers(struct state_field *f, struct state_settings *c, bool whole,
			      struct ckpt *to);
int state_lab_check_teachers(struct state_field *f, struct state_settings *c);

/* Give a lab without networks the teachers of a whole state. -1 and an error. */
int state_lab_read_teachers(struct state_field *f, struct state_settings *c,
			    const struct ckpt *from);

/* The pairs of layers that metrics are named by. */
void state_lab_slots(struct state_field *f, struct state_settings *c);

#endif
