/* Differences between runs: curves less that of the reference. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_CURVE_DIFFERENCE_H
#define RETORT_UI_CURVE_DIFFERENCE_H

#include "retort/ui/curve.h"

/* Whether plots show differences: view.difference, several runs, and a student in view. */
bool curve_difference_is_shown(const struct scene *s);

/* Name the reference, "#1 s". Returns buf. */
const char *curve_difference_reference(const struct scene *s, char *buf, size_t size);

/*
 * Turn curves of runs into differences to the reference, which becomes a level at 0; remove curves
 * that belong to no run, or have no step with a sample in common with it. Returns how many remain.
 */
int curve_difference_make(const struct scene *s, unsigned metric, struct curve *c, int n);

#endif
