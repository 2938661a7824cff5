/* gauge_sets.c: the two sets that the gauge pane compares. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/gauge_sets.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/choice.h"
#include "retort/ui/layout.h"

bool
gauge_sets_open(const struct scene *s)
{
	return s->view.focus == LAYOUT_gauge && !s->view.helping && !s->view.editing &&
	       s->info.data[0];
}

/* The name of set i: train, held-out, added sets; NULL past the last. */
static const char *
set_name(const struct scene *s, int i)
{
	if (i < 2)
		return i ? "held-out" : "train";
	return i - 1 < s->info.n_sets ? s->info.set[i - 1].name : NULL; /* set[0] is the data */
}

static int
find_set(const struct scene *s, const char *name)
{
	for (int i = 0; set_name(s, i); i++)
		if (strcmp(set_name(s, i), name) == 0)
			return i;
	return -1;
}

const char *
gauge_sets_name(const struct scene *s, int which)
{
	if (s->view.side[which][0] && find_set(s, s->view.side[which]) >= 0)
		return s->view.side[which];
	for (int i = 1; which && i < s->info.n_sets; i++)
		if (s->info.set[i].role == DATASET_TARGET)
			return s->info.set[i].name;
	return set_name(s, which);
}

int
gauge_sets_choose(struct scene *s, int which, const char *name, struct err *e)
{
	int at = find_set(s, name[0] ? name : gauge_sets_name(s, which));
	struct text names = { 0 };

	if (at < 0) {
		for (int i = 0; set_name(s, i); i++)
			text_item(&names, "%s", set_name(s, i));
		choice_invalid(e, "set", name, text_get(&names));
		text_release(&names);
		return -1;
	}
	if (!name[0]) {
		int next = at + 1;

		while (set_name(s, next) && strcmp(set_name(s, next), set_name(s, at)) == 0)
			next++; /* names may repeat */
		at = set_name(s, next) ? next : 0;
	}
	snprintf(s->view.side[which], sizeof s->view.side[which], "%s", set_name(s, at));
	gauge_sets_clear(s);
	return 0;
}

void
gauge_sets_clear(struct scene *s)
{
	memset(&s->gauge, 0, sizeof s->gauge);
	series_free(s->two_sample_auc);
	s->two_sample_auc = NULL;
	s->gauge_error[0] = '\0';
}

void
gauge_sets_result(struct scene *s, const struct shift_report *m, const char *why)
{
	const struct shift_report_result *student;
	uint32_t last;
	double value;

	s->version++;
	if (!m) {
		gauge_sets_clear(s);
		snprintf(s->gauge_error, sizeof s->gauge_error, "%s", why);
		return;
	}
	s->gauge = *m;
	s->gauge_error[0] = '\0';
	student = &m->result[SHIFT_REPORT_STUDENT];
	if (!student->known)
		return;
	if (!s->two_sample_auc)
		s->two_sample_auc = series_new();
	if (!series_last(s->two_sample_auc, &last, &value) || m->step >= last)
		series_push(s->two_sample_auc, (uint32_t)m->step,
			    m->weighed ? student->gauge.weighted_auc : student->gauge.auc);
}
