/* knoblist.c: the rows of the knob pane. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/knoblist.h"

#include <assert.h>
#include <stdio.h>

#include "retort/data/augment/augment.h"
#include "retort/kd/losses/loss_table.h"

/* Whether a loss has a weight, or compares a mapped pair. */
static bool
is_active(const struct scene *s, const struct loss *l)
{
	if (!loss_on_layers(l))
		return loss_weight(l, &s->info.run->settings.knobs) > 0;
	for (int i = 0; i < s->info.run->settings.n_maps; i++)
		if (s->info.run->settings.map[i].match == l)
			return true;
	return false;
}

static bool
is_listed(const struct scene *s, int knob)
{
	const struct loss *l = loss_table_of_knob(&knob_table[knob]);
	const struct augment *a = augment_of_knob(&knob_table[knob]);

	if ((knob_table[knob].when == KNOB_VIEW) != s->view.display)
		return false;
	if (knob == s->view.knob || s->pending[knob] || scene_ramp(s, knob))
		return true;
	if (a)
		return augment_is_on(a, &s->info.run->settings.knobs);
	return !l || l == &loss_ce || l == &loss_kd || is_active(s, l);
}

int
knoblist_make(const struct scene *s, int out[KNOBLIST_MOST])
{
	int n = 0;

	assert(knob_count <= KNOBLIST_MOST);
	for (int i = 0; i < (int)knob_count; i++)
		if (is_listed(s, i))
			out[n++] = i;
	return n;
}

void
knoblist_select(struct scene *s, int knob)
{
	s->view.knob = knob;
	s->view.display = knob_table[knob].when == KNOB_VIEW;
}

void
knoblist_turn(struct scene *s)
{
	s->view.display = !s->view.display;
	s->view.knob = knoblist_at(s, 0);
}

const char *
knoblist_describe(const struct scene *s, int knob, char *buf, size_t size)
{
	const struct knob *k = &knob_table[knob];
	char initial[64], range[96];

	if (k->choices)
		snprintf(range, sizeof range, "one of %s", k->choices);
	else
		snprintf(range, sizeof range, "%s%.9g to %.9g%s%s", k->or_zero ? "0 or " : "",
			 k->min, k->max, k->unit[0] ? " " : "", k->unit);
	snprintf(buf, size, "%s, %s, default %s%s: %s", k->name, range,
		 knob_print_brief(&s->defaults, k, initial, sizeof initial),
		 k->when == KNOB_FIXED && s->info.phase != LAB_IDLE ? ", fixed during training"
								    : "",
		 k->doc);
	return buf;
}

int
knoblist_help_rows(int rows)
{
	return rows >= 14 ? 4 : 0;
}

int
knoblist_row(const struct scene *s, int knob)
{
	int list[KNOBLIST_MOST], n = knoblist_make(s, list);

	for (int i = 0; i < n; i++)
		if (list[i] == knob)
			return i;
	return -1;
}

int
knoblist_at(const struct scene *s, int row)
{
	int list[KNOBLIST_MOST], n = knoblist_make(s, list);

	return list[row < 0 ? 0 : row >= n ? n - 1 : row];
}
