/* shift_report.c: the report of a comparison as text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/probe/shift/shift_report.h"

#include <math.h>

#define SIGNIFICANT 0.05 /* p below this */

const char *const shift_report_view_name[] = { "teacher logits", "student logits", "features" };

bool
shift_report_differs(const struct shift_report *m)
{
	for (int v = 0; v < SHIFT_REPORT_VIEWS; v++)
		if (m->result[v].known && m->result[v].gauge.p < SIGNIFICANT)
			return true;
	return false;
}

static void
print_view(struct text *t, const struct shift_report *m, enum shift_report_view view)
{
	const struct shift_report_result *s = &m->result[view];
	const struct two_sample *g = &s->gauge;

	if (!s->known)
		return;
	text_addf(t, "%-24s energy distance %.4g (p %.3g)  AUC %.3f  coverage %.1f%%\n",
		  shift_report_view_name[view], g->energy, g->p, g->auc, 100 * g->coverage);
	if (m->weighed)
		text_addf(t, "  %-22s energy distance %.4g  AUC %.3f\n", "with weights",
			  g->weighted_energy, g->weighted_auc);
	if (view == SHIFT_REPORT_FEATURES)
		return;
	text_addf(t,
		  "  confidence             %.3f against %.3f\n  entropy                %.3f "
		  "against %.3f\n"
		  "  predicted priors       %.3f apart\n",
		  s->confidence[0], s->confidence[1], s->entropy[0], s->entropy[1], s->predicted);
}

static void
print_outliers(struct text *t, const struct shift_report *m)
{
	const struct two_sample *g = &m->result[SHIFT_REPORT_FEATURES].gauge;

	text_add(t, "outliers                ");
	for (size_t i = 0; i < g->n_far; i++)
		text_addf(t, " %zu (%.3g)", m->far[i], g->far_by[i]);
	text_addf(t, " of %s, in multiples of the usual distance in the other\n", m->name[1]);
}

void
shift_report_print(const struct shift_report *m, struct text *t)
{
	for (int k = 0; k < 2; k++)
		text_addf(t, "%-24s %zu of %zu rows\n", m->name[k], m->rows[k], m->of[k]);
	if (!isnan(m->priors))
		text_addf(t, "%-24s %.3f apart (total variation)\n", "class priors", m->priors);
	for (int v = 0; v < SHIFT_REPORT_VIEWS; v++)
		print_view(t, m, (enum shift_report_view)v);
	for (int i = 0; i < m->n_drifts; i++)
		text_addf(t, "  %-22s PSI %.3g  KS %.3f\n", m->drift[i].column, m->drift[i].psi,
			  m->drift[i].ks);
	print_outliers(t, m);
	text_addf(t, "%s and %s: %s difference\n", m->name[0], m->name[1],
		  shift_report_differs(m) ? "significant" : "no significant");
}
