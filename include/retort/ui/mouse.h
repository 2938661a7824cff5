/* The mouse: what a click or the wheel does at a cell of the screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_MOUSE_H
#define RETORT_UI_MOUSE_H

#include "retort/base/text.h"
#include "retort/ui/scene.h"

#define MOUSE_KEY 16

/*
 * Click at cell (x, y) of a screen of width x height. In the rows of hints, `key` is the name of
 * the key to press. Elsewhere it is "": a pane gets the focus, a knob or teacher is selected, the
 * cursor of a plot is set to the step; `line` gets the command that shows or hides the curve of a
 * legend.
 */
void mouse_click(struct scene *s, int x, int y, int width, int height, char key[MOUSE_KEY],
		 struct text *line);

/* Wheel up (1) or down (-1): zoom a plot around the step under the pointer, scroll a list, or nudge
 * the knob or teacher under it by a command in `line`. */
void mouse_wheel(struct scene *s, int x, int y, int width, int height, int direction,
		 struct text *line);

#endif
