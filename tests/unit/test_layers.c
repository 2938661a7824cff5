/* test_layers.c: every loss on layers against golden values computed elsewhere, and central
 * differences. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "layerrig.h"

#include "retort/kd/spatial.h"

static void
put(real *to, const double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (real)values[i];
}

static const double fs[6] = { 1, .5, -.3, .8, .2, -1.1 },
		    ft[9] = { .9, .1, -.4, -.2, 1, .6, .5, -.9, .3 };
static const double hs[9] = { .3, -.2, .9, 1.1, .4, -.5, -.6, .7, .2 };

static void
losses_between_rows_have_golden_values(void **state)
{
	static const struct {
		const struct loss *loss;
		double value;
	} cases[] = {
		{ &loss_sp, .084131669405 },
		{ &loss_rkd_distance, .016449022084 },
		{ &loss_rkd_angle, .006009374357 },
		{ &loss_pkt, .060528892656 },
		{ &loss_cka, 1 - .872332372889 },
		{ &loss_hidden, 1.02 },
		{ &loss_hint, .51 },
		{ &loss_pkd, 2.702829552765 },
		{ &loss_cos, 1.351414776382 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		bool widths = cases[i].loss->needs & LOSS_WIDTHS;
		struct loss_args a = layerrig_call(cases[i].loss, 3, 1, widths ? 2 : 3, 3, 1);

		put(layerrig.x, widths ? fs : hs, widths ? 6 : 9);
		put(layerrig.target, ft, 9);
		CHECK_NEAR(cases[i].loss->run(&a), cases[i].value, LAYERRIG_NEAR);
	}
}

/* Reorder [channels][positions] of the golden values to [positions][channels]. */
static void
put_map(real *to, const double *values, size_t channels, size_t places)
{
	for (size_t c = 0; c < channels; c++)
		for (size_t p = 0; p < places; p++)
			to[p * channels + c] = (real)values[c * places + p];
}

static const double map_s[8] = { 1, -2, .5, 0, .3, .4, -1, 2 };
static const double map_t[12] = { .5, -1, 1.5, .2, 1, .1, -.5, 1, -.2, .9, .3, -1.2 };

static void
losses_on_feature_maps_have_golden_values(void **state)
{
	const double a1[8] = { 1, 0, 2, -1, .5, .5, 0, 1 },
		     b1[8] = { .9, .1, 1.5, -.5, .4, .6, .2, 1.2 };
	const double b2[8] = { .8, -1.5, .7, .1, .2, .6, -.8, 1.7 };
	struct loss_args a = layerrig_call(&loss_nst, 1, 4, 2, 3, 1);
	real q[4];

	(void)state;
	put_map(layerrig.x, map_s, 2, 4);
	put_map(layerrig.target, map_t, 3, 4);
	CHECK_NEAR(loss_nst.run(&a), .254436790899, LAYERRIG_NEAR);
	spatial_map(layerrig.target, 1, 4, 3, q, NULL);
	a.t_width = 4;
	a.target = q;
	CHECK_NEAR(loss_at.run(&a), .063565501397, LAYERRIG_NEAR);
	CHECK_NEAR(loss_at_norm.run(&a), .504243994101, LAYERRIG_NEAR);
	a = layerrig_call(&loss_fsp, 1, 4, 2, 2, 1);
	put_map(layerrig.before, a1, 2, 4);
	put_map(layerrig.x, map_s, 2, 4);
	put_map(layerrig.t_before, b1, 2, 4);
	put_map(layerrig.target, b2, 2, 4);
	CHECK_NEAR(loss_fsp.run(&a), .0592234375, LAYERRIG_NEAR);
	a = layerrig_call(&loss_cwd, 1, 16, 2, 2, 1);
	layerrig.knobs.cwd_temperature = 1;
	for (int c = 0; c < 2; c++)
		for (int p = 0; p < 16; p++) {
			int i = p / 4, j = p % 4;

			layerrig.x[p * 2 + c] = (real)(((c + 1) * (i - j) + 0.5 * i * j) / 4);
			layerrig.target[p * 2 + c] = (real)(((c + 1) * (i + j) - 0.25 * i * j) / 4);
		}
	CHECK_NEAR(loss_cwd.run(&a), .197860629264, LAYERRIG_NEAR);
}

static void
vid_has_golden_initial_values(void **state)
{
	const double mu[3] = { .4, -.1, .7 };
	struct loss_args a = layerrig_call(&loss_vid, 1, 1, 3, 3, 1);

	(void)state;
	put(layerrig.x, mu, 3);
	put(layerrig.target, ft, 3);
	memset(layerrig.own[0], 0, sizeof layerrig.own[0]);
	CHECK_NEAR(loss_vid.run(&a), .854718956217, LAYERRIG_NEAR);
}

/* crd of row i for one network by its formula: v is the row's embedding, bank that of the other
 * network. */
static double
contrast(const double *v, const real *bank, const struct loss_args *a, size_t i, double log_norm)
{
	size_t k_all = (size_t)layerrig.knobs.crd_negatives;
	double noise = (double)k_all / LAYERRIG_DATA, sum = 0;
	struct rng r = rng_stream(a->seed, "crd", a->step, 0);

	for (size_t k = 0; k <= k_all; k++) {
		size_t row =
			k ? label_index_other(&layerrig.known, layerrig.label[layerrig.rows_of[i]],
					      r, i * k_all + k - 1)
			  : (size_t)layerrig.rows_of[i];
		double dot = 0, p;

		CHECK(k == 0 || (layerrig.label[row] >= 0 &&
				 layerrig.label[row] != layerrig.label[layerrig.rows_of[i]]));
		for (int e = 0; e < 128; e++)
			dot += v[e] * (double)bank[row * 128 + (size_t)e];
		p = exp(dot / layerrig.knobs.crd_temperature - log_norm);
		sum -= log((k ? noise : p) / (p + noise));
	}
	return sum;
}

static void
to_unit(double *v)
{
	double length = 0;

	for (int e = 0; e < 128; e++)
		length += v[e] * v[e];
	for (int e = 0; e < 128; e++)
		v[e] /= sqrt(length);
}

static void
crd_matches_its_formula(void **state)
{
	struct loss_args a = layerrig_call(&loss_crd, 5, 1, 3, 3, 7);
	double want = 0, s[128], t[128];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		if (layerrig.label[layerrig.rows_of[i]] < 0)
			continue; /* one of the five */
		for (size_t e = 0; e < 128; e++) {
			s[e] = (double)layerrig.x[i * 128 + e];
			t[e] = 0;
			for (size_t c = 0; c < 3; c++)
				t[e] += (double)layerrig.target[i * 3 + c] *
					(double)layerrig.own[0][c * 128 + e];
		}
		to_unit(s);
		to_unit(t);
		want += (contrast(s, layerrig.own[2], &a, i, 2) +
			 contrast(t, layerrig.own[1], &a, i, 1.5)) /
			4;
	}
	CHECK_NEAR(loss_crd.run(&a), want, LAYERRIG_NEAR * want);
}

static void
banks_move_in_training_only_and_norms_once(void **state)
{
	struct loss_args a = layerrig_call(&loss_crd, 3, 1, 3, 3, 7);
	real bank[LAYERRIG_DATA * 128], norm;

	(void)state;
	layerrig.own[3][0] = 0;
	memcpy(bank, layerrig.own[1], sizeof bank);
	loss_crd.run(&a);
	CHECK(memcmp(bank, layerrig.own[1], sizeof bank) == 0 && layerrig.own[3][0] == 0);
	a.training = true;
	loss_crd.run(&a);
	CHECK(layerrig.own[3][0] == 1);
	norm = layerrig.own[3][1];
	loss_crd.run(&a);
	CHECK(layerrig.own[3][1] == norm);
	for (int32_t r = 0; r < LAYERRIG_DATA; r++)
		CHECK((memcmp(bank + r * 128, layerrig.own[1] + r * 128, 128 * sizeof *bank) !=
		       0) == (r == 4 || r == 0)); /* 3 has no label */
	a.label_index = NULL;
	a.dx = layerrig.dx;
	CHECK_NEAR(loss_crd.run(&a), 0, 0);
}

#ifdef RETORT_REAL_DOUBLE
/* Check that the gradient added to `got` is that of the loss at `value`, for n numbers. */
static void
compare(const struct loss *l, struct loss_args *a, real *value, const real *got, size_t n)
{
	const double h = 1e-6;
	struct loss_args plain = *a;

	plain.dx = plain.d_before = plain.grad_factor = NULL;
	memset(plain.own_grad, 0, sizeof plain.own_grad);
	for (size_t i = 0; i < n; i++) {
		double is = value[i], up, down, slope;

		value[i] = is + h;
		up = l->run(&plain);
		value[i] = is - h;
		down = l->run(&plain);
		value[i] = is;
		slope = a->scale * (up - down) / (2 * h);
		if (!(fabs(got[i] - slope) <= 2e-8 * (1 + fabs(slope))))
			fail_msg("%s: %zu rows of %zu places, number %zu: %.12g, expected %.12g",
				 l->name, a->rows, a->positions, i, got[i], slope);
	}
}

static void
check_gradients(const struct loss *l, struct loss_args *a)
{
	a->scale = 0.7;
	layerrig_run(l, a);
	for (size_t i = 0; l->needs & LOSS_MAP && i < a->rows * a->width; i++)
		layerrig.dx[i] += layerrig.grad_factor[i / a->channels] * layerrig.x[i];
	compare(l, a, layerrig.x, layerrig.dx, a->rows * a->width);
	if (l->needs & LOSS_BEFORE)
		compare(l, a, layerrig.before, layerrig.d_before, a->rows * a->before_width);
	for (int i = 0; i < LOSS_OWN && l->own && l->own[i].name; i++)
		if (!l->own[i].is_state)
			compare(l, a, layerrig.own[i], layerrig.own_grad[i], layerrig.own_len[i]);
}

static bool
of_layers(const struct loss *l)
{
	return loss_on_layers(l) && (!l->on || l->on & 1u << MODEL_HIDDEN);
}

static void
every_loss_has_the_gradient_of_its_value(void **state)
{
	(void)state;
	for (size_t k = 0; k < loss_table_count; k++) {
		const struct loss *l = loss_table[k];

		for (size_t rows = 2; of_layers(l) && rows < LAYERRIG_ROWS; rows++)
			for (size_t places = l->needs & (LOSS_MAP | LOSS_IMAGE) ? 4 : 1; places < 6;
			     places += 3) {
				struct loss_args a = layerrig_call(l, rows, places, 2, 3, rows);

				for (size_t i = 0; i < rows; i++)
					layerrig.weight[i] =
						(real)(i + 1) * 2 / (real)(rows * (rows + 1));
				check_gradients(l, &a);
			}
	}
}

/* Padding after the first tokens of some rows. */
static void
padding_is_ignored_and_gets_no_gradient(void **state)
{
	real seen[20];

	(void)state;
	for (size_t k = 0; k < loss_table_count; k++) {
		const struct loss *l = loss_table[k];
		struct loss_args a;
		double value;

		if (!(l->needs & LOSS_BATCH) || l->needs & LOSS_IMAGE || !of_layers(l))
			continue;
		a = layerrig_call(l, 5, 4, 2, 3, 11);
		a.shape.tokens = true;
		a.seen = seen;
		for (size_t i = 0; i < 20; i++)
			seen[i] = i % 4 <= i / 4 % 3 + 1 ? (real)0.1 : 0;
		check_gradients(l, &a);
		for (size_t i = 0; i < 20; i++)
			for (size_t c = 0; c < a.channels && seen[i] == 0; c++)
				CHECK_NEAR(layerrig.dx[i * a.channels + c], 0, 0);
		a.dx = NULL;
		memset(a.own_grad, 0, sizeof a.own_grad);
		value = l->run(&a);
		for (size_t i = 0; i < 20; i++)
			for (size_t c = 0; c < a.channels && seen[i] == 0; c++)
				layerrig.x[i * a.channels + c] = 1e3;
		CHECK_NEAR(l->run(&a), value, 0);
	}
}
#endif

/* Rotated or scaled layers, for losses that are invariant to them. */
static void
losses_between_rows_are_invariant_to_rotation(void **state)
{
	static const struct loss *const blind[] = { &loss_sp, &loss_rkd_distance, &loss_rkd_angle,
						    &loss_pkt, &loss_cka };

	(void)state;
	for (size_t k = 0; k < sizeof blind / sizeof *blind; k++) {
		struct loss_args a = layerrig_call(blind[k], 6, 1, 2, 2, 3);

		for (size_t i = 0; i < 6; i++) {
			layerrig.target[2 * i] =
				(real)0.6 * layerrig.x[2 * i] - (real)0.8 * layerrig.x[2 * i + 1];
			layerrig.target[2 * i + 1] =
				(real)0.8 * layerrig.x[2 * i] + (real)0.6 * layerrig.x[2 * i + 1];
		}
		for (size_t i = 0; i < 12; i++)
			layerrig.target[i] *= 3;
		CHECK_NEAR(blind[k]->run(&a), 0, 1e-6);
	}
}

static void
fsp_refuses_unequal_positions_and_channels(void **state)
{
	struct loss_args a = layerrig_call(&loss_fsp, 2, 4, 2, 2, 1);
	struct err e;

	(void)state;
	CHECK_INT(loss_fsp.fits(&a.shape, &e), 0);
	a.shape.before_positions = 1;
	CHECK_INT(loss_fsp.fits(&a.shape, &e), -1);
	CHECK(strstr(e.msg, "4 positions") && strstr(e.msg, "before it has 1"));
	a.shape.before_positions = 4;
	a.shape.t_before = 12;
	CHECK_INT(loss_fsp.fits(&a.shape, &e), -1);
	CHECK(strstr(e.msg, "has 3") && strstr(e.msg, "has 2"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(losses_between_rows_have_golden_values),
		TEST(losses_on_feature_maps_have_golden_values),
		TEST(vid_has_golden_initial_values),
		TEST(crd_matches_its_formula),
		TEST(banks_move_in_training_only_and_norms_once),
#ifdef RETORT_REAL_DOUBLE
		TEST(every_loss_has_the_gradient_of_its_value),
		TEST(padding_is_ignored_and_gets_no_gradient),
#endif
		TEST(losses_between_rows_are_invariant_to_rotation),
		TEST(fsp_refuses_unequal_positions_and_channels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
