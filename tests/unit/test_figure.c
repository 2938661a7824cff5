/* test_figure.c: lines and panels of a figure, where samples are drawn, tables. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <jansson.h>

#include "retort/base/jsonparse.h"
#include "retort/figure/figure_file.h"
#include "retort/figure/figure_layout.h"
#include "retort/figure/figure_panel.h"

/* ---- a pen that notes what is drawn; a character is half as wide as it is high ---- */

struct drawn {
	size_t n_lines, n_dots;
	struct {
		struct figure_point p[8];
		size_t n;
		struct figure_stroke s;
	} line[400];
	struct figure_point dot[8];
	struct text texts; /* one on a line */
};

static void
note_line(void *arg, const struct figure_point *p, size_t n, const struct figure_stroke *s)
{
	struct drawn *d = arg;

	assert_true(d->n_lines < 400);
	for (size_t i = 0; i < n && i < 8; i++)
		d->line[d->n_lines].p[i] = p[i];
	d->line[d->n_lines].n = n;
	d->line[d->n_lines++].s = *s;
}

static void
note_dot(void *arg, double x, double y, double radius, uint32_t color, bool filled)
{
	struct drawn *d = arg;

	(void)radius, (void)color, (void)filled;
	d->dot[d->n_dots++ % 8] = (struct figure_point){ x, y };
}

static void
note_text(void *arg, double x, double y, const struct figure_text *t, const char *text)
{
	struct drawn *d = arg;

	(void)x, (void)y, (void)t;
	text_addf(&d->texts, "%s\n", text);
}

static double
measure(void *arg, const struct figure_text *t, const char *text)
{
	(void)arg;
	return text_width(text) * t->size / 2;
}

/* A session: run s of 100 steps with a baseline and a change, run hot forked from it at step 50, a
 * teacher. */
static struct curves *
session(void)
{
	struct curves *c = curves_new(true);

	curves_teacher(c, 0, "big");
	curves_sample(c, 0, BRANCH_TEACHER(0), METRIC_VAL_ACCURACY, 30, 0.25);
	curves_sample(c, 0, BRANCH_TEACHER(0), METRIC_VAL_ACCURACY, 60, 0.75);
	for (uint32_t step = 0; step <= 100; step += 50) {
		curves_sample(c, 1, BRANCH_STUDENT, METRIC_VAL_ACCURACY, step, step / 100.0);
		curves_sample(c, 1, BRANCH_BASELINE, METRIC_VAL_ACCURACY, step, step / 200.0);
	}
	curves_run_add(c, 2, "hot", 1, 50);
	curves_sample(c, 2, BRANCH_STUDENT, METRIC_VAL_ACCURACY, 100, 0.8);
	curves_mark(c, CURVES_TWEAK, 1, BRANCH_STUDENT, 25, "temperature 4 -> 2", 0, 4, 2);
	curves_mark(c, CURVES_NOTE, 2, BRANCH_STUDENT, 75, "a, \"b\"\tc", -1, 0, 0);
	return c;
}

/* The first line of a colour and dash with at least two points; -1: none. */
static int
find_line(const struct drawn *d, uint32_t color, enum figure_dash dash, size_t n)
{
	for (size_t i = 0; i < d->n_lines; i++)
		if (d->line[i].s.color == color && d->line[i].s.dash == dash && d->line[i].n == n &&
		    d->line[i].s.width < 1.4) /* not in the legend */
			return (int)i;
	return -1;
}

/* A fork between two evaluations has its circle at its own step, on its line. */
static void
a_fork_is_marked_at_its_step(void **state)
{
	struct curves *c = session();
	struct figure_source source = { c, "" };
	struct figure_request r = { .n_sources = 1, .source = &source, .run = { "late" } };
	struct drawn *d = mem_new(sizeof *d);
	struct figure_pen pen = { d, note_line, note_dot, note_text, measure };
	struct figure f;
	struct err e;
	int line;

	(void)state;
	curves_run_add(c, 3, "late", 1, 60);
	curves_sample(c, 3, BRANCH_STUDENT, METRIC_VAL_ACCURACY, 90, 0.9);
	r.n_runs = 1;
	CHECK_INT(figure_init(&f, &r, &e), 0);
	figure_layout_draw(&f, &pen);
	line = find_line(d, figure_color(f.line[0].color), FIGURE_SOLID, 2);
	CHECK(line >= 0 && d->n_dots == 1);
	CHECK_NEAR(d->dot[0].x,
		   d->line[line].p[0].x + (d->line[line].p[1].x - d->line[line].p[0].x) / 4, 1e-9);
	CHECK_NEAR(d->dot[0].y,
		   d->line[line].p[0].y + (d->line[line].p[1].y - d->line[line].p[0].y) / 4, 1e-9);
	figure_release(&f);
	text_release(&d->texts);
	mem_free(d);
	curves_free(c);
}

static void
samples_are_drawn_where_the_axes_say(void **state)
{
	struct curves *c = session();
	struct figure_source source = { c, "" };
	struct figure_request r = { .n_sources = 1, .source = &source, .title = "digits" };
	struct drawn *d = mem_new(sizeof *d);
	struct figure_pen pen = { d, note_line, note_dot, note_text, measure };
	struct figure f;
	struct err e;
	double left, right, zero, one;
	int s, base, fork, level;

	(void)state;
	CHECK_INT(figure_init(&f, &r, &e), 0);
	CHECK_INT(f.n_panels, 1);
	CHECK_INT(f.n_lines, 4);
	CHECK_STR(f.line[0].name, "s");
	CHECK_STR(f.line[1].name, "s baseline");
	CHECK_STR(f.line[3].name, "big");
	figure_layout_draw(&f, &pen);
	s = find_line(d, 0x0072B2, FIGURE_SOLID, 3);
	base = find_line(d, 0x0072B2, FIGURE_DASHED, 3);
	fork = find_line(d, 0xD55E00, FIGURE_SOLID, 2);
	level = find_line(d, 0x707070, FIGURE_DOTTED, 2);
	CHECK(s >= 0 && base >= 0 && fork >= 0 && level >= 0);
	left = d->line[s].p[0].x;
	right = d->line[s].p[2].x;
	zero = d->line[s].p[0].y;
	one = d->line[s].p[2].y;
	CHECK(left > 0 && right < FIGURE_LAYOUT_WIDTH && one < zero);
	CHECK_NEAR(d->line[s].p[1].x, (left + right) / 2, 1e-9);
	CHECK_NEAR(d->line[s].p[1].y, (zero + one) / 2, 1e-9);
	CHECK_NEAR(d->line[base].p[2].y, (zero + one) / 2, 1e-9);
	CHECK_NEAR(d->line[fork].p[0].x, (left + right) / 2, 1e-9); /* from its parent */
	CHECK_NEAR(d->line[fork].p[0].y, (zero + one) / 2, 1e-9);
	CHECK_NEAR(d->line[fork].p[1].y, zero + 0.8 * (one - zero), 1e-9);
	CHECK_NEAR(d->line[level].p[0].y, zero + 0.75 * (one - zero), 1e-9);
	CHECK_NEAR(d->dot[0].x, (left + right) / 2, 1e-9);
	CHECK(strstr(d->texts.s, "digits\n") && strstr(d->texts.s, "\nval-accuracy\n"));
	CHECK(strstr(d->texts.s, "\n25  s: temperature 4 \u2192 2\n"));
	CHECK(strstr(d->texts.s, "\n75  hot: a, \"b\"?c\n"));
	CHECK_NEAR(figure_layout_height(&f, &pen), figure_layout_height(&f, &pen), 0);
	figure_release(&f);
	text_release(&d->texts);
	mem_free(d);
	curves_free(c);
}

/* A value of 4 until step 25, then 2: a line of four points from edge to edge. */
static void
strips_show_the_values_of_knobs(void **state)
{
	struct curves *c = session();
	struct figure_source source = { c, "" };
	struct figure_request r = { .n_sources = 1, .source = &source, .title = "" };
	struct drawn *d = mem_new(sizeof *d);
	struct figure_pen pen = { d, note_line, note_dot, note_text, measure };
	struct figure f;
	struct err e;
	int strip, curve;

	(void)state;
	CHECK_INT(figure_init(&f, &r, &e), 0);
	figure_layout_draw(&f, &pen);
	strip = find_line(d, 0x0072B2, FIGURE_SOLID, 4);
	curve = find_line(d, 0x0072B2, FIGURE_SOLID, 3);
	CHECK(strip >= 0 && curve >= 0);
	CHECK_NEAR(d->line[strip].p[0].x, d->line[curve].p[0].x, 1e-9);
	CHECK_NEAR(d->line[strip].p[3].x, d->line[curve].p[2].x, 1e-9);
	CHECK_NEAR(d->line[strip].p[1].x,
		   d->line[curve].p[0].x + (d->line[curve].p[2].x - d->line[curve].p[0].x) / 4,
		   1e-9);
	CHECK_NEAR(d->line[strip].p[0].y, d->line[strip].p[1].y, 0);
	CHECK(d->line[strip].p[2].y > d->line[strip].p[1].y); /* lower */
	CHECK(strstr(d->texts.s, "\ntemperature\n4\n2\n"));
	figure_release(&f);
	text_release(&d->texts);
	mem_free(d);
	curves_free(c);
}

/* The texts of a figure of a run of `last` steps. */
static struct text
texts_of(uint32_t last)
{
	struct curves *c = curves_new(true);
	struct figure_source source = { c, "" };
	struct figure_request r = { .n_sources = 1, .source = &source, .title = "" };
	struct drawn *d = mem_new(sizeof *d);
	struct figure_pen pen = { d, note_line, note_dot, note_text, measure };
	struct text texts;
	struct figure f;
	struct err e;

	curves_sample(c, 1, BRANCH_STUDENT, METRIC_VAL_ACCURACY, 0, 0.123);
	curves_sample(c, 1, BRANCH_STUDENT, METRIC_VAL_ACCURACY, last, 0.987);
	CHECK_INT(figure_init(&f, &r, &e), 0);
	figure_layout_draw(&f, &pen);
	texts = d->texts;
	figure_release(&f);
	mem_free(d);
	curves_free(c);
	return texts;
}

static void
steps_are_whole_numbers(void **state)
{
	struct text one = texts_of(1), many = texts_of(10000000);

	(void)state;
	CHECK(strstr(one.s, "\n0\n1\nval-accuracy\nstep\n"));
	CHECK(strstr(many.s, "\n0\n2M\n4M\n6M\n8M\n10M\nval-accuracy\nstep\n"));
	text_release(&one);
	text_release(&many);
}

static void
a_loss_over_decades_has_a_logarithmic_axis(void **state)
{
	struct curves *c = curves_new(true);
	struct figure_source source = { c, "" };
	struct figure_request r = { .n_sources = 1, .source = &source, .title = "" };
	struct figure f;
	struct axis y;
	struct err e;

	(void)state;
	curves_sample(c, 1, BRANCH_STUDENT, METRIC_VAL_NLL, 0, 2.5);
	curves_sample(c, 1, BRANCH_STUDENT, METRIC_VAL_NLL, 1, NAN);
	curves_sample(c, 1, BRANCH_STUDENT, METRIC_VAL_NLL, 2, 0.5);
	CHECK_INT(figure_init(&f, &r, &e), 0);
	CHECK_STR(f.line[0].name, "student");
	figure_panel_axis(&f, METRIC_VAL_NLL, &y);
	CHECK(!y.log && y.from <= 0.5 && y.to >= 2.5);
	curves_sample(c, 1, BRANCH_STUDENT, METRIC_VAL_NLL, 3, 0.2);
	figure_panel_axis(&f, METRIC_VAL_NLL, &y);
	CHECK(y.log && y.from <= 0.2 && y.to >= 2.5);
	figure_release(&f);
	curves_free(c);
}

static void
what_cannot_be_drawn_is_refused(void **state)
{
	struct curves *c = session(), *none = curves_new(true);
	struct figure_source source = { c, "" }, empty = { none, "" };
	struct figure_request r = { .n_sources = 1, .source = &source, .title = "" };
	struct figure f;
	struct err e;

	(void)state;
	r.n_runs = 1;
	r.run[0] = "cold";
	CHECK_INT(figure_init(&f, &r, &e), -1);
	CHECK_STR(e.msg, "unknown run 'cold' (expected one of s, hot)");
	r.n_runs = 0;
	r.n_metrics = 1;
	r.metric[0] = METRIC_VAL_ECE;
	CHECK_INT(figure_init(&f, &r, &e), -1);
	CHECK_STR(e.msg, "no samples of val-ece (expected a metric that was measured)");
	r.n_metrics = 0;
	r.source = &empty;
	CHECK_INT(figure_init(&f, &r, &e), -1);
	CHECK_STR(e.msg, "there are no curves (expected a network that was trained)");
	CHECK_INT(figure_file_kind("a/x.jpg", &e), -1);
	CHECK_INT(figure_file_kind("a.png/x", &e), -1);
	CHECK_INT(figure_file_kind(".png", &e), -1);
	CHECK_INT(figure_file_kind("x.csv", &e), 0);
	curves_free(c);
	curves_free(none);
}

static void
a_table_has_every_sample_and_marker(void **state)
{
	struct curves *c = session();
	struct figure_source source = { c, "" };
	struct figure_request r = { .n_sources = 1, .source = &source, .title = "" };
	struct text t = { 0 };
	struct err e;

	(void)state;
	CHECK_INT(figure_file_make(&r, figure_file_kind("x.csv", &e), &t, &e), 0);
	CHECK_STR(t.s, "run,step,metric,value,marker\n"
		       "s,0,val-accuracy,0,\n"
		       "s,25,,,temperature 4 -> 2\n"
		       "s,50,val-accuracy,0.5,\n"
		       "s,100,val-accuracy,1,\n"
		       "s:baseline,0,val-accuracy,0,\n"
		       "s:baseline,50,val-accuracy,0.25,\n"
		       "s:baseline,100,val-accuracy,0.5,\n"
		       "hot,75,,,\"a, \"\"b\"\"\tc\"\n"
		       "hot,100,val-accuracy,0.8,\n"
		       "big,30,val-accuracy,0.25,\n"
		       "big,60,val-accuracy,0.75,\n");
	text_clear(&t);
	r.n_runs = 1;
	r.run[0] = "hot";
	CHECK_INT(figure_file_make(&r, figure_file_kind("x.tsv", &e), &t, &e), 0);
	CHECK_STR(t.s, "run\tstep\tmetric\tvalue\tmarker\n"
		       "hot\t75\t\t\ta, \"b\" c\n"
		       "hot\t100\tval-accuracy\t0.8\t\n");
	text_release(&t);
	curves_free(c);
}

static void
json_is_read_back_to_the_same_samples(void **state)
{
	struct curves *c = session();
	struct figure_source source = { c, "" };
	struct figure_request r = { .n_sources = 1, .source = &source, .title = "" };
	json_error_t where;
	json_t *root, *row;
	struct text t = { 0 };
	double third = 1.0 / 3, sum = 0;
	size_t i, samples = 0, markers = 0;
	struct err e;

	(void)state;
	curves_sample(c, 2, BRANCH_STUDENT, METRIC_TRAIN_LOSS, 100, third);
	CHECK_INT(figure_file_make(&r, figure_file_kind("x.json", &e), &t, &e), 0);
	root = jsonparse_load(t.s, t.len, &where);
	CHECK(root);
	CHECK_INT(json_array_size(json_object_get(root, "runs")), 4);
	json_array_foreach(json_object_get(root, "rows"), i, row)
	{
		bool hot = strcmp(json_string_value(json_object_get(row, "run")), "hot") == 0;

		samples += json_object_get(row, "value") != NULL;
		markers += json_object_get(row, "marker") != NULL;
		if (hot && json_object_get(row, "value"))
			sum += json_number_value(json_object_get(row, "value"));
	}
	CHECK_INT(samples, 3 + 3 + 2 + 2);
	CHECK_INT(markers, 2);
	CHECK_NEAR(sum, third + 0.8, 0);
	row = json_array_get(json_object_get(root, "runs"), 2);
	CHECK_STR(json_string_value(json_object_get(row, "parent")), "s");
	CHECK_INT(json_integer_value(json_object_get(row, "fork")), 50);
	json_decref(root);
	text_release(&t);
	curves_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_fork_is_marked_at_its_step),
		TEST(samples_are_drawn_where_the_axes_say),
		TEST(strips_show_the_values_of_knobs),
		TEST(steps_are_whole_numbers),
		TEST(a_loss_over_decades_has_a_logarithmic_axis),
		TEST(what_cannot_be_drawn_is_refused),
		TEST(a_table_has_every_sample_and_marker),
		TEST(json_is_read_back_to_the_same_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
