/* test_plot.c: plots as text, in all glyphs and at all sizes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "plotrig.h"

#include "retort/base/rng.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/ui/pane.h"
#include "retort/ui/plot.h"

static void
a_plot_in_braille(void **state)
{
	(void)state;
	plotrig_fill();
	plotrig_draw_pane(&pane_loss, 80, 20);
	plotrig_check(
		"1 val-nll nats  ━ student 0.1818  ╍ baseline 0.4818  ╌ big 0.1250\n"
		"  2.0┤                 ┊          ┊\n"
		"     │                 ┊          ┊\n"
		"     │   ⡀             ┊          ┊\n"
		"  1.5┤   ⠘⢄            ┊          ┊\n"
		"     │  ⠠⡀⠈            ┊          ┊\n"
		"     │   ⠑⡄ ⠑⢄         ┊          ┊\n"
		"     │    ⠘⢄   ⠢⢄      ┊          ┊\n"
		"  1.0┤     ⠈⠑⢄    ⠑⠤   ┊          ┊\n"
		"     │        ⠑⠢⣀    ⠉⠑┊⠤⢄ ⣀      ┊\n"
		"     │           ⠑⠢⠤⣀  ┊    ⠉ ⠉⠒ ⠢⠤ ⠤⠤ ⢄⣀ ⣀⣀\n"
		"  0.5┤               ⠉⠑⠒⠤⢄⣀⣀      ┊          ⠉⠉ ⠉⠉ ⠒⠒ ⠒⠒ ⠒⠒ ⠤⠤ ⠤\n"
		"     │                 ┊    ⠉⠉⠉⠒⠒⠢⠤⠤⢄⣀⣀⣀⣀⣀⡀\n"
		"     │                 ┊          ┊       ⠈⠉⠉⠉⠁     ⠒⠒⠒⠒⠒⠒⠒⠢⠤⠤⠤⠤\n"
		"  0.0┤⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉┊⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉ ⠉  big\n"
		"     └┬─────────────┬─────────────┬──────────────┬─────────────┬──────────────┬─\n"
		"      0             50           100            150           200            250\n"
		"mark                   a          2              x\n"
		"temperature 4──────────2──────────8───────────────────────────── 8\n"
		"kd-weight 0.9─────────────────────0.75────────────────────────── 0.75\n");
	plotrig.scene.view.log_y[0] = true;
	plotrig_draw_pane(&pane_loss, 40, 12);
	plotrig_check("1 val-nll log nats  ━ student 0.1818\n"
		      "  ╍ baseline 0.4818  ╌ big 0.1250\n"
		      "    2┤ ⠤     ┊     ┊\n"
		      "    1┤ ⠉⠢⡀⠢ ⣀⡀     ┊\n"
		      "     │   ⠈⠑⠤⣀⡀ ⠒⠒ ⠤⠤ ⣀⣀\n"
		      "  0.5┤       ⠈⠑⠤⣀⣀⡀┊    ⠉⠉ ⠉⠉ ⠑⠒\n"
		      "     │       ┊    ⠈⠉⠒⠢⠤⠤⣀\n"
		      "  0.2┤       ┊     ┊       ⠉⠉⠑⠒⠒⠤\n"
		      "  0.1┤⠒ ⠒ ⠒ ⠒┊⠒ ⠒ ⠒┊⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒  big\n"
		      "     └0───────────100──────────200──────\n"
		      "mark         a     2     x\n"
		      "kd-weight 0.9──────0.75──────────\n");
}

static void
a_plot_in_ascii(void **state)
{
	(void)state;
	plotrig_fill();
	plotrig.scene.info.run->settings.knobs.charset = KNOB_ASCII;
	plotrig_draw_pane(&pane_loss, 80, 16);
	plotrig_check(
		"1 val-nll nats  * student 0.1818  o baseline 0.4818  - big 0.1250\n"
		"  2.0+                 :          :\n"
		"     |                 :          :\n"
		"  1.5+  oo             :          :\n"
		"     |  **ooo          :          :\n"
		"     |    *  ooo       :          :\n"
		"  1.0+     *****ooooooooo         :\n"
		"     |          ****** : oooooooooooooooooooo\n"
		"  0.5+                **************         ooooooooooooooooooo\n"
		"     |--  --  --  --  --  --  --  --***********-  --************  --  --  -- big\n"
		"  0.0+                 :          :\n"
		"     ++-------------+-------------+--------------+-------------+--------------+-\n"
		"      0             50           100            150           200            250\n"
		"mark                   a          2              x\n"
		"temperature 4----------2----------8----------------------------- 8\n"
		"kd-weight 0.9---------------------0.75-------------------------- 0.75\n");
	plotrig.scene.view.log_y[0] = plotrig.scene.view.log_x = true;
	plotrig_draw_pane(&pane_loss, 40, 12);
	plotrig_check("1 val-nll log nats logX  * student .182\n"
		      "  o baseline .482  - big .125\n"
		      "    2+              ooo        :  :\n"
		      "    1+              ******ooo  :  :\n"
		      "     |                    ***ooooooo\n"
		      "  0.5+                       *****:oooo\n"
		      "     |                         :  ****\n"
		      "  0.2+                         :  :  **\n"
		      "  0.1+--  --  --  --  --  --  --  -- big\n"
		      "     +1-------------10-----------100----\n"
		      "mark                           a  2 x\n"
		      "kd-weight 0.9---------------------0.75-\n");
}

static void
a_plot_in_quadrants(void **state)
{
	(void)state;
	plotrig_fill();
	plotrig.scene.braille = false; /* the Linux console */
	plotrig_draw_pane(&pane_accuracy, 50, 10);
	plotrig_check("2 val-accuracy  ━ student 90.91%\n"
		      " 100%┤          ┊      ┊                ▖\n"
		      "  80%┤          ┊  ▗▄▄▄▄▞▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀\n"
		      "     │      ▗▄▄▄▀▀▀▘   ┊\n"
		      "  60%┤    ▄▀▘   ┊      ┊\n"
		      "     │   ▛      ┊      ┊\n"
		      "  40%┤ ▗▞       ┊      ┊\n"
		      "  20%┤          ┊      ┊\n"
		      "     └0───────────────100──────────────200────────\n"
		      "mark            a      2\n");
}

static void
the_cursor_shows_exact_samples_and_markers(void **state)
{
	(void)state;
	plotrig_fill();
	plotrig.scene.view.cursor_on = true;
	plotrig.scene.view.cursor = 100;
	plotrig_draw_pane(&pane_loss, 100, 16);
	CHECK(plotrig_shows(
		"1 val-nll @100 nats  \xE2\x94\x81 student 0.3333333  \xE2\x95\x8D baseline "
		"0.6333333  \xE2\x95\x8C big 0.125\n"));
	CHECK(plotrig_shows("b @100 temperature 2 -> 8"));
	CHECK(plotrig_shows("c @100 kd-weight 0.9 -> 0.75"));
	CHECK(!plotrig_shows("a @60"));
	plotrig.scene.view.cursor = 119; /* the last sample before it */
	plotrig_draw_pane(&pane_loss, 100, 16);
	CHECK(plotrig_shows("student 0.3076923@110"));
	plotrig.scene.view.cursor = 9; /* before the first */
	plotrig_draw_pane(&pane_loss, 100, 16);
	CHECK(plotrig_shows("student -  "));
	plotrig.scene.view.cursor = 150;
	plotrig_draw_pane(&pane_loss, 100, 16);
	CHECK(plotrig_shows("student nan  "));
}

static void
values_below_a_log_axis_are_gaps_and_counted(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		plotrig_add_sample(BRANCH_STUDENT, METRIC_VAL_NLL, i,
				   i % 10 == 3   ? 0
				   : i % 10 == 4 ? -1
						 : 1 + i / 100.0);
	plotrig.scene.view.log_y[0] = true;
	plotrig_draw_pane(&pane_loss, 80, 12);
	CHECK(plotrig_shows("student 1.9900 20\xE2\x89\xA4"
			    "0\n"));
	plotrig.scene.info.run->settings.knobs.charset = KNOB_ASCII;
	plotrig_draw_pane(&pane_loss, 80, 12);
	CHECK(plotrig_shows("student 1.9900 20<=0\n"));
	plotrig.scene.view.log_y[0] = false;
	plotrig_draw_pane(&pane_loss, 80, 12);
	CHECK(!plotrig_shows("<=0"));
	CHECK(plotrig_shows("-1"));
}

static void
curves_differ_without_colour(void **state)
{
	struct canvas_area a;
	int blank = 0;

	(void)state;
	plotrig_add_sample(BRANCH_STUDENT, METRIC_VAL_NLL, 0, 1);
	plotrig_add_sample(BRANCH_STUDENT, METRIC_VAL_NLL, 256, 1);
	plotrig_add_sample(BRANCH_BASELINE, METRIC_VAL_NLL, 0, 2);
	plotrig_add_sample(BRANCH_BASELINE, METRIC_VAL_NLL, 256, 2);
	plotrig_draw_pane(&pane_loss, 60, 10);
	a = canvas_all(&plotrig.canvas);
	for (int y = 1; y < a.height; y++)
		for (int x = 6; x < a.width; x++) {
			const struct cell *cell =
				&plotrig.canvas.cell[y * plotrig.canvas.width + x];

			CHECK(cell->style != CANVAS_CURVE1 || cell->ch != ' ');
			if (cell->style == CANVAS_REFERENCE && x > 6)
				blank += plotrig.canvas.cell[y * plotrig.canvas.width + x - 1].ch ==
					 ' ';
		}
	CHECK(blank > 10);
	plotrig.scene.utf8 = false;
	plotrig_draw_pane(&pane_loss, 60, 10);
	CHECK(plotrig_shows("+oooooooooooooooooooooooooooooo"));
	CHECK(plotrig_shows("+******************************"));
}

static void
ascii_is_seven_bits(void **state)
{
	(void)state;
	plotrig_fill();
	plotrig.scene.utf8 = false;
	plotrig.scene.info.run->settings.knobs.charset = KNOB_BRAILLE; /* not available */
	for (int on = 0; on < 2; on++) {
		plotrig.scene.view.cursor_on = plotrig.scene.view.log_y[0] =
			plotrig.scene.view.log_x = on;
		plotrig.scene.view.cursor = 100;
		for (int i = 0; i < 3; i++) {
			plotrig_draw_pane(i == 0   ? &pane_loss
					  : i == 1 ? &pane_accuracy
						   : &pane_terms,
					  100, 30);
			for (int k = 0; k < 100 * 30; k++)
				CHECK(plotrig.canvas.cell[k].ch >= ' ' &&
				      plotrig.canvas.cell[k].ch < 127);
		}
	}
}

static void
a_teacher_has_its_own_curves_and_markers(void **state)
{
	(void)state;
	plotrig_fill();
	plotrig_add_sample(BRANCH_TEACHER(1), METRIC_VAL_NLL, 40, 0.75);
	plotrig.scene.view.branch = BRANCH_TEACHER(1);
	plotrig_draw_pane(&pane_loss, 80, 12);
	CHECK(plotrig_shows("1 val-nll nats  \xE2\x94\x81 late 0.7500\n"));
	CHECK(!plotrig_shows("temperature"));
	plotrig.scene.view.branch = BRANCH_TEACHER(0);
	plotrig_draw_pane(&pane_loss, 80, 12);
	CHECK(plotrig_shows("no samples yet"));
}

/* Cells outside of the area keep their characters, at any size. */
static void
a_plot_of_any_size_stays_in_its_area(void **state)
{
	const struct pane *panes[] = { &pane_loss, &pane_accuracy, &pane_terms };

	(void)state;
	plotrig_fill();
	for (int w = 1; w <= 200; w++)
		for (int h = 1; h <= 60; h++) {
			struct canvas_area a;
			int i = (w + h) % 3;

			plotrig.scene.utf8 = (w + h) % 5 != 0;
			plotrig.scene.view.log_x = w % 2;
			plotrig.scene.view.log_y[0] = h % 2;
			plotrig.scene.view.cursor_on = (w + h) % 4 == 0;
			plotrig.scene.view.cursor = (uint32_t)w;
			plotrig.scene.view.x_from = (uint32_t)(w % 7 * h);
			plotrig.scene.view.x_to =
				w % 7 ? plotrig.scene.view.x_from + (uint32_t)(h % 9) : 0;
			canvas_resize(&plotrig.canvas, w + 4, h + 2);
			for (int k = 0; k < plotrig.canvas.width * plotrig.canvas.height; k++)
				plotrig.canvas.cell[k] =
					(struct cell){ .ch = 0xE000, .style = CANVAS_GOOD };
			a = canvas_cut(canvas_all(&plotrig.canvas), 2, 1, w, h);
			for (int y = 0; y < h; y++)
				for (int x = 0; x < w; x++)
					canvas_put(a, x, y, ' ', CANVAS_PLAIN);
			panes[i]->draw(&plotrig.scene, a);
			for (int k = 0; k < plotrig.canvas.width * plotrig.canvas.height; k++) {
				int x = k % plotrig.canvas.width - 2,
				    y = k / plotrig.canvas.width - 1;

				if (x < 0 || y < 0 || x >= w || y >= h)
					CHECK(plotrig.canvas.cell[k].ch == 0xE000 &&
					      plotrig.canvas.cell[k].style == CANVAS_GOOD);
				else
					CHECK(plotrig.canvas.cell[k].ch != 0xE000);
			}
		}
}

/* A steep start and a long flat end. */
static void
fill_long_run(void)
{
	for (uint32_t step = 20; step <= 2000; step += 20)
		plotrig_add_sample(BRANCH_STUDENT, METRIC_VAL_ACCURACY, step,
				   0.98 - 0.9 * exp(-(double)step / 60));
	plotrig.scene.info.phase = LAB_DISTILLING;
	plotrig.scene.info.run->until = 4000;
}

static void
the_axes_end_at_the_target_and_fit_the_settled_part(void **state)
{
	(void)state;
	fill_long_run();
	plotrig_draw_pane(&pane_accuracy, 80, 12);
	CHECK(plotrig_shows("4000") && plotrig_shows("90%\u2524") && !plotrig_shows("20%"));
	snprintf(plotrig.scene.view.hidden[plotrig.scene.view.n_hidden++], NET_NAME, "student");
	plotrig_draw_pane(&pane_accuracy, 80, 12);
	CHECK(plotrig_shows("student off") && plotrig_shows("no samples"));
	plotrig.scene.view.n_hidden = 0;
	plotrig.scene.view.y_from[1] = 0.5;
	plotrig.scene.view.y_to[1] = 0.75;
	plotrig_draw_pane(&pane_accuracy, 80, 12);
	CHECK(plotrig_shows(" 50%\u2524") && plotrig_shows(" 80%\u2524"));
	plotrig.scene.info.run->until = 1 << 20; /* of a long run a part that doubles */
	plotrig_draw_pane(&pane_accuracy, 80, 12);
	CHECK(plotrig_shows("10k") && !plotrig_shows("1M"));
}

static void
raw_samples_are_faint_under_the_smoothed_curve(void **state)
{
	int raw = 0;

	(void)state;
	for (uint32_t step = 1; step <= 256; step++)
		plotrig_add_sample(BRANCH_STUDENT, METRIC_VAL_NLL, step, 1 + step % 2);
	plotrig.scene.info.run->settings.knobs.smooth = 0.9;
	curves_smooth(plotrig.scene.curves, 0.9);
	plotrig.scene.view.y_to[0] = 3;
	plotrig_draw_pane(&pane_loss, 60, 12);
	for (int i = 60; i < 60 * 10; i++)
		raw += plotrig.canvas.cell[i].style == CANVAS_DIM &&
		       plotrig.canvas.cell[i].ch >= 0x2800 && plotrig.canvas.cell[i].ch < 0x2900;
	CHECK(raw > 50);
	plotrig.scene.info.run->settings.knobs.smooth = 0;
	plotrig_draw_pane(&pane_loss, 60, 12);
	for (int i = 60; i < 60 * 10; i++)
		CHECK(plotrig.canvas.cell[i].style != CANVAS_DIM ||
		      plotrig.canvas.cell[i].ch < 0x2800);
}

static void
extreme_values_are_drawn(void **state)
{
	static const double wild[] = { 1e300, -1e300, 0,    1e-300, INFINITY, -INFINITY,
				       NAN,   1e-45,  3e38, -3e38,  1,        1 + 1e-7 };
	enum { N = sizeof wild / sizeof *wild };

	(void)state;
	for (uint32_t i = 0; i < N; i++)
		for (uint32_t k = 0; k < N; k++)
			for (int log = 0; log < 2; log++) {
				plotrig_add_sample(BRANCH_STUDENT, METRIC_VAL_NLL, 7, wild[i]);
				plotrig_add_sample(BRANCH_STUDENT, METRIC_VAL_NLL, UINT32_MAX - k,
						   wild[k]);
				plotrig.scene.view.log_y[0] = plotrig.scene.view.log_x = log;
				plotrig_draw_pane(&pane_loss, 60, 12);
				CHECK(plotrig_shows("val-nll"));
				CHECK(plotrig_shows("mark"));
				curves_forget(plotrig.scene.curves, CURVES_FIRST, BRANCH_STUDENT);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		PLOTRIG_TEST(a_plot_in_braille),
		PLOTRIG_TEST(a_plot_in_ascii),
		PLOTRIG_TEST(a_plot_in_quadrants),
		PLOTRIG_TEST(the_cursor_shows_exact_samples_and_markers),
		PLOTRIG_TEST(values_below_a_log_axis_are_gaps_and_counted),
		PLOTRIG_TEST(curves_differ_without_colour),
		PLOTRIG_TEST(ascii_is_seven_bits),
		PLOTRIG_TEST(a_teacher_has_its_own_curves_and_markers),
		PLOTRIG_TEST(a_plot_of_any_size_stays_in_its_area),
		PLOTRIG_TEST(the_axes_end_at_the_target_and_fit_the_settled_part),
		PLOTRIG_TEST(raw_samples_are_faint_under_the_smoothed_curve),
		PLOTRIG_TEST(extreme_values_are_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
