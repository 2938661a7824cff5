/* plotrig.c: a run as a scene, and its plots as text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "plotrig.h"

#include "retort/kd/losses/loss_table.h"

struct plotrig plotrig;

void
plotrig_add_sample(unsigned branch, unsigned metric, uint32_t step, double value)
{
	curves_sample(plotrig.scene.curves, CURVES_FIRST, branch, metric, step, value);
}

int
plotrig_teardown(void **state)
{
	(void)state;
	curves_free(plotrig.scene.curves);
	memset(&plotrig.scene, 0, sizeof plotrig.scene);
	canvas_release(&plotrig.canvas);
	return 0;
}

int
plotrig_setup(void **state)
{
	(void)state;
	plotrig.scene.info.run = &plotrig.scene.run;
	plotrig.scene.utf8 = plotrig.scene.braille = true;
	knob_defaults(&plotrig.scene.info.run->settings.knobs);
	plotrig.scene.view.plot_metric[0] = METRIC_VAL_NLL;
	plotrig.scene.view.plot_metric[1] = METRIC_VAL_ACCURACY;
	plotrig.scene.view.run = CURVES_FIRST;
	plotrig.scene.curves = curves_new(false);
	return 0;
}

void
plotrig_add_change(uint32_t step, int knob, double from, double to)
{
	char text[96];

	snprintf(text, sizeof text, "%s %g -> %g", knob_table[knob].name, from, to);
	curves_mark(plotrig.scene.curves, CURVES_TWEAK, CURVES_FIRST, BRANCH_STUDENT, step, text,
		    knob, from, to);
}

void
plotrig_fill(void)
{
	for (uint32_t i = 10; i <= 200; i += 10) {
		double x = 1 / (1 + i / 20.0);

		plotrig_add_sample(BRANCH_STUDENT, METRIC_VAL_NLL, i, i == 150 ? NAN : 2 * x);
		plotrig_add_sample(BRANCH_BASELINE, METRIC_VAL_NLL, i, 0.3 + 2 * x);
		plotrig_add_sample(BRANCH_STUDENT, METRIC_VAL_ACCURACY, i, 1 - x);
		plotrig_add_sample(BRANCH_STUDENT, metric_output(LOSS_OUTPUT_ce, METRIC_SHARE), i,
				   1 - i / 400.0);
		plotrig_add_sample(BRANCH_STUDENT, metric_output(LOSS_OUTPUT_kd, METRIC_SHARE), i,
				   i / 400.0);
		plotrig_add_sample(BRANCH_STUDENT, metric_output(LOSS_OUTPUT_kd, METRIC_TRAIN), i,
				   3 * x);
	}
	plotrig.scene.info.n_teachers = 2;
	snprintf(plotrig.scene.info.teacher[0].name, NET_NAME, "big");
	snprintf(plotrig.scene.info.teacher[1].name, NET_NAME, "late");
	plotrig.scene.info.teacher[0].ready = true;
	plotrig.scene.info.teacher[0].last.nll = 0.125;
	plotrig.scene.info.teacher[0].last.accuracy = NAN;
	plotrig_add_change(60, 0, 4, 2);
	plotrig_add_change(100, 0, 2, 8);
	plotrig_add_change(100, 1, 0.9, 0.75);
}

void
plotrig_add_stage(uint32_t step, const char *text)
{
	curves_mark(plotrig.scene.curves, CURVES_STAGE, CURVES_FIRST, BRANCH_STUDENT, step, text,
		    -1, 0, 0);
	plotrig_add_change(step, 0, 8, 1);
	plotrig_add_change(step, 1, 0.75, 0);
}

void
plotrig_check(const char *want)
{
	struct text t = { 0 };

	canvas_dump(&plotrig.canvas, &t);
	CHECK_STR(text_get(&t), want);
	text_release(&t);
}

bool
plotrig_shows(const char *what)
{
	struct text t = { 0 };
	bool is_there;

	canvas_dump(&plotrig.canvas, &t);
	is_there = strstr(text_get(&t), what) != NULL;
	text_release(&t);
	return is_there;
}

void
plotrig_draw_pane(const struct pane *p, int width, int height)
{
	canvas_resize(&plotrig.canvas, width, height);
	p->draw(&plotrig.scene, canvas_all(&plotrig.canvas));
}
