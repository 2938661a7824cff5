/* history.c: the settings of every stretch of the student's training. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/history.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/conf/ramp.h"
#include "retort/lab/runs.h"
#include "retort/lab/tunable.h"

void
history_add(struct trainer_state *w)
{
	const struct lab_run *r = w->info.run;

	if (!runs_trains(w))
		return;
	if (w->run->n_history && w->run->history[w->run->n_history - 1].step == r->step)
		w->run->n_history--;
	mem_grow(&w->run->history, &w->run->cap_history, w->run->n_history + 1,
		 sizeof *w->run->history);
	w->run->history[w->run->n_history++] =
		(struct history_entry){ r->step, r->from, r->until, r->settings };
}

/* The entry that the step after `step` steps belongs to: the last one with entry.step <= step, else
 * the first. At least one entry exists. Entries are large, so as few as possible are read. */
static const struct history_entry *
entry_at(const struct trainer_state *w, uint64_t step)
{
	size_t from = 0, n = w->run->n_history; /* it is in from .. from + n - 1 */

	while (n > 1) {
		size_t half = n / 2;
		bool later = w->run->history[from + half].step <= step;

		from += later ? half : 0;
		n = later ? n - half : half;
	}
	return &w->run->history[from];
}

/* The settings of an entry, those under a ramp at their value at `step`. */
static void
settings_at(const struct history_entry *h, uint64_t step, struct settings *out)
{
	*out = h->settings;
	tunable_follow(out, step);
}

const struct history_entry *
history_baseline(const struct trainer_state *w, uint64_t step, struct settings *out)
{
	const struct history_entry *h = entry_at(w, step), *past = h;
	struct settings earlier;

	settings_at(h, step, out);
	out->knobs.batch = w->info.run->settings.knobs.batch; /* buffers and graph have this size */
	while (past > w->run->history && lab_rows(&w->info, out->set_weight, true) == 0) {
		settings_at(past - 1, past->step - 1, &earlier);
		memcpy(out->set_weight, earlier.set_weight, sizeof out->set_weight);
		past--;
	}
	return h;
}
