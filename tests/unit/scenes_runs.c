/* scenes_runs.c: runs of a scene. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "scenes_runs.h"

#include <math.h>
#include <stdio.h>

#define EVERY 100 /* steps of an evaluation */

struct lab_listed *
scenes_runs_add(struct scene *s, const char *name, int parent, uint32_t fork, uint32_t last,
		double factor)
{
	struct lab_info *i = &s->info;
	struct lab_listed *r = &i->runs[i->n_runs++];

	*r = (struct lab_listed){ .number = i->n_runs,
				  .parent = parent,
				  .fork = fork,
				  .has_student = true,
				  .step = last,
				  .last = NET_INFO_NO_SCORES };
	snprintf(r->name, sizeof r->name, "%s", name);
	curves_run_add(s->curves, (unsigned)r->number, name, (unsigned)parent, fork);
	for (uint32_t step = fork + EVERY; parent && step <= last; step += EVERY) {
		r->last.nll = 0.24 + 1.8 * exp(-(double)step / 500) + factor * (step - fork);
		r->last.accuracy =
			0.96 - 0.7 * exp(-(double)step / 400) - factor / 2 * (step - fork);
		r->last.kl = r->last.nll / 2;
		curves_sample(s->curves, (unsigned)r->number, BRANCH_STUDENT, METRIC_VAL_NLL, step,
			      r->last.nll);
		curves_sample(s->curves, (unsigned)r->number, BRANCH_STUDENT, METRIC_VAL_ACCURACY,
			      step, r->last.accuracy);
	}
	return r;
}

void
scenes_runs_fill(struct scene *s)
{
	struct lab_info *i = &s->info;
	struct lab_listed *r = scenes_runs_add(s, "s", 0, 0, 2417, 0);

	r->last = i->run->student.last;
	r->trains = true;
	r = scenes_runs_add(s, "hot", 1, 1000, 2400, -2e-5);
	r->trains = true;
	snprintf(r->differs, sizeof r->differs, "temperature 4 -> 8");
	r = scenes_runs_add(s, "cold", 1, 1000, 2000, 1e-4);
	r->hidden = true;
	snprintf(r->differs, sizeof r->differs, "temperature 4 -> 1, kd-weight 0.7 -> 0.5");
	r = scenes_runs_add(s, "deep", 3, 1600, 2200, 3e-4);
	r->diverged = 2201;
	snprintf(r->differs, sizeof r->differs, "map big:1 s:1 weight 0.5");
	i->reference = 1;
	scene_set_interval(s, &(struct scene_interval){
				      .is = { 2, 1, 0.0132, 0.0213, 0.0072, 0.0236, -0.0196, -0.1 },
				      .own = i->runs[1].last,
				      .referenced = i->runs[0].last });
	scene_set_interval(s,
			   &(struct scene_interval){ .is = { 3, 1, 0.021, 0.034, NAN, 0, 0, 0 } });
	scene_set_interval(s, &(struct scene_interval){ .is = { 4, 2, 0.1, 0.1, 0.1, 0, 0, 0 } });
	i->focus = 1;
	i->run->student.last = i->runs[1].last;
	s->view.run = 2;
	curves_mark(s->curves, CURVES_TWEAK, 2, BRANCH_STUDENT, 1000,
		    "fork hot of run 1 at step 1000: temperature 4 -> 8", 0, 4, 8);
}
