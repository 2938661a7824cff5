/* knoblist.c: the rows of the knob pane. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/knoblist.h"

#include <assert.h>

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
