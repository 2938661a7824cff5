/* trainer_out.c: samples and answers on their way to the main thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/trainer_out.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/lab/knob_changes.h"
#include "retort/lab/lab_snapshot.h"
#include "retort/lab/past_budget.h"
#include "retort/lab/runs.h"
#include "retort/lab/stamp.h"
#include "retort/lab/sweep_score.h"
#include "retort/lab/trainer.h"

#define AGAIN_SECONDS 1.0  /* between two messages about steps that are computed again */
#define WAKE_SECONDS 0.004 /* between two wakes of the reader for samples alone */

/* Move samples into the ring. The reader is woken every WAKE_SECONDS, not at every step: a small
 * network does a hundred thousand steps a second. */
void
trainer_out_samples(struct trainer_out *t, struct trainer_state *w)
{
	double now;

	for (size_t i = 0; i < w->n_samples; i++) {
		const struct trainer_state_sample *s = &w->sample[i];
		struct event ev = {
			.step = s->step,
			.run = s->run,
			.branch = s->branch & 0x1f,
			.metric = s->metric & METRIC_NONE,
			.value = s->value,
		};

		ring_put(t->ring, &ev);
	}
	w->n_samples = 0;
	now = mono_now();
	if (now < t->woken + WAKE_SECONDS && now >= t->woken)
		return;
	t->woken = now;
	ring_wake(t->ring);
}

/* A snapshot of the lab as it is now: that of the last answer where nothing has changed since. */
static const struct lab_info *
take_snapshot(struct trainer_out *t, struct trainer_state *w)
{
	const struct lab_info *now = &w->info;

	if (t->snapshot && lab_snapshot_is(t->snapshot, now))
		return lab_snapshot_share(t->snapshot);
	lab_snapshot_drop(t->snapshot);
	t->snapshot = lab_snapshot_new(now);
	return lab_snapshot_share(t->snapshot);
}

void
trainer_out_answer(struct trainer_out *t, struct trainer_state *w, struct request *r)
{
	struct event ev = { .step = (uint32_t)r->step,
			    .run = (uint16_t)r->run,
			    .branch = (unsigned)r->branch & 0x1f,
			    .metric = METRIC_NONE,
			    .answer = r };
	struct past_budget_use kept;

	trainer_out_samples(t, w);
	kept = past_budget_use(w);
	w->info.kept_memory = kept.memory;
	w->info.kept_files = kept.files;
	w->info.n_undo = (int)w->run->n_undo;
	w->info.n_redo = (int)w->run->n_redo;
	runs_describe(w);
	knob_changes_take(w, r);
	r->info = take_snapshot(t, w);
	ring_push(t->ring, &ev);
}

void
trainer_out_event(struct trainer_out *t, struct trainer_state *w, enum request_kind kind,
		  const struct err *e)
{
	struct request *r = request_new(kind);
	struct stamp_place here = stamp_place(w);

	stamp_request(w, &here, r);
	if (e->msg[0]) {
		r->status = -1;
		r->err = *e;
	}
	trainer_out_answer(t, w, r);
}

void
trainer_out_again(struct trainer_out *t, uint64_t done, uint64_t of)
{
	double now = mono_now();
	struct event ev = { .metric = METRIC_NONE };
	struct request *r;

	if (done == 0)
		t->again = now;
	if (!t->snapshot || now < t->again + AGAIN_SECONDS)
		return;
	t->again = now;
	r = request_new(REQUEST_AGAIN);
	snprintf(r->note, sizeof r->note, "%llu of %llu steps computed again; `stop` cancels",
		 (unsigned long long)done, (unsigned long long)of);
	r->info = lab_snapshot_share(t->snapshot);
	ev.answer = r;
	ring_push(t->ring, &ev);
}

/* Report the runs that have stopped while others train. */
void
trainer_out_notices(struct trainer_out *t, struct trainer_state *w)
{

	for (int i = 0; i < w->n_notices; i++) {
		const struct trainer_state_notice *n = &w->notice[i];
		struct request *r = request_new(REQUEST_LEFT);

		snprintf(r->stamp, sizeof r->stamp, "@%llu run %d:", (unsigned long long)n->step,
			 n->run);
		snprintf(r->note, sizeof r->note, "%s", n->note);
		r->step = n->step;
		r->run = n->run;
		r->status = n->err.msg[0] ? -1 : 0;
		r->err = n->err;
		trainer_out_answer(t, w, r);
	}
	w->n_notices = 0;
}

/* A message about a sweep: of a unit that is finished, or that it begins. */
static struct request *
swept_request(struct trainer_state *w, const struct sweep *s)
{
	struct request *r = request_new(REQUEST_SWEPT);

	r->u.swept.points = s->plan.n_points;
	r->u.swept.n_rows = s->n_rows;
	r->step = s->from;
	r->run = w->run->about.number;
	return r;
}

void
trainer_out_swept(struct trainer_out *t, struct trainer_state *w)
{
	struct sweep *s = w->sweep;
	struct request *r;

	if (s && !s->announced) {
		s->announced = true;
		r = swept_request(w, s);
		snprintf(r->note, sizeof r->note, "sweep: %d points, %llu steps each",
			 s->plan.n_points, (unsigned long long)s->steps);
		trainer_out_answer(t, w, r);
	}
	for (size_t i = 0; s && i < s->n_finished; i++) {
		size_t unit = s->finished[i];

		r = swept_request(w, s);
		r->u.swept.point = (int)(unit / (size_t)s->n_seeds);
		r->u.swept.figures = mem_new(sizeof *r->u.swept.figures);
		*r->u.swept.figures = sweep_score_figures(s, unit);
		r->step += r->u.swept.figures->steps;
		sweep_score_describe(s, unit, r->note, sizeof r->note);
		trainer_out_answer(t, w, r);
	}
	if (s)
		s->n_finished = 0;
}

/* Report an error since the last boundary, if there is one. */
static void
report_error(struct trainer_out *t, struct trainer_state *w, enum request_kind kind, struct err *e)
{
	if (!e->msg[0])
		return;
	trainer_out_event(t, w, kind, e);
	e->msg[0] = '\0';
}

void
trainer_out_errors(struct trainer_out *t, struct trainer_state *w)
{
	report_error(t, w, REQUEST_NOT_FINITE, &w->not_finite);
	report_error(t, w, REQUEST_KEPT, &w->kept_notice);
}
