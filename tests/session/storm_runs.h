/* Lines about runs at random: forks, steps back, focus, changes of one run or of all. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_STORM_RUNS_H
#define RETORT_TESTS_STORM_RUNS_H

#include "retort/base/text.h"
#include "retort/lab/lab.h"

void storm_runs_seed(uint64_t seed);

/* Append the next line. `layer`: as storm_changes_add. */
void storm_runs_add(struct text *line, const struct lab_info *info, const char *const *layer,
		    uint32_t layers);

/* Append a line for a session in which nothing is trained: a sweep, or another student. */
void storm_runs_add_idle(struct text *line);

/* A random number below n. */
uint32_t storm_runs_below(uint32_t n);

#endif
