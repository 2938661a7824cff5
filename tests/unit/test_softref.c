/* test_softref.c: losses on outputs against plain formulas in long double, and their gradients
 * against differences. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/kd/losses/loss_table.h"
#include "softref.h"

static uint64_t draws;

static double
uniform(void)
{
	return rng_unit(rng_stream(7, "test", 0, 0), draws++);
}

static struct pair
make(size_t rows, size_t n, double size, bool weighted)
{
	struct pair p = { .rows = rows, .n = n };
	double sum = 0;

	p.s = mem_array(rows * n, sizeof *p.s);
	p.t = mem_array(rows * n, sizeof *p.t);
	p.dx = mem_array(rows * n, sizeof *p.dx);
	p.scratch = mem_array(LOSS_SCRATCH * rows * n + 16 * n + 64, sizeof *p.scratch);
	for (size_t i = 0; i < rows * n; i++) {
		p.s[i] = size * (2 * uniform() - 1);
		p.t[i] = size * (2 * uniform() - 1);
	}
	for (size_t i = 0; i < rows; i++) {
		p.label[i] = (int32_t)(uniform() * (double)n);
		p.weight[i] = weighted ? 0.1 + uniform() : 1;
		sum += p.weight[i];
	}
	for (size_t i = 0; i < rows; i++)
		p.weight[i] /= sum;
	knob_defaults(&p.knobs);
	return p;
}

static void
release(struct pair *p)
{
	mem_free(p->s);
	mem_free(p->t);
	mem_free(p->dx);
	mem_free(p->scratch);
}

static struct loss_args
args(struct pair *p, double temperature)
{
	return (struct loss_args){ .rows = p->rows,
				   .width = p->n,
				   .t_width = p->n,
				   .positions = 1,
				   .x = p->s,
				   .target = p->t,
				   .label = p->label,
				   .weight = p->weight,
				   .temperature = temperature,
				   .knobs = &p->knobs,
				   .scale = 1,
				   .scratch = p->scratch };
}

/* Relative to the value: for logits of 1e3, losses have that size or its square. */
static void
every_loss_agrees_with_its_formula(void **state)
{
	static const size_t shapes[][2] = { { 1, 2 },  { 2, 2 },    { 3, 7 },   { 64, 10 },
					    { 5, 33 }, { 17, 100 }, { 4, 1000 } };
	static const double sizes[] = { 0.1, 3, 30, 1000 }, temperatures[] = { 0.5, 1, 4, 20 };

	(void)state;
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
		for (int z = 0; z < 4; z++) {
			struct pair p = make(shapes[i][0], shapes[i][1], sizes[z], false);

			for (int t = 0; t < 4; t++)
				for (size_t l = 0; l < softref_count; l++) {
					struct loss_args a = args(&p, temperatures[t]);
					double want = (double)softref_value(&softref_table[l], &p,
									    temperatures[t]);
					double got = softref_table[l].loss->run(&a);

					if (!(fabs(got - want) <= 1e-9 * fmax(1, fabs(want))))
						fail_msg("%s, %zu x %zu, logits to %g, T %g: "
							 "%.17g, expected %.17g",
							 softref_table[l].loss->name, p.rows, p.n,
							 sizes[z], temperatures[t], got, want);
				}
			release(&p);
		}
}

static double
beta_value(struct pair *p, double beta)
{
	struct loss_args a = args(p, 2);

	p->knobs.jsd_beta = beta;
	return loss_jsd.run(&a);
}

/* The derivative in beta at the ends has the order of the values, so a step of 1e-9 changes them by
 * about 1e-9. */
static void
jsd_is_continuous_in_beta_up_to_its_ends(void **state)
{
	struct pair p = make(8, 10, 2, false);
	struct loss_args a = args(&p, 2);
	double kd = loss_kd.run(&a), rkl = loss_rkl.run(&a);

	(void)state;
	CHECK(beta_value(&p, 0) == kd);
	CHECK(beta_value(&p, 1) == rkl);
	for (double b = 1e-12; b < 1e-2; b *= 10) {
		CHECK_NEAR(beta_value(&p, b), kd, 200 * b + 1e-12);
		CHECK_NEAR(beta_value(&p, 1 - b), rkl, 200 * b + 1e-12);
	}
	for (double b = 1e-4; b < 1e-2; b *= 10) { /* where the plain formula has enough digits */
		p.knobs.jsd_beta = b;
		CHECK_NEAR(beta_value(&p, b), (double)softref_value(&softref_table[2], &p, 2),
			   1e-9);
		CHECK_NEAR(beta_value(&p, 1 - b), (double)softref_value(&softref_table[2], &p, 2),
			   1e-9);
	}
	release(&p);
}

static void
check_gradient(const struct loss *l, struct pair *p, double t)
{
	struct loss_args a = args(p, t);

	memset(p->dx, 0, p->rows * p->n * sizeof *p->dx);
	a.dx = p->dx;
	a.scale = 0.7;
	l->run(&a);
	a.dx = NULL;
	for (size_t i = 0; i < p->rows * p->n; i++) {
		double was = p->s[i], up, down;

		p->s[i] = was + 1e-5;
		up = l->run(&a);
		p->s[i] = was - 1e-5;
		down = l->run(&a);
		p->s[i] = was;
		if (!(fabs(p->dx[i] - 0.7 * (up - down) / 2e-5) <= 1e-7))
			fail_msg("%s at T %g: %.12g, by differences %.12g", l->name, t, p->dx[i],
				 0.7 * (up - down) / 2e-5);
	}
}

/* The weight of wsld is a constant in its gradient: only rows without label, where it is kd, have
 * the gradient of the value. */
static void
every_gradient_is_that_of_the_value(void **state)
{
	static const double temperatures[] = { 0.5, 1, 2.5, 20 };

	(void)state;
	for (int round = 0; round < 4; round++) {
		struct pair p = make(5, 6, 2, round > 0);

		if (round > 1)
			p.label[1] = p.label[3] = -1;
		for (size_t l = 0; l < LOSS_OUTPUTS; l++)
			for (int t = 0; t < 4 && loss_table[l] != &loss_wsld; t++)
				check_gradient(loss_table[l], &p, temperatures[t]);
		for (int i = 0; i < 5; i++)
			p.label[i] = -1;
		check_gradient(&loss_wsld, &p, 4);
		release(&p);
	}
}

static void
jsd_has_the_gradient_of_its_value_for_any_beta(void **state)
{
	static const double betas[] = { 0, 1e-9, 1e-3, .1, .5, .7, .999, 1 - 1e-9, 1 };
	struct pair p = make(3, 5, 2, true);

	(void)state;
	for (int i = 0; i < 9; i++) {
		p.knobs.jsd_beta = p.knobs.skl_alpha = p.knobs.srkl_alpha = betas[i];
		check_gradient(&loss_jsd, &p, 3);
		check_gradient(&loss_skl, &p, 3);
		check_gradient(&loss_srkl, &p, 3);
		p.knobs.jsd_form = KNOB_RAW;
		check_gradient(&loss_jsd, &p, 1);
		p.knobs.jsd_form = KNOB_NORMALIZED;
	}
	release(&p);
}

/* Its gradient is that of soft cross-entropy times the weight, the ratio of their values. */
static void
wsld_has_the_gradient_of_its_soft_part(void **state)
{
	struct pair p = make(1, 6, 2, false);
	struct loss_args a = args(&p, 4);
	real soft[6] = { 0 };
	double share;

	(void)state;
	share = loss_wsld.run(&a) / loss_sce.run(&a);
	a.dx = p.dx;
	loss_wsld.run(&a);
	a.dx = soft;
	loss_sce.run(&a);
	for (int c = 0; c < 6; c++)
		CHECK_NEAR(p.dx[c], share * soft[c], 1e-12);
	release(&p);
}

static void
a_learned_temperature_has_the_gradient_of_its_value(void **state)
{
	struct pair p = make(5, 6, 2, true);
	struct loss_args a = args(&p, 1);
	real theta, slope = 0;

	(void)state;
	a.own[0] = &theta;
	for (theta = -4; theta < 3; theta += 1.5) {
		real was = theta;
		double up, down;

		slope = 0;
		a.scale = 0.7;
		a.dx = p.dx;
		a.own_grad[0] = &slope;
		loss_ctkd.run(&a);
		a.dx = NULL;
		a.own_grad[0] = NULL;
		theta = was + 1e-5;
		up = loss_ctkd.run(&a);
		theta = was - 1e-5;
		down = loss_ctkd.run(&a);
		theta = was;
		CHECK_NEAR(slope, 0.7 * (up - down) / 2e-5, 1e-7);
	}
	release(&p);
}

/* A row without a label has the value of kd at the temperature of the loss. */
static void
rows_without_label_have_the_value_of_kd(void **state)
{
	static const struct loss *const losses[] = { &loss_dkd, &loss_nkd, &loss_wsld };
	struct pair p = make(4, 6, 2, true);
	struct loss_args a = args(&p, 3);
	double kd = loss_kd.run(&a);

	(void)state;
	for (int i = 0; i < 4; i++)
		p.label[i] = -1;
	for (int i = 0; i < 3; i++)
		CHECK_NEAR(losses[i]->run(&a), kd, 1e-12);
	release(&p);
}

/* Student equal to the teacher, equal rows, constant rows, one row: finite values and small
 * gradients. */
static void
degenerate_inputs_give_finite_values(void **state)
{
	(void)state;
	for (int kind = 0; kind < 4; kind++)
		for (size_t l = 0; l < LOSS_OUTPUTS; l++) {
			struct pair p = make(kind == 3 ? 1 : 4, 6, 2, false);
			struct loss_args a = args(&p, 2);

			for (size_t i = 0; i < p.rows * p.n; i++) {
				p.s[i] = kind == 1 ? p.s[i % p.n] : kind == 2 ? 0.3 : p.s[i];
				p.t[i] = kind == 0 ? p.s[i] : p.t[i];
			}
			a.dx = p.dx;
			CHECK(isfinite(loss_table[l]->run(&a)));
			for (size_t i = 0; i < p.rows * p.n; i++)
				CHECK(fabs(p.dx[i]) < 100);
			release(&p);
		}
}

static void
everything_is_finite_for_logits_up_to_a_thousand(void **state)
{
	static const double temperatures[] = { 0.05, 1, 4, 1000 },
			    betas[] = { 0, 1e-9, .5, 1 - 1e-9, 1 };

	(void)state;
	for (int i = 0; i < 4 * 5; i++) {
		struct pair p = make(6, 9, 1000, true);
		struct loss_args a = args(&p, temperatures[i % 4]);

		p.label[2] = -1;
		p.knobs.jsd_beta = p.knobs.skl_alpha = p.knobs.srkl_alpha = betas[i / 4];
		a.dx = p.dx;
		for (size_t l = 0; l < LOSS_OUTPUTS; l++)
			CHECK(isfinite(loss_table[l]->run(&a)));
		for (size_t c = 0; c < p.rows * p.n; c++)
			CHECK(isfinite(p.dx[c]));
		release(&p);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_loss_agrees_with_its_formula),
		TEST(jsd_is_continuous_in_beta_up_to_its_ends),
		TEST(every_gradient_is_that_of_the_value),
		TEST(jsd_has_the_gradient_of_its_value_for_any_beta),
		TEST(wsld_has_the_gradient_of_its_soft_part),
		TEST(a_learned_temperature_has_the_gradient_of_its_value),
		TEST(rows_without_label_have_the_value_of_kd),
		TEST(degenerate_inputs_give_finite_values),
		TEST(everything_is_finite_for_logits_up_to_a_thousand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
