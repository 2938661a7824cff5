/* Export of a canvas as an SVG picture. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_PICTURE_H
#define RETORT_UI_PICTURE_H

#include <stdbool.h>

#include "retort/base/text.h"
#include "retort/ui/canvas.h"

/* Append the picture to `out`, in the 256 colours on a dark or light background. Braille is drawn
 * as circles, so that no font with braille is needed. */
void picture_svg(const struct canvas *c, bool is_light, struct text *out);

#endif
