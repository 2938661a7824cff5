/* state_figures.c: figures of a network to fields of a state and back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/state_figures.h"

#include <math.h>

void
state_figures_scores(struct state_field *f, const char *key, struct scores *s)
{
	state_field_object(f, key);
	state_field_real(f, "accuracy", &s->accuracy);
	state_field_real(f, "nll", &s->nll);
	state_field_real(f, "ece", &s->ece);
	state_field_real(f, "agreement", &s->agreement);
	state_field_real(f, "kl", &s->kl);
	state_field_count(f, "step", &s->step, UINT32_MAX);
	state_field_end(f);
}

static void
visit_watch(struct state_field *f, const struct state_settings *c, struct run_watch *w)
{
	state_field_bool(f, "watches", &w->known);
	if (!w->known)
		return;
	state_settings_metric(f, c, "watched", &w->metric, true);
	state_field_int(f, "since", &w->since, 0, 1000000);
	state_field_real(f, "best", &w->best);
	state_field_count(f, "best-step", &w->step, UINT32_MAX);
}

static void
visit_last(struct state_field *f, const struct state_settings *c, struct run_figures *r)
{
	size_t n = 0, at = 0;
	unsigned metric = 0;
	double value;

	for (unsigned i = 0; !f->reading && i < METRIC_COUNT; i++)
		n += !isnan(r->last[i]);
	state_field_list(f, "last", &n, METRIC_COUNT);
	for (size_t i = 0; !f->failed && i < n; i++) {
		while (!f->reading && isnan(r->last[at]))
			at++;
		metric = (unsigned)at;
		value = f->reading ? 0 : r->last[at++];
		state_field_item(f, i);
		state_settings_metric(f, c, "metric", &metric, false);
		state_field_real(f, "value", &value);
		state_field_end(f);
		if (f->reading && !f->failed)
			r->last[metric] = value;
	}
	state_field_end(f);
}

void
state_figures_visit(struct state_field *f, const struct state_settings *c, struct run_figures *r)
{
	state_field_object(f, "figures");
	if (f->reading)
		run_figures_init(r);
	state_field_bits(f, "evaluated", &r->evaluated);
	state_field_bool(f, "overflows", &r->overflows);
	visit_watch(f, c, &r->watch);
	visit_last(f, c, r);
	state_field_end(f);
}
