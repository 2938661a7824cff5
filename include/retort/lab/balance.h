/* Balance: weights of losses from the shares of the gradient that are asked for. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_BALANCE_H
#define RETORT_LAB_BALANCE_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * REQUEST_BALANCE: shares are measured on the fixed batch, as evaluations do, and every weight is
 * multiplied by what is wanted over what is there: a term's gradient is as large as its weight. So
 * the sum of the gradients' norms stays as it was. One change, computed from the state of the
 * student at this step: repeated there, it gives the same weights.
 */
int balance_request(struct trainer_state *w, struct request *r, struct err *e);

#endif
