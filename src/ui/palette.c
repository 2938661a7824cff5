/* palette.c: attributes and colours of each style. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/palette.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/conf/knob.h"

#define B PALETTE_BOLD
#define D PALETTE_DIM
#define U PALETTE_UNDERLINE
#define R PALETTE_REVERSE

/* Of the 8 colours of ANSI. */
enum { RED = 1, GREEN, YELLOW, BLUE, MAGENTA, CYAN };

/* The looks of one style: without colours, with 8 and 256 on dark, and the same on light. */
struct looks {
	unsigned mono;
	struct palette_look dark8, dark256, light8, light256;
};

/* Without a colour of its own. */
#define NONE(a)                                                 \
	{                                                       \
		a, { a, -1, -1 }, { a, -1, -1 }, { a, -1, -1 }, \
		{                                               \
			a, -1, -1                               \
		}                                               \
	}

/* clang-format off */
static const struct looks looks[CANVAS_LOOKS] = {
	[CANVAS_PLAIN] = NONE(0),
	[CANVAS_DIM] = { D, { D, -1, -1 }, { 0, 244, -1 }, { D, -1, -1 }, { 0, 243, -1 } },
	[CANVAS_BOLD] = NONE(B),
	[CANVAS_UNDERLINE] = NONE(U),
	[CANVAS_REVERSE] = NONE(R),
	[CANVAS_TITLE] = NONE(R), /* it is in each frame: colours would cost bytes */
	[CANVAS_FOCUS] = NONE(B | U),
	[CANVAS_CURVE1] = { B, { 0, CYAN, -1 }, { 0, 75, -1 }, { 0, BLUE, -1 }, { 0, 25, -1 } },
	[CANVAS_CURVE2] = { 0, { 0, MAGENTA, -1 }, { 0, 176, -1 }, { 0, MAGENTA, -1 }, { 0, 127, -1 } },
	[CANVAS_CURVE3] = { 0, { B, BLUE, -1 }, { 0, 137, -1 }, { B, BLUE, -1 }, { 0, 94, -1 } },
	[CANVAS_CURVE4] = { 0, { B, CYAN, -1 }, { 0, 117, -1 }, { B, MAGENTA, -1 }, { 0, 61, -1 } },
	[CANVAS_CURVE5] = { 0, { B, MAGENTA, -1 }, { 0, 33, -1 }, { B, -1, -1 }, { 0, 18, -1 } },
	[CANVAS_CURVE6] = { 0, { B, -1, -1 }, { 0, 97, -1 }, { 0, -1, -1 }, { 0, 90, -1 } },
	[CANVAS_REFERENCE] = NONE(0),
	[CANVAS_MARK] = { B, { B, YELLOW, -1 }, { 0, 221, -1 }, { U, -1, -1 }, { 0, 130, -1 } },
	[CANVAS_PENDING] = { B | U, { B | U, YELLOW, -1 }, { B, 221, -1 }, { B | U, -1, -1 }, { B, 130, -1 } },
	[CANVAS_GOOD] = { 0, { 0, GREEN, -1 }, { 0, 43, -1 }, { 0, -1, -1 }, { 0, 28, -1 } },
	[CANVAS_WARN] = { B, { 0, RED, -1 }, { 0, 209, -1 }, { 0, RED, -1 }, { 0, 160, -1 } },
	[CANVAS_BAD] = { B, { B, RED, -1 }, { B, 203, -1 }, { B, RED, -1 }, { B, 160, -1 } },
};
/* clang-format on */

struct palette_look
palette_look(enum canvas_style style, enum palette_depth depth, bool is_light)
{
	const struct looks *l = &looks[style];

	if (depth == PALETTE_MONO)
		return (struct palette_look){ l->mono, -1, -1 };
	if (depth == PALETTE_8)
		return is_light ? l->light8 : l->dark8;
	return is_light ? l->light256 : l->dark256;
}

bool
palette_is_light(int64_t background)
{
	const char *colors = getenv("COLORFGBG"), *last = colors ? strrchr(colors, ';') : NULL;
	int64_t color = 0;

	if (last && text_to_int(last + 1, &color) < 0)
		color = 0;
	if (background != KNOB_BACKGROUND_AUTO)
		return background == KNOB_LIGHT;
	return color == 7 || (color >= 9 && color <= 15);
}

uint32_t
palette_rgb(int color)
{
	static const uint32_t ansi[] = { 0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x0000ee, 0xcd00cd,
					 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00,
					 0x5c5cff, 0xff00ff, 0x00ffff, 0xffffff };
	static const uint32_t level[] = { 0, 0x5f, 0x87, 0xaf, 0xd7, 0xff };
	int cube = color - 16;

	if (color < 16)
		return ansi[color < 0 ? 0 : color];
	if (color < 232)
		return level[cube / 36] << 16 | level[cube / 6 % 6] << 8 | level[cube % 6];
	return (uint32_t)(8 + 10 * (color - 232)) * 0x010101;
}
