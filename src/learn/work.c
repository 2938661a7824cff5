/* work.c: small questions about the workshop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/learn/work.h"

#include <assert.h>

void
work_sample(struct work *w, int branch, unsigned metric, uint64_t step, double value)
{
	assert(w->n_samples < WORK_SAMPLES && metric < METRIC_COUNT);
	w->sample[w->n_samples++] = (struct work_sample){ (uint16_t)branch, (uint16_t)metric, (uint32_t)step, value };
	w->last[branch][metric] = value;
}

size_t
work_batch(const struct work *w)
{
	return (size_t)w->info.knobs.batch;
}

bool
work_teaches(const struct work *w, int teacher)
{
	return w->info.teacher[teacher].ready && !w->info.teacher[teacher].muted;
}

struct branch *
work_branch(struct work *w, int id)
{
	if (id == LAB_MAIN)
		return w->student;
	if (id == LAB_PLAIN)
		return w->plain;
	return w->teacher[id - 2].branch;
}
