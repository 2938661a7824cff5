/* test_canvas.c: clipping, wide characters, dumps. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/text.h"
#include "retort/base/unicode.h"
#include "retort/ui/canvas.h"

static void
check_dump(const struct canvas *c, const char *want)
{
	struct text t = { 0 };

	canvas_dump(c, &t);
	CHECK_STR(text_get(&t), want);
	text_release(&t);
}

static void
text_is_clipped_to_its_area(void **state)
{
	struct canvas c = { 0 };
	struct canvas_area inner;

	(void)state;
	canvas_resize(&c, 6, 3);
	inner = canvas_cut(canvas_all(&c), 1, 1, 3, 9);
	CHECK_INT(inner.height, 2);
	CHECK_INT(canvas_text(inner, 0, 0, CANVAS_BOLD, "abcdef"), 6);
	canvas_text(inner, -1, 1, CANVAS_PLAIN, "xyz");
	canvas_put(inner, 0, 5, 'q', CANVAS_PLAIN);
	check_dump(&c, "\n abc\n yz\n");
	CHECK_INT(c.cell[6 + 1].style, CANVAS_BOLD);
	canvas_release(&c);
}

static void
wide_characters_are_drawn_whole_or_not_at_all(void **state)
{
	struct canvas c = { 0 };

	(void)state;
	canvas_resize(&c, 5, 1);
	canvas_text(canvas_all(&c), 0, 0, CANVAS_PLAIN,
		    "\xE6\xB8\xA9\xE5\xBA\xA6\xE8\xAE\xA1"); /* six columns */
	check_dump(&c, "\xE6\xB8\xA9\xE5\xBA\xA6\n");
	canvas_put(canvas_all(&c), 1, 0, 'x', CANVAS_PLAIN); /* over the right half of the first */
	check_dump(&c, " x\xE5\xBA\xA6\n");
	canvas_put(canvas_all(&c), 2, 0, 'y', CANVAS_PLAIN); /* over the left half of the second */
	check_dump(&c, " xy\n");
	canvas_release(&c);
}

static void
controls_become_question_marks(void **state)
{
	struct canvas c = { 0 };

	(void)state;
	canvas_resize(&c, 8, 1);
	canvas_text(canvas_all(&c), 0, 0, CANVAS_PLAIN, "a\x1b[2Jb");
	check_dump(&c, "a?[2Jb\n");
	canvas_release(&c);
}

static void
canvas_can_have_any_size(void **state)
{
	struct canvas c = { 0 };

	(void)state;
	for (int w = -1; w < 40; w++)
		for (int h = -1; h < 20; h++) {
			canvas_resize(&c, w, h);
			for (int y = -2; y < h + 2; y++)
				canvas_text(canvas_cut(canvas_all(&c), w / 3, h / 3, w, h), y, y,
					    CANVAS_DIM, "\xE6\xB8\xA9 wide");
		}
	canvas_release(&c);
}

/* Text after any character starts in the column that text_width gives. */
static void
rows_stay_aligned_behind_wide_characters_and_marks(void **state)
{
	static const char *const cells[] = { "plain",
					     "\U0001F680 rocket",
					     "\u2705\u231A",
					     "\u0E01\u0E34\u0E19",
					     "\u0915\u093C\u094D",
					     "\u05E9\u05C1\u05B8",
					     "\u0628\u064E\u0651",
					     "e\u0301 \u6E29\u5EA6",
					     "a\u20DD" };
	struct canvas c = { 0 };

	(void)state;
	canvas_resize(&c, 20, (int)(sizeof cells / sizeof *cells));
	for (int y = 0; y < c.height; y++) {
		int x = canvas_text(canvas_all(&c), 0, y, CANVAS_PLAIN, cells[y]), columns = 0;

		CHECK_INT(x, text_width(cells[y]));
		canvas_text(canvas_all(&c), x, y, CANVAS_PLAIN, "|");
		CHECK_INT(c.cell[y * c.width + x].ch, '|');
		for (int k = 0; k < c.width; k++) {
			const struct cell *cell = &c.cell[y * c.width + k];

			CHECK(cell->ch != 0 || (k > 0 && unicode_width(cell[-1].ch) == 2));
			columns += cell->ch ? unicode_width(cell->ch) : 0;
		}
		CHECK_INT(columns, c.width);
	}
	canvas_release(&c);
}

static void
combining_marks_stay_with_their_character(void **state)
{
	static const char *const texts[] = { "\u0E01\u0E34\u0E19\u0E02\u0E49\u0E32\u0E27",
					     "\u0915\u093C\u094D", "\u05E9\u05C1\u05B8\u05DC",
					     "\u0628\u064E\u0651", "e\u0301 \u6E29\u0301x" };
	struct canvas c = { 0 };
	char want[64];

	(void)state;
	canvas_resize(&c, 12, 1);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		canvas_clear(&c);
		canvas_text(canvas_all(&c), 0, 0, CANVAS_PLAIN, texts[i]);
		snprintf(want, sizeof want, "%s\n", texts[i]);
		check_dump(&c, want);
	}
	canvas_clear(&c);
	canvas_text(canvas_all(&c), 0, 0, CANVAS_PLAIN,
		    "\u2764\uFE0F\u200D|"); /* not non-spacing marks */
	check_dump(&c, "\u2764|\n");
	canvas_clear(&c);
	canvas_text(canvas_cut(canvas_all(&c), 0, 0, 1, 1), 0, 0, CANVAS_PLAIN, "a\u0301b\u0302");
	canvas_text(canvas_all(&c), 2, 0, CANVAS_PLAIN, "\u0301c"); /* a blank takes no mark */
	check_dump(&c, "a\u0301 c\n");
	canvas_put(canvas_all(&c), 0, 0, 'x', CANVAS_PLAIN); /* overwriting removes it */
	check_dump(&c, "x c\n");
	canvas_release(&c);
}

static void
texts_are_wrapped_at_blanks(void **state)
{
	(void)state;
	CHECK_INT(canvas_wrap("one two three", 20), 13);
	CHECK_INT(canvas_wrap("one two three", 13), 13);
	CHECK_INT(canvas_wrap("one two three", 12), 7);
	CHECK_INT(canvas_wrap("one two three", 7), 7);
	CHECK_INT(canvas_wrap("one two three", 6), 6); /* the blank is in the first half */
	CHECK_INT(canvas_wrap("\u00e4\u00e4\u00e4 \u00e4\u00e4", 5), 6); /* columns, not bytes */
	CHECK_INT(canvas_wrap("\u5b57\u5b57\u5b57", 5), 6);
	CHECK_INT(canvas_wrap("", 5), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(text_is_clipped_to_its_area),
		TEST(wide_characters_are_drawn_whole_or_not_at_all),
		TEST(controls_become_question_marks),
		TEST(texts_are_wrapped_at_blanks),
		TEST(canvas_can_have_any_size),
		TEST(rows_stay_aligned_behind_wide_characters_and_marks),
		TEST(combining_marks_stay_with_their_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
