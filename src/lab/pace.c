/* pace.c: when the next step is due. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/pace.h"

#include "retort/base/mono.h"

/* Steps of a report ignore the pace. */
static bool
has_pace(const struct trainer_state *w)
{
	return w->pace != 0 && w->info.phase != LAB_REPORTING && w->info.phase != LAB_SWEEPING;
}

double
pace_early(const struct pace *p, const struct trainer_state *w)
{
	return has_pace(w) ? p->next - mono_now() : 0;
}

void
pace_keep(struct pace *p, const struct trainer_state *w)
{
	double now;

	if (!has_pace(w))
		return;
	now = mono_now();
	p->next = p->next < now - 0.1 ? now : p->next + 1.0 / (double)w->pace;
}
