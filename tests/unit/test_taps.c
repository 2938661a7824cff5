/* test_taps.c: tensors of attention as layers to compare, and their gradients, in whole networks
 * and in double. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/nn/predict.h"
#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/train/row_weights.h"
#include "retort/train/terms.h"
#include "retort/nn/models/model_table.h"
#include "retort/train/branch_step.h"

#define ROWS 4
#define LENGTH 7
#define WIDTH 8
#define T_WIDTH 12
#define ALL ((1u << MODEL_TAPS) - 1)

static int32_t ids[ROWS * LENGTH + 1];
static int labels[ROWS];

static struct dataset
draw_data(bool next_token)
{
	struct dataset ds = { .kind = DATASET_TOKENS,
			      .n = ROWS,
			      .d = LENGTH,
			      .length = LENGTH,
			      .vocab = 11,
			      .classes = next_token ? 11 : 3,
			      .next_token = next_token,
			      .ids = ids,
			      .y = labels };

	for (size_t i = 0; i <= ROWS * LENGTH; i++)
		ids[i] = (int32_t)rng_below(rng_stream(9, "rows", 0, 0), i, 11);
	for (size_t t = 4; t < LENGTH && !next_token; t++)
		ids[3 * LENGTH + t] = ids[LENGTH + 6] = -1;
	return ds;
}

static void
fill(struct batch *b, const struct dataset *ds)
{
	uint32_t rows[ROWS] = { 0, 1, 2, 3 };
	struct err e;

	CHECK_INT(batch_init(b, ROWS, ds, &e), 0);
	batch_fill(b, ds, rows, ROWS, NULL);
}

static const real *
tapped(const struct net *n, enum model_tap tap)
{
	return n->graph->node[net_node(n, 1, tap)].out.data;
}

/* Scores of one query in one head: products of the query and key taps, divided by the root of the
 * head's width. */
static void
compare_query(const struct net *n, size_t row, size_t head, size_t q, bool turns)
{
	size_t heads = n->layer[1].heads, kv = n->layer[1].kv_heads, dim = WIDTH / heads,
	       at = (row * heads + head) * LENGTH + q;
	const real *score = tapped(n, MODEL_SCORES) + at * LENGTH,
		   *share = tapped(n, MODEL_ATTENTION) + at * LENGTH;
	const real *query = tapped(n, MODEL_QUERY) + (row * LENGTH + q) * WIDTH + head * dim;
	double sum = 0;

	for (size_t k = 0; k < LENGTH; k++) {
		const real *key = tapped(n, MODEL_KEY) + (row * LENGTH + k) * kv * dim +
				  head / (heads / kv) * dim;
		bool attends = ids[row * LENGTH + q] >= 0 && ids[row * LENGTH + k] >= 0 &&
			       (!n->io.next_token || k <= q);
		double dot = 0;

		for (size_t c = 0; c < dim; c++)
			dot += query[c] * key[c];
		sum += attends ? exp(score[k]) : 0;
		if (!attends || !turns || k == q) /* rotated equally, both: no change */
			CHECK_NEAR(score[k], attends ? dot / sqrt((double)dim) : 0, 1e-13);
		if (!attends)
			CHECK_NEAR(share[k], 0, 0);
	}
	for (size_t k = 0; k < LENGTH && sum > 0; k++)
		if (share[k] > 0)
			CHECK_NEAR(share[k], exp(score[k]) / sum, 1e-13);
}

static void
taps_are_the_parts_of_one_attention(void **state)
{
	static const char *const spec[] = { "transformer layers=2 width=8 heads=2",
					    "transformer layers=1 width=8 heads=4 kv-heads=2",
					    "decoder layers=2 width=8 heads=2",
					    "decoder layers=1 width=8 heads=2 position=rotary" };
	const unsigned wants[MODEL_LAYERS] = { [1] = ALL };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct dataset ds = draw_data(i > 1);
		struct model_io io = model_io_of(&ds);
		struct model_spec s;
		struct batch batch;
		struct err e;
		struct net *n;
		real *value;

		CHECK_INT(model_table_parse(spec[i], &s, &e), 0);
		n = net_new("net", &s, &io, ROWS, NULL, wants, &e);
		for (int tap = 0; tap < MODEL_TAPS; tap++)
			graph_tap(n->graph, net_node(n, 1, (enum model_tap)tap));
		CHECK_INT(net_finish(n, false, &e), 0);
		value = mem_array(n->layout.len, sizeof *value);
		param_start_all(&n->layout, NULL, value, 3, "net");
		graph_bind(n->graph, value, NULL);
		fill(&batch, &ds);
		net_feed(n, &batch);
		graph_forward(n->graph, net_logits(n));
		for (size_t k = 0; k < ROWS * n->layer[1].heads * LENGTH; k++)
			compare_query(n, k / LENGTH / n->layer[1].heads,
				      k / LENGTH % n->layer[1].heads, k % LENGTH, i == 3);
		CHECK_INT(net_node(n, 0, MODEL_SCORES), -1);
		batch_release(&batch);
		mem_free(value);
		net_free(n);
	}
}

/* A student with one mapped pair, and a teacher with random outputs. */
struct lesson {
	struct dataset ds;
	struct batch batch;
	struct branch *b;
	struct branch_feed feed;
	struct knobs knobs;
	struct net_info teacher;
	struct layer_pair map;
	real target[ROWS * LENGTH * LENGTH * T_WIDTH];
};

static void
draw_target(struct lesson *l)
{
	size_t n = ROWS * net_info_numbers(&l->teacher.layer[1], l->map.on);

	for (size_t i = 0; i < n; i++)
		l->target[i] = rng_normal(rng_stream(5, "target", 0, 0), i);
	for (size_t i = 0; l->map.on == MODEL_ATTENTION && i < n; i += LENGTH) {
		double sum = 0;

		for (size_t k = 0; k < LENGTH; k++)
			sum += l->target[i + k] = exp(l->target[i + k]);
		for (size_t k = 0; k < LENGTH; k++)
			l->target[i + k] /= sum;
	}
	l->feed.t_layer[0] = l->target;
}

static void
lesson_open(struct lesson *l, const char *spec, bool decoder, const struct loss *loss,
	    enum model_tap on)
{
	struct branch_plan plan = { &l->knobs, &l->map, 1, &l->teacher, ROWS };
	struct model_spec s;
	struct model_io io;
	struct err e;

	memset(l, 0, sizeof *l);
	l->ds = draw_data(decoder);
	io = model_io_of(&l->ds);
	knob_defaults(&l->knobs);
	l->knobs.ce_weight = l->knobs.kd_weight = 0;
	l->knobs.optimizer = KNOB_SGD;
	snprintf(l->teacher.name, sizeof l->teacher.name, "big");
	l->teacher.n_layers = 2;
	l->teacher.layer[1] = (struct layer_info){ .name = "1",
						   .width = LENGTH * T_WIDTH,
						   .last = T_WIDTH,
						   .is_tokens = true,
						   .heads = 2,
						   .kv_heads = 2,
						   .learns = true };
	l->map = (struct layer_pair){ .t_layer = 1,
				      .s_layer = 1,
				      .on = on,
				      .match = loss,
				      .weight = 0.8,
				      .t_width = net_info_width(&l->teacher.layer[1], on) };
	CHECK_INT(model_table_parse(spec, &s, &e), 0);
	l->b = branch_new(BRANCH_STUDENT, "s", &s, &io, ROWS, 3, NULL, &e);
	if (!l->b || branch_rebuild(&l->b, ROWS, &plan, &e) < 0)
		fail_msg("%s: %s", spec, e.msg);
	fill(&l->batch, &l->ds);
	l->feed.batch = &l->batch;
	draw_target(l);
}

static void
lesson_close(struct lesson *l)
{
	branch_free(l->b);
	batch_release(&l->batch);
}

/* The weighted value of the pair, without a step. */
static double
value_of(struct lesson *l)
{
	double weight[BRANCH_TERMS] = { 0 };
	struct terms_job job = { &l->feed, &l->knobs, weight, -1, false, false };
	struct terms_result r;

	predict_batch(l->b->net, &l->batch);
	row_weights_compute(l->b, &l->batch);
	terms_run(l->b, &job, &r);
	return l->map.weight * r.raw[l->b->n_terms - 1];
}

/* A step of gradient descent: the value changes as central differences predict. */
static void
check_descent(struct lesson *l)
{
	size_t len = l->b->net->layout.len;
	real *was = mem_array(len, sizeof *was), *now = branch_value(l->b), h = 1e-6;
	double along = 0, value[2];
	struct branch_result r;

	memcpy(was, now, len * sizeof *was);
	CHECK(value_of(l) > 0);
	branch_step(l->b, &l->feed, &l->knobs, &l->map, 1, &r);
	CHECK(r.applied && r.grad_norm > 0);
	for (size_t k = 0; k < len; k++)
		along += (was[k] - now[k]) * (was[k] - now[k]);
	for (size_t k = 0; k < len; k++)
		now[k] = was[k] - now[k]; /* the gradient */
	for (int side = 0; side < 2; side++) {
		real *gradient = mem_array(len, sizeof *gradient);

		memcpy(gradient, now, len * sizeof *now);
		for (size_t k = 0; k < len; k++)
			now[k] = was[k] + (side ? -h : h) * gradient[k];
		value[side] = value_of(l);
		memcpy(now, gradient, len * sizeof *now);
		mem_free(gradient);
	}
	CHECK_NEAR((value[0] - value[1]) / (2 * h * along), 1, 1e-6);
	mem_free(was);
}

static void
steps_along_the_gradient_reduce_the_loss_of_each_pair(void **state)
{
	static const struct {
		const struct loss *loss;
		enum model_tap on;
	} pairs[] = {
		{ &loss_tiny_attention, MODEL_SCORES }, { &loss_minilm_attention, MODEL_ATTENTION },
		{ &loss_minilm_relation, MODEL_VALUE }, { &loss_minilm_relation, MODEL_QUERY },
		{ &loss_minilm_relation, MODEL_KEY },   { &loss_hidden, MODEL_SCORES },
	};
	static const char *const spec[] = { "transformer layers=1 width=8 heads=2",
					    "decoder layers=1 width=8 heads=2 position=rotary" };
	struct lesson l;

	(void)state;
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		for (int decoder = 0; decoder < 2; decoder++)
			for (int split = 0;
			     split < (pairs[i].loss == &loss_minilm_relation ? 2 : 1); split++) {
				lesson_open(&l, spec[decoder], decoder, pairs[i].loss, pairs[i].on);
				l.knobs.minilm_relation_heads = split ? 4 : 0;
				check_descent(&l);
				lesson_close(&l);
			}
}

/* Vectors of padding in a teacher have no effect. */
static void
padding_of_the_teacher_is_ignored(void **state)
{
	static const enum model_tap on[] = { MODEL_SCORES, MODEL_ATTENTION, MODEL_VALUE };
	static const struct loss *const loss[] = { &loss_tiny_attention, &loss_minilm_attention,
						   &loss_minilm_relation };
	struct lesson l;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t per = i == 2 ? T_WIDTH : LENGTH, last;
		double value;

		lesson_open(&l, "transformer layers=1 width=8 heads=2", false, loss[i], on[i]);
		value = value_of(&l);
		last = ROWS * net_info_numbers(&l.teacher.layer[1], on[i]) -
		       per; /* the last token of the last row is padding */
		for (size_t k = 0; k < per; k++)
			l.target[last + k] = 9;
		CHECK_NEAR(value_of(&l), value, 0);
		lesson_close(&l);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(taps_are_the_parts_of_one_attention),
		TEST(steps_along_the_gradient_reduce_the_loss_of_each_pair),
		TEST(padding_of_the_teacher_is_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
