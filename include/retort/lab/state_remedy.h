/* Results of remedies as fields and tensors of a state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STATE_REMEDY_H
#define RETORT_LAB_STATE_REMEDY_H

#include "retort/lab/state_settings.h"
#include "retort/nn/ckpt.h"

/* Add all results. */
void state_remedy_write(struct state_field *f, const struct state_settings *c, struct ckpt *to);

/* Add those of a file to the lab's. -1 and an error: the caller drops what was added. */
int state_remedy_read(struct state_field *f, const struct state_settings *c,
		      const struct ckpt *from);

#endif
