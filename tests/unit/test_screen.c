/* test_screen.c: the whole screen as text, its geometry at every size, view actions, the map
 * editor. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/ui/editor.h"
#include "retort/ui/layout.h"
#include "retort/ui/pane.h"
#include "retort/ui/view.h"

static void
add_layers(struct lab_net *n, const size_t *width, int layers)
{
	n->n_layers = layers;
	for (int i = 0; i < layers; i++) {
		snprintf(n->layer[i].name, sizeof n->layer[i].name,
			 i == layers - 1 ? "logits" : "%d", i);
		n->layer[i].width = n->layer[i].last = width[i];
		n->layer[i].learns = i > 0;
	}
}

/* A student in the middle of its run, with changes behind it. */
static void
distilling(struct scene *s)
{
	static const size_t big[] = { 64, 256, 256, 10 }, small[] = { 64, 16, 10 };
	struct lab_info *i = &s->info;

	scene_init(s);
	snprintf(s->session, sizeof s->session, "digits.ret");
	knob_defaults(&s->defaults);
	knob_defaults(&i->knobs);
	i->knobs.temperature = 2;
	snprintf(i->data, sizeof i->data, "digits");
	i->n_train = 1439;
	i->n_teachers = 1;
	snprintf(i->teacher[0].name, LAB_NAME, "big");
	snprintf(i->teacher[0].spec, LAB_SPEC, "mlp 256,256");
	i->teacher[0].ready = true;
	i->teacher[0].weight = 1;
	i->teacher[0].last = (struct lab_scores){ 0.98, 0.05, 0.01, NAN, NAN, 690 };
	add_layers(&i->teacher[0], big, 4);
	i->has_student = true;
	snprintf(i->student.spec, LAB_SPEC, "mlp 16");
	i->student.last = (struct lab_scores){ 0.95, 0.2, 0.02, 0.96, 0.05, 600 };
	add_layers(&i->student, small, 3);
	i->phase = LAB_DISTILLING;
	i->step = 600;
	i->until = 2000;
	i->n_maps = 1;
	i->map[0] = (struct lab_map){ .t_layer = 1,
				      .s_layer = 1,
				      .match = &loss_hidden,
				      .weight = 0.5,
				      .projected = true,
				      .t_width = 256 };
	s->rate = 412;
	s->eta = 3.4;
	s->recording = true;
	for (uint32_t step = 0; step <= 600; step += 50) {
		scene_sample(s, LAB_STUDENT, METRIC_VAL_NLL, step, 0.15 + 2 * exp(step / -120.0));
		scene_sample(s, LAB_STUDENT, METRIC_VAL_ACCURACY, step,
			     0.96 - 0.85 * exp(step / -90.0));
	}
	scene_sample(s, LAB_STUDENT, metric_output(LOSS_OUTPUT_kd, METRIC_SHARE), 600, 0.75);
	scene_sample(s, LAB_STUDENT, metric_output(LOSS_OUTPUT_ce, METRIC_SHARE), 600, 0.25);
	scene_mark_add(s, SCENE_TWEAK, LAB_STUDENT, 200, "temperature 4 -> 2", 0, 4, 2);
	scene_mark_add(s, SCENE_MAP, LAB_STUDENT, 400, "map: 1 pair", -1, 0, 0);
	scene_log(s, SCENE_INFO, "@200 temperature 4 -> 2");
	scene_say(s, false, "@400 map: 1 pair");
}

/* Compare with tests/screen/NAME; what was drawn is left in the build tree to be looked at. */
static void
compare(const struct canvas *c, const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[512], *want;
	struct text got = { 0 };
	struct err e;
	size_t size;
	FILE *f;

	canvas_dump(c, &got);
	snprintf(path, sizeof path, "%s/tests/screen/%s", srcdir ? srcdir : ".", name);
	if (getenv("RETORT_REGENERATE")) /* look at the difference before it is kept */
		io_write(path, &(const void *){ got.s }, &got.len, 1, NULL);
	if (io_read(path, 1 << 20, &want, &size, &e) < 0)
		want = mem_text(e.msg);
	if (strcmp(want, got.s) != 0) {
		f = fopen(name, "w");
		if (f) {
			fputs(got.s, f);
			fclose(f);
		}
		fail_msg("the screen is not %s; what was drawn is in ./%s", path, name);
	}
	mem_free(want);
	text_release(&got);
}

static void
draw_as(struct scene *s, int width, int height, const char *name)
{
	struct canvas c = { 0 };

	canvas_resize(&c, width, height);
	pane_draw_all(s, &c);
	compare(&c, name);
	canvas_release(&c);
}

static void
the_screen_is_as_it_was_looked_at(void **state)
{
	struct scene s;
	struct err e;

	(void)state;
	distilling(&s);
	draw_as(&s, 80, 24, "80x24.txt");
	draw_as(&s, 160, 50, "160x50.txt");
	draw_as(&s, 40, 12, "40x12.txt");
	draw_as(&s, 19, 3, "19x3.txt");
	s.utf8 = false;
	draw_as(&s, 80, 24, "ascii.txt");
	s.utf8 = true;
	s.info.knobs.charset = KNOB_QUADRANTS;
	s.view.cursor_on = true;
	s.view.cursor = 200;
	draw_as(&s, 80, 24, "quadrants.txt");
	CHECK(view_do(&s, "map", "", NULL, &e) == 0 && view_do(&s, "weight", "7", NULL, &e) == 0);
	draw_as(&s, 80, 24, "editor.txt");
	scene_release(&s);
}

static void
ascii_is_seven_bits(void **state)
{
	struct scene s;
	struct canvas c = { 0 };

	(void)state;
	distilling(&s);
	s.utf8 = false;
	for (int w = 1; w <= 161; w += 8)
		for (int h = 1; h <= 51; h += 5) {
			canvas_resize(&c, w, h);
			pane_draw_all(&s, &c);
			for (int i = 0; i < w * h; i++)
				CHECK(c.cell[i].ch < 127);
		}
	canvas_release(&c);
	scene_release(&s);
}

static bool
apart(const struct layout_rect *a, const struct layout_rect *b)
{
	return !a->height || !b->height || a->x + a->width <= b->x || b->x + b->width <= a->x ||
	       a->y + a->height <= b->y || b->y + b->height <= a->y;
}

static void
check_layout(const struct layout *l, int width, int height)
{
	const struct layout_rect *all[LAYOUT_PANES + 7] = { &l->status, &l->folded, &l->events,
							    &l->hints,  &l->prompt, &l->rule,
							    &l->base };

	for (int i = 0; i < LAYOUT_PANES; i++)
		all[7 + i] = &l->pane[i];
	for (int i = 0; i < LAYOUT_PANES + 7; i++) {
		CHECK(all[i]->x >= 0 && all[i]->y >= 0 && all[i]->x + all[i]->width <= width &&
		      all[i]->y + all[i]->height <= height);
		for (int k = 0; k < i; k++)
			CHECK(apart(all[i], all[k]));
	}
}

static void
nothing_overlaps_at_any_size(void **state)
{
	struct canvas c = { 0 };
	struct layout l;
	struct scene s;

	(void)state;
	distilling(&s);
	for (int w = 1; w <= 200; w++)
		for (int h = 1; h <= 60; h++)
			for (int focus = 0; focus < (int)pane_count; focus++) {
				s.view.focus = focus;
				s.view.editing = focus == LAYOUT_map && w % 2;
				s.view.helping = focus == LAYOUT_help;
				layout_make(&s, w, h, &l);
				check_layout(&l, w, h);
				CHECK(l.one_line ||
				      l.pane[s.view.helping ? LAYOUT_help : focus].height > 0);
				if (focus ==
				    (w + h) % (int)pane_count) { /* and drawing it is possible */
					canvas_resize(&c, w, h);
					pane_draw_all(&s, &c);
				}
			}
	canvas_release(&c);
	scene_release(&s);
}

/* Every action on scenes of every kind: an answer or a clear refusal, and a screen that can be
 * drawn. */
static void
every_action_can_be_done_anywhere(void **state)
{
	struct canvas c = { 0 };

	(void)state;
	canvas_resize(&c, 80, 24);
	for (size_t a = 0; a < view_count; a++)
		for (int kind = 0; kind < 4 * (int)pane_count; kind++) {
			const char *argument = view_table[a].argument[0] ? "1" : "";
			struct text line = { 0 };
			struct err e = { "" };
			struct scene s;

			if (kind % 4 == 0)
				scene_init(&s);
			else
				distilling(&s);
			s.view.focus = kind / 4 < LAYOUT_help ? kind / 4 : 0;
			s.view.editing = kind % 4 == 2;
			if (kind % 4 == 3)
				scene_help(&s, "page", "one\ntwo\nthree\n");
			if (view_do(&s, view_table[a].name, argument, &line, &e) < 0)
				CHECK(e.msg[0] != '\0');
			pane_draw_all(&s, &c);
			text_release(&line);
			scene_release(&s);
		}
	canvas_release(&c);
}

static void
keys_turn_the_chosen_knob(void **state)
{
	struct text line = { 0 };
	struct scene s;
	struct err e;

	(void)state;
	distilling(&s);
	CHECK_INT(view_do(&s, "more", "", &line, &e), 0);
	CHECK_STR(line.s, "set temperature 2.5");
	text_clear(&line);
	s.pending[0] = true; /* asked for and not answered: a held key goes on from there */
	snprintf(s.pending_text[0], sizeof s.pending_text[0], "2.5");
	view_do(&s, "more", "", &line, &e);
	CHECK_STR(line.s, "set temperature 3.125");
	text_clear(&line);
	view_do(&s, "focus", "teachers", &line, &e);
	view_do(&s, "less", "", &line, &e);
	CHECK_STR(line.s, "teachers big weight 0.9");
	text_release(&line);
	scene_release(&s);
}

static void
edits_of_the_map_are_applied_as_one_line(void **state)
{
	struct text line = { 0 };
	struct scene s;
	struct err e;

	(void)state;
	distilling(&s);
	CHECK_INT(view_do(&s, "map", "", &line, &e), 0);
	CHECK_INT(view_do(&s, "apply", "", &line, &e), -1); /* nothing pending */
	view_do(&s, "down", "", &line, &e);                 /* big:1 s:1, mapped with 0.5 */
	CHECK_INT(view_do(&s, "clear-edit", "", &line, &e), 0);
	view_do(&s, "down", "", &line, &e);
	CHECK_INT(view_do(&s, "weight", "3", &line, &e), 0);
	CHECK_INT(s.view.n_edits, 2);
	view_do(&s, "left", "", &line, &e); /* s:0 is the input */
	CHECK_INT(view_do(&s, "weight", "3", &line, &e), -1);
	CHECK_STR(e.msg, "s:0 is the input: nothing in it can learn");
	CHECK_INT(view_do(&s, "enter", "", &line, &e), 0);
	CHECK_STR(line.s, "map big:1 s:1 off and big:2 s:1 match hidden weight 0.3");
	CHECK_INT(s.view.n_edits, 0);
	/* an edit that is taken back leaves nothing pending */
	s.view.edit_row = s.view.edit_column = 1;
	view_do(&s, "weight", "9", &line, &e);
	view_do(&s, "weight", "5", &line, &e);
	CHECK_INT(s.view.n_edits, 0);
	text_release(&line);
	scene_release(&s);
}

static void
q_asks_only_while_something_works(void **state)
{
	struct text line = { 0 };
	struct scene s;
	struct err e;

	(void)state;
	distilling(&s);
	view_do(&s, "close", "", &line, &e);
	CHECK(s.question[0] && !line.len);
	CHECK_STR(s.answer, "quit");
	s.question[0] = '\0';
	s.info.phase = LAB_IDLE;
	view_do(&s, "close", "", &line, &e);
	CHECK_STR(line.s, "quit");
	text_release(&line);
	scene_release(&s);
}

static void
a_page_is_searched_through_its_overstrikes(void **state)
{
	struct scene s;
	struct err e;

	(void)state;
	scene_init(&s);
	scene_help(&s, "page", "first\nsecond\nt\bth\bhi\bir\brd\bd\nfourth\n");
	CHECK_INT(s.n_help, 4);
	CHECK_INT(view_do(&s, "find", "THIRD", NULL, &e), 0);
	CHECK_INT(s.view.help_scroll, 2);
	CHECK_INT(view_do(&s, "find", "fifth", NULL, &e), -1);
	CHECK_STR(e.msg, "'fifth' is not found");
	scene_release(&s);
}

static void
markers_are_found_and_told(void **state)
{
	struct scene s;
	struct err e;

	(void)state;
	distilling(&s);
	CHECK_INT(view_do(&s, "next-mark", "", NULL, &e), 0);
	CHECK_INT(s.view.cursor, 200);
	CHECK_STR(s.message, "a @200 temperature 4 -> 2");
	CHECK_INT(view_do(&s, "next-mark", "", NULL, &e), 0);
	CHECK_INT(s.view.cursor, 400);
	CHECK_INT(view_do(&s, "next-mark", "", NULL, &e), -1);
	CHECK_INT(view_do(&s, "previous-mark", "", NULL, &e), 0);
	CHECK_INT(s.view.cursor, 200);
	scene_release(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_screen_is_as_it_was_looked_at),
		TEST(ascii_is_seven_bits),
		TEST(nothing_overlaps_at_any_size),
		TEST(every_action_can_be_done_anywhere),
		TEST(keys_turn_the_chosen_knob),
		TEST(edits_of_the_map_are_applied_as_one_line),
		TEST(q_asks_only_while_something_works),
		TEST(a_page_is_searched_through_its_overstrikes),
		TEST(markers_are_found_and_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
