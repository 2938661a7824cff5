/* stop_rule.c: work ends after some evaluations in which a metric is not better. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/stop_rule.h"

#include <math.h>
#include <stdio.h>

#include "retort/base/text.h"
#include "retort/lab/live_change.h"
#include "retort/lab/runs.h"
#include "retort/lab/settings_change.h"

const char *
stop_rule_text(const struct stop_rule *rule, char *buf, size_t size)
{
	snprintf(buf, size, "%s not better for %d", metric_info(rule->metric)->name,
		 rule->evaluations);
	return buf;
}

int
stop_rule_check(const struct trainer_state *w, const struct stop_rule *rule, int id, struct err *e)
{
	unsigned m = rule->metric;
	bool target = m >= METRIC_TARGET_NLL && m <= METRIC_TARGET_KL;
	bool teachers = m == METRIC_VAL_AGREEMENT || m == METRIC_VAL_KL ||
			m == METRIC_TARGET_AGREEMENT || m == METRIC_TARGET_KL;

	if (!rule->evaluations)
		return 0;
	if (target && !w->info.n_target)
		return err_set(e, "%s: there are no target rows; `data target FILE` reads some",
			       metric_info(m)->name);
	if (teachers && (id != BRANCH_STUDENT || !w->info.n_teachers))
		return err_set(e, "%s: there is no teacher to compare with; take val-nll",
			       metric_info(m)->name);
	return 0;
}

int
stop_rule_request(struct trainer_state *w, struct request *r, struct err *e)
{
	struct settings s = settings_change_base(w);
	char text[64];

	s.stop = r->u.stop_when;
	if (runs_trains(w) && stop_rule_check(w, &s.stop, BRANCH_STUDENT, e) < 0)
		return err_wrap(e, "stop when");
	if (live_change_make(w, &s, r, e) < 0)
		return err_wrap(e, "stop when");
	if (!r->note[0])
		snprintf(r->note, sizeof r->note, "stop when %s (unchanged)",
			 s.stop.evaluations ? stop_rule_text(&s.stop, text, sizeof text) : "off");
	return 0;
}

void
stop_rule_begin(struct trainer_state *w, int id)
{
	trainer_state_figures(w, id)->watch = (struct run_watch){ 0 };
}

void
stop_rule_count(struct trainer_state *w, const struct stop_rule *rule, int id)
{
	const struct branch *b = trainer_state_branch(w, id);
	struct run_figures *f = trainer_state_figures(w, id);
	struct run_watch *watch = &f->watch;
	double now = f->last[rule->metric];
	char best[40];

	if (!rule->evaluations || isnan(now))
		return;
	if (!watch->known || watch->metric != rule->metric ||
	    (metric_info(rule->metric)->better > 0 ? now > watch->best : now < watch->best)) {
		*watch = (struct run_watch){ true, rule->metric, 0, now, b->state->step };
		return;
	}
	if (++watch->since < rule->evaluations)
		return;
	w->info.run->until = b->state->step;
	snprintf(f->ended, sizeof f->ended,
		 "stopped: %s is not better than %s at step %llu for %d evaluation%s",
		 metric_info(rule->metric)->name, text_number(best, sizeof best, watch->best),
		 (unsigned long long)watch->step, watch->since, watch->since == 1 ? "" : "s");
	*watch = (struct run_watch){ 0 };
}
