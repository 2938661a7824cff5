/* fuzz_metrics.c: a file of curves, drawn and written as a table and a script. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>

#include "retort/curve/curves_file.h"
#include "retort/figure/figure_file.h"
#include "retort/figure/figure_layout.h"

/* Every sample is in order, and every network has a name. */
static void
check_series(const struct curves *c, unsigned run, unsigned branch, unsigned metric)
{
	const struct series *s = curves_series(c, run, branch, metric);
	char label[CURVES_LABEL];
	uint32_t before = 0, step;
	double value;

	for (size_t i = 0; s && i < series_len(s); i++) {
		series_get(s, i, &step, &value);
		MUST(step >= before);
		before = step;
	}
	MUST(!s || strlen(curves_label(c, run, branch, label)) > 0);
}

/* ---- a pen that checks what it is given ---- */

static void
check_line(void *arg, const struct figure_point *p, size_t n, const struct figure_stroke *s)
{
	(void)arg, (void)s;
	for (size_t i = 0; i < n; i++)
		MUST(isfinite(p[i].x) && isfinite(p[i].y) && fabs(p[i].x) < 1e5 &&
		     fabs(p[i].y) < 1e5);
}

static void
check_dot(void *arg, double x, double y, double radius, uint32_t color, bool filled)
{
	(void)arg, (void)radius, (void)color, (void)filled;
	MUST(isfinite(x) && isfinite(y));
}

static void
check_text(void *arg, double x, double y, const struct figure_text *t, const char *text)
{
	(void)arg, (void)t;
	MUST(isfinite(x) && isfinite(y) && text_is_utf8(text));
}

static double
measure(void *arg, const struct figure_text *t, const char *text)
{
	(void)arg;
	return (double)strlen(text) * t->size / 2;
}

static void
draw(const struct curves *c)
{
	static const struct figure_pen pen = { NULL, check_line, check_dot, check_text, measure };
	struct figure_source source = { c, "" };
	struct figure_request r = { .n_sources = 1, .source = &source, .title = "" };
	struct text out = { 0 };
	struct figure f;
	struct err e;

	if (figure_init(&f, &r, &e) < 0)
		return;
	MUST(figure_layout_height(&f, &pen) > 0);
	figure_layout_draw(&f, &pen);
	figure_release(&f);
	MUST(figure_file_make(&r, figure_file_kind("x.json", &e), &out, &e) == 0);
	MUST(figure_file_make(&r, figure_file_kind("x.csv", &e), &out, &e) == 0);
	MUST(figure_file_make(&r, figure_file_kind("x.gp", &e), &out, &e) == 0);
	text_release(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes = malloc(size + (size == 0)); /* not NUL-terminated */
	struct curves *c = curves_new(true);
	struct err e = { .msg = "" };

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	if (curves_file_read_text(bytes, size, c, &e) < 0) {
		MUST(strncmp(e.msg, "line ", 5) == 0);
	} else {
		for (size_t i = 0; i < c->n_runs; i++)
			for (unsigned b = 0; b < BRANCH_IDS; b++)
				for (unsigned m = 0; m < METRIC_COUNT; m++)
					check_series(c, c->run[i].run.number, b, m);
		draw(c);
	}
	curves_free(c);
	free(bytes);
	return 0;
}
