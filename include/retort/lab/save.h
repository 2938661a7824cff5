/* What `save` writes to a file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SAVE_H
#define RETORT_LAB_SAVE_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/* SNAPSHOT: the network with its optimizer state, or its logits for every row, as
 * r->u.snapshot.ckpt. */
int save_request(struct trainer_state *w, struct request *r, struct err *e);

#endif
