/* test_plot.c: plots, rail, strips and loss terms as text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/ui/pane.h"
#include "retort/ui/plot.h"

static struct scene s;
static struct scene_mark mark[12];
static struct canvas c;

static void
add_sample(unsigned branch, unsigned metric, uint32_t step, double value)
{
	if (!s.series[branch][metric])
		s.series[branch][metric] = series_new();
	series_push(s.series[branch][metric], step, value);
}

static int
teardown(void **state)
{
	(void)state;
	for (int b = 0; b < BRANCH_IDS; b++)
		for (unsigned m = 0; m < METRIC_COUNT; m++)
			series_free(s.series[b][m]);
	memset(&s, 0, sizeof s);
	memset(mark, 0, sizeof mark);
	canvas_release(&c);
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	s.utf8 = s.braille = true;
	knob_defaults(&s.info.run.settings.knobs);
	s.view.plot_metric[0] = METRIC_VAL_NLL;
	s.view.plot_metric[1] = METRIC_VAL_ACCURACY;
	s.mark = mark;
	return 0;
}

static void
add_tweak(uint32_t step, int knob, double from, double to)
{
	struct scene_mark *m = &mark[s.n_marks];

	*m = (struct scene_mark){ .kind = SCENE_TWEAK,
				  .branch = BRANCH_STUDENT,
				  .step = step,
				  .knob = knob,
				  .from = from,
				  .to = to };
	m->letter = (char)('a' + s.n_marks++);
	snprintf(m->text, sizeof m->text, "%s %g -> %g", knob_table[knob].name, from, to);
}

/* A run of 200 steps with an evaluation every 10 steps, two teachers and three changes. */
static void
fill_run(void)
{
	for (uint32_t i = 10; i <= 200; i += 10) {
		double x = 1 / (1 + i / 20.0);

		add_sample(BRANCH_STUDENT, METRIC_VAL_NLL, i, i == 150 ? NAN : 2 * x);
		add_sample(BRANCH_BASELINE, METRIC_VAL_NLL, i, 0.3 + 2 * x);
		add_sample(BRANCH_STUDENT, METRIC_VAL_ACCURACY, i, 1 - x);
		add_sample(BRANCH_STUDENT, metric_output(LOSS_OUTPUT_ce, METRIC_SHARE), i,
			   1 - i / 400.0);
		add_sample(BRANCH_STUDENT, metric_output(LOSS_OUTPUT_kd, METRIC_SHARE), i,
			   i / 400.0);
		add_sample(BRANCH_STUDENT, metric_output(LOSS_OUTPUT_kd, METRIC_TRAIN), i, 3 * x);
	}
	s.info.n_teachers = 2;
	snprintf(s.info.teacher[0].name, NET_NAME, "big");
	snprintf(s.info.teacher[1].name, NET_NAME, "late");
	s.info.teacher[0].ready = true;
	s.info.teacher[0].last.nll = 0.125;
	s.info.teacher[0].last.accuracy = NAN;
	add_tweak(60, 0, 4, 2);
	add_tweak(100, 0, 2, 8);
	add_tweak(100, 1, 0.9, 0.75);
}

/* Add the marker of a stage, and of a knob that it changes in the same column. */
static void
add_stage(uint32_t step, const char *text)
{
	mark[s.n_marks] = (struct scene_mark){ .kind = SCENE_STAGE,
					       .branch = BRANCH_STUDENT,
					       .step = step,
					       .letter = '>',
					       .knob = -1 };
	snprintf(mark[s.n_marks++].text, sizeof mark->text, "%s", text);
	add_tweak(step, 0, 8, 1);
	add_tweak(step, 1, 0.75, 0);
}

static void
check_dump(const char *want)
{
	struct text t = { 0 };

	canvas_dump(&c, &t);
	CHECK_STR(text_get(&t), want);
	text_release(&t);
}

static bool
is_shown(const char *what)
{
	struct text t = { 0 };
	bool is_there;

	canvas_dump(&c, &t);
	is_there = strstr(text_get(&t), what) != NULL;
	text_release(&t);
	return is_there;
}

static void
draw_pane(const struct pane *p, int width, int height)
{
	canvas_resize(&c, width, height);
	p->draw(&s, canvas_all(&c));
}

static void
stages_are_named_on_the_plot(void **state)
{
	(void)state;
	fill_run();
	add_stage(150, "finetune, 50 steps: lr 0.003 -> 0.0003");
	draw_pane(&pane_loss, 40, 12);
	CHECK(is_shown("┊finetune"));
	CHECK(is_shown("mark         a     2     >"));
	s.utf8 = false;
	draw_pane(&pane_loss, 40, 12);
	CHECK(is_shown(":finetune"));
	s.view.cursor_on = true;
	s.view.cursor = 150;
	draw_pane(&pane_loss, 100, 14);
	CHECK(is_shown("> @150 finetune, 50 steps: lr 0.003 -> 0.0003"));
	draw_pane(&pane_loss, 24, 12);
	CHECK(!is_shown("finetun")); /* no room for the whole name */
}

static void
stages_are_named_with_their_sets_where_there_is_room(void **state)
{
	(void)state;
	fill_run();
	add_stage(125, "distil free, 25 steps: set train weight 1 -> 0");
	add_stage(150, "finetune few, 50 steps: set free weight 1 -> 0");
	draw_pane(&pane_loss, 160, 12);
	CHECK(is_shown("┊distil free   ┊finetune few"));
	draw_pane(&pane_loss, 80, 12);
	CHECK(is_shown("┊distil┊finetune few"));
	draw_pane(&pane_loss, 50, 12);
	CHECK(is_shown("┊distil\n") && is_shown("┊   ┊finetune few\n")); /* in two rows */
}

static void
a_plot_in_braille(void **state)
{
	(void)state;
	fill_run();
	draw_pane(&pane_loss, 80, 20);
	check_dump(
		"val-nll  ━ student 0.1818  ╍ baseline 0.4818  ╌ big 0.1250\n"
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
	s.view.log_y[0] = true;
	draw_pane(&pane_loss, 40, 12);
	check_dump("val-nll logY  ━ student 0.1818\n"
		   "    2┤ ⠤     ┊     ┊\n"
		   "    1┤ ⠑⢄⠢⢄  ┊     ┊\n"
		   "     │   ⠑⠢⣀⠒⠒ ⠤⣀ ⡀┊\n"
		   "  0.5┤      ⠑⠢⢄   ⠈⠉ ⠑⠒ ⠒⠢ ⠤⠤ ⢄⣀\n"
		   "     │       ┊ ⠉⠒⠢⢄⣀⣀⡀\n"
		   "     │       ┊     ┊ ⠈⠑⠒⠤  ⣀⣀⡀\n"
		   "  0.2┤       ┊     ┊         ⠈⠉⠉⠒\n"
		   "  0.1┤⠒ ⠒ ⠒ ⠒┊⠒ ⠒ ⠒┊⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒  big\n"
		   "     └0───────────100──────────200──────\n"
		   "mark         a     2     x\n"
		   "kd-weight 0.9──────0.75──────────\n");
}

static void
a_plot_in_ascii(void **state)
{
	(void)state;
	fill_run();
	s.info.run.settings.knobs.charset = KNOB_ASCII;
	draw_pane(&pane_loss, 80, 16);
	check_dump(
		"val-nll  * student 0.1818  o baseline 0.4818  - big 0.1250\n"
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
	s.view.log_y[0] = s.view.log_x = true;
	draw_pane(&pane_loss, 40, 12);
	check_dump("val-nll logY logX  * student 0.1818\n"
		   "    2+              ooo        :  :\n"
		   "     |              ***ooooo   :  :\n"
		   "    1+                 *****ooooo :\n"
		   "  0.5+                      **** oooooo\n"
		   "     |                         :***\n"
		   "  0.2+                         :  :****\n"
		   "     |--  --  --  --  --  --  --  --  *-\n"
		   "  0.1+                         :  :\n"
		   "     +1-------------10-----------100----\n"
		   "mark                           a  2 x\n"
		   "kd-weight 0.9---------------------0.75-\n");
}

static void
a_plot_in_quadrants(void **state)
{
	(void)state;
	fill_run();
	s.braille = false; /* the Linux console */
	draw_pane(&pane_accuracy, 50, 10);
	check_dump("val-accuracy  ━ student 0.9091\n"
		   "  1.0┤          ┊      ┊                ▖\n"
		   "  0.8┤          ┊  ▗▄▄▄▄▞▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀\n"
		   "     │      ▗▄▄▄▀▀▀▘   ┊\n"
		   "  0.6┤    ▄▀▘   ┊      ┊\n"
		   "     │   ▛      ┊      ┊\n"
		   "  0.4┤ ▗▞       ┊      ┊\n"
		   "  0.2┤          ┊      ┊\n"
		   "     └0───────────────100──────────────200────────\n"
		   "mark            a      2\n");
}

static void
two_plots_share_columns_and_one_rail(void **state)
{
	(void)state;
	fill_run();
	canvas_resize(&c, 60, 18);
	pane_loss.draw(&s, canvas_cut(canvas_all(&c), 0, 0, 60, 9));
	pane_accuracy.draw(&s, canvas_cut(canvas_all(&c), 0, 9, 60, 9));
	check_dump("val-nll  ━ student 0.1818  ╍ baseline 0.4818  ╌ big 0.1250\n"
		   "    2┤            ┊        ┊\n"
		   "     │   ⡀        ┊        ┊\n"
		   "     │  ⠢⡀⠒       ┊        ┊\n"
		   "    1┤   ⠈⠦⣀⠉⠒ ⢄⣀ ┊        ┊\n"
		   "     │      ⠉⠒⠤⢄⣀⣀⠉⠉ ⠒⠤ ⠤⠤ ⠤⢄ ⣀⣀ ⣀⡀\n"
		   "     │            ⠉⠉⠒⠒⠤⠤⠤⠤⠤⠤⢄⣀⣀⣀⣀⣀⡀ ⠉⠉ ⠉⠉ ⠉⠉ ⠉⠉ ⠁\n"
		   "    0┤⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒ ⠒┊⠒ ⠒ ⠒ ⠈⠉⠒ ⠒⠈⠉⠉⠉⠉⠉⠉⠉⠑⠂ ⠒ ⠒ ⠒  big\n"
		   "     └0─────────50────────100───────150────────200───────250\n"
		   "val-accuracy  ━ student 0.9091\n"
		   "  1.0┤            ┊        ┊         ⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⡀\n"
		   "  0.8┤            ⣀⣀⠤⠤⠤⠤⠒⠒⠒⠒⠊⠉⠉⠉⠉⠉⠉⠉⠉\n"
		   "     │      ⣀⡠⠤⠒⠊⠉┊        ┊\n"
		   "  0.6┤    ⡤⠊      ┊        ┊\n"
		   "  0.4┤  ⡠⠊        ┊        ┊\n"
		   "  0.2┤            ┊        ┊\n"
		   "     └0─────────50────────100───────150────────200───────250\n"
		   "mark              a        2\n");
}

static void
terms_are_stacked_by_share(void **state)
{
	(void)state;
	fill_run();
	s.info.run.settings.n_maps = 1;
	s.info.run.settings.map[0] =
		(struct layer_pair){ .t_layer = 2, .s_layer = 1, .match = &loss_hidden };
	snprintf(s.info.teacher[0].layer[2].name, sizeof s.info.teacher[0].layer[2].name, "2");
	snprintf(s.info.run.student.layer[1].name, sizeof s.info.run.student.layer[1].name, "1");
	add_sample(BRANCH_STUDENT, metric_map(0, METRIC_SHARE), 200, 1);
	add_sample(BRANCH_STUDENT, metric_map(0, METRIC_WEIGHTED), 200, 0.5);
	draw_pane(&pane_terms, 70, 8);
	check_dump("loss terms ───────────────────────────────────── share of the gradient\n"
		   " 100% ██▓▓▓▓▓▓▓▓▒       term         share   weight      raw  weighted\n"
		   "      █████▓▓▓▓▓▒     █ ce             50%      0.1        -         -\n"
		   "      █████████▓▒     ▓ kd             50%      0.9    0.273         -\n"
		   "      ██████████▓     ▒ big:2 s:1     100%        0        -       0.5\n"
		   "      ██████████▓\n"
		   "   0% ███████████\n"
		   "\n");
	s.utf8 = false;
	draw_pane(&pane_terms, 30, 6);
	check_dump("loss terms -------------------\n"
		   "#######========:::::::::::::::\n"
		   "  term          share      raw\n"
		   "# ce              50%        -\n"
		   "= kd              50%    0.273\n"
		   ": big:2 s:1      100%        -\n");
}

static void
a_learned_temperature_is_a_figure_of_the_terms(void **state)
{
	(void)state;
	fill_run();
	add_sample(BRANCH_STUDENT, metric_find("ctkd-temperature"), 200, 15.25);
	draw_pane(&pane_terms, 60, 10);
	CHECK(!is_shown("ctkd-T"));
	s.info.run.settings.knobs.ctkd_weight = 0.3;
	draw_pane(&pane_terms, 60, 12);
	CHECK(is_shown("ctkd-T       15.2"));
	s.info.run.settings.knobs.ctkd_weight = 0;
}

static void
the_cursor_shows_exact_samples_and_markers(void **state)
{
	(void)state;
	fill_run();
	s.view.cursor_on = true;
	s.view.cursor = 100;
	draw_pane(&pane_loss, 100, 16);
	CHECK(is_shown("val-nll @100  \xE2\x94\x81 student 0.3333333  \xE2\x95\x8D baseline "
		       "0.6333333  \xE2\x95\x8C big 0.125\n"));
	CHECK(is_shown("b @100 temperature 2 -> 8"));
	CHECK(is_shown("c @100 kd-weight 0.9 -> 0.75"));
	CHECK(!is_shown("a @60"));
	s.view.cursor = 119; /* the last sample before it */
	draw_pane(&pane_loss, 100, 16);
	CHECK(is_shown("student 0.3076923@110"));
	s.view.cursor = 9; /* before the first */
	draw_pane(&pane_loss, 100, 16);
	CHECK(is_shown("student -  "));
	s.view.cursor = 150;
	draw_pane(&pane_loss, 100, 16);
	CHECK(is_shown("student nan  "));
}

static void
values_below_a_log_axis_are_gaps_and_counted(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 100; i++)
		add_sample(BRANCH_STUDENT, METRIC_VAL_NLL, i,
			   i % 10 == 3   ? 0
			   : i % 10 == 4 ? -1
					 : 1 + i / 100.0);
	s.view.log_y[0] = true;
	draw_pane(&pane_loss, 80, 12);
	CHECK(is_shown("student 1.9900 20\xE2\x89\xA4"
		       "0\n"));
	s.info.run.settings.knobs.charset = KNOB_ASCII;
	draw_pane(&pane_loss, 80, 12);
	CHECK(is_shown("student 1.9900 20<=0\n"));
	s.view.log_y[0] = false;
	draw_pane(&pane_loss, 80, 12);
	CHECK(!is_shown("<=0"));
	CHECK(is_shown("-1"));
}

static void
curves_differ_without_colour(void **state)
{
	struct canvas_area a;
	int blank = 0;

	(void)state;
	add_sample(BRANCH_STUDENT, METRIC_VAL_NLL, 0, 1);
	add_sample(BRANCH_STUDENT, METRIC_VAL_NLL, 256, 1);
	add_sample(BRANCH_BASELINE, METRIC_VAL_NLL, 0, 2);
	add_sample(BRANCH_BASELINE, METRIC_VAL_NLL, 256, 2);
	draw_pane(&pane_loss, 60, 10);
	a = canvas_all(&c);
	for (int y = 1; y < a.height; y++)
		for (int x = 6; x < a.width; x++) {
			const struct cell *cell = &c.cell[y * c.width + x];

			CHECK(cell->look != CANVAS_CURVE1 || cell->ch != ' ');
			if (cell->look == CANVAS_CURVE2 && x > 6)
				blank += c.cell[y * c.width + x - 1].ch == ' ';
		}
	CHECK(blank > 10);
	s.utf8 = false;
	draw_pane(&pane_loss, 60, 10);
	CHECK(is_shown("+oooooooooooooooooooooooooooooo"));
	CHECK(is_shown("+******************************"));
}

static void
ascii_is_seven_bits(void **state)
{
	(void)state;
	fill_run();
	s.utf8 = false;
	s.info.run.settings.knobs.charset = KNOB_BRAILLE; /* not available */
	for (int on = 0; on < 2; on++) {
		s.view.cursor_on = s.view.log_y[0] = s.view.log_x = on;
		s.view.cursor = 100;
		for (int i = 0; i < 3; i++) {
			draw_pane(i == 0   ? &pane_loss
				  : i == 1 ? &pane_accuracy
					   : &pane_terms,
				  100, 30);
			for (int k = 0; k < 100 * 30; k++)
				CHECK(c.cell[k].ch >= ' ' && c.cell[k].ch < 127);
		}
	}
}

static void
a_teacher_has_its_own_curves_and_markers(void **state)
{
	(void)state;
	fill_run();
	add_sample(BRANCH_TEACHER(1), METRIC_VAL_NLL, 40, 0.75);
	s.view.branch = BRANCH_TEACHER(1);
	draw_pane(&pane_loss, 80, 12);
	CHECK(is_shown("val-nll  \xE2\x94\x81 late 0.7500\n"));
	CHECK(!is_shown("temperature"));
	s.view.branch = BRANCH_TEACHER(0);
	draw_pane(&pane_loss, 80, 12);
	CHECK(is_shown("no samples yet"));
}

/* Cells outside of the area keep their characters, at any size. */
static void
a_plot_of_any_size_stays_in_its_area(void **state)
{
	const struct pane *panes[] = { &pane_loss, &pane_accuracy, &pane_terms };

	(void)state;
	fill_run();
	for (int w = 1; w <= 200; w++)
		for (int h = 1; h <= 60; h++) {
			struct canvas_area a;
			int i = (w + h) % 3;

			s.utf8 = (w + h) % 5 != 0;
			s.view.log_x = w % 2;
			s.view.log_y[0] = h % 2;
			s.view.cursor_on = (w + h) % 4 == 0;
			s.view.cursor = (uint32_t)w;
			s.view.x_from = (uint32_t)(w % 7 * h);
			s.view.x_to = w % 7 ? s.view.x_from + (uint32_t)(h % 9) : 0;
			canvas_resize(&c, w + 4, h + 2);
			for (int k = 0; k < c.width * c.height; k++)
				c.cell[k] = (struct cell){ .ch = 0xE000, .look = CANVAS_GOOD };
			a = canvas_cut(canvas_all(&c), 2, 1, w, h);
			for (int y = 0; y < h; y++)
				for (int x = 0; x < w; x++)
					canvas_put(a, x, y, ' ', CANVAS_PLAIN);
			panes[i]->draw(&s, a);
			for (int k = 0; k < c.width * c.height; k++) {
				int x = k % c.width - 2, y = k / c.width - 1;

				if (x < 0 || y < 0 || x >= w || y >= h)
					CHECK(c.cell[k].ch == 0xE000 &&
					      c.cell[k].look == CANVAS_GOOD);
				else
					CHECK(c.cell[k].ch != 0xE000);
			}
		}
}

/* The value at a column is the last number at or left of it. */
static void
strips_show_values_as_steps(void **state)
{
	(void)state;
	fill_run();
	add_tweak(101, 6, 0, 1);
	draw_pane(&pane_accuracy, 80, 30);
	CHECK(is_shown("\ntemperature 4\xE2\x94\x80"));
	CHECK(is_shown("\nkd-weight 0.9\xE2\x94\x80"));
	CHECK(is_shown("\nclip 0\xE2\x94\x80"));
	s.view.x_from = 150; /* after all changes */
	s.view.x_to = 200;
	draw_pane(&pane_accuracy, 80, 30);
	CHECK(is_shown("\ntemperature 8\xE2\x94\x80"));
	s.view.x_from = 0;
	s.view.x_to = 50; /* before all changes */
	draw_pane(&pane_accuracy, 80, 30);
	CHECK(is_shown("\ntemperature 4\xE2\x94\x80"));
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
				add_sample(BRANCH_STUDENT, METRIC_VAL_NLL, 7, wild[i]);
				add_sample(BRANCH_STUDENT, METRIC_VAL_NLL, UINT32_MAX - k, wild[k]);
				s.view.log_y[0] = s.view.log_x = log;
				draw_pane(&pane_loss, 60, 12);
				CHECK(is_shown("val-nll"));
				CHECK(is_shown("mark"));
				series_free(s.series[BRANCH_STUDENT][METRIC_VAL_NLL]);
				s.series[BRANCH_STUDENT][METRIC_VAL_NLL] = NULL;
			}
}

#define WITH_SCENE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SCENE(a_plot_in_braille),
		WITH_SCENE(stages_are_named_on_the_plot),
		WITH_SCENE(stages_are_named_with_their_sets_where_there_is_room),
		WITH_SCENE(a_plot_in_ascii),
		WITH_SCENE(a_plot_in_quadrants),
		WITH_SCENE(two_plots_share_columns_and_one_rail),
		WITH_SCENE(terms_are_stacked_by_share),
		WITH_SCENE(a_learned_temperature_is_a_figure_of_the_terms),
		WITH_SCENE(the_cursor_shows_exact_samples_and_markers),
		WITH_SCENE(values_below_a_log_axis_are_gaps_and_counted),
		WITH_SCENE(curves_differ_without_colour),
		WITH_SCENE(ascii_is_seven_bits),
		WITH_SCENE(a_teacher_has_its_own_curves_and_markers),
		WITH_SCENE(a_plot_of_any_size_stays_in_its_area),
		WITH_SCENE(strips_show_values_as_steps),
		WITH_SCENE(extreme_values_are_drawn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
