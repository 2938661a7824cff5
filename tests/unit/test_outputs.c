/* test_outputs.c: losses on outputs against golden values, in double and in float. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"

#define B 3
#define C 4
#define ROOM (LOSS_SCRATCH * B * C + 64 * C)

#ifdef RETORT_REAL_DOUBLE
#define CLOSE 1e-9
#else
#define CLOSE 2e-6
#endif

static const real student[B * C] = { 1, 2, .5, -1, .2, -.3, 1.5, 0, -.7, .9, .4, 2.1 };
static const real teacher[B * C] = { 2, 1, .1, -2, 0, -1, 3, .5, .3, .8, -.6, 1.9 };
static const int32_t labels[B] = { 0, 2, 1 };
static const real even[B] = { 1 / 3., 1 / 3., 1 / 3. };

static struct knobs knobs;
static real scratch[ROOM];

static struct loss_args
golden(double temperature)
{
	return (struct loss_args){ .rows = B,
				   .width = C,
				   .t_width = C,
				   .positions = 1,
				   .x = student,
				   .target = teacher,
				   .label = labels,
				   .weight = even,
				   .temperature = temperature,
				   .knobs = &knobs,
				   .scale = 1,
				   .scratch = scratch };
}

/* In float, tolerances are relative for values above 1. */
static double
tolerance(double value)
{
	return sizeof(real) == sizeof(float) && fabs(value) > 1 ? CLOSE * fabs(value) : CLOSE;
}

static void
set(const char *name, const char *value)
{
	struct err e;

	CHECK_INT(knob_set(&knobs, knob_find(name, &e), value, &e), 0);
}

static const struct {
	const struct loss *loss;
	double temperature;
	const char *knob, *to;
	double value;
} golden_values[] = {
	{ &loss_ce, 1, NULL, NULL, 1.212466656982 },
	{ &loss_kd, 1, NULL, NULL, .232838247848 },
	{ &loss_kd, 2, NULL, NULL, .303612719263 },
	{ &loss_kd, 4, NULL, NULL, .318812111783 },
	{ &loss_kd, 20, NULL, NULL, .313055779842 },
	{ &loss_rkl, 1, NULL, NULL, .247372669827 },
	{ &loss_rkl, 4, NULL, NULL, .312175765755 },
	{ &loss_sce, 4, NULL, NULL, 21.646233460172 },
	{ &loss_jsd, 1, "jsd-beta", "0.5", .228373299525 },
	{ &loss_jsd, 1, "jsd-beta", "0", .232838247848 },
	{ &loss_jsd, 4, "jsd-beta", "0", .318812111783 },
	{ &loss_jsd, 1, "jsd-beta", "1", .247372669827 },
	{ &loss_jsd, 4, "jsd-beta", "1", .312175765755 },
	{ &loss_jsd, 1, "jsd-beta", "0.001", .232572817860 / .999 },
	{ &loss_jsd, 1, "jsd-beta", "0.999", .247046420428 / .999 },
	{ &loss_skl, 1, NULL, NULL, .184661761447 },
	{ &loss_skl, 1, "skl-alpha", "0", .232838247848 },
	{ &loss_srkl, 1, NULL, NULL, .190423671607 },
	{ &loss_srkl, 1, "srkl-alpha", "0", .247372669827 },
	{ &loss_tvd, 1, NULL, NULL, .263562629931 },
	{ &loss_tvd, 4, NULL, NULL, .081095421765 },
	{ &loss_mse, 1, NULL, NULL, .686666666667 },
	{ &loss_cosine, 1, NULL, NULL, .136970385404 },
	{ &loss_ls, 1, NULL, NULL, 1.270799990315 },
	{ &loss_ls, 1, "ls-epsilon", "0", 1.212466656982 },
	{ &loss_dkd, 4, NULL, NULL, 1.381077205689 },
	{ &loss_dkd, 4, "dkd-beta", "0", 16 * .013667836792 },
	{ &loss_dkd, 4, "dkd-alpha", "0", 8 * 16 * .009081186070 },
	{ &loss_nkd, 1, NULL, NULL, 1.876629196602 },
	{ &loss_dist, 1, NULL, NULL, .406687690948 },
	{ &loss_dist, 1, "dist-gamma", "0", .257951759311 },
	{ &loss_dist, 1, "dist-beta", "0", .148735931637 },
	{ &loss_lskd, 2, NULL, NULL, .102920915679 },
	{ &loss_wsld, 2, NULL, NULL, 4.336782950565 },
};

static void
values_are_golden(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof golden_values / sizeof *golden_values; i++) {
		struct loss_args a = golden(golden_values[i].temperature);

		knob_defaults(&knobs);
		if (golden_values[i].knob)
			set(golden_values[i].knob, golden_values[i].to);
		CHECK_NEAR(golden_values[i].loss->run(&a), golden_values[i].value,
			   tolerance(golden_values[i].value));
	}
}

static void
raw_jsd_has_golden_values_and_tends_to_zero(void **state)
{
	static const struct {
		const char *beta;
		double value;
	} rows[] = {
		{ "0", 0 },
		{ "0.001", .000232572818 },
		{ "0.1", .020712726363 },
		{ "0.5", .057093324881 },
		{ "0.9", .021663469692 },
		{ "0.999", .000247046420 },
		{ "1", 0 },
	};
	struct loss_args a = golden(1);

	(void)state;
	knob_defaults(&knobs);
	set("jsd-form", "raw");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		set("jsd-beta", rows[i].beta);
		CHECK_NEAR(loss_jsd.run(&a), rows[i].value, CLOSE);
	}
}

static void
first_rows_of_gradients_have_golden_values(void **state)
{
	static const struct {
		const struct loss *loss;
		double temperature;
		const char *beta;
		double row[C];
	} rows[] = {
		{ &loss_kd, 1, NULL, { -.1423113404, .1233061139, .0128661767, .0061390499 } },
		{ &loss_kd, 4, NULL, { -.1282140702, .0786846524, .0123614199, .037167998 } },
		{ &loss_sce, 4, NULL, { -.1282140702, .0786846524, .0123614199, .037167998 } },
		{ &loss_rkl, 4, NULL, { -.1174635411, .0760502986, .0054896251, .0359236174 } },
		{ &loss_jsd, 1, "0.1", { -.0120535723, .0105532372, .0009749204, .0005254147 } },
		{ &loss_jsd, 1, "0.5", { -.0288157225, .0263518234, .001151919, .00131198 } },
		{ &loss_jsd, 1, "0.9", { -.0098667596, .0095149697, -.0001219325, .0004737224 } },
		{ &loss_skl, 1, NULL, { -.1025547631, .0907793243, .0072558024, .0045196364 } },
		{ &loss_srkl, 1, NULL, { -.0889006977, .0844113599, .0002867437, .0042025941 } },
		{ &loss_tvd, 1, NULL, { -.0579795575, .0455485684, .0101632594, .0022677297 } },
		{ &loss_dkd, 4, NULL, { -.1282140702, .3012809612, -.3153819399, .142315049 } },
		{ &loss_nkd, 1, NULL, { -.1683835828, .1817576831, -.0224232825, .0090491822 } },
		{ &loss_lskd, 2, NULL, { -.0658086844, .0431401349, .0014646459, .0212039036 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct loss_args a = golden(rows[i].temperature);
		real dx[B * C] = { 0 };

		knob_defaults(&knobs);
		set("jsd-form", "raw");
		if (rows[i].beta)
			set("jsd-beta", rows[i].beta);
		a.dx = dx;
		rows[i].loss->run(&a);
		for (int c = 0; c < C; c++)
			CHECK_NEAR(dx[c], rows[i].row[c], CLOSE);
	}
}

/* KL = TCKD + (1 - p_y) NCKD for each row: dkd with alpha 1 and beta 1 - p_y equals kd. */
static void
decoupled_parts_make_up_the_divergence(void **state)
{
	const real one = 1;

	(void)state;
	knob_defaults(&knobs);
	for (int i = 0; i < B; i++) {
		struct loss_args a = golden(4);
		double sum = 0, dkd;

		a.rows = 1;
		a.x += i * C;
		a.target += i * C;
		a.label += i;
		a.weight = &one;
		for (int c = 0; c < C; c++)
			sum += exp((double)(a.target[c] - a.target[a.label[0]]) / 4);
		knobs.dkd_alpha = 1;
		knobs.dkd_beta = 1 - 1 / sum;
		dkd = loss_dkd.run(&a);
		CHECK_NEAR(dkd, loss_kd.run(&a), sizeof(real) == sizeof(double) ? 1e-12 : CLOSE);
	}
}

/* At theta 0, ctkd is kd at start + span sigmoid(1). */
static void
learned_temperature_starts_at_its_option(void **state)
{
	real theta = 0, *own[LOSS_OWN] = { &theta };
	struct loss_args a = golden(1), b = golden(0);

	(void)state;
	knob_defaults(&knobs);
	a.own[0] = &theta;
	b.temperature = loss_ctkd.learned(&knobs, own);
	CHECK_NEAR(b.temperature, 1 + 20 / (1 + exp(-1)), 1e-12);
	CHECK_NEAR(loss_ctkd.run(&a), loss_kd.run(&b), 0);
	theta = 3;
	CHECK_NEAR(loss_ctkd.learned(&knobs, own), 1 + 20 / (1 + exp(-4)), 1e-12);
	knobs.ctkd_span = 0;
	knobs.ctkd_start = 4;
	CHECK_NEAR(loss_ctkd.run(&a), .318812111783, CLOSE);
}

/* Extreme logits; how 0 to 7. */
static real
hostile(unsigned how, size_t i)
{
	switch (how) {
	case 0:
		return 0;
	case 1:
		return 1e4;
	case 2:
		return i % 2 ? (real)1e4 : (real)-1e4;
	case 3:
		return i % C == i / C % C ? (real)3e4 : 0;
	case 4:
		return (real)1e-30 * (real)(i % 3);
	case 5:
		return (real)1e-22 * (real)(i % C + 1);
	case 6:
		return (real)0.1 * (real)(i % C);
	default:
		return teacher[i];
	}
}

/* Set the options of losses to an end of their range, or next to it. */
static void
set_options(unsigned how)
{
	knob_defaults(&knobs);
	for (size_t k = 0; how > 0 && k < knob_count; k++) {
		const struct knob *d = &knob_table[k];
		double *at = (double *)((char *)&knobs + d->offset);

		if (d->type != KNOB_REAL || !loss_table_of_knob(d) || strstr(d->name, "weight") ||
		    strstr(d->name, "temperature"))
			continue;
		*at = how == 1     ? d->min
		      : how == 2   ? d->max
		      : how == 3   ? (d->min > 0 ? d->min : 1e-300)
		      : d->max > 1 ? 1e6
				   : 1 - 1e-16;
	}
}

static void
check_finite(const struct loss *l, struct loss_args *a, real theta, const char *what)
{
	real dx[B * C] = { 0 }, slope = 0;
	double value;

	a->own[0] = &theta;
	a->own_grad[0] = &slope;
	a->dx = dx;
	value = l->run(a);
	if (!isfinite(value) || !isfinite(slope))
		fail_msg("%s, %s at %g: %g, slope %g", l->name, what, a->temperature, value,
			 (double)slope);
	for (size_t i = 0; i < B * C; i++)
		if (!isfinite(dx[i]))
			fail_msg("%s, %s at %g: gradient %zu is %g", l->name, what, a->temperature,
				 i, (double)dx[i]);
}

static void
extreme_numbers_and_options_give_no_nan(void **state)
{
	static const double temperatures[] = { 0.05, 1, 1000 }, scales[] = { 1, 1e6 };
	real x[B * C], t[B * C];
	char what[64];

	(void)state;
	for (unsigned how = 0; how < 8 * 8 * 5 * 3 * 2; how++) {
		unsigned s = how % 8, other = how / 8 % 8, options = how / 64 % 5,
			 heat = how / 320 % 3;
		struct loss_args a = golden(temperatures[heat]);

		for (size_t i = 0; i < B * C; i++) {
			x[i] = hostile(s, i);
			t[i] = hostile(other, i);
		}
		set_options(options);
		snprintf(what, sizeof what, "numbers %u and %u, options %u", s, other, options);
		a.x = x;
		a.target = t;
		a.scale = scales[how / 960];
		for (size_t l = 0; l < LOSS_OUTPUTS; l++) {
			check_finite(loss_table[l], &a, (real)(how % 3 ? 0 : 1e4), what);
			check_finite(loss_table[l],
				     &(struct loss_args){ .rows = 1,
							  .width = C,
							  .t_width = C,
							  .positions = 1,
							  .x = x,
							  .target = t,
							  .label = labels,
							  .weight = (real[]){ 1 },
							  .temperature = a.temperature,
							  .knobs = &knobs,
							  .scale = a.scale,
							  .scratch = scratch },
				     0, what);
		}
	}
}

/* Values of beta that differ from an end by less than the precision give the value of the end. */
static void
jsd_near_its_ends_equals_the_ends(void **state)
{
	static const double beside[] = { 1e-300, 1e-46, 1e-42, 1e-38, 1e-30, 1e-17 };
	struct loss_args a = golden(4);
	real dx[B * C], end[B * C] = { 0 };

	(void)state;
	knob_defaults(&knobs);
	a.dx = end;
	loss_kd.run(&a);
	for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
		knobs.jsd_beta = beside[i];
		memset(dx, 0, sizeof dx);
		a.dx = dx;
		CHECK_NEAR(loss_jsd.run(&a), .318812111783, CLOSE);
		for (size_t c = 0; c < B * C; c++)
			CHECK_NEAR(dx[c], end[c], CLOSE);
	}
	set("jsd-form", "raw");
	knobs.jsd_beta = beside[0];
	CHECK_NEAR(loss_jsd.run(&a), 0, CLOSE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_are_golden),
		TEST(raw_jsd_has_golden_values_and_tends_to_zero),
		TEST(first_rows_of_gradients_have_golden_values),
		TEST(decoupled_parts_make_up_the_divergence),
		TEST(learned_temperature_starts_at_its_option),
		TEST(extreme_numbers_and_options_give_no_nan),
		TEST(jsd_near_its_ends_equals_the_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
