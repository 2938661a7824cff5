/* test_raster.c: spans draw the same dots as all samples. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/ui/span.h"

#define SAMPLES 2000

static uint32_t step[SAMPLES];
static double value[SAMPLES];

static bool
can_be_drawn(double x, bool positive)
{
	return isfinite(x) && (!positive || x > 0);
}

/* Reference: lines from sample to sample. A column without a drawable sample breaks the line. */
static void
draw_every_sample(struct raster *r, const struct span_steps *x, const struct axis *y)
{
	bool *drawn = calloc((size_t)x->columns, sizeof *drawn),
	     *lost = calloc((size_t)x->columns, sizeof *lost);
	int at = -1, row = 0;

	for (int i = 0; i < SAMPLES; i++) {
		int c = span_column(x, step[i]);

		*(can_be_drawn(value[i], y->log) ? &drawn[c] : &lost[c]) = true;
	}
	for (int i = 0; i < SAMPLES; i++) {
		int c = span_column(x, step[i]), to = span_row(y, r->rows, (float)value[i]);
		bool joined = at >= 0;

		if (!can_be_drawn(value[i], y->log))
			continue;
		for (int k = at + 1; k < c; k++)
			joined = joined && !(lost[k] && !drawn[k]);
		if (joined)
			raster_line(r, at, row, c, to);
		raster_column(r, c, to, to);
		at = c;
		row = to;
	}
	free(drawn);
	free(lost);
}

static void
draw_spans(struct raster *r, const struct span_steps *x, const struct axis *y,
	   const struct series *s)
{
	struct span *span = calloc((size_t)x->columns, sizeof *span);

	for (int c = 0; c < x->columns; c++)
		span[c] = span_fold(s, span_edge(x, c), span_edge(x, c + 1), y->log);
	span_draw(r, x, span, y, s, UINT32_MAX);
	free(span);
}

static void
check_spans_against_samples(uint64_t seed, enum raster_set set, bool log_x, bool log_y)
{
	struct rng r = rng_stream(seed, "raster", 0, 0);
	struct series *s = series_new();
	struct raster want = { 0 }, got = { 0 };
	struct axis y;
	struct span_steps x;
	int sparse = 1 + (int)(seed % 60), stretch = 1 + (int)(seed % 37);

	for (int i = 0; i < SAMPLES; i++) {
		uint64_t k = (uint64_t)i;

		step[i] = (i ? step[i - 1] + 1 + rng_below(r, k, (uint32_t)sparse) : 0);
		value[i] = rng_below(r, k / (unsigned)stretch + 5000, 9) == 0
				   ? NAN
				   : exp(rng_normal(r, k + 9000));
		if (rng_below(r, k + 20000, 10) == 0)
			value[i] = i % 3 ? 0 : -value[i];
		series_push(s, step[i], value[i]);
	}
	raster_resize(&want, set, 1 + (int)(seed * 7 % 120), 1 + (int)(seed % 23));
	raster_resize(&got, set, want.width, want.height);
	x = (struct span_steps){ 0, axis_page(step[SAMPLES - 1]), log_x, want.columns };
	axis_fit(&y, log_y ? 0.01 : -30, 40, log_y, 5);
	draw_every_sample(&want, &x, &y);
	draw_spans(&got, &x, &y, s);
	CHECK_INT(memcmp(want.cell, got.cell, (size_t)want.width * (size_t)want.height), 0);
	raster_release(&want);
	raster_release(&got);
	series_free(s);
}

static void
spans_draw_the_same_dots_as_all_samples(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 300; seed++)
		check_spans_against_samples(seed, (enum raster_set)(seed % 3), seed / 3 % 2,
					    seed / 6 % 2);
}

static void
every_step_has_one_column(void **state)
{
	(void)state;
	for (int log_x = 0; log_x < 2; log_x++)
		for (uint32_t to = 1; to < 3000; to = to * 2 + 1)
			for (int columns = 1; columns < 300; columns += 7) {
				struct span_steps x = { to / 3, to, log_x, columns };
				int before = 0;

				CHECK_INT(span_edge(&x, 0), x.from);
				CHECK_INT(span_edge(&x, columns), to + 1);
				for (uint32_t i = x.from; i <= to; i++) {
					int c = span_column(&x, i);

					CHECK(c >= before && c < columns);
					CHECK(span_edge(&x, c) <= i && i < span_edge(&x, c + 1));
					before = c;
				}
			}
}

static void
a_line_to_a_sample_out_of_view_reaches_the_edge(void **state)
{
	struct raster r = { 0 };
	struct series *s = series_new();
	struct span_steps x = { 100, 200, false, 20 };
	struct axis y;

	(void)state;
	series_push(s, 0, 0);
	series_push(s, 300, 3);
	axis_fit(&y, 0, 3, false, 4);
	raster_resize(&r, RASTER_ASCII, 20, 31);
	draw_spans(&r, &x, &y, s);
	CHECK(raster_char(&r, 0, 20, '*') == '*');  /* 1 at step 100, of 0..3 in 31 rows */
	CHECK(raster_char(&r, 19, 11, '*') == '*'); /* 1.95 at step 195 */
	for (int c = 0; c < 20; c++) {
		int dots = 0;

		for (int row = 0; row < 31; row++)
			dots += raster_char(&r, c, row, '*') != 0;
		CHECK(dots == 1);
	}
	raster_release(&r);
	series_free(s);
}

static void
low_values_are_counted_on_a_log_axis(void **state)
{
	struct series *s = series_new();
	struct span sp;

	(void)state;
	series_push(s, 0, 2);
	series_push(s, 1, 0);
	series_push(s, 2, -1);
	series_push(s, 3, 5);
	series_push(s, 3, -5);
	series_push(s, 4, NAN);
	sp = span_fold(s, 0, 10, true);
	CHECK_INT(sp.count, 2);
	CHECK_INT(sp.low, 3);
	CHECK_INT(sp.broken, 1);
	CHECK_NEAR(sp.first, 2, 0);
	CHECK_NEAR(sp.last, 5, 0);
	CHECK_NEAR(sp.min, 2, 0);
	sp = span_fold(s, 0, 10, false);
	CHECK_INT(sp.count, 5);
	CHECK_NEAR(sp.min, -5, 0);
	series_free(s);
}

static void
a_dash_clears_columns(void **state)
{
	struct raster r = { 0 };

	(void)state;
	raster_resize(&r, RASTER_BRAILLE, 3, 1);
	raster_line(&r, 0, 1, 5, 1);
	raster_dash(&r, 2, 1);
	CHECK_INT(raster_char(&r, 0, 0, 0), 0x2800 + 2 + 16);
	CHECK_INT(raster_char(&r, 1, 0, 0), 0x2800 + 16);
	CHECK_INT(raster_char(&r, 2, 0, 0), 0x2800 + 2);
	raster_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(spans_draw_the_same_dots_as_all_samples),
		TEST(every_step_has_one_column),
		TEST(a_line_to_a_sample_out_of_view_reaches_the_edge),
		TEST(low_values_are_counted_on_a_log_axis),
		TEST(a_dash_clears_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
