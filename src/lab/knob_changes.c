/* knob_changes.c: changes of knobs, for the markers and value strips of every run. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/knob_changes.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/request.h"
#include "retort/lab/trainer_state.h"

void
knob_changes_begin(struct run *r)
{
	const struct settings *s = &r->info.settings;

	r->answered.known = true;
	r->answered.knobs = s->knobs;
	r->answered.n_ramps = s->n_ramps;
	memcpy(r->answered.ramp, s->ramp, sizeof s->ramp);
}

/* Set `ramp` to that of a knob now, without legs for one that was cancelled; return whether it is
 * another one than at the last answer. One that has ended is no change. */
static bool
find_ramp(const struct run *r, int knob, uint64_t step, struct ramp *ramp)
{
	const struct settings *s = &r->info.settings;
	const struct ramp *now = ramp_find(s->ramp, s->n_ramps, knob),
			  *was = ramp_find(r->answered.ramp, r->answered.n_ramps, knob);

	if (now)
		*ramp = *now;
	return now ? !was || !ramp_is_same(was, now) : was && step < ramp_end(was);
}

/* Append the changes of a run. */
static void
add_changes(const struct run *r, struct request *to, size_t *cap)
{
	uint64_t step = r->student ? r->student->state->step : 0;
	struct knobs was = r->answered.knobs;

	ramp_apply(r->answered.ramp, r->answered.n_ramps, step, &was);
	for (size_t i = 0; i < knob_count; i++) {
		const struct knob *k = &knob_table[i];
		struct knob_change c = { .run = r->about.number, .step = step, .knob = (int)i };

		c.from = knob_value(&was, k);
		c.to = knob_value(&r->info.settings.knobs, k);
		c.ramps = find_ramp(r, c.knob, step, &c.ramp);
		if (k->when == KNOB_VIEW || (c.from == c.to && !c.ramps))
			continue;
		mem_grow(&to->change, cap, to->n_changes + 1, sizeof *to->change);
		to->change[to->n_changes++] = c;
	}
}

void
knob_changes_take(struct trainer_state *w, struct request *r)
{
	size_t cap = 0;

	if (r->kind == REQUEST_SWEPT || r->kind == REQUEST_SWEEP) /* its points are no changes */
		return;
	for (int i = 0; i < w->n_runs; i++) {
		if (w->runs[i]->answered.known)
			add_changes(w->runs[i], r, &cap);
		knob_changes_begin(w->runs[i]);
	}
}
