/* test_mouse.c: clicks and the wheel. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/text.h"
#include "retort/ui/layout.h"
#include "retort/ui/mouse.h"
#include "retort/ui/pane.h"
#include "scenes.h"

/* The cell of an ASCII text on the drawn screen. */
static void
find_text(const struct scene *s, struct canvas *c, const char *text, int *x, int *y)
{
	int n = (int)strlen(text);

	pane_draw_all(s, c);
	for (int i = 0; i + n <= c->width * c->height; i++) {
		int k = 0;

		while (k < n && c->cell[i + k].ch == (unsigned char)text[k])
			k++;
		if (k == n) {
			*x = i % c->width;
			*y = i / c->width;
			return;
		}
	}
	fail_msg("'%s' is not on the screen", text);
}

static void
clicks_press_hinted_keys_and_use_plots(void **state)
{
	struct canvas c = { 0 };
	struct text line = { 0 };
	char key[MOUSE_KEY];
	struct scene s;
	int x = 0, y = 0;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	canvas_resize(&c, 80, 24);
	find_text(&s, &c, "Tab pane", &x, &y);
	mouse_click(&s, x + 5, y, 80, 24, key, &line);
	CHECK_STR(key, "Tab");
	find_text(&s, &c, "+/- knob", &x, &y);
	mouse_click(&s, x + 2, y, 80, 24, key, &line);
	CHECK_STR(key, "-");
	find_text(&s, &c, "[ ] marks", &x, &y);
	mouse_click(&s, x + 2, y, 80, 24, key, &line);
	CHECK_STR(key, "]");
	find_text(&s, &c, "wide .094", &x, &y);
	mouse_click(&s, x, y, 80, 24, key, &line);
	CHECK_STR(key, "");
	CHECK_STR(text_get(&line), "view toggle wide");
	text_clear(&line);
	mouse_click(&s, 6 + 22, 5, 80, 24, key, &line); /* the middle of 44 columns of 6000 steps */
	CHECK(s.view.cursor_on && s.view.cursor > 2900 && s.view.cursor < 3100);
	CHECK_STR(text_get(&line), "");
	text_release(&line);
	canvas_release(&c);
	scenes_release(&s);
}

static void
the_wheel_zooms_scrolls_and_nudges(void **state)
{
	struct text line = { 0 };
	struct scene s;
	struct layout l;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	mouse_wheel(&s, 20, 5, 80, 24, 1, &line);
	CHECK_INT(s.view.x_to - s.view.x_from, 3000);
	mouse_wheel(&s, 20, 5, 80, 24, -1, &line);
	CHECK_INT(s.view.x_to, 0);
	CHECK(!line.len && s.view.focus == LAYOUT_loss);
	layout_make(&s, 80, 24, &l);
	mouse_wheel(&s, l.pane[LAYOUT_knobs].x + 3, l.pane[LAYOUT_knobs].y + 3, 80, 24, 1, &line);
	CHECK_STR(knob_table[s.view.knob].name, "ce-weight");
	CHECK_STR(text_get(&line), "view more");
	text_clear(&line);
	s.view.focus = LAYOUT_log;
	layout_make(&s, 80, 24, &l);
	mouse_wheel(&s, 3, 5, 80, 24, 1, &line);
	CHECK_INT(s.view.log_scroll, 3);
	CHECK(!line.len);
	text_release(&line);
	scenes_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(clicks_press_hinted_keys_and_use_plots),
		TEST(the_wheel_zooms_scrolls_and_nudges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
