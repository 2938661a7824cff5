/* Stamps: the step at which a request takes effect, "@120" or "@big:120". */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STAMP_H
#define RETORT_LAB_STAMP_H

#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

/* What trains, and its step: enough for a stamp, and cheap to copy at every step. */
struct stamp_place {
	enum lab_phase phase;
	int busy;
	uint64_t step;
};

struct stamp_place stamp_place(const struct trainer_state *w);

/* Fill in the step and branch that a change falls in, and the stamp that a recording gives it. */
void stamp_request(const struct trainer_state *w, const struct stamp_place *p, struct request *r);

/* Fill in the answer to a stamped request that is not applied: its step is past at `step` of its
 * owner, UINT64_MAX: there is no such teacher; or no work is left that could reach it. */
void stamp_refuse_past(const struct trainer_state *w, struct request *r, uint64_t step);
void stamp_refuse_idle(const struct trainer_state *w, struct request *r);

/* Steps done by the owner of the request's stamp; UINT64_MAX without such a teacher. */
uint64_t stamp_owner_step(const struct trainer_state *w, const struct request *r);

/*
 * Whether a request counts the steps of a run that stands still while others catch up: its step
 * does not say when the request takes effect, as a recording has to, so the request waits until
 * they have. One to a run that catches up takes effect at once.
 */
bool stamp_is_early(const struct trainer_state *w, const struct request *r);

#endif
