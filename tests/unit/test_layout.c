/* test_layout.c: where panes are at any size of the screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/ui/layout.h"
#include "retort/ui/pane.h"
#include "scenes.h"

static bool
overlap(const struct layout_rect *a, const struct layout_rect *b)
{
	return a->height > 0 && b->height > 0 && a->x < b->x + b->width && b->x < a->x + a->width &&
	       a->y < b->y + b->height && b->y < a->y + a->height;
}

static int
all_rects(const struct layout *l, struct layout_rect *r)
{
	int n = 0;

	r[n++] = l->status;
	r[n++] = l->folded;
	r[n++] = l->events;
	r[n++] = l->hints;
	r[n++] = l->prompt;
	r[n++] = l->rule;
	r[n++] = l->base;
	for (size_t i = 0; i < pane_count; i++)
		r[n++] = l->pane[i];
	return n;
}

static void
check_layout(const struct scene *s, int width, int height)
{
	struct layout l;
	struct layout_rect r[7 + LAYOUT_PANES];
	int n;

	layout_make(s, width, height, &l);
	n = all_rects(&l, r);
	for (int i = 0; i < n; i++) {
		if (r[i].height == 0)
			continue;
		if (r[i].width < 1 || r[i].height < 0 || r[i].x < 0 || r[i].y < 0 ||
		    r[i].x + r[i].width > width || r[i].y + r[i].height > height)
			fail_msg("%dx%d: rectangle %d leaves the screen: %d,%d %dx%d", width,
				 height, i, r[i].x, r[i].y, r[i].width, r[i].height);
		for (int k = 0; k < i; k++)
			if (overlap(&r[i], &r[k]))
				fail_msg("%dx%d: rectangles %d and %d overlap", width, height, k,
					 i);
	}
	/* panes are left out in the order log, map, teachers, plot */
	CHECK(!l.pane[LAYOUT_log].height || l.pane[LAYOUT_map].height || s->view.zoomed ||
	      pane_empty(s, LAYOUT_map));
	CHECK(!l.pane[LAYOUT_map].height || l.pane[LAYOUT_teachers].height || s->view.editing ||
	      s->view.zoomed);
	CHECK(!l.pane[LAYOUT_teachers].height || l.pane[LAYOUT_loss].height || s->view.zoomed);
	CHECK(l.one_line == (width < 20 || height < 4));
}

static void
panes_do_not_overlap_at_any_size(void **state)
{
	(void)state;
	for (int kind = 0; kind < SCENES_KINDS; kind++) {
		struct scene s;

		scenes_make(&s, (enum scenes_kind)kind);
		for (int width = 1; width <= 500; width++)
			for (int height = 1; height <= 200; height++)
				check_layout(&s, width, height);
		scenes_release(&s);
	}
}

static void
panes_do_not_overlap_while_the_map_is_edited(void **state)
{
	struct scene s;

	(void)state;
	scenes_make(&s, SCENES_EDITING);
	for (s.info.n_runs = 1; s.info.n_runs <= LAB_RUNS; s.info.n_runs *= 2)
		for (int width = 60; width <= 300; width += 5)
			for (int height = 10; height <= 120; height++)
				check_layout(&s, width, height);
	s.info.n_runs = 1;
	scenes_release(&s);
}

static void
the_focused_pane_is_always_visible(void **state)
{
	struct scene s;
	struct layout l;

	(void)state;
	scenes_make(&s, SCENES_DISTILLING);
	for (int pane = 0; pane < (int)pane_count; pane++)
		for (int width = 20; width <= 200; width += 3)
			for (int height = 4; height <= 60; height++) {
				s.view.focus = pane;
				layout_make(&s, width, height, &l);
				CHECK(l.pane[pane].height > 0 || height < 5);
			}
	scenes_release(&s);
}

/* Fill a scene to its limits: teachers, layers, maps, lengths of names. */
static void
fill_to_limits(struct scene *s)
{
	struct lab_info *i = &s->info;

	i->n_teachers = TRAIN_TEACHERS;
	i->run->student.n_layers = MODEL_LAYERS;
	for (int t = 0; t < TRAIN_TEACHERS; t++) {
		i->teacher[t] = i->teacher[0];
		memset(i->teacher[t].name, 'm', NET_NAME - 1);
		i->teacher[t].n_layers = MODEL_LAYERS;
		i->run->settings.teacher_weight[t] = 123456;
	}
	for (int n = 0; n < MODEL_LAYERS; n++) {
		snprintf(i->run->student.layer[n].name, sizeof i->run->student.layer[n].name,
			 "block-%d", n);
		i->run->student.layer[n].last =
			i->run->student.layer[n].last ? i->run->student.layer[n].last : 1;
		i->teacher[0].layer[n] = i->run->student.layer[n];
		i->teacher[0].layer[n].width = i->teacher[0].layer[n].last = 123456789;
		i->run->student.layer[n].learns = n > 0;
	}
	i->run->settings.n_maps = TRAIN_MAPS;
	for (int n = 0; n < TRAIN_MAPS; n++)
		i->run->settings.map[n] = (struct layer_pair){ .teacher = n % 8,
							       .t_layer = n,
							       .s_layer = n + 1,
							       .match = &loss_hidden,
							       .slot = (unsigned)n,
							       .weight = 1e-7 * n,
							       .projected = true };
	i->run->step = i->run->until = 1234567890123;
	s->rate = 1e9;
	s->eta = 1e9;
	memset(s->message, 'x', sizeof s->message - 1);
	memset(s->session, 'y', sizeof s->session - 1);
}

static void
every_scene_is_drawn_at_every_small_size(void **state)
{
	struct canvas c = { 0 };

	(void)state;
	for (int kind = 0; kind < SCENES_KINDS; kind++)
		for (int full = 0; full < 2; full++) {
			struct scene s;

			scenes_make(&s, (enum scenes_kind)kind);
			s.braille = kind % 2;
			if (full)
				fill_to_limits(&s);
			for (int width = 1; width <= 70; width += 1 + width / 20)
				for (int height = 1; height <= 40; height += 1 + height / 12) {
					s.view.focus = (width + height) % (int)pane_count;
					s.prompting = height % 3 == 0;
					s.prompt_cursor = width;
					canvas_resize(&c, width, height);
					pane_draw_all(&s, &c);
					CHECK(c.cursor_x < width && c.cursor_y < height);
				}
			scenes_release(&s);
		}
	canvas_release(&c);
}

/* Large screens have more panes; a report and smoothing draw more. */
static void
every_scene_is_drawn_at_large_sizes(void **state)
{
	static const int size[][2] = { { 100, 30 }, { 160, 50 }, { 200, 60 }, { 500, 200 } };
	struct canvas c = { 0 };

	(void)state;
	for (int kind = 0; kind < SCENES_KINDS; kind++)
		for (size_t i = 0; i < sizeof size / sizeof *size; i++)
			for (int pane = 0; pane < (int)pane_count; pane++) {
				struct scene s;

				scenes_make(&s, (enum scenes_kind)kind);
				if (pane % 2) {
					fill_to_limits(&s);
					scene_report(&s, "one line\nanother line");
					s.info.run->settings.knobs.smooth = 0.9;
				}
				s.view.focus = pane;
				canvas_resize(&c, size[i][0], size[i][1]);
				pane_draw_all(&s, &c);
				CHECK(c.cursor_x < size[i][0]);
				scenes_release(&s);
			}
	canvas_release(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(panes_do_not_overlap_at_any_size),
		TEST(panes_do_not_overlap_while_the_map_is_edited),
		TEST(the_focused_pane_is_always_visible),
		TEST(every_scene_is_drawn_at_every_small_size),
		TEST(every_scene_is_drawn_at_large_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
