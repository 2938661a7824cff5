/* test_kd.c: losses against golden values and central differences, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/kd/spatial.h"

#define B 3
#define C 4
#define ROOM                                                                                      \
	(LOSS_SCRATCH * B * C + 16 * C) /* including sums over classes, for losses that span rows \
					 */

/* Golden inputs; the values were computed in double by an independent program. */
static const real student[B * C] = { 1, 2, .5, -1, .2, -.3, 1.5, 0, -.7, .9, .4, 2.1 };
static const real teacher[B * C] = { 2, 1, .1, -2, 0, -1, 3, .5, .3, .8, -.6, 1.9 };
static const int32_t labels[B] = { 0, 2, 1 };
static const real even[B] = { 1 / 3., 1 / 3., 1 / 3. };

static struct knobs knobs;

static struct loss_args
golden(double temperature, real *scratch)
{
	knob_defaults(&knobs);
	return (struct loss_args){ .rows = B,
				   .width = C,
				   .x = student,
				   .target = teacher,
				   .label = labels,
				   .weight = even,
				   .temperature = temperature,
				   .scale = 1,
				   .scratch = scratch,
				   .channels = 2,
				   .t_width = C,
				   .positions = 1,
				   .heads = 1,
				   .knobs = &knobs };
}

static void
values_are_golden(void **state)
{
	static const struct {
		const struct loss *loss;
		double temperature, value;
	} rows[] = {
		{ &loss_ce, 1, 1.212466656982 },
		{ &loss_ce, 4,
		  1.212466656982 }, /* the label term does not depend on the temperature */
		{ &loss_kd, 1, .232838247848 },
		{ &loss_kd, 2, .303612719263 },
		{ &loss_kd, 4, .318812111783 },
		{ &loss_kd, 20, .313055779842 },
		{ &loss_kd, 1e4,
		  .309383133321 }, /* towards the limit .309375 of squared centred logits */
		{ &loss_hidden, 1, .686666666667 },
	};
	real scratch[ROOM];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct loss_args a = golden(rows[i].temperature, scratch);

		/* at T = 1e4 the divergence is a difference of numbers 1e8 times its size */
		CHECK_NEAR(rows[i].loss->run(&a), rows[i].value,
			   rows[i].temperature > 100 ? 1e-6 : 1e-9);
	}
}

static void
sce_has_golden_values(void **state)
{
	real scratch[ROOM];
	struct loss_args a = golden(1, scratch);

	(void)state;
	a.x = teacher;
	CHECK_NEAR(loss_ce.run(&a), .716478117671, 1e-9);
}

static void
first_row_of_the_gradient_has_golden_values(void **state)
{
	static const struct {
		double temperature;
		double row[C];
	} rows[] = {
		{ 1, { -.1423113404, .1233061139, .0128661767, .0061390499 } },
		{ 4, { -.1282140702, .0786846524, .0123614199, .037167998 } },
	};
	real scratch[ROOM];

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct loss_args a = golden(rows[i].temperature, scratch);
		real dx[B * C] = { 0 };

		a.dx = dx;
		loss_kd.run(&a);
		for (int c = 0; c < C; c++)
			CHECK_NEAR(dx[c], rows[i].row[c], 1e-9);
	}
}

/* Losses with further arguments are in test_layers.c. */
static bool
is_plain(const struct loss *l)
{
	return !(l->needs & (LOSS_BATCH | LOSS_IMAGE | LOSS_BEFORE)) && !l->own;
}

static void
every_loss_has_the_gradient_of_its_value(void **state)
{
	const double h = 1e-6, temperatures[] = { 0.5, 1, 4 };
	const real weights[B] = { .3, .1, .6 };
	real scratch[ROOM], x[B * C];

	(void)state;
	for (size_t l = 0; l < loss_table_count; l++)
		for (int t = 0; t < 3 && is_plain(loss_table[l]) && loss_table[l] != &loss_wsld;
		     t++) { /* its weight is a constant for the gradient */
			struct loss_args a = golden(temperatures[t], scratch);
			real dx[B * C] = { 0 }, grad_factor[B * C / 2] = { 0 };

			memcpy(x, student, sizeof x);
			a.x = x;
			a.weight = weights;
			a.scale = 0.7;
			a.dx = dx;
			if (loss_table[l]->needs & LOSS_MAP) {
				a.grad_factor = grad_factor;
				a.t_width = C / 2;
			}
			loss_table[l]->run(&a);
			for (int i = 0; i < B * C; i++)
				dx[i] += grad_factor[i / 2] * x[i];
			a.dx = a.grad_factor = NULL;
			for (int i = 0; i < B * C; i++) {
				double up, down;

				x[i] = student[i] + h;
				up = loss_table[l]->run(&a);
				x[i] = student[i] - h;
				down = loss_table[l]->run(&a);
				x[i] = student[i];
				CHECK_NEAR(dx[i], 0.7 * (up - down) / (2 * h), 1e-8);
			}
		}
}

static void
unlabelled_rows_count_for_soft_terms_only(void **state)
{
	const int32_t one_label[B] = { 0, -1, -1 };
	const real one = 1;
	real scratch[ROOM], dx[B * C] = { 0 };
	struct loss_args a = golden(4, scratch), first = golden(1, scratch);

	(void)state;
	a.label = one_label;
	a.dx = dx;
	first.rows = 1;
	first.weight = &one;
	CHECK_NEAR(loss_ce.run(&a) * B, loss_ce.run(&first), 1e-15);
	for (int i = C; i < B * C; i++)
		CHECK_NEAR(dx[i], 0, 0);
	CHECK_NEAR(loss_kd.run(&a), .318812111783, 1e-9);
}

static void
no_labels_or_rows_give_zero_without_gradient(void **state)
{
	const int32_t none[B] = { -1, -1, -1 };
	const real zero[B] = { 0 };
	real scratch[ROOM], dx[B * C] = { 0 };
	struct loss_args a = golden(4, scratch);

	(void)state;
	a.label = none;
	a.weight = zero;
	a.dx = dx;
	for (size_t l = 0; l < loss_table_count; l++)
		if (is_plain(loss_table[l]))
			CHECK_NEAR(loss_table[l]->run(&a), 0, 0);
	for (int i = 0; i < B * C; i++)
		CHECK_NEAR(dx[i], 0, 0);
}

static void
large_logits_and_extreme_temperatures_stay_finite(void **state)
{
	real big[B * C], scratch[ROOM], dx[B * C] = { 0 };

	(void)state;
	for (int i = 0; i < B * C; i++)
		big[i] = student[i] * 500;
	for (int t = 0; t < 2; t++) {
		struct loss_args a = golden(t ? 1000 : 0.05, scratch);

		a.x = big;
		a.dx = dx;
		for (size_t l = 0; l < loss_table_count; l++)
			if (is_plain(loss_table[l]))
				CHECK(isfinite(loss_table[l]->run(&a)));
	}
	for (int i = 0; i < B * C; i++)
		CHECK(isfinite(dx[i]));
}

/* The largest two of four logits, and the rest in a bucket. */
static struct loss_args
top_two(double temperature, real *scratch)
{
	static const int32_t id[B * 2] = { 0, 1, 2, 3, 3, 1 };
	static const real logit[B * 2] = { 2, 1, 3, .5, 1.9, .8 };
	static real tail[B];
	struct loss_args a = golden(temperature, scratch);

	tail[0] = log(exp(.1) + exp(-2));
	tail[1] = log(exp(0) + exp(-1));
	tail[2] = log(exp(.3) + exp(-.6));
	a.target = NULL;
	a.top = (struct loss_top){ 2, id, logit, tail };
	return a;
}

static void
the_largest_logits_and_a_bucket_give_the_golden_bound(void **state)
{
	real scratch[ROOM], x[B * C], dx[B * C] = { 0 };
	struct loss_args a = top_two(1, scratch);

	(void)state;
	CHECK_NEAR(loss_kd.run(&a), .204169329723, 1e-9);
	memcpy(x, student, sizeof x);
	for (int t = 0; t < 2; t++) {
		a = top_two(t ? 3 : 1, scratch);
		a.x = x;
		a.dx = memset(dx, 0, sizeof dx);
		loss_kd.run(&a);
		a.dx = NULL;
		for (int i = 0; i < B * C; i++) {
			double up, down;

			x[i] = student[i] + 1e-6;
			up = loss_kd.run(&a);
			x[i] = student[i] - 1e-6;
			down = loss_kd.run(&a);
			x[i] = student[i];
			CHECK_NEAR(dx[i], (up - down) / 2e-6, 1e-8);
		}
	}
}

/* With top C - 1, the bucket has one class, so the loss is exact at any temperature. */
static void
top_k_of_all_but_one_class_is_exact(void **state)
{
	const int32_t id[3] = { 0, 1, 2 };
	const real logit[3] = { 2, 1, .1 }, tail = -2, one = 1;
	real scratch[ROOM];
	struct loss_args whole = golden(4, scratch), top = golden(4, scratch);

	(void)state;
	whole.rows = top.rows = 1;
	whole.weight = top.weight = &one;
	top.top = (struct loss_top){ 3, id, logit, &tail };
	CHECK_NEAR(loss_kd.run(&top), loss_kd.run(&whole), 1e-12);
}

static void
attention_transfer_has_golden_values_for_different_channels(void **state)
{
	/* positions x channels: four positions, two channels of the student, three of the teacher
	 */
	const real s[8] = { 1, .3, -2, .4, .5, -1, 0, 2 }, one = 1;
	const real t[12] = { .5, 1, -.2, -1, .1, .9, 1.5, -.5, .3, .2, 1, -1.2 };
	real scratch[LOSS_SCRATCH * 12], x[8], grad_factor[4] = { 0 }, q[4];
	struct loss_args a = { .rows = 1,
			       .width = 8,
			       .channels = 2,
			       .t_width = 4,
			       .x = x,
			       .target = q,
			       .weight = &one,
			       .scale = 1,
			       .scratch = scratch,
			       .grad_factor = grad_factor };

	(void)state;
	memcpy(x, s, sizeof x);
	spatial_map(t, 1, 4, 3, q, NULL);
	CHECK_NEAR(loss_at.run(&a), .063565501397, 1e-9);
	a.grad_factor = NULL;
	for (int i = 0; i < 8; i++) {
		double up, down;

		x[i] = s[i] + 1e-6;
		up = loss_at.run(&a);
		x[i] = s[i] - 1e-6;
		down = loss_at.run(&a);
		x[i] = s[i];
		CHECK_NEAR(grad_factor[i / 2] * s[i], (up - down) / 2e-6, 1e-8);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_are_golden),
		TEST(sce_has_golden_values),
		TEST(first_row_of_the_gradient_has_golden_values),
		TEST(every_loss_has_the_gradient_of_its_value),
		TEST(unlabelled_rows_count_for_soft_terms_only),
		TEST(no_labels_or_rows_give_zero_without_gradient),
		TEST(large_logits_and_extreme_temperatures_stay_finite),
		TEST(the_largest_logits_and_a_bucket_give_the_golden_bound),
		TEST(top_k_of_all_but_one_class_is_exact),
		TEST(attention_transfer_has_golden_values_for_different_channels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
