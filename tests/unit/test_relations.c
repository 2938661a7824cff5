/* test_relations.c: losses on attention against their definitions, central differences and golden
 * values; values in float, too. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/kd/loss.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/train/terms.h"

#define ROWS 3
#define HEADS 2
#define LENGTH 5
#define WIDTH 8    /* tokens of the student */
#define T_WIDTH 12 /* tokens of the teacher */
#define SQUARE (HEADS * LENGTH * LENGTH)
#define MOST 128 /* numbers of a row */
#define IN_DOUBLE (sizeof(real) == sizeof(double))
#define NEAR (IN_DOUBLE ? 1e-12 : 2e-6)

static const struct loss *const losses[] = { &loss_tiny_attention, &loss_minilm_attention,
					     &loss_minilm_relation };
static const real weight[ROWS] = { .5, .2, .3 };

/* The first row is full, the second has padding after and between tokens, the third has one token.
 */
static const real seen[ROWS * LENGTH] = { 1, 1, 1, 1, 1, .2, 0, .2, .2, 0, 0, 1, 0, 0, 0 };

struct rig {
	const struct loss *loss;
	struct knobs knobs;
	struct loss_args a;
	real x[ROWS * MOST], target[ROWS * MOST], dx[ROWS * MOST], scratch[4 * ROWS * MOST];
};

static size_t
total(const struct rig *r)
{
	return ROWS * r->a.width;
}

static void
shares(real *x, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		double sum = 0;

		for (size_t k = 0; k < LENGTH; k++)
			sum += x[i * LENGTH + k] = exp(x[i * LENGTH + k]);
		for (size_t k = 0; k < LENGTH; k++)
			x[i * LENGTH + k] /= sum;
	}
}

/* Random numbers, or attention maps with sum 1. */
static void
rig_make(struct rig *r, const struct loss *loss, bool padded, bool causal)
{
	bool relation = loss == &loss_minilm_relation;

	memset(r, 0, sizeof *r);
	r->loss = loss;
	r->a = (struct loss_args){ .rows = ROWS,
				   .width = relation ? LENGTH * WIDTH : SQUARE,
				   .t_width = relation ? LENGTH * T_WIDTH : SQUARE,
				   .positions = LENGTH,
				   .heads = HEADS,
				   .causal = causal,
				   .seen = padded ? seen : NULL,
				   .x = r->x,
				   .target = r->target,
				   .weight = weight,
				   .temperature = 4,
				   .knobs = &r->knobs,
				   .scale = 1,
				   .scratch = r->scratch };
	for (size_t i = 0; i < total(r); i++)
		r->x[i] = rng_normal(rng_stream(1, "x", 0, 0), i);
	for (size_t i = 0; i < ROWS * r->a.t_width; i++)
		r->target[i] = rng_normal(rng_stream(1, "target", 0, 0), i);
	if (loss == &loss_minilm_attention) {
		shares(r->x, total(r) / LENGTH);
		shares(r->target, total(r) / LENGTH);
	}
}

static bool
attends(const struct rig *r, size_t row, size_t q, size_t k)
{
	const real *s = r->a.seen ? r->a.seen + row * LENGTH : NULL;

	return (!s || (s[q] > 0 && s[k] > 0)) && (!r->a.causal || k <= q);
}

/* The distribution of the relations of a token over the tokens it attends to. */
static void
plain_relation(const struct rig *r, size_t row, const real *x, size_t width, size_t heads,
	       size_t head, size_t q, double *p)
{
	size_t dim = width / heads;
	double sum = 0;

	for (size_t k = 0; k < LENGTH; k++) {
		double dot = 0;

		for (size_t c = 0; c < dim; c++)
			dot += (double)x[(row * LENGTH + q) * width + head * dim + c] *
			       (double)x[(row * LENGTH + k) * width + head * dim + c];
		sum += p[k] = attends(r, row, q, k) ? exp(dot / sqrt((double)dim)) : 0;
	}
	for (size_t k = 0; k < LENGTH; k++)
		p[k] /= sum;
}

/* The value of one query in one head. */
static double
plain_query(const struct rig *r, size_t row, size_t heads, size_t head, size_t q)
{
	const real *x = r->x + ((row * HEADS + head) * LENGTH + q) * LENGTH,
		   *t = r->target + (x - r->x);
	double p[LENGTH], s[LENGTH], sum = 0;

	if (r->loss == &loss_minilm_relation) {
		plain_relation(r, row, r->target, T_WIDTH, heads, head, q, p);
		plain_relation(r, row, r->x, WIDTH, heads, head, q, s);
	} else {
		for (size_t k = 0; k < LENGTH; k++) {
			p[k] = (double)t[k];
			s[k] = (double)x[k];
		}
	}
	for (size_t k = 0; k < LENGTH; k++)
		if (attends(r, row, q, k))
			sum += r->loss == &loss_tiny_attention ? (s[k] - p[k]) * (s[k] - p[k])
							       : p[k] * log(p[k] / s[k]);
	return sum;
}

/* The definition, without optimizations. */
static double
plain(const struct rig *r)
{
	size_t heads =
		r->knobs.minilm_relation_heads > 0 ? (size_t)r->knobs.minilm_relation_heads : HEADS;
	double sum = 0;

	for (size_t row = 0; row < ROWS; row++) {
		double here = 0;
		size_t tokens = 0, pairs = 0;

		for (size_t q = 0; q < LENGTH; q++) {
			for (size_t k = 0; k < LENGTH; k++)
				pairs += attends(r, row, q, k);
			if (!attends(r, row, q, q))
				continue;
			tokens++;
			for (size_t h = 0; h < heads; h++)
				here += plain_query(r, row, heads, h, q);
		}
		sum += (double)weight[row] * here /
		       (double)(heads * (r->loss == &loss_tiny_attention ? pairs : tokens));
	}
	return sum;
}

/* Every loss with and without padding and causal mask, and with the heads of the layers and other
 * numbers. */
static bool
next(struct rig *r, int i)
{
	if (i >= 20)
		return false;
	rig_make(r, i < 12 ? losses[i / 4] : &loss_minilm_relation, i & 1, i & 2);
	r->knobs.minilm_relation_heads = i < 12 ? 0 : i < 16 ? 4 : 1;
	return true;
}

static void
every_loss_matches_its_definition(void **state)
{
	struct rig r;

	(void)state;
	for (int i = 0; next(&r, i); i++)
		CHECK_NEAR(r.loss->run(&r.a), plain(&r), NEAR);
}

static void
every_loss_has_the_gradient_of_its_value(void **state)
{
	const double h = 1e-6;
	struct rig r;

	(void)state;
	for (int i = 0; IN_DOUBLE && next(&r, i); i++) {
		r.a.dx = r.dx;
		r.a.scale = 0.7;
		r.dx[0] = 100; /* is added to */
		r.loss->run(&r.a);
		r.dx[0] -= 100;
		r.a.dx = NULL;
		for (size_t k = 0; k < total(&r); k++) {
			real was = r.x[k];
			double up, down;

			r.x[k] = was + h;
			up = r.loss->run(&r.a);
			r.x[k] = was - h;
			down = r.loss->run(&r.a);
			r.x[k] = was;
			CHECK_NEAR(r.dx[k], 0.7 * (up - down) / (2 * h), 1e-8);
		}
	}
}

static void
value_relation_has_golden_values(void **state)
{
	real x[] = { 1, 0, .5, -.5, .2, .9 }, target[] = { .8, .1, 0, .4, -.6, .2, .1, .7, -.3 },
	     scratch[64];
	const real one = 1;
	struct knobs k;
	struct loss_args a = { .rows = 1,
			       .width = 6,
			       .t_width = 9,
			       .positions = 3,
			       .heads = 1,
			       .x = x,
			       .target = target,
			       .weight = &one,
			       .knobs = &k,
			       .scale = 1,
			       .scratch = scratch };

	(void)state;
	knob_defaults(&k);
	CHECK_NEAR(loss_minilm_relation.run(&a), .005560867790, IN_DOUBLE ? 1e-9 : 2e-6);
	CHECK(loss_minilm_relation.scratch(&(struct loss_shape){ .positions = 3 }) <= 64);
}

/* Scores masked by other programs count as 0 and have no gradient. */
static void
scores_of_a_mask_count_as_zero(void **state)
{
	struct rig r;
	double value;

	(void)state;
	rig_make(&r, &loss_tiny_attention, false, false);
	r.x[3] = r.target[4] = 0;
	value = loss_tiny_attention.run(&r.a);
	r.x[3] = -100;
	r.target[4] = -1e4;
	r.a.dx = r.dx;
	CHECK_NEAR(loss_tiny_attention.run(&r.a), value, 0);
	CHECK_NEAR(r.dx[3], 0, 0);
	CHECK(r.dx[4] != 0);
}

static void
padding_has_no_value_and_no_gradient(void **state)
{
	struct rig r;

	(void)state;
	for (size_t l = 0; l < 3; l++) {
		double value;
		size_t per;

		rig_make(&r, losses[l], true, false);
		value = r.loss->run(&r.a);
		per = losses[l] == &loss_minilm_relation ? WIDTH : LENGTH;
		for (size_t i = 0; i < total(&r); i++) {
			size_t row = i / r.a.width, q = i / per % LENGTH, k = i % LENGTH;
			bool pads = seen[row * LENGTH + q] <= 0 ||
				    (per == LENGTH && seen[row * LENGTH + k] <= 0);

			if (pads)
				r.x[i] = i % 2 ? 50 : -50;
			if (pads && per == LENGTH)
				r.target[i] = 7;
		}
		r.a.dx = r.dx;
		CHECK_NEAR(r.loss->run(&r.a), value, IN_DOUBLE ? 1e-15 : 2e-6);
		for (size_t i = 0; i < total(&r); i++)
			if (fabs(r.x[i]) == 50)
				CHECK_NEAR(r.dx[i], 0, 0);
	}
}

static void
rows_without_tokens_and_numbers_without_differences_give_no_nan(void **state)
{
	static const real nothing[ROWS * LENGTH], numbers[] = { 0, 1, 1e-30, 300, -300, 1e4 };
	struct rig r;

	(void)state;
	for (size_t l = 0; l < 3; l++)
		for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++)
			for (int same = 0; same < 2; same++) {
				rig_make(&r, losses[l], same, false);
				for (size_t i = 0; i < total(&r); i++)
					r.x[i] = numbers[n] * (same ? 1 : r.x[i]);
				r.a.dx = r.dx;
				CHECK(isfinite(r.loss->run(&r.a)));
				r.a.seen = nothing;
				CHECK_NEAR(r.loss->run(&r.a), 0, 0);
				for (size_t i = 0; i < total(&r); i++)
					CHECK(isfinite(r.dx[i]));
			}
}

static void
equal_student_and_teacher_have_no_gradient(void **state)
{
	struct rig r;

	(void)state;
	for (size_t l = 0; l < 3; l++) {
		rig_make(&r, losses[l], true, true);
		r.a.t_width = r.a.width;
		r.a.target = r.x;
		r.a.dx = r.dx;
		CHECK_NEAR(r.loss->run(&r.a), 0, IN_DOUBLE ? 1e-15 : 2e-6);
		for (size_t i = 0; l != 1 && i < total(&r);
		     i++) /* for a map it is -1 each, which the softmax cancels */
			CHECK_NEAR(r.dx[i], 0, IN_DOUBLE ? 1e-15 : 2e-6);
	}
}

/* More tokens than a block of queries has. */
static void
long_rows_go_in_blocks(void **state)
{
	enum { LONG = 150, DIM = 3 };
	static real x[LONG * DIM], target[LONG * DIM], dx[LONG * DIM], scratch[(2 * 64 + 1) * LONG];
	const real one = 1;
	struct knobs k;
	struct loss_args a = { .rows = 1,
			       .width = LONG * DIM,
			       .t_width = LONG * DIM,
			       .positions = LONG,
			       .heads = 1,
			       .x = x,
			       .target = target,
			       .weight = &one,
			       .knobs = &k,
			       .scale = 1,
			       .scratch = scratch };

	(void)state;
	knob_defaults(&k);
	for (size_t i = 0; i < LONG * DIM; i++) {
		x[i] = rng_normal(rng_stream(2, "x", 0, 0), i);
		target[i] = rng_normal(rng_stream(2, "target", 0, 0), i);
	}
	for (int causal = 0; IN_DOUBLE && causal < 2; causal++) {
		memset(dx, 0, sizeof dx);
		a.causal = causal;
		a.dx = dx;
		loss_minilm_relation.run(&a);
		a.dx = NULL;
		for (size_t i = 0; i < LONG * DIM; i += 37) {
			real was = x[i];
			double up, down;

			x[i] = was + 1e-6;
			up = loss_minilm_relation.run(&a);
			x[i] = was - 1e-6;
			down = loss_minilm_relation.run(&a);
			x[i] = was;
			CHECK_NEAR(dx[i], (up - down) / 2e-6, 1e-8);
		}
	}
}

static void
unequal_head_counts_are_refused(void **state)
{
	struct loss_shape s = {
		.width = 5 * 8, .t_width = 5 * 12, .positions = 5, .heads = 2, .t_heads = 2
	};
	struct knobs k;
	struct err e;

	(void)state;
	knob_defaults(&k);
	CHECK_INT(loss_minilm_relation.agrees(&s, &k, &e), 0);
	s.t_heads = 3;
	CHECK_INT(loss_minilm_relation.agrees(&s, &k, &e), -1);
	CHECK(strstr(e.msg, "3 heads") && strstr(e.msg, "minilm-relation-heads"));
	k.minilm_relation_heads = 4;
	CHECK_INT(loss_minilm_relation.agrees(&s, &k, &e), 0);
	k.minilm_relation_heads = 3;
	CHECK_INT(loss_minilm_relation.agrees(&s, &k, &e), -1);
	CHECK(strstr(e.msg, "minilm-relation-heads 3") && strstr(e.msg, "divisor of 4"));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(every_loss_matches_its_definition),
		TEST(every_loss_has_the_gradient_of_its_value),
		TEST(value_relation_has_golden_values),
		TEST(scores_of_a_mask_count_as_zero),
		TEST(padding_has_no_value_and_no_gradient),
		TEST(rows_without_tokens_and_numbers_without_differences_give_no_nan),
		TEST(equal_student_and_teacher_have_no_gradient),
		TEST(long_rows_go_in_blocks),
		TEST(unequal_head_counts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
