/* A canvas as an SVG picture: for manuals, reports, and to show somebody. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_PICTURE_H
#define RETORT_UI_PICTURE_H

#include "retort/base/text.h"
#include "retort/ui/canvas.h"

/* The same canvas, the same bytes. Braille is drawn as dots, so that no font is needed for it. */
void picture_svg(const struct canvas *c, struct text *out);

#endif
