/* test_dots.c: AVX512-BF16 products against sums in double of numbers rounded arithmetically. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "rounding.h"

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/nn/gemm/gemm_bf16.h"

#define PANEL 16
#define FILL(n) (((n) + GEMM_BF16_UNIT - 1) / GEMM_BF16_UNIT * GEMM_BF16_UNIT)

static uint16_t
upper_half(float x)
{
	uint32_t bits;

	memcpy(&bits, &x, sizeof bits);
	return (uint16_t)(bits >> 16);
}

struct rig {
	size_t rows, in, columns, ldx, ldy;
	float *x, *w, *y;
	uint16_t *panels, *scratch;
};

/* Pack into panels; padding columns and scratch are filled with NaN, which must not appear in y. */
static void
lay_out(struct rig *r)
{
	size_t deep = FILL(r->in), n = deep * FILL(r->columns);

	for (size_t i = 0; i < n; i++) {
		size_t k = i / (2 * PANEL) * 2 % deep + i % 2,
		       c = i / (PANEL * deep) * PANEL + i / 2 % PANEL;

		r->panels[i] = c >= r->columns ? 0x7FC0
			       : k < r->in     ? upper_half(r->w[k * r->columns + c])
					       : 0;
	}
	memset(r->scratch, 0xFF, GEMM_BF16_STRIP * deep * sizeof *r->scratch);
}

static void
rig_open(struct rig *r, size_t rows, size_t in, size_t columns)
{
	struct rng w = rng_stream(1, "w", in, columns), x = rng_stream(1, "x", rows, in);

	*r = (struct rig){
		.rows = rows, .in = in, .columns = columns, .ldx = in + 3, .ldy = columns + 5
	};
	r->x = mem_array(
		rows * r->ldx - 3,
		sizeof *r->x); /* exact allocation: a sanitizer detects reads past the end */
	r->w = mem_array(in * columns, sizeof *r->w);
	r->y = mem_array(rows * r->ldy, sizeof *r->y);
	r->panels = mem_try(FILL(in) * FILL(columns), sizeof *r->panels);
	r->scratch = mem_try(GEMM_BF16_STRIP * FILL(in), sizeof *r->scratch);
	for (size_t i = 0; i < in * columns; i++)
		r->w[i] = (float)rounding_bf16((double)(float)rng_normal(w, i));
	for (size_t i = 0; i < rows * r->ldx - 3; i++)
		r->x[i] = i % r->ldx < in ? (float)rng_normal(x, i)
					  : NAN; /* padding between rows, which must not be read */
	for (size_t i = 0; i < rows * r->ldy; i++)
		r->y[i] = 77;
	lay_out(r);
}

static void
rig_close(struct rig *r)
{
	mem_free(r->x);
	mem_free(r->w);
	mem_free(r->y);
	mem_free(r->panels);
	mem_free(r->scratch);
}

static void
run(struct rig *r)
{
	gemm_bf16_product(r->x, r->ldx, r->rows, r->in, r->panels, r->columns, r->y, r->ldy,
			  r->scratch);
}

/* Check all numbers of y, and that memory after the rows is unchanged. */
static void
check_sums(const struct rig *r)
{
	for (size_t i = 0; i < r->rows; i++) {
		for (size_t c = 0; c < r->columns; c++) {
			double sum = 0, size = 0;

			for (size_t k = 0; k < r->in; k++) {
				double term = rounding_bf16((double)r->x[i * r->ldx + k]) *
					      (double)r->w[k * r->columns + c];

				sum += term;
				size += fabs(term);
			}
			CHECK_NEAR((double)r->y[i * r->ldy + c], sum, 1e-6 * size);
		}
		for (size_t c = r->columns; c < r->ldy; c++)
			CHECK(r->y[i * r->ldy + c] == 77);
	}
}

static void
sums_are_those_of_rounded_numbers(void **state)
{
	static const size_t ins[] = { 1, 2, 7, 31, 32, 33, 301 };
	static const size_t columns[] = { 1, 15, 16, 17, 33, 63, 64, 65, 131 };

	(void)state;
	for (size_t rows = 1; rows <= 13; rows++) /* every remainder of six */
		for (size_t k = 0; k < sizeof ins / sizeof *ins; k++)
			for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
				struct rig r;

				rig_open(&r, rows, ins[k], columns[c]);
				run(&r);
				check_sums(&r);
				rig_close(&r);
			}
}

static void
many_rows_are_processed_in_strips(void **state)
{
	(void)state;
	for (size_t rows = GEMM_BF16_STRIP - 1; rows <= 2 * GEMM_BF16_STRIP + 3; rows += 17) {
		struct rig r;

		rig_open(&r, rows, 45, 70);
		run(&r);
		check_sums(&r);
		rig_close(&r);
	}
}

/* Independent of the other rows and columns. */
static void
sums_of_a_row_do_not_depend_on_other_rows(void **state)
{
	struct rig many, one;

	(void)state;
	rig_open(&many, 2 * GEMM_BF16_STRIP + 5, 129, 200);
	run(&many);
	for (size_t columns = 200; columns > 0; columns = columns > 37 ? columns - 37 : 0) {
		rig_open(&one, 1, 129, columns);
		for (size_t k = 0; k < 129; k++)
			memcpy(one.w + k * columns, many.w + k * 200, columns * sizeof *one.w);
		lay_out(&one);
		for (size_t i = 0; i < many.rows; i++) {
			memcpy(one.x, many.x + i * many.ldx, 129 * sizeof *one.x);
			run(&one);
			CHECK_INT(memcmp(one.y, many.y + i * many.ldy, columns * sizeof *one.y), 0);
		}
		rig_close(&one);
	}
	rig_close(&many);
}

static void
numbers_are_rounded_to_the_nearest_and_ties_to_even(void **state)
{
	(void)state;
	for (size_t place = 0; place < 33;
	     place += 16) /* in either half of a vector, and after it */
		for (size_t i = 0; i < rounding_count; i++) {
			struct rig r;

			rig_open(&r, 1, 33, 1);
			for (size_t k = 0; k < 33; k++) {
				r.x[k] = k == place ? rounding_cases[i].from : 0;
				r.w[k] = 1;
			}
			lay_out(&r);
			run(&r);
			CHECK(isnan(rounding_cases[i].to) ? isnan(r.y[0])
							  : r.y[0] == rounding_cases[i].to);
			rig_close(&r);
		}
}

static void
available_implies_supported(void **state)
{
	(void)state;
	CHECK(!gemm_bf16_available() || gemm_bf16_supported());
	print_message("# dots are %s\n",
		      gemm_bf16_available() ? "used"
					    : "slower here than single precision, and not used");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sums_are_those_of_rounded_numbers),
		TEST(many_rows_are_processed_in_strips),
		TEST(sums_of_a_row_do_not_depend_on_other_rows),
		TEST(numbers_are_rounded_to_the_nearest_and_ties_to_even),
		TEST(available_implies_supported),
	};

	if (!gemm_bf16_supported()) { /* cmocka's skip() writes "not ok", which automake counts as a
				   failure */
		puts("1..0 # SKIP the processor lacks AVX512-BF16");
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
