/* test_mix.c: several teachers: shares, mixed targets and the loss with them, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/train/mix.h"
#include "retort/train/mix_share.h"

#define B 3
#define C 4
#define K 2

/* Golden inputs; the values were computed in double by an independent program. */
static const real student[B * C] = { 1, 2, .5, -1, .2, -.3, 1.5, 0, -.7, .9, .4, 2.1 };
static const real first[B * C] = { 2, 1, .1, -2, 0, -1, 3, .5, .3, .8, -.6, 1.9 };
static const real second[B * C] = { .1, 1.9, .3, -.5, .6, .2, .9, -.1, -.2, 1.4, .1, 1.2 };
static const real third[B * C] = { 1.2, .3, -.4, .8, -.5, .7, 1.1, .2, .9, -.3, .6, .1 };
static const real *const logits[] = { first, second, third };
static const int32_t labels[B] = { 0, 2, 1 };
static const real even[B] = { 1 / 3., 1 / 3., 1 / 3. };
static const double ones[TRAIN_TEACHERS] = { 1, 1, 1, 1, 1, 1, 1, 1 };

static struct mix_job
job(int n, const real *x, double temperature, struct pool *pool)
{
	return (struct mix_job){ .n = n,
				 .logit = logits,
				 .typed = ones,
				 .positions = B,
				 .classes = C,
				 .x = x,
				 .weight = even,
				 .label = labels,
				 .temperature = temperature,
				 .most = 1,
				 .pool = pool };
}

/* The loss of the mixture, computed as by train/terms.c; dx may be NULL. */
static double
divergence(struct mix *m, const struct mix_job *j, const real *x, double temperature, real *dx)
{
	real scratch[LOSS_SCRATCH * B * C];
	double sum = 0;

	for (int k = 0; k < (mix_is_target(m->mode) ? 1 : j->n); k++) {
		bool target = mix_is_target(m->mode);
		struct loss_args a = { .rows = B,
				       .width = C,
				       .t_width = C,
				       .x = x,
				       .target = j->logit[k],
				       .weight = even,
				       .temperature = temperature,
				       .scale = target ? 1 : m->factor[k],
				       .scratch = scratch,
				       .dx = dx };

		if (target)
			a.target = mix_target(m, j, 0, temperature);
		if (mix_is_by_row(m->mode))
			a.weight = m->weight[k];
		sum += a.scale * loss_kd.run(&a);
	}
	return sum;
}

static double
value_of(enum mix_mode mode, double temperature, struct pool *pool)
{
	struct mix_job j = job(K, student, temperature, pool);
	struct mix m;
	double value;

	CHECK(mix_init(&m, mode, B, C, 1) == 0);
	mix_run(&m, &j);
	value = divergence(&m, &j, student, temperature, NULL);
	mix_release(&m);
	return value;
}

static void
mixtures_have_golden_values(void **state)
{
	struct pool *pool = pool_new(1);

	(void)state;
	CHECK_NEAR(value_of(MIX_PROBABILITIES, 1, pool), .056815645141, 1e-9);
	CHECK_NEAR(value_of(MIX_LOGITS, 1, pool), .050145734797, 1e-9);
	CHECK_NEAR(value_of(MIX_LOSSES, 1, pool), .178986752018, 1e-9);
	CHECK_NEAR(value_of(MIX_SUM, 1, pool), 2 * .178986752018, 2e-9);
	CHECK_NEAR(value_of(MIX_CONFIDENCE, 4, pool), .273756029532, 1e-9);
	pool_free(pool);
}

static void
row_shares_have_golden_values(void **state)
{
	static const double confident[B][K] = {
		{ .851697641, .148302359 },
		{ .693730079, .306269921 },
		{ .3207012418, .6792987582 },
	};
	double share[K];

	(void)state;
	mix_share_entropy(logits, ones, K, C, share);
	CHECK_NEAR(share[0], .5136747895, 1e-9);
	CHECK_NEAR(share[1], .4863252105, 1e-9);
	for (int i = 0; i < B; i++) {
		const real *row[K] = { first + i * C, second + i * C };

		mix_share_confidence(row, ones, K, C, labels[i], share);
		CHECK_NEAR(share[0], confident[i][0], 1e-9);
		CHECK_NEAR(share[1], confident[i][1], 1e-9);
	}
	mix_share_confidence(logits, ones, K, C, -1, share);
	CHECK_NEAR(share[0], .5, 0);
	CHECK_NEAR(share[1], .5, 0);
}

static void
gradient_shares_have_golden_values(void **state)
{
	struct pool *pool = pool_new(1);
	struct mix_job j = job(K, student, 4, pool);
	struct mix m;

	(void)state;
	CHECK(mix_init(&m, MIX_GRADIENT, B, C, 1) == 0);
	mix_run(&m, &j);
	CHECK_NEAR(m.share[0], .346001250500, 1e-9);
	CHECK_NEAR(m.share[1], 1 - .346001250500, 1e-9);
	j.most = .6;
	mix_run(&m, &j);
	CHECK_NEAR(m.share[0], .4, 1e-12); /* the box */
	j.n = 1;
	mix_run(&m, &j);
	CHECK_NEAR(m.share[0], 1, 0); /* an upper limit too small for one teacher alone */
	mix_release(&m);
	pool_free(pool);
}

/* Optimality: no feasible direction decreases the norm. */
static void
check_smallest(const double *gram, int n, double most)
{
	double a[TRAIN_TEACHERS], sum = 0, slope[TRAIN_TEACHERS];

	mix_share_min_norm(gram, n, most, a);
	for (int i = 0; i < n; i++) {
		CHECK(a[i] >= 0 && a[i] <= fmax(most, 1. / n) + 1e-15);
		sum += a[i];
		slope[i] = 0;
		for (int k = 0; k < n; k++)
			slope[i] += gram[i * n + k] * a[k];
	}
	CHECK_NEAR(sum, 1, 1e-12);
	for (int i = 0; i < n; i++)
		for (int k = 0; k < n; k++)
			if (a[i] > 1e-12 && a[k] < most - 1e-12)
				CHECK(slope[i] - slope[k] <= 1e-9);
}

static void
the_smallest_norm_is_found(void **state)
{
	unsigned draw = 1;

	(void)state;
	for (int round = 0; round < 200; round++) {
		int n = 1 + round % TRAIN_TEACHERS;
		double g[TRAIN_TEACHERS][6], gram[TRAIN_TEACHERS * TRAIN_TEACHERS];

		for (int i = 0; i < n; i++)
			for (int c = 0; c < 6; c++)
				g[i][c] = (double)((draw = draw * 1664525u + 1013904223u) >> 8) /
						  (1 << 23) -
					  1 + (round % 3);
		for (int i = 0; i < n; i++)
			for (int k = 0; k < n; k++) {
				gram[i * n + k] = 0;
				for (int c = 0; c < 6; c++)
					gram[i * n + k] += g[i][c] * g[k][c];
			}
		check_smallest(gram, n, 1);
		check_smallest(gram, n, .6);
		check_smallest(gram, n, .3);
	}
}

/* Shares are constants in the gradient. */
static void
gradients_agree_with_differences(void **state)
{
	struct pool *pool = pool_new(1);

	(void)state;
	for (int mode = MIX_SUM; mode < MIX_RANDOM; mode++) {
		struct mix_job j = job(3, student, 4, pool);
		real dx[B * C] = { 0 }, x[B * C];
		struct mix m;

		CHECK(mix_init(&m, (enum mix_mode)mode, B, C, 1) == 0);
		mix_run(&m, &j);
		divergence(&m, &j, student, 4, dx);
		memcpy(x, student, sizeof x);
		for (int i = 0; i < B * C; i++) {
			double more, less;

			x[i] = student[i] + 1e-5;
			more = divergence(&m, &j, x, 4, NULL);
			x[i] = student[i] - 1e-5;
			less = divergence(&m, &j, x, 4, NULL);
			x[i] = student[i];
			CHECK_NEAR(dx[i], (more - less) / 2e-5, 1e-9);
		}
		mix_release(&m);
	}
	pool_free(pool);
}

/* User weights multiply; a teacher of weight 0 does not affect the others. */
static void
typed_weights_multiply(void **state)
{
	struct pool *pool = pool_new(1);

	(void)state;
	for (int mode = MIX_SUM; mode < MIX_RANDOM; mode++) {
		static const double alone[] = { 0, 2, 0 };
		struct mix_job j = job(3, student, 4, pool);
		struct mix m;

		j.typed = alone;
		CHECK(mix_init(&m, (enum mix_mode)mode, B, C, 1) == 0);
		mix_run(&m, &j);
		CHECK_NEAR(m.share[0], 0, 0);
		CHECK_NEAR(m.share[1], 1, 1e-15);
		CHECK_NEAR(m.share[2], 0, 0);
		if (mix_is_target(m.mode)) {
			struct mix_job one = j;

			one.typed = ones + 1;
			CHECK_NEAR(divergence(&m, &j, student, 4, NULL),
				   divergence(&m, &one, student, 4, NULL),
				   1e-12); /* shares stand */
		}
		mix_release(&m);
	}
	pool_free(pool);
}

/* One teacher, equal teachers, certain teachers: finite numbers and equal shares. */
static void
edge_cases_give_finite_numbers(void **state)
{
	static const real sure[B * C] = { 300, 0, 0, 0, 0, 300, 0, 0, 0, 0, 0, 300 };
	static const real *const twins[] = { first, first }, *const certain[] = { sure, sure };
	static const double none[] = { 0, 0 };
	struct pool *pool = pool_new(1);

	(void)state;
	for (int mode = MIX_SUM; mode < MIX_RANDOM; mode++)
		for (int which = 0; which < 4; which++) {
			struct mix_job j = job(which == 0 ? 1 : K, student, 4, pool);
			real dx[B * C] = { 0 };
			struct mix m;

			j.logit = which == 2 ? certain : twins;
			j.typed = which == 3 ? none : ones;
			CHECK(mix_init(&m, (enum mix_mode)mode, B, C, 1) == 0);
			mix_run(&m, &j);
			for (int k = 0; k < j.n; k++)
				CHECK_NEAR(m.share[k], which == 3 ? 0 : 1. / j.n, 1e-12);
			if (which < 3 || !mix_is_target(m.mode))
				CHECK(isfinite(divergence(&m, &j, student, 4, dx)));
			for (int i = 0; i < B * C; i++)
				CHECK(isfinite(dx[i]));
			mix_release(&m);
		}
	pool_free(pool);
}

static void
teachers_are_drawn_by_weight(void **state)
{
	static const double typed[] = { 1, 0, 3 }, none[] = { 0, 0, 0 };
	int count[3] = { 0 };

	(void)state;
	for (uint64_t step = 0; step < 4000; step++) {
		int k = mix_share_draw(typed, 3, 7, step);

		CHECK(k == mix_share_draw(typed, 3, 7, step));
		count[k]++;
	}
	CHECK_INT(count[1], 0);
	CHECK(count[0] > 880 && count[0] < 1120); /* four standard deviations */
	CHECK_INT(mix_share_draw(none, 3, 7, 0), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(mixtures_have_golden_values),        TEST(row_shares_have_golden_values),
		TEST(gradient_shares_have_golden_values), TEST(the_smallest_norm_is_found),
		TEST(gradients_agree_with_differences),   TEST(typed_weights_multiply),
		TEST(edge_cases_give_finite_numbers),     TEST(teachers_are_drawn_by_weight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
