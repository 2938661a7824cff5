/* Sessions of many kinds: tables, images, texts; maps, ramps, remedies; changes at some steps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_RUNRIG_H
#define RETORT_TESTS_RUNRIG_H

#include "steprig.h"

#define RUNRIG_STEPS 24
#define RUNRIG_SCENARIOS 8

/* A session up to its `run`, and lines that take effect later. */
struct runrig_scenario {
	const char *name;
	const char *setup[12]; /* before the student trains; NULL at the end */
	const char *change[4]; /* at steps 14, 16, 18 and 20; NULL: none */
};
extern const struct runrig_scenario runrig_scenario[RUNRIG_SCENARIOS];

/* The session after its `run` of RUNRIG_STEPS steps, with 2 threads or another number. */
struct trainer_state *runrig_open(const struct runrig_scenario *s);
struct trainer_state *runrig_open_threads(const struct runrig_scenario *s, int threads);

/* One step of the run in hand, after the change that is due; its samples are joined to *h. */
void runrig_step(struct trainer_state *w, const struct runrig_scenario *s, struct hash *h);

/* Parameters, moments, step and states of losses; steps and settings. */
struct hash runrig_state(const struct run *r);

#endif
