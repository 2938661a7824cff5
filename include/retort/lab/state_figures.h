/* Figures of a network as fields of a state. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_STATE_FIGURES_H
#define RETORT_LAB_STATE_FIGURES_H

#include "retort/lab/state_settings.h"

/* Figures of an evaluation. */
void state_figures_scores(struct state_field *f, const char *key, struct scores *s);

/* The last values of a network's metrics, and what its stop rule has counted. */
void state_figures_visit(struct state_field *f, const struct state_settings *c,
			 struct run_figures *r);

#endif
