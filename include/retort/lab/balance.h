/* Weights of losses computed from shares of the gradient. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_BALANCE_H
#define RETORT_LAB_BALANCE_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/*
 * BALANCE: measure the shares on the fixed batch, like evaluations, and multiply every weight by
 * the wanted share over the measured one: the norm of a term's gradient is proportional to its
 * weight, so the sum of the norms stays the same. One change, a function of the student at this
 * step: a replay computes the same weights.
 */
int balance_request(struct trainer_state *w, struct request *r, struct err *e);

#endif
