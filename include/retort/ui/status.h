/* The status line: session, data, phase, step, epoch, speed, time left. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_STATUS_H
#define RETORT_UI_STATUS_H

#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"

/* Draw the status line in a row of any width. Numbers have fields of fixed width, so that only
 * digits that change are sent to the terminal. */
void status_draw(const struct scene *s, struct canvas_area a);

/* Draw "step 2417 val .247 >", the whole screen where there is no room for panes. */
void status_brief(const struct scene *s, struct canvas_area a);

#endif
