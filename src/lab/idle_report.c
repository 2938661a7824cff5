/* idle_report.c: a report begins: the baseline is made, and trained on labels alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/idle_report.h"

#include <stdio.h>

#include "retort/lab/idle_change.h"
#include "retort/lab/setup_net.h"
#include "retort/train/orders.h"

/* Make the plain student where there is none yet: the same start, labels only. */
static int
make_plain(struct trainer_state *w, struct err *e)
{
	const struct net *n = w->run->student->net;

	if (w->run->baseline || w->train.split.n_shown == 0)
		return 0;
	w->run->baseline = branch_new(BRANCH_BASELINE, "s", &n->spec, &n->io, n->graph->capacity,
				      w->run->student->state->seed, w->train.pool, e);
	if (!w->run->baseline)
		return -1;
	sampler_release(&w->train.orders->baseline); /* of a run that another was copied over */
	sampler_init(&w->train.orders->baseline, w->train.ds, w->train.split.shown,
		     w->train.split.n_shown, setup_net_order_seed(w, "plain"));
	w->run->baseline->rows.here = BRANCH_SHOWN;
	setup_net_describe(&w->info.run->baseline, w->run->baseline, "");
	snprintf(w->info.run->baseline.name, sizeof w->info.run->baseline.name, "plain");
	return 0;
}

int
idle_report_request(struct trainer_state *w, struct request *r, struct err *e)
{
	(void)r;
	if (!w->run->student)
		return err_set(e, "report: no student yet; `student mlp 32` makes one");
	if (idle_change_ready(w, e) < 0 || make_plain(w, e) < 0)
		return err_wrap(e, "report");
	w->info.phase = LAB_REPORTING;
	w->worker = w->run;
	w->info.paused = w->report_stopped = false;
	w->info.run->baseline_diverged = 0;
	w->info.run->step = w->info.run->from =
		w->run->baseline ? w->run->baseline->state->step : 0;
	w->info.run->until = w->run->student->state->step;
	return 0;
}
