/* test_palette.c: colours have one meaning each, and can be read on their background. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <stdlib.h>

#include "retort/conf/knob.h"
#include "retort/ui/palette.h"

/* The meaning of the colour of a style; 0: it has none. */
static int
meaning_of(int style)
{
	switch (style) {
	case CANVAS_CURVE1:
	case CANVAS_CURVE2:
	case CANVAS_CURVE3:
	case CANVAS_CURVE4:
	case CANVAS_CURVE5:
	case CANVAS_CURVE6:
		return 1;
	case CANVAS_MARK:
	case CANVAS_PENDING:
		return 2;
	case CANVAS_GOOD:
		return 3;
	case CANVAS_WARN:
	case CANVAS_BAD:
		return 4;
	case CANVAS_DIM:
		return 5;
	default:
		return 0;
	}
}

static void
no_two_meanings_share_a_colour(void **state)
{
	(void)state;
	for (int k = 0; k < 4; k++)
		for (int a = 0; a < CANVAS_LOOKS; a++)
			for (int b = 0; b < a; b++) {
				enum palette_depth depth = k % 2 ? PALETTE_256 : PALETTE_8;
				struct palette_look x =
					palette_look((enum canvas_style)a, depth, k / 2);
				struct palette_look y =
					palette_look((enum canvas_style)b, depth, k / 2);

				if (x.text < 0 || x.text != y.text)
					continue;
				if (meaning_of(a) != meaning_of(b))
					fail_msg("styles %d and %d share colour %d", a, b, x.text);
			}
}

static void
styles_without_a_colour_of_their_own_have_none(void **state)
{
	(void)state;
	for (int style = 0; style < CANVAS_LOOKS; style++)
		for (int light = 0; light < 2; light++) {
			struct palette_look l =
				palette_look((enum canvas_style)style, PALETTE_MONO, light);

			CHECK(l.text < 0 && l.ground < 0);
			if (!meaning_of(style))
				CHECK(palette_look((enum canvas_style)style, PALETTE_256, light)
					      .text < 0);
		}
}

/* Relative luminance by WCAG 2. */
static double
luminance(uint32_t rgb)
{
	static const double share[] = { 0.2126, 0.7152, 0.0722 };
	double sum = 0;

	for (int i = 0; i < 3; i++) {
		double c = (double)(rgb >> (16 - 8 * i) & 0xff) / 255;

		sum += share[i] * (c <= 0.03928 ? c / 12.92 : pow((c + 0.055) / 1.055, 2.4));
	}
	return sum;
}

static double
contrast(uint32_t a, uint32_t b)
{
	double x = luminance(a) + 0.05, y = luminance(b) + 0.05;

	return x > y ? x / y : y / x;
}

static void
the_256_colours_have_contrast_on_both_backgrounds(void **state)
{
	(void)state;
	for (int style = 0; style < CANVAS_LOOKS; style++)
		for (int light = 0; light < 2; light++) {
			struct palette_look l =
				palette_look((enum canvas_style)style, PALETTE_256, light);
			uint32_t ground = l.ground >= 0 ? palette_rgb(l.ground)
					  : light       ? 0xffffff
							: 0x000000;

			if (l.text >= 0 && contrast(palette_rgb(l.text), ground) < 4)
				fail_msg("style %d on %s: contrast %.2f", style,
					 light ? "light" : "dark",
					 contrast(palette_rgb(l.text), ground));
		}
}

static void
yellow_green_and_cyan_are_not_used_on_a_light_background_of_8_colours(void **state)
{
	(void)state;
	for (int style = 0; style < CANVAS_LOOKS; style++) {
		short text = palette_look((enum canvas_style)style, PALETTE_8, true).text;

		CHECK(text == -1 || text == 1 || text == 4 || text == 5);
	}
}

static void
the_background_follows_knob_and_environment(void **state)
{
	(void)state;
	unsetenv("COLORFGBG");
	CHECK(!palette_is_light(KNOB_BACKGROUND_AUTO));
	CHECK(palette_is_light(KNOB_LIGHT) && !palette_is_light(KNOB_DARK));
	setenv("COLORFGBG", "0;15", 1);
	CHECK(palette_is_light(KNOB_BACKGROUND_AUTO) && !palette_is_light(KNOB_DARK));
	setenv("COLORFGBG", "15;default;0", 1);
	CHECK(!palette_is_light(KNOB_BACKGROUND_AUTO));
	setenv("COLORFGBG", "15", 1);
	CHECK(!palette_is_light(KNOB_BACKGROUND_AUTO));
	unsetenv("COLORFGBG");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(no_two_meanings_share_a_colour),
		TEST(styles_without_a_colour_of_their_own_have_none),
		TEST(the_256_colours_have_contrast_on_both_backgrounds),
		TEST(yellow_green_and_cyan_are_not_used_on_a_light_background_of_8_colours),
		TEST(the_background_follows_knob_and_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
