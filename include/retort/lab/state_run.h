/* A run as fields and tensors of a state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STATE_RUN_H
#define RETORT_LAB_STATE_RUN_H

#include "retort/lab/state_settings.h"
#include "retort/nn/ckpt.h"

#define STATE_RUN_HISTORY 20000 /* stretches of training with settings of their own, at most */
#define STATE_RUN_UNDO 2000     /* changes that can be undone; earlier ones are left out */

/* Add a run to the object entered, and to `to` its tensors with a prefix. */
void state_run_write(struct state_field *f, const struct state_settings *c, struct run *r,
		     const char *prefix, struct ckpt *to);

/* Fill in a run that run_init has prepared and that is in hand. -1 and an error. */
int state_run_read(struct state_field *f, const struct state_settings *c, struct run *r,
		   const struct ckpt *from);

#endif
