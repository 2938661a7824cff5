/* test_panes.c: the whole screen as text, and the panes in all scenes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/ui/layout.h"
#include "retort/ui/pane.h"
#include "retort/ui/gauge_sets.h"
#include "retort/ui/view.h"
#include "scenes.h"

/* A reference picture in tests/screen/NAME.txt. RETORT_REGENERATE=1 rewrites all of them; review
 * the diff. */
struct golden {
	const char *name;
	enum scenes_kind kind;
	int width, height;
	bool ascii;
	const char *focus; /* pane with the focus, zoomed; NULL: the first, not zoomed */
};

static const struct golden goldens[] = {
	{ "distilling-80x24", SCENES_DISTILLING, 80, 24, false, NULL },
	{ "distilling-80x24-ascii", SCENES_DISTILLING, 80, 24, true, NULL },
	{ "distilling-160x50", SCENES_DISTILLING, 160, 50, false, NULL },
	{ "distilling-160x50-ascii", SCENES_DISTILLING, 160, 50, true, NULL },
	{ "distilling-40x12", SCENES_DISTILLING, 40, 12, false, NULL },
	{ "distilling-40x12-ascii", SCENES_DISTILLING, 40, 12, true, NULL },
	{ "distilling-19x3", SCENES_DISTILLING, 19, 3, false, NULL },
	{ "distilling-19x3-ascii", SCENES_DISTILLING, 19, 3, true, NULL },
	{ "empty-80x24", SCENES_EMPTY, 80, 24, false, NULL },
	{ "training-80x24", SCENES_TRAINING, 80, 24, false, NULL },
	{ "editing-80x24", SCENES_EDITING, 80, 24, false, NULL },
	{ "editing-80x24-ascii", SCENES_EDITING, 80, 24, true, NULL },
	{ "editing-40x12", SCENES_EDITING, 40, 12, false, NULL },
	{ "tokens-80x24", SCENES_TOKENS, 80, 24, false, NULL },
	{ "tokens-160x50", SCENES_TOKENS, 160, 50, false, NULL },
	{ "tokens-30x8", SCENES_TOKENS, 30, 8, false, "map" },
	{ "taps-80x24", SCENES_TAPS, 80, 24, false, NULL },
	{ "taps-80x24-ascii", SCENES_TAPS, 80, 24, true, NULL },
	{ "taps-40x12", SCENES_TAPS, 40, 12, false, NULL },
	{ "ramps-80x24", SCENES_RAMPS, 80, 24, false, NULL },
	{ "ramps-80x24-ascii", SCENES_RAMPS, 80, 24, true, NULL },
	{ "ramps-160x50", SCENES_RAMPS, 160, 50, false, NULL },
	{ "ramps-120x40-loss", SCENES_RAMPS, 120, 40, false, "loss" },
	{ "ramps-40x12", SCENES_RAMPS, 40, 12, false, "knobs" },
	{ "cka-80x24", SCENES_CKA, 80, 24, false, NULL },
	{ "cka-80x24-ascii", SCENES_CKA, 80, 24, true, NULL },
	{ "cka-160x50", SCENES_CKA, 160, 50, false, NULL },
	{ "distilling-200x60", SCENES_DISTILLING, 200, 60, false, NULL },
	{ "distilling-100x30", SCENES_DISTILLING, 100, 30, false, NULL },
	{ "cursor-80x24", SCENES_CURSOR, 80, 24, false, NULL },
	{ "cursor-120x40", SCENES_CURSOR, 120, 40, false, NULL },
	{ "gauge-80x24", SCENES_GAUGE, 80, 24, false, NULL },
	{ "gauge-80x24-ascii", SCENES_GAUGE, 80, 24, true, NULL },
	{ "gauge-40x16", SCENES_GAUGE, 40, 16, false, NULL },
	{ "gauge-160x50", SCENES_GAUGE, 160, 50, false, NULL },
	{ "helping-80x24", SCENES_HELPING, 80, 24, false, NULL },
	{ "texts-80x24", SCENES_TEXTS, 80, 24, false, NULL },
	{ "texts-80x24-ascii", SCENES_TEXTS, 80, 24, true, NULL },
	{ "texts-40x12", SCENES_TEXTS, 40, 12, false, NULL },
	{ "texts-160x50", SCENES_TEXTS, 160, 50, false, NULL },
	{ "translating-80x24", SCENES_TRANSLATING, 80, 24, false, NULL },
	{ "knobs-120x24", SCENES_DISTILLING, 120, 24, false, "knobs" },
	{ "teachers-100x12", SCENES_DISTILLING, 100, 12, false, "teachers" },
	{ "terms-120x14", SCENES_DISTILLING, 120, 14, false, "terms" },
	{ "runs-80x24", SCENES_RUNS, 80, 24, false, NULL },
	{ "runs-80x24-ascii", SCENES_RUNS, 80, 24, true, NULL },
	{ "runs-160x50", SCENES_RUNS, 160, 50, false, NULL },
	{ "runs-60x12", SCENES_RUNS, 60, 12, false, "runs" },
	{ "runs-30x10", SCENES_RUNS, 30, 10, false, "runs" },
	{ "log-80x16", SCENES_DISTILLING, 80, 16, false, "log" },
};

static void
draw_picture(const struct golden *g, struct text *out)
{
	struct scene s;
	struct canvas c = { 0 };

	scenes_make(&s, g->kind);
	s.utf8 = !g->ascii;
	if (g->focus) {
		s.view.focus = pane_find(g->focus);
		s.view.zoomed = true;
	}
	canvas_resize(&c, g->width, g->height);
	pane_draw_all(&s, &c);
	canvas_dump(&c, out);
	canvas_release(&c);
	scenes_release(&s);
}

static void
screens_match_their_reference_pictures(void **state)
{
	bool write = getenv("RETORT_REGENERATE") != NULL;

	(void)state;
	for (size_t i = 0; i < sizeof goldens / sizeof *goldens; i++) {
		struct text got = { 0 };
		char path[512], *want = NULL;
		size_t len;
		struct err e;

		snprintf(path, sizeof path, "%s/tests/screen/%s.txt", RETORT_SRCDIR,
			 goldens[i].name);
		draw_picture(&goldens[i], &got);
		if (write && io_write(path, &(const void *){ text_get(&got) }, &got.len, 1, &e) < 0)
			fail_msg("%s", e.msg);
		if (io_read(path, 1 << 20, &want, &len, &e) < 0)
			fail_msg("%s", e.msg);
		if (strcmp(text_get(&got), want) != 0)
			fail_msg("%s differs; it is now\n%s", path, text_get(&got));
		mem_free(want);
		text_release(&got);
	}
}

static void
an_ascii_terminal_gets_ascii_only(void **state)
{
	struct canvas c = { 0 };

	(void)state;
	for (int kind = 0; kind < SCENES_KINDS; kind++)
		for (int pane = 0; pane < (int)pane_count; pane++) {
			struct scene s;

			scenes_make(&s, (enum scenes_kind)kind);
			s.view.focus = pane;
			if (kind % 2)
				s.utf8 = false;
			else
				s.info.run->settings.knobs.charset = KNOB_ASCII;
			scene_say(&s, false, "温度 → 8"); /* as typed by the user */
			canvas_resize(&c, 120, 40);
			pane_draw_all(&s, &c);
			for (int i = 0; i < c.width * c.height; i++)
				CHECK(c.cell[i].ch >= ' ' && c.cell[i].ch <= '~');
			scenes_release(&s);
		}
	canvas_release(&c);
}

/* The attribute of the first occurrence of an ASCII text on the screen; -1: none. */
static int
look_of(const struct canvas *c, const char *text)
{
	int n = (int)strlen(text);

	for (int i = 0; i + n <= c->width * c->height; i++) {
		int k = 0;

		while (k < n && c->cell[i + k].ch == (unsigned char)text[k])
			k++;
		if (k == n)
			return c->cell[i].style;
	}
	return -1;
}

static void
attributes_of_focus_pending_errors_and_matches(void **state)
{
	struct canvas c = { 0 };
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	s.view.focus = LAYOUT_knobs;
	scene_say(&s, true, "lr: 'x' is not a number");
	canvas_resize(&c, 80, 24);
	pane_draw_all(&s, &c);
	CHECK_INT(look_of(&c, "knobs "), CANVAS_FOCUS);
	CHECK_INT(look_of(&c, "teachers "), CANVAS_BOLD);
	CHECK_INT(look_of(&c, ">temperature"), CANVAS_REVERSE);
	CHECK_INT(look_of(&c, "8?"), CANVAS_PENDING);
	CHECK_INT(look_of(&c, "lr: 'x'"), CANVAS_BAD);
	CHECK_INT(look_of(&c, "not trained"), CANVAS_DIM);
	scenes_release(&s);
	scenes_make(&s, SCENES_HELPING);
	pane_draw_all(&s, &c);
	CHECK_INT(look_of(&c, "NAME"), CANVAS_BOLD);
	CHECK_INT(look_of(&c, "KNOB"), CANVAS_UNDERLINE);
	CHECK_INT(look_of(&c, "steps."), CANVAS_REVERSE);
	snprintf(s.view.search, sizeof s.view.search, "\xE2\x80\x93 NEVER");
	pane_draw_all(&s, &c);
	CHECK_INT(look_of(&c, "never"), CANVAS_REVERSE);
	CHECK_INT(look_of(&c, " the hour"), CANVAS_PLAIN);
	CHECK_INT(look_of(&c, "turn a"), CANVAS_PLAIN);
	scenes_release(&s);
	canvas_release(&c);
}

/* Check that an ASCII text is on the screen with an attribute. */
static void
check_shown(const struct scene *s, struct canvas *c, const char *text, int style)
{
	pane_draw_all(s, c);
	if (look_of(c, text) != style) {
		struct text t = { 0 };

		canvas_dump(c, &t);
		fail_msg("'%s' is not there in style %d:\n%s", text, style, text_get(&t));
	}
}

/* Open the map editor on networks with attention, in ASCII at 100x24. */
static void
open_taps(struct scene *s, struct canvas *c)
{
	scenes_make(s, SCENES_TAPS);
	s->utf8 = false;
	canvas_resize(c, 100, 24);
}

static void
the_editor_shows_how_attention_is_compared(void **state)
{
	struct canvas c = { 0 };
	struct scene s;

	(void)state;
	open_taps(&s, &c);
	check_shown(&s, &c, "squared error of the attention maps of 4 heads", CANVAS_PLAIN);
	check_shown(&s, &c, "big:1 -> s:1 on attention", CANVAS_BOLD);
	s.view.edit_row = 0;
	check_shown(&s, &c, "big:0 has no attention", CANVAS_WARN);
	s.view.edit_row = 2;
	check_shown(&s, &c, "on hidden weight 0.5", CANVAS_DIM);
	s.info.run->student.layer[1].heads = 2;
	s.info.run->settings.n_maps = 0;
	check_shown(&s, &c, "big:2 has 4 heads, but s:1 has 2", CANVAS_WARN);
	s.view.edit_on = MODEL_VALUE;
	s.info.run->student.layer[1].kv_heads = 1; /* of two query heads: 8 features */
	check_shown(&s, &c,
		    "mean squared error of values, learned projection 8 -> 32 (288 parameters)",
		    CANVAS_PLAIN);
	check_shown(&s, &c, "big:2 -> s:1 on value", CANVAS_BOLD);
	canvas_release(&c);
	scenes_release(&s);
}

static void
the_editor_shows_how_hidden_states_are_compared(void **state)
{
	struct canvas c = { 0 };
	struct scene s;

	(void)state;
	open_taps(&s, &c);
	s.info.run->settings.n_maps = 0;
	s.view.edit_on = MODEL_HIDDEN;
	s.view.edit_row = 2;
	check_shown(&s, &c,
		    "mean squared error through a learned projection 16 -> 32 (544 parameters)",
		    CANVAS_PLAIN);
	check_shown(&s, &c, "32x64", CANVAS_DIM);
	s.view.edit_column = 2;
	check_shown(&s, &c, "big:2 has 64 positions, but s:logits has 1", CANVAS_WARN);
	s.view.edit_column = 0;
	s.view.n_edits = 0;
	check_shown(&s, &c, "big:2 -> s:0", CANVAS_BOLD); /* an embedding has parameters */
	check_shown(&s, &c, "not mapped", CANVAS_DIM);
	s.info.run->student.layer[0].learns = false;
	check_shown(&s, &c, "s:0 is the input", CANVAS_WARN);
	canvas_release(&c);
	scenes_release(&s);
}

static void
the_editor_shows_how_feature_maps_are_compared(void **state)
{
	struct canvas c = { 0 };
	struct scene s;
	struct layer_info *t = &s.info.teacher[0].layer[1], *st = &s.run.student.layer[1];

	(void)state;
	open_taps(&s, &c);
	s.view.edit_on = MODEL_HIDDEN;
	s.view.edit_row = s.view.edit_column = 1;
	*t = (struct layer_info){ .name = "1", .width = 14 * 14 * 32, .last = 32, .learns = true };
	*st = (struct layer_info){ .name = "1", .width = 14 * 14 * 8, .last = 8, .learns = true };
	s.info.run->settings.n_maps = 1;
	s.info.run->settings.map[0] =
		(struct layer_pair){ .t_layer = 1, .s_layer = 1, .match = &loss_at, .weight = 100 };
	check_shown(&s, &c, "attention transfer between maps of 14 x 14 positions", CANVAS_PLAIN);
	t->width = st->width = 12345678 * t->last; /* too wide for a cell: features only */
	check_shown(&s, &c, "attention transfer between maps of 12345678 positions", CANVAS_PLAIN);
	check_shown(&s, &c, "8        4", CANVAS_DIM);
	canvas_release(&c);
	scenes_release(&s);
}

static void
the_terminal_cursor_is_in_the_prompt_and_after_a_question(void **state)
{
	struct canvas c = { 0 };
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	canvas_resize(&c, 80, 24);
	pane_draw_all(&s, &c);
	CHECK(c.cursor_x < 0);
	s.prompting = true;
	snprintf(s.prompt, sizeof s.prompt, ":set kd-");
	snprintf(s.candidates, sizeof s.candidates, "kd-weight  kd-more");
	s.prompt_cursor = 8;
	pane_draw_all(&s, &c);
	CHECK_INT(c.cursor_x, 8);
	CHECK_INT(c.cursor_y, 23);
	CHECK(look_of(&c, "kd-weight  kd-more") >= 0);
	s.n_candidates = 2;
	s.all_candidates = 20;
	snprintf(s.candidate[0].word, sizeof s.candidate[0].word, "kd-weight");
	snprintf(s.candidate[0].doc, sizeof s.candidate[0].doc, "Weight of kd.");
	snprintf(s.candidate[1].word, sizeof s.candidate[1].word, "kd-more");
	pane_draw_all(&s, &c);
	CHECK_INT(look_of(&c, "kd-weight  Weight of kd."), CANVAS_BOLD);
	CHECK(look_of(&c, "and 18 more") >= 0);
	s.n_candidates = 0;
	s.prompting = false;
	snprintf(s.question, sizeof s.question, "training is running; quit? y/n");
	pane_draw_all(&s, &c);
	CHECK_INT(look_of(&c, "training is"), CANVAS_WARN);
	CHECK_INT(c.cursor_y, 23);
	scenes_release(&s);
	canvas_release(&c);
}

static void
panes_are_found_by_name_in_table_order(void **state)
{
	static const char *const order[] = { "loss",   "accuracy",   "knobs", "teachers", "map",
					     "terms",  "texts",      "log",   "gauge",    "help",
					     "report", "divergence", "runs" };

	(void)state;
	CHECK_INT(pane_count, sizeof order / sizeof *order);
	for (int i = 0; i < (int)pane_count; i++) {
		CHECK_STR(pane_name((size_t)i), order[i]);
		CHECK_INT(pane_find(order[i]), i);
		CHECK(pane_table[i]->doc[0] && pane_table[i]->title[0] && pane_table[i]->hints[0]);
	}
	CHECK(pane_name(pane_count) == NULL);
	CHECK_INT(pane_find("plot"), -1);
}

static void
lines_wider_than_the_screen_are_wrapped(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EMPTY);
	s.width = 50;
	scene_help(&s, "loss",
		   "short\n\nkd: forward KL divergence from the teacher's probabilities, times "
		   "temperature squared\n"
		   "B\bBold lines have the width that nroff gave them, whatever it is\n"
		   "a-word-without-any-blank-that-is-wider-than-the-screen-is\nend");
	CHECK_INT(s.n_help, 7);
	CHECK_STR(s.help[1], "");
	CHECK_STR(s.help[2], "kd: forward KL divergence from the teacher's");
	CHECK_STR(s.help[3], "    probabilities, times temperature squared");
	CHECK_STR(s.help[4], "B\bBold lines have the width that nroff gave them, whatever it is");
	CHECK_STR(s.help[6], "end");
	scenes_release(&s);
}

static void
short_values_keep_their_exponent(void **state)
{
	static const int widths[] = { 80, 160 };
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EMPTY);
	CHECK_INT(knob_set(&s.info.run->settings.knobs, knob_find("kd-weight", NULL),
			   "1.8623451234567891e-05", NULL),
		  0);
	CHECK_INT(knob_set(&s.info.run->settings.knobs, knob_find("ce-weight", NULL),
			   "0.35357316449396375", NULL),
		  0);
	for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
		struct canvas c = { 0 };
		struct text out = { 0 };

		canvas_resize(&c, widths[i], 24);
		pane_draw_all(&s, &c);
		canvas_dump(&c, &out);
		CHECK(strstr(text_get(&out),
			     widths[i] == 80 ? "kd-weight   1.9e-05*" : "kd-weight   1.86e-05*"));
		CHECK(strstr(text_get(&out),
			     widths[i] == 80 ? "ce-weight   0.35357*" : "ce-weight   0.353573*"));
		text_release(&out);
		canvas_release(&c);
	}
	scenes_release(&s);
}

static void
each_term_has_its_own_texture_or_attribute(void **state)
{
	struct canvas c = { 0 };
	struct scene s;
	uint64_t seen[LOSS_OUTPUTS];
	size_t n = 0;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	for (size_t i = 0; i < knob_count; i++)
		if (loss_table_of_knob(&knob_table[i]) && strstr(knob_table[i].name, "-weight"))
			CHECK_INT(knob_set(&s.info.run->settings.knobs, &knob_table[i], "1", NULL),
				  0);
	s.view.focus = pane_find("terms");
	s.view.zoomed = true;
	canvas_resize(&c, 60, 40);
	pane_draw_all(&s, &c);
	for (int y = 0; y < c.height; y++) {
		const struct cell *row = &c.cell[y * c.width];
		uint64_t drawn = (uint64_t)row[0].ch << 8 | row[0].style;

		if (row[1].ch != ' ' || row[0].ch < 0x2500 || row[2].ch < 'a' || row[2].ch > 'z')
			continue;
		for (size_t i = 0; i < n; i++)
			CHECK(seen[i] != drawn);
		if (n < LOSS_OUTPUTS)
			seen[n++] = drawn;
	}
	CHECK_INT(n, LOSS_OUTPUTS);
	scenes_release(&s);
	canvas_release(&c);
}

/* Chosen by name, or the next one; default: the training rows, and the target set. */
static void
the_sets_of_the_gauge_are_chosen(void **state)
{
	struct scene s;
	struct text line = { 0 };
	struct err e;

	(void)state;
	scenes_make(&s, SCENES_GAUGE);
	CHECK(gauge_sets_open(&s));
	CHECK_STR(gauge_sets_name(&s, 0), "train");
	CHECK_STR(gauge_sets_name(&s, 1), "bold-digits");
	CHECK_INT(series_len(s.two_sample_auc), 24);
	CHECK_INT(view_do(&s, "second-set", "", &line, &e), 0);
	CHECK_STR(gauge_sets_name(&s, 1), "train"); /* the first follows the last */
	CHECK(s.gauge.rows[0] == 0 && !s.two_sample_auc);
	CHECK_INT(view_do(&s, "first-set", "held-out", &line, &e), 0);
	CHECK_STR(gauge_sets_name(&s, 0), "held-out");
	CHECK_INT(view_do(&s, "first-set", "nothing", &line, &e), -1);
	CHECK(strstr(e.msg, "'nothing'") && strstr(e.msg, "train, held-out, bold-digits"));
	s.info.n_sets = 0; /* other data */
	CHECK_INT(view_do(&s, "second-set", "", &line, &e), 0);
	CHECK_STR(gauge_sets_name(&s, 1), "held-out");
	gauge_sets_result(&s, NULL, "held-out has 3 rows (expected at least 10)");
	CHECK_STR(s.gauge_error, "held-out has 3 rows (expected at least 10)");
	s.view.helping = true;
	CHECK(!gauge_sets_open(&s));
	text_release(&line);
	scenes_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(screens_match_their_reference_pictures),
		TEST(an_ascii_terminal_gets_ascii_only),
		TEST(attributes_of_focus_pending_errors_and_matches),
		TEST(the_editor_shows_how_attention_is_compared),
		TEST(the_editor_shows_how_hidden_states_are_compared),
		TEST(the_editor_shows_how_feature_maps_are_compared),
		TEST(the_terminal_cursor_is_in_the_prompt_and_after_a_question),
		TEST(lines_wider_than_the_screen_are_wrapped),
		TEST(short_values_keep_their_exponent),
		TEST(each_term_has_its_own_texture_or_attribute),
		TEST(panes_are_found_by_name_in_table_order),
		TEST(the_sets_of_the_gauge_are_chosen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
