/* test_layers.c: losses on layers against golden values, central differences, and invalid inputs.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/kd/spatial.h"

#ifdef RETORT_REAL_DOUBLE
#define NEAR 1e-9
#else
#define NEAR 2e-6
#endif
#define MOST 8     /* rows */
#define ROOM 16384 /* numbers of an array */
#define DATA 12    /* rows of the data set, with three classes, and some without a label */

static real x[ROOM], target[ROOM], before[ROOM], t_before[ROOM], dx[ROOM], d_before[ROOM],
	grad_factor[ROOM], scratch[8 * ROOM];
static real own[LOSS_OWN][ROOM], own_grad[LOSS_OWN][ROOM], weight[MOST];
static size_t own_len[LOSS_OWN];
static int32_t label[DATA] = { 0, 1, 2, -1, 1, 0, 2, 2, 0, 1, -1, 0 };
static uint32_t by_class[10] = { 0, 5, 8, 11, 1, 4, 9, 2, 6, 7 };
static size_t from[4] = { 0, 4, 7, 10 };
static struct label_index known = {
	.n = 10, .classes = 3, .label = label, .row = by_class, .from = from
};
static const int32_t rows_of[MOST] = { 4, 0, 3, 7, 9, 2, 11, 5 };
static struct knobs knobs;

static void
draw(real *to, size_t n, uint64_t seed, const char *what)
{
	struct rng r = rng_stream(seed, what, 0, 0);

	for (size_t i = 0; i < n; i++)
		to[i] = (real)rng_normal(r, i);
}

/* Arguments of a call on layers with `places` positions, filled with random numbers. */
static struct loss_args
call(const struct loss *l, size_t rows, size_t places, size_t channels, size_t t_channels,
     uint64_t seed)
{
	size_t c = l->project                            ? l->project
		   : l->needs & (LOSS_WIDTHS | LOSS_MAP) ? channels
							 : t_channels;
	struct loss_args a = { .rows = rows,
			       .width = places * c,
			       .channels = c,
			       .positions = places,
			       .heads = 1,
			       .x = x,
			       .target = target,
			       .before = before,
			       .t_before = t_before,
			       .row = rows_of,
			       .weight = weight,
			       .temperature = 4,
			       .knobs = &knobs,
			       .scale = 1,
			       .scratch = scratch,
			       .label_index = &known,
			       .seed = seed,
			       .step = 3,
			       .before_width = places * 2,
			       .t_before_width = places * 2 };

	a.t_width = l->needs & LOSS_MAP ? places : places * t_channels;
	a.shape = (struct loss_shape){ .rows = rows,
				       .width = a.width,
				       .t_width = a.t_width,
				       .positions = places,
				       .channels = c,
				       .t_channels = t_channels,
				       .classes = 3,
				       .data_rows = DATA,
				       .before = places * 2,
				       .t_before = places * 2,
				       .before_positions = places,
				       .t_before_positions = places };
	knob_defaults(&knobs);
	knobs.cwd_temperature = 1.5;
	knobs.crd_temperature = 0.5;
	knobs.crd_negatives = 5;
	draw(x, rows * a.width, seed, "x");
	draw(target, rows * a.t_width, seed, "target");
	draw(before, rows * places * 2, seed, "before");
	draw(t_before, rows * places * 2, seed, "t-before");
	for (size_t i = 0; i < rows; i++)
		weight[i] = 1 / (real)rows;
	for (int i = 0; i < LOSS_OWN && l->own && l->own[i].name; i++) {
		size_t dim[2] = { 1, 1 };

		l->own[i].shape(&a.shape, dim);
		own_len[i] = dim[0] * dim[1];
		CHECK(own_len[i] <= ROOM);
		draw(own[i], own_len[i], seed, l->own[i].name);
		a.own[i] = own[i];
	}
	if (l == &loss_crd) {
		own[3][0] = 1;
		own[3][1] = 2;
		own[3][2] = (real)1.5;
	}
	CHECK(!l->scratch || l->scratch(&a.shape) <= 8 * ROOM);
	return a;
}

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
		struct loss_args a = call(cases[i].loss, 3, 1, widths ? 2 : 3, 3, 1);

		put(x, widths ? fs : hs, widths ? 6 : 9);
		put(target, ft, 9);
		CHECK_NEAR(cases[i].loss->run(&a), cases[i].value, NEAR);
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
	struct loss_args a = call(&loss_nst, 1, 4, 2, 3, 1);
	real q[4];

	(void)state;
	put_map(x, map_s, 2, 4);
	put_map(target, map_t, 3, 4);
	CHECK_NEAR(loss_nst.run(&a), .254436790899, NEAR);
	spatial_map(target, 1, 4, 3, q, NULL);
	a.t_width = 4;
	a.target = q;
	CHECK_NEAR(loss_at.run(&a), .063565501397, NEAR);
	CHECK_NEAR(loss_at_norm.run(&a), .504243994101, NEAR);
	a = call(&loss_fsp, 1, 4, 2, 2, 1);
	put_map(before, a1, 2, 4);
	put_map(x, map_s, 2, 4);
	put_map(t_before, b1, 2, 4);
	put_map(target, b2, 2, 4);
	CHECK_NEAR(loss_fsp.run(&a), .0592234375, NEAR);
	a = call(&loss_cwd, 1, 16, 2, 2, 1);
	knobs.cwd_temperature = 1;
	for (int c = 0; c < 2; c++)
		for (int p = 0; p < 16; p++) {
			int i = p / 4, j = p % 4;

			x[p * 2 + c] = (real)(((c + 1) * (i - j) + 0.5 * i * j) / 4);
			target[p * 2 + c] = (real)(((c + 1) * (i + j) - 0.25 * i * j) / 4);
		}
	CHECK_NEAR(loss_cwd.run(&a), .197860629264, NEAR);
}

static void
vid_has_golden_initial_values(void **state)
{
	const double mu[3] = { .4, -.1, .7 };
	struct loss_args a = call(&loss_vid, 1, 1, 3, 3, 1);

	(void)state;
	put(x, mu, 3);
	put(target, ft, 3);
	memset(own[0], 0, sizeof own[0]);
	CHECK_NEAR(loss_vid.run(&a), .854718956217, NEAR);
}

/* crd of row i for one network by its formula: v is the row's embedding, bank that of the other
 * network. */
static double
contrast(const double *v, const real *bank, const struct loss_args *a, size_t i, double log_norm)
{
	size_t k_all = (size_t)knobs.crd_negatives;
	double noise = (double)k_all / DATA, sum = 0;
	struct rng r = rng_stream(a->seed, "crd", a->step, 0);

	for (size_t k = 0; k <= k_all; k++) {
		size_t row = k ? label_index_other(&known, label[rows_of[i]], r, i * k_all + k - 1)
			       : (size_t)rows_of[i];
		double dot = 0, p;

		CHECK(k == 0 || (label[row] >= 0 && label[row] != label[rows_of[i]]));
		for (int e = 0; e < 128; e++)
			dot += v[e] * (double)bank[row * 128 + (size_t)e];
		p = exp(dot / knobs.crd_temperature - log_norm);
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
	struct loss_args a = call(&loss_crd, 5, 1, 3, 3, 7);
	double want = 0, s[128], t[128];

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		if (label[rows_of[i]] < 0)
			continue; /* one of the five */
		for (size_t e = 0; e < 128; e++) {
			s[e] = (double)x[i * 128 + e];
			t[e] = 0;
			for (size_t c = 0; c < 3; c++)
				t[e] += (double)target[i * 3 + c] * (double)own[0][c * 128 + e];
		}
		to_unit(s);
		to_unit(t);
		want += (contrast(s, own[2], &a, i, 2) + contrast(t, own[1], &a, i, 1.5)) / 4;
	}
	CHECK_NEAR(loss_crd.run(&a), want, NEAR * want);
}

static void
banks_move_in_training_only_and_norms_once(void **state)
{
	struct loss_args a = call(&loss_crd, 3, 1, 3, 3, 7);
	real bank[DATA * 128], norm;

	(void)state;
	own[3][0] = 0;
	memcpy(bank, own[1], sizeof bank);
	loss_crd.run(&a);
	CHECK(memcmp(bank, own[1], sizeof bank) == 0 && own[3][0] == 0);
	a.training = true;
	loss_crd.run(&a);
	CHECK(own[3][0] == 1);
	norm = own[3][1];
	loss_crd.run(&a);
	CHECK(own[3][1] == norm);
	for (int32_t r = 0; r < DATA; r++)
		CHECK((memcmp(bank + r * 128, own[1] + r * 128, 128 * sizeof *bank) != 0) ==
		      (r == 4 || r == 0)); /* 3 has no label */
	a.label_index = NULL;
	a.dx = dx;
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
	memset(dx, 0, sizeof dx);
	memset(d_before, 0, sizeof d_before);
	memset(grad_factor, 0, sizeof grad_factor);
	memset(own_grad, 0, sizeof own_grad);
	a->scale = 0.7;
	a->dx = dx;
	if (l->needs & LOSS_MAP)
		a->grad_factor = grad_factor;
	if (l->needs & LOSS_BEFORE)
		a->d_before = d_before;
	for (int i = 0; i < LOSS_OWN && l->own && l->own[i].name; i++)
		a->own_grad[i] = l->own[i].is_state ? NULL : own_grad[i];
	l->run(a);
	for (size_t i = 0; l->needs & LOSS_MAP && i < a->rows * a->width; i++)
		dx[i] += grad_factor[i / a->channels] * x[i];
	compare(l, a, x, dx, a->rows * a->width);
	if (l->needs & LOSS_BEFORE)
		compare(l, a, before, d_before, a->rows * a->before_width);
	for (int i = 0; i < LOSS_OWN && l->own && l->own[i].name; i++)
		if (!l->own[i].is_state)
			compare(l, a, own[i], own_grad[i], own_len[i]);
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

		for (size_t rows = 2; of_layers(l) && rows < MOST; rows++)
			for (size_t places = l->needs & (LOSS_MAP | LOSS_IMAGE) ? 4 : 1; places < 6;
			     places += 3) {
				struct loss_args a = call(l, rows, places, 2, 3, rows);

				for (size_t i = 0; i < rows; i++)
					weight[i] = (real)(i + 1) * 2 / (real)(rows * (rows + 1));
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
		a = call(l, 5, 4, 2, 3, 11);
		a.shape.tokens = true;
		a.seen = seen;
		for (size_t i = 0; i < 20; i++)
			seen[i] = i % 4 <= i / 4 % 3 + 1 ? (real)0.1 : 0;
		check_gradients(l, &a);
		for (size_t i = 0; i < 20; i++)
			for (size_t c = 0; c < a.channels && seen[i] == 0; c++)
				CHECK_NEAR(dx[i * a.channels + c], 0, 0);
		a.dx = NULL;
		memset(a.own_grad, 0, sizeof a.own_grad);
		value = l->run(&a);
		for (size_t i = 0; i < 20; i++)
			for (size_t c = 0; c < a.channels && seen[i] == 0; c++)
				x[i * a.channels + c] = 1e3;
		CHECK_NEAR(l->run(&a), value, 0);
	}
}
#endif

/* Check the value and all gradients. The table of own arrays ends with an entry without a name. */
static double
run_down(const struct loss *l, struct loss_args *a)
{
	memset(dx, 0, sizeof dx);
	memset(d_before, 0, sizeof d_before);
	memset(grad_factor, 0, sizeof grad_factor);
	memset(own_grad, 0, sizeof own_grad);
	a->dx = dx;
	a->grad_factor = l->needs & LOSS_MAP ? grad_factor : NULL;
	a->d_before = l->needs & LOSS_BEFORE ? d_before : NULL;
	for (int i = 0; i < LOSS_OWN && l->own && l->own[i].name; i++)
		a->own_grad[i] = l->own[i].is_state ? NULL : own_grad[i];
	return l->run(a);
}

static void
run_finite(const struct loss *l, struct loss_args *a)
{
	double value = run_down(l, a);

	if (!isfinite(value) || fabs(value) > 1e4)
		fail_msg("%s: %g", l->name, value);
	for (size_t i = 0; i < ROOM; i++)
		if (!(fabs((double)dx[i]) < 1e4 && fabs((double)grad_factor[i]) < 1e4 &&
		      fabs((double)d_before[i]) < 1e4))
			fail_msg("%s: gradient %zu is %g, %g, %g", l->name, i, (double)dx[i],
				 (double)grad_factor[i], (double)d_before[i]);
}

/* Degenerate rows: all equal in one or both networks; zeros in one or both; student equal to
 * teacher; a number whose mean is not exact in float. */
static void
rows_without_information_give_no_nan(void **state)
{
	(void)state;
	for (size_t k = 0; k < loss_table_count; k++)
		for (unsigned how = 0; how < 16; how++) {
			const struct loss *l = loss_table[k];
			struct loss_args a;
			real v = (real)(how & 4 ? 0 : 0.1);

			if (!loss_on_layers(l))
				continue;
			a = call(l, 7, 4, 3, 3, how);
			for (size_t i = 0; how & 1 && i < a.rows * a.width; i++)
				x[i] = v * (real)(i % a.width);
			for (size_t i = 0; how & 2 && i < a.rows * a.t_width; i++)
				target[i] = v * (real)(i % a.t_width);
			if (how & 8)
				memcpy(x, target, a.rows * a.t_width * sizeof *x);
			run_finite(l, &a);
		}
}

/* Constant, opposite to the previous row, nearly constant, tiny, large; 6: random. */
static void
spoil(real *f, size_t rows, size_t width, unsigned how)
{
	for (size_t i = 0; i < rows; i++)
		for (size_t k = 0; k < width; k++) {
			real *at = f + i * width + k, first = f[k];

			*at = how == 0   ? 1
			      : how == 1 ? (i % 2 ? -f[k] : first)
			      : how == 2 ? first * (1 + (real)i * (real)1.2e-7)
			      : how == 3 ? *at * (real)1e-22
			      : how == 4 ? *at * (real)1e4
			      : how == 5 ? (k ? 0 : *at)
					 : *at;
		}
}

/* Magnitude of gradients is not checked here: for a vector of tiny norm they are large. */
static void
check_numbers(const struct loss *l, struct loss_args *a, const char *what)
{
	double value = run_down(l, a);

	if (!isfinite(value))
		fail_msg("%s, %s: %g", l->name, what, value);
	for (size_t i = 0; i < ROOM; i++)
		if (!isfinite(dx[i]) || !isfinite(grad_factor[i]) || !isfinite(d_before[i]) ||
		    !isfinite(own_grad[0][i]))
			fail_msg("%s, %s: gradient %zu is %g, %g, %g, %g", l->name, what, i,
				 (double)dx[i], (double)grad_factor[i], (double)d_before[i],
				 (double)own_grad[0][i]);
}

static void
hostile_numbers_give_no_nan(void **state)
{
	char what[64];

	(void)state;
	for (size_t k = LOSS_OUTPUTS; k < loss_table_count; k++)
		for (unsigned how = 0; how < 7 * 7 * 4; how++) {
			const struct loss *l = loss_table[k];
			struct loss_args a =
				call(l, how / 49 % 2 ? 7 : 1, how / 98 ? 4 : 1, 40, 40, how);

			snprintf(what, sizeof what, "%u and %u, %zu rows of %zu", how % 7,
				 how / 7 % 7, a.rows, a.positions);
			spoil(x, a.rows, a.width, how % 7);
			spoil(target, a.rows, a.t_width, how / 7 % 7);
			a.scale = how % 2 ? 1 : 1e6;
			check_numbers(l, &a, what);
		}
}

/* Rounding in float can give a cosine below -1. */
static void
opposite_rows_give_no_nan(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < 300; seed++) {
		struct loss_args a = call(&loss_pkt, 2 + seed % 3, 1, 64, 64, seed);

		for (size_t i = 0; i < a.rows * a.width; i++)
			x[i] = i < a.width ? 100 * x[i] : -x[i - a.width];
		check_numbers(&loss_pkt, &a, "opposite");
	}
}

static void
fewer_than_two_rows_have_no_relation(void **state)
{
	static const struct loss *const relations[] = { &loss_sp, &loss_rkd_distance,
							&loss_rkd_angle, &loss_pkt, &loss_cka };

	(void)state;
	for (size_t i = 0; i < sizeof relations / sizeof *relations; i++) {
		struct loss_args a = call(relations[i], 1, 1, 2, 3, 1);

		a.dx = dx;
		memset(dx, 0, sizeof dx);
		CHECK_NEAR(relations[i]->run(&a), 0, 0);
		a = call(relations[i], 3, 1, 2, 3, 1);
		a.dx = dx;
		weight[0] = weight[2] = 0;
		CHECK_NEAR(relations[i]->run(&a), 0, 0);
		for (int k = 0; k < 6; k++)
			CHECK_NEAR(dx[k], 0, 0);
	}
}

/* A row of weight 0 has no effect. */
static void
rows_of_weight_zero_are_skipped(void **state)
{
	(void)state;
	for (size_t k = 0; k < loss_table_count; k++) {
		const struct loss *l = loss_table[k];
		struct loss_args a;
		double want;

		if (!(l->needs & LOSS_BATCH) || !(l->needs & LOSS_LAYER) || l == &loss_crd)
			continue;
		a = call(l, 4, 4, 3, 3, 5);
		weight[3] = 0;
		for (int i = 0; i < 3; i++)
			weight[i] = (real)(1 / 3.);
		want = l->run(&a);
		a.rows = 3;
		CHECK_NEAR(l->run(&a), want, NEAR);
	}
}

/* Rotated or scaled layers, for losses that are invariant to them. */
static void
losses_between_rows_are_invariant_to_rotation(void **state)
{
	static const struct loss *const blind[] = { &loss_sp, &loss_rkd_distance, &loss_rkd_angle,
						    &loss_pkt, &loss_cka };

	(void)state;
	for (size_t k = 0; k < sizeof blind / sizeof *blind; k++) {
		struct loss_args a = call(blind[k], 6, 1, 2, 2, 3);

		for (size_t i = 0; i < 6; i++) {
			target[2 * i] = (real)0.6 * x[2 * i] - (real)0.8 * x[2 * i + 1];
			target[2 * i + 1] = (real)0.8 * x[2 * i] + (real)0.6 * x[2 * i + 1];
		}
		for (size_t i = 0; i < 12; i++)
			target[i] *= 3;
		CHECK_NEAR(blind[k]->run(&a), 0, 1e-6);
	}
}

static void
fsp_refuses_unequal_positions_and_channels(void **state)
{
	struct loss_args a = call(&loss_fsp, 2, 4, 2, 2, 1);
	struct err e;

	(void)state;
	CHECK_INT(loss_fsp.fits(&a.shape, &e), 0);
	a.shape.before_positions = 1;
	CHECK_INT(loss_fsp.fits(&a.shape, &e), -1);
	CHECK(strstr(e.msg, "4 positions") && strstr(e.msg, "before it 1"));
	a.shape.before_positions = 4;
	a.shape.t_before = 12;
	CHECK_INT(loss_fsp.fits(&a.shape, &e), -1);
	CHECK(strstr(e.msg, "3 channels") && strstr(e.msg, "student's 2"));
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
		TEST(rows_without_information_give_no_nan),
		TEST(hostile_numbers_give_no_nan),
		TEST(opposite_rows_give_no_nan),
		TEST(fewer_than_two_rows_have_no_relation),
		TEST(rows_of_weight_zero_are_skipped),
		TEST(losses_between_rows_are_invariant_to_rotation),
		TEST(fsp_refuses_unequal_positions_and_channels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
