/* Export of a canvas as an SVG picture. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_PICTURE_H
#define RETORT_UI_PICTURE_H

#include "retort/base/text.h"
#include "retort/ui/canvas.h"

/* Append the picture to `out`; a function of the canvas only. Braille is drawn as circles, so that
 * no font with braille is needed. */
void picture_svg(const struct canvas *c, struct text *out);

#endif
