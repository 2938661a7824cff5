/* curve_use.c: results and samples to the curves of a session, and to the file beside its
 * recording. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/curve_use.h"

#include "retort/curve/curves_result.h"

/* Write which runs have gone back, and that one was renamed. */
static void
follow_runs(struct session *s, const struct request *r)
{
	unsigned runs[LAB_RUNS];
	size_t n = r->kind == REQUEST_REWIND ? curves_result_back(r, runs) : 0;

	for (size_t i = 0; i < n; i++)
		curves_file_back(s->metrics, s->curves, runs[i], (uint32_t)r->u.rewind.at);
	for (int i = 0; r->kind == REQUEST_RUN_LIST && i < r->info->n_runs; i++)
		curves_file_rename(s->metrics, (unsigned)r->info->runs[i].number);
}

void
curve_use_result(struct session *s, const struct request *r)
{
	uint64_t marked = s->curves->marked;
	unsigned bits = curves_result(s->curves, r);

	for (unsigned b = 0; s->metrics && b < BRANCH_IDS; b++)
		if (bits & 1u << b)
			curves_file_forget(s->metrics, s->curves, (unsigned)r->run, b);
	if (s->metrics && bits & CURVES_RESULT_ALL)
		curves_file_clear(s->metrics);
	if (s->metrics && r->status == 0)
		follow_runs(s, r);
	marked = s->curves->marked - marked; /* the last so many are new */
	for (size_t i = s->curves->n_marks - marked; s->metrics && i < s->curves->n_marks; i++)
		curves_file_mark(s->metrics, s->curves, &s->curves->mark[i]);
	if (r->kind == REQUEST_DONE)
		session_flush_metrics(s, true);
}

/* True if a sample is one to keep: of an evaluation, or of a step that log-every names. */
static bool
is_logged(const struct session *s, const struct event *ev)
{
	int64_t every = s->info.run->settings.knobs.log_every;

	return metric_is_evaluated(ev->metric) || (every > 0 && ev->step % every == 0);
}

/* Keep a sample: every one for the screen; without one, and in the file, as log-every says, because
 * a small network makes a million in a second. */
void
curve_use_sample(struct session *s, const struct event *ev)
{
	bool logged = is_logged(s, ev);

	if (!(s->live || logged) ||
	    !curves_sample(s->curves, ev->run, ev->branch, ev->metric, ev->step, ev->value))
		return;
	if (s->metrics && logged)
		curves_file_sample(s->metrics, s->curves, ev->run, ev->branch, ev->metric, ev->step,
				   ev->value);
}
