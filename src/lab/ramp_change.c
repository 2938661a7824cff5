/* ramp_change.c: start and end of ramps, at a step boundary. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/ramp_change.h"

#include "retort/lab/live_change.h"
#include "retort/lab/tunable.h"
#include "retort/lab/settings_change.h"

int
ramp_change_request(struct trainer_state *w, struct request *r, struct err *e)
{
	const char *what = r->u.ramp.what;
	struct ramp *ramp = &r->u.ramp.ramp;
	struct settings s;
	char name[80];

	if (what[0] && (ramp->knob = tunable_find(&w->info, what, e)) < 0)
		return err_wrap(e, "ramp");
	tunable_name(&w->info, ramp->knob, name, sizeof name);
	s = settings_change_base(w);
	if (ramp->n == 0 && !ramp_find(s.ramp, s.n_ramps, ramp->knob))
		return err_set(e, "ramp %s: no ramp to end", name);
	ramp_remove(s.ramp, &s.n_ramps, ramp->knob);
	if (ramp->n > 0) {
		if (s.n_ramps == RAMP_KNOBS)
			return err_set(e,
				       "ramp %s: %d ramps are in use, the maximum; `ramp KNOB off` "
				       "ends one",
				       name, RAMP_KNOBS);
		ramp->start = settings_change_step(w);
		s.ramp[s.n_ramps++] = *ramp;
	}
	return live_change_make(w, &s, r, e) < 0 ? err_wrap(e, "ramp %s", name) : 0;
}
