/* The two sets of rows that the gauge pane compares. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_SIDES_H
#define RETORT_UI_SIDES_H

#include "retort/base/err.h"
#include "retort/ui/scene.h"

/* Somebody looks at the gauge. */
bool sides_open(const struct scene *s);

/*
 * The name of the first set, 0, or the second, 1: as chosen, or where nobody has chosen, or the
 * data has no such set any more, train and what the student will meet: the first target set, or the
 * held-out rows.
 */
const char *sides_name(const struct scene *s, int which);

/* Choose by name, or with "" the next one; what was known of others is forgotten. */
int sides_choose(struct scene *s, int which, const char *name, struct err *e);

/* What was found of them, or with m NULL why nothing was: replaces what was known, and goes on with
 * the curve. */
void sides_take(struct scene *s, const struct shift_report *m, const char *why);

/* Nothing is known any more. */
void sides_forget(struct scene *s);

#endif
