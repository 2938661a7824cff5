/* trainer_state.c: samples, and networks by their id. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/trainer_state.h"

#include <assert.h>

void
trainer_state_sample(struct trainer_state *w, int branch, unsigned metric, uint64_t step,
		     double value)
{
	assert(w->n_samples < TRAINER_STATE_SAMPLES && metric < METRIC_COUNT);
	w->sample[w->n_samples++] =
		(struct trainer_state_sample){ (uint16_t)w->run->about.number, (uint16_t)branch,
					       (uint16_t)metric, (uint32_t)step, value };
	trainer_state_figures(w, branch)->last[metric] = value;
}

struct run_figures *
trainer_state_figures(struct trainer_state *w, int id)
{
	return id < BRANCH_TEACHER(0) ? &w->run->figures[id] : &w->figures[id - BRANCH_TEACHER(0)];
}

struct branch *
trainer_state_branch(struct trainer_state *w, int id)
{
	if (id == BRANCH_STUDENT)
		return w->run->student;
	if (id == BRANCH_BASELINE)
		return w->run->baseline;
	return w->train.teacher[id - 2].branch;
}
