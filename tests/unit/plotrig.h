/* Plots under test: a scene, its markers, the canvas it is drawn on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_TESTS_PLOTRIG_H
#define RETORT_TESTS_PLOTRIG_H

#include "retort/ui/pane.h"

struct plotrig {
	struct scene scene;
	struct canvas canvas;
};
extern struct plotrig plotrig;

/* A test with an empty scene before it and nothing left behind it. */
#define PLOTRIG_TEST(name) cmocka_unit_test_setup_teardown(name, plotrig_setup, plotrig_teardown)
int plotrig_setup(void **state);
int plotrig_teardown(void **state);

/* A run of 200 steps with an evaluation every 10 steps, two teachers and three changes. */
void plotrig_fill(void);

void plotrig_add_sample(unsigned branch, unsigned metric, uint32_t step, double value);

/* The marker of a change of a knob; of a stage, and of two knobs that it changes in the same
 * column. */
void plotrig_add_change(uint32_t step, int knob, double from, double to);
void plotrig_add_stage(uint32_t step, const char *text);

/* Draw a pane on a canvas of this size. */
void plotrig_draw_pane(const struct pane *p, int width, int height);

/* Compare what is drawn with `want`; whether a text is in it. */
void plotrig_check(const char *want);
bool plotrig_shows(const char *what);

#endif
