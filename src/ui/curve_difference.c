/* curve_difference.c: curves less that of the reference. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/curve_difference.h"

#include <stdio.h>

#include "retort/ui/curve_runs.h"

static const struct curve_stroke zero = { '-', 0x2500, 1, 0 };

bool
curve_difference_is_shown(const struct scene *s)
{
	return s->view.difference && s->info.n_runs > 1 &&
	       (s->view.branch < BRANCH_TEACHER(0) || s->view.branch >= BRANCH_IDS);
}

const char *
curve_difference_reference(const struct scene *s, char *buf, size_t size)
{
	const struct curves_run *r = curves_run(s->curves, (unsigned)s->info.reference);

	snprintf(buf, size, "#%d %s", s->info.reference, r ? r->name : "");
	return buf;
}

/* Subtract the reference from a curve. The line from its parent begins at 0 if the reference has
 * the same value there. */
static void
subtract(struct curve *c, const struct series *reference)
{
	uint32_t at;
	double value;

	c->minus = reference;
	c->is_joined = c->is_joined && series_at(reference, c->join_step, &at, &value) &&
		       at == c->join_step && series_fold(reference, at, at + 1).last == c->join;
	c->join = 0;
}

int
curve_difference_make(const struct scene *s, unsigned metric, struct curve *c, int n)
{
	const struct series *reference =
		curves_series(s->curves, (unsigned)s->info.reference, BRANCH_STUDENT, metric);
	const struct series *own = scene_series(s, BRANCH_STUDENT, metric);
	int kept = 0;
	uint32_t step;
	double value;

	for (int i = 0; i < n && reference; i++) {
		struct curve *to = &c[kept];

		if (!c[i].series || !(c[i].is_other || c[i].series == own) || !c[i].name[0])
			continue;
		*to = c[i];
		if (to->series == reference)
			*to = (struct curve){ .until = UINT32_MAX,
					      .style = CANVAS_REFERENCE,
					      .stroke = &zero };
		else
			subtract(to, reference);
		if (!to->series)
			curve_difference_reference(s, to->name, sizeof to->name);
		kept += !to->series || curve_last(to, &step, &value);
	}
	return kept;
}
