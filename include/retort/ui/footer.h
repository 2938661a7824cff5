/* The rows below the panes: folded knobs, last markers, key hints, prompt or message. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_FOOTER_H
#define RETORT_UI_FOOTER_H

#include "retort/ui/canvas.h"
#include "retort/ui/scene.h"

/* Draw knobs in one line, the selected one first: for screens without a right column. */
void footer_knobs(const struct scene *s, struct canvas_area a);

/* Draw the last markers of the branch in view, newest first, as many as fit uncut; without
 * markers, the last line of the log; of the focused knobs what the selected one does, unless the
 * pane shows it. */
void footer_events(const struct scene *s, struct canvas_area a);

/* Draw the keys: in two rows those of the focused pane above those that work everywhere, in one row
 * the latter first; while a question or the prompt is open, its keys. */
void footer_hints(const struct scene *s, struct canvas_area a);

/* Draw the prompt; where it is closed, the pending question with its answers unless `hints` shows
 * them, or the last message. */
void footer_prompt(const struct scene *s, struct canvas_area a, bool hints);

/* While a completion is open, draw its candidates over the last rows of the area, which ends above
 * the prompt: a word a row with what it is. */
void footer_candidates(const struct scene *s, struct canvas_area a);

#endif
