/* trainer_state.c: small questions about the workshop. */
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
		(struct trainer_state_sample){ (uint16_t)branch, (uint16_t)metric, (uint32_t)step,
					       value };
	w->last[branch][metric] = value;
}

size_t
trainer_state_batch(const struct trainer_state *w)
{
	return (size_t)w->info.run.settings.knobs.batch;
}

bool
trainer_state_teaches(const struct trainer_state *w, int teacher)
{
	return w->info.teacher[teacher].ready && !w->info.run.settings.teacher_muted[teacher];
}

struct branch *
trainer_state_branch(struct trainer_state *w, int id)
{
	if (id == BRANCH_STUDENT)
		return w->student;
	if (id == BRANCH_BASELINE)
		return w->plain;
	return w->teacher[id - 2].branch;
}
