/* test_walk.c: optimizer steps of a tiny student against plain loops of the formulas, in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "oracle.h"

#include "retort/kd/losses/loss_table.h"
#include "retort/nn/gemm/blas.h"
#include "retort/train/branch.h"
#include "retort/train/branch_step.h"
#include "retort/nn/models/model_table.h"

#define STEPS 3
#define NEAR 1e-12

static const struct {
	const char *what;
	enum knob_optimizer optimizer;
	int width;   /* of the teacher's layer; with a width other than HIDDEN there is a projection
		      */
	double clip; /* 0.25 clips, 0 is off */
	double decay;
} cases[] = {
	{ "sgd, equal widths", KNOB_SGD, ORACLE_HIDDEN, 0, 0 },
	{ "sgd, projected, clipped, decay", KNOB_SGD, ORACLE_WIDEST, 0.25, 0.125 },
	{ "momentum, projected, clipped", KNOB_MOMENTUM, ORACLE_WIDEST, 0.25, 0 },
	{ "adamw, equal widths, clipped", KNOB_ADAMW, ORACLE_HIDDEN, 0.25, 0 },
	{ "adamw, projected, decay", KNOB_ADAMW, ORACLE_WIDEST, 0, 0.125 },
};
#define CASES (sizeof cases / sizeof *cases)

static const struct oracle_numbers start = { {
	{ 0.3, -0.7, 0.2, 0.9 }, /* W1[in][hidden] */
	{ 0.05, -0.1 },
	{ 1.1, -0.4, -0.6, 0.8 }, /* W2[hidden][classes] */
	{ 0.02, -0.03 },
	{ 0.6, -0.2, 0.4, -0.5, 0.7, 0.1 }, /* P[hidden][width] */
	{ 0.01, -0.02, 0.03 },
} };

struct rig {
	struct branch *b;
	struct batch batch;
	struct branch_feed feed;
	struct layer_pair map;
	struct net_info teacher;
	int width;
};

static const struct param *
array_of(const struct rig *r, int array)
{
	static const char *const name[ORACLE_ARRAYS] = { "block1.weight",      "block1.bias",
							 "logits.weight",      "logits.bias",
							 "map.big.1.1.weight", "map.big.1.1.bias" };
	const struct param *p = param_find(&r->b->net->layout, name[array]);

	if (oracle_length(array, r->width) == 0) {
		CHECK(p == NULL);
		return NULL;
	}
	if (!p)
		fail_msg("no parameter %s", name[array]);
	CHECK_INT(p->len, oracle_length(array, r->width));
	return p;
}

static void
fill_batch(struct batch *b)
{
	const struct dataset ds = { .d = ORACLE_IN };

	CHECK_INT(batch_init(b, ORACLE_ROWS, &ds, NULL), 0);
	b->rows = ORACLE_ROWS;
	for (int i = 0; i < ORACLE_ROWS; i++) {
		for (int f = 0; f < ORACLE_IN; f++)
			batch_f32(b, BATCH_INPUT)[i * ORACLE_IN + f] = (float)oracle_x[i][f];
		batch_i32(b, BATCH_LABEL)[i] = oracle_label[i];
		batch_f32(b, BATCH_LABEL_WEIGHT)[i] = oracle_label[i] >= 0;
		batch_f32(b, BATCH_ROW_WEIGHT)[i] = 1;
	}
}

static void
rig_open(struct rig *r, int width)
{
	const struct model_io io = { .features = ORACLE_IN, .classes = ORACLE_CLASSES };
	const struct branch_plan plan = { .map = &r->map, .n_maps = 1, .teacher = &r->teacher };
	struct model_spec spec;
	struct err e;

	memset(r, 0, sizeof *r);
	r->width = width;
	r->map = (struct layer_pair){ .t_layer = 1,
				      .s_layer = 1,
				      .weight = 0.375,
				      .projected = width != ORACLE_HIDDEN,
				      .match = &loss_hidden,
				      .t_width = (size_t)width };
	snprintf(r->teacher.name, sizeof r->teacher.name, "big");
	snprintf(r->teacher.layer[1].name, sizeof r->teacher.layer[1].name, "1");
	r->teacher.n_layers = 2;
	r->teacher.layer[1].width = (size_t)width;
	CHECK_INT(model_table_parse("mlp 2 activation=tanh", &spec, &e), 0);
	r->b = branch_new(BRANCH_STUDENT, "s", &spec, &io, ORACLE_ROWS, 1, NULL, &e);
	CHECK(r->b != NULL);
	CHECK_INT(branch_rebuild(&r->b, ORACLE_ROWS, &plan, &e), 0);
	for (int a = 0; a < ORACLE_ARRAYS; a++)
		for (int i = 0; i < oracle_length(a, width); i++)
			branch_value(r->b)[array_of(r, a)->offset + (size_t)i] = start.at[a][i];
	fill_batch(&r->batch);
	r->feed.batch = &r->batch;
	r->feed.n_teachers = 2;
	for (int t = 0; t < 2; t++) {
		r->feed.t_logits[t] = &oracle_teacher_logits[t][0][0];
		r->feed.t_weight[t] = oracle_teacher_weight[t];
	}
	r->feed.t_layer[0] = oracle_teacher_layer;
}

static void
rig_close(struct rig *r)
{
	branch_free(r->b);
	batch_release(&r->batch);
}

static void
compare_arrays(const struct rig *r, const char *what, const char *kind, const real *got,
	       const struct oracle_numbers *want)
{
	for (int a = 0; a < ORACLE_ARRAYS; a++) {
		const struct param *p = array_of(r, a);

		for (int i = 0; i < oracle_length(a, r->width); i++)
			if (!(fabs(got[p->offset + (size_t)i] - want->at[a][i]) <= NEAR))
				fail_msg("%s: %s of %s[%d] is %.17g, expected %.17g", what, kind,
					 p->name, i, got[p->offset + (size_t)i], want->at[a][i]);
	}
}

static void
compare(const struct rig *r, const char *what, const struct branch_result *got,
	const struct oracle *o, const struct knobs *k)
{
	CHECK(got->applied);
	CHECK_NEAR(got->raw[0], o->ce, NEAR);
	CHECK_NEAR(got->raw[1], o->kd, NEAR);
	CHECK_NEAR(got->raw[2], o->hidden, NEAR);
	CHECK_NEAR(got->weighted[0], k->ce_weight * o->ce, NEAR);
	CHECK_NEAR(got->weighted[1], k->kd_weight * o->kd, NEAR);
	CHECK_NEAR(got->weighted[2], r->map.weight * o->hidden, NEAR);
	CHECK_NEAR(got->loss, o->loss, NEAR);
	CHECK_NEAR(got->kl, o->kl, NEAR);
	CHECK_NEAR(got->accuracy, o->accuracy, 0);
	CHECK_NEAR(got->grad_norm, o->norm, NEAR);
	compare_arrays(r, what, "gradient", r->b->grad, &o->g);
	compare_arrays(r, what, "value", branch_value(r->b), &o->w);
	compare_arrays(r, what, "first moment", branch_moment1(r->b), &o->m);
	compare_arrays(r, what, "second moment", branch_moment2(r->b), &o->v);
}

static struct knobs
knobs_of(size_t i)
{
	struct knobs k;

	knob_defaults(&k);
	k.temperature = 3;
	k.ce_weight = 0.4;
	k.kd_weight = 0.7;
	k.optimizer = cases[i].optimizer;
	k.clip = cases[i].clip;
	k.weight_decay = cases[i].decay;
	return k;
}

static void
a_step_matches_the_formulas(void **state)
{
	const double lr = 0.0625;

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		struct oracle o = { .w = start };
		struct branch_result got;
		struct knobs k = knobs_of(i);
		struct rig r;

		rig_open(&r, cases[i].width);
		for (int t = 1; t <= STEPS; t++) { /* the moments persist */
			oracle_gradient(&o, &k, r.map.weight, r.width);
			oracle_update(&o, &k, lr, t, r.width);
			branch_step(r.b, &r.feed, &k, &r.map, lr, &got);
			compare(&r, cases[i].what, &got, &o, &k);
			CHECK_INT(r.b->state->step, t);
			CHECK(k.clip == 0 || o.norm > k.clip); /* with clipping */
		}
		rig_close(&r);
	}
}

static void
shares_are_the_norms_of_each_terms_gradient(void **state)
{
	struct knobs k = knobs_of(1);
	double share[2 + TRAIN_MAPS], norm[3], sum = 0;
	struct rig r;

	(void)state;
	rig_open(&r, ORACLE_WIDEST);
	for (int term = 0; term < 3; term++) { /* one term alone at a time */
		struct oracle o = { .w = start };
		struct knobs alone = k;

		alone.clip = alone.weight_decay = 0;
		alone.ce_weight = term == 0 ? k.ce_weight : 0;
		alone.kd_weight = term == 1 ? k.kd_weight : 0;
		oracle_gradient(&o, &alone, term == 2 ? r.map.weight : 0, r.width);
		oracle_update(&o, &alone, 0, 1, r.width);
		norm[term] = o.norm;
		sum += o.norm;
	}
	branch_step_shares(r.b, &r.feed, &k, &r.map, share);
	for (int term = 0; term < 3; term++)
		CHECK_NEAR(share[term], norm[term] / sum, NEAR);
	for (int a = 0; a < ORACLE_ARRAYS; a++) /* evaluation changes nothing */
		for (int i = 0; i < oracle_length(a, r.width); i++)
			CHECK(branch_value(r.b)[array_of(&r, a)->offset + (size_t)i] ==
			      start.at[a][i]);
	rig_close(&r);
}

/* A muted teacher's weight is not in the sum. */
static void
normalised_weights_sum_over_active_terms(void **state)
{
	for (int muted = 0; muted < 2; muted++) {
		struct knobs k = knobs_of(1), divided = k;
		struct oracle o = { .w = start };
		struct branch_result got;
		double sum, loss = 0;
		struct rig r;

		(void)state;
		rig_open(&r, ORACLE_WIDEST);
		r.feed.t_layer[0] = muted ? NULL : r.feed.t_layer[0];
		sum = k.ce_weight + k.kd_weight + (muted ? 0 : r.map.weight);
		CHECK(fabs(sum - 1) > 0.1);
		k.normalize = 1;
		k.weight_decay = divided.weight_decay = 0;
		divided.ce_weight /= sum;
		divided.kd_weight /= sum;
		oracle_gradient(&o, &divided, muted ? 0 : r.map.weight / sum, r.width);
		oracle_update(&o, &divided, 0.0625, 1, r.width);
		branch_step(r.b, &r.feed, &k, &r.map, 0.0625, &got);
		CHECK_NEAR(got.grad_norm, o.norm, NEAR);
		compare_arrays(&r, "normalised", "value", branch_value(r.b), &o.w);
		CHECK_NEAR(got.weighted[0], got.raw[0] * k.ce_weight / sum, NEAR);
		for (int i = 0; i < 3; i++)
			loss += got.weighted[i];
		CHECK_NEAR(got.loss, loss, NEAR);
		rig_close(&r);
	}
}

static void
layers_of_muted_teachers_do_not_contribute(void **state)
{
	struct knobs k = knobs_of(1);
	struct oracle o = { .w = start };
	struct branch_result got;
	struct rig r;

	(void)state;
	rig_open(&r, ORACLE_WIDEST);
	r.feed.t_layer[0] = NULL;
	k.weight_decay = 0;
	oracle_gradient(&o, &k, 0, r.width);
	oracle_update(&o, &k, 0.0625, 1, r.width);
	branch_step(r.b, &r.feed, &k, &r.map, 0.0625, &got);
	CHECK_NEAR(got.raw[2], 0, 0);
	CHECK_NEAR(got.grad_norm, o.norm, NEAR);
	compare_arrays(&r, "muted", "value", branch_value(r.b), &o.w);
	rig_close(&r);
}

/* As from a cache: target rows are among others, in another order. */
static void
target_rows_can_be_in_another_order(void **state)
{
	static const int32_t row[ORACLE_ROWS] = { 3, 0, 2 };
	struct knobs k = knobs_of(1);
	double apart[4 * ORACLE_WIDEST] = { 0 };
	struct branch_result want, got;
	struct rig r, s;

	(void)state;
	rig_open(&r, ORACLE_WIDEST);
	rig_open(&s, ORACLE_WIDEST);
	for (size_t i = 0; i < ORACLE_ROWS; i++)
		memcpy(apart + (size_t)row[i] * ORACLE_WIDEST,
		       oracle_teacher_layer + i * ORACLE_WIDEST, ORACLE_WIDEST * sizeof *apart);
	s.feed.t_layer[0] = apart;
	s.feed.t_row[0] = row;
	for (int step = 0; step < 3; step++) { /* gradients of the previous step have no effect */
		branch_step(r.b, &r.feed, &k, &r.map, 0.0625, &want);
		branch_step(s.b, &s.feed, &k, &s.map, 0.0625, &got);
		CHECK(want.raw[2] > 0 && got.raw[2] == want.raw[2] &&
		      got.grad_norm == want.grad_norm);
	}
	rig_close(&r);
	rig_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_step_matches_the_formulas),
		TEST(shares_are_the_norms_of_each_terms_gradient),
		TEST(normalised_weights_sum_over_active_terms),
		TEST(layers_of_muted_teachers_do_not_contribute),
		TEST(target_rows_can_be_in_another_order),
	};

	blas_init(1, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
