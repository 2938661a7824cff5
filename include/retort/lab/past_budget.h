/* How many states of runs are kept, and which of them in files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_PAST_BUDGET_H
#define RETORT_LAB_PAST_BUDGET_H

#include "retort/lab/past_state.h"

/* Bytes of the kept states of all runs in memory, with one that is being written, and in files. */
struct past_budget_use {
	size_t memory, files;
};
struct past_budget_use past_budget_use(const struct trainer_state *w);

/*
 * Free the starts of work that have no room in the knobs of the run in hand, as if no other states
 * were kept: the latest ones in memory, those before them in files, the earliest kept in neither.
 * Which ones are kept follows from the session alone, not from its speed, so that a replay can go
 * back where the session could.
 */
void past_budget_fit_starts(struct trainer_state *w);

/*
 * Fit the states of all runs into the knobs of the run in hand. Past keep-mib the earliest kept
 * ones are written to files; past keep-files those are freed that are least missed: nearest to
 * their neighbours, seen from the present, and no starts of work. `wait`: these too, and until
 * files are complete; else the next call writes the next one.
 */
void past_budget_fit(struct trainer_state *w, bool wait);

/* Free the state of a run that is least missed, but no start of work; the last one after all
 * others. `filed`: one in a file. Return whether there was one. */
bool past_budget_thin(struct past *p, bool filed);

#endif
