/* The palette: attributes and colours of each style, one meaning for each colour. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_PALETTE_H
#define RETORT_UI_PALETTE_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/ui/canvas.h"

/* Colours that a terminal has. */
enum palette_depth { PALETTE_MONO, PALETTE_8, PALETTE_256, PALETTE_DEPTHS };

enum palette_attribute {
	PALETTE_BOLD = 1,
	PALETTE_DIM = 2,
	PALETTE_UNDERLINE = 4,
	PALETTE_REVERSE = 8,
};

struct palette_look {
	unsigned attributes; /* enum palette_attribute */
	short text, ground;  /* of the 8 or 256 colours of xterm; -1: default of the terminal */
};

/*
 * The look of a style on a light or dark background. Blue, purple and brown are curves, yellow (on
 * light: amber) is a change of a setting, red a problem, green success; networks to compare with,
 * focus and selection have attributes and no colour. With 256 colours those of one meaning differ
 * in lightness too, and curves by line pattern and label, for eyes that do not tell hues apart.
 */
struct palette_look palette_look(enum canvas_style style, enum palette_depth depth, bool is_light);

/* Whether the background is light: by the value of the knob, `auto` by the environment variable
 * COLORFGBG, whose last number is the colour of the background; dark if it is not set. */
bool palette_is_light(int64_t background);

/* Red, green and blue of one of the 256 colours, as 0xRRGGBB. */
uint32_t palette_rgb(int color);

#endif
