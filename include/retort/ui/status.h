/* The status line: name, data, what goes on, how far it is, how long it takes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_STATUS_H
#define RETORT_UI_STATUS_H

#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"

/*
 * One row of any width. Numbers stand in fields of a fixed width, so that only digits that change
 * are sent to the terminal.
 */
void status_draw(const struct scene *s, struct canvas_area a);

/* "step 2417 val .247 >": all that there is on a screen too small for panes. */
void status_brief(const struct scene *s, struct canvas_area a);

#endif
