/* Runs of a scene. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_SCENES_RUNS_H
#define RETORT_TESTS_SCENES_RUNS_H

#include "retort/ui/scene.h"

/* Add three runs to a scene of one: "hot" and "cold", forks of the first one at step 1000, and
 * "deep", a fork of "cold" at step 1600, which diverged. "hot" has the focus. */
void scenes_runs_fill(struct scene *s);

/* Add a run, a fork of `parent` at a step, with samples up to step `last`. Returns its entry. */
struct lab_listed *scenes_runs_add(struct scene *s, const char *name, int parent, uint32_t fork,
				   uint32_t last, double factor);

#endif
