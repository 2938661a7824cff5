/* test_saved.c: training that is saved, loaded and mapped again gives the same bits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/base/rng.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/train/trainer_checkpoint.h"
#include "retort/nn/models/net_ckpt.h"
#include "retort/nn/models/model_table.h"
#include "retort/train/branch_step.h"

#define ROWS 6
#define DATA 20
#define IN 4
#define HIDDEN 5
#define T_WIDTH 7
#define MAPS 3

struct rig {
	struct branch *b;
	struct dataset ds;
	struct batch batch;
	struct label_index known;
	struct branch_feed feed;
	struct layer_pair map[MAPS];
	struct net_info teacher;
	struct branch_plan plan;
	struct knobs knobs;
	float x[DATA * IN];
	int32_t y[DATA];
	uint8_t visible[DATA];
	real t_layer[DATA * T_WIDTH], t_logits[ROWS * 3];
};

static void
fill(real *to, size_t n, const char *what)
{
	struct rng r = rng_stream(9, what, 0, 0);

	for (size_t i = 0; i < n; i++)
		to[i] = (real)rng_normal(r, i);
}

static void
make_data(struct rig *r)
{
	struct rng draws = rng_stream(9, "x", 0, 0);

	r->ds = (struct dataset){ .n = DATA, .d = IN, .classes = 3, .x = r->x, .y = r->y };
	for (size_t i = 0; i < DATA * IN; i++)
		r->x[i] = (float)rng_normal(draws, i);
	for (int i = 0; i < DATA; i++) {
		r->y[i] = i % 3;
		r->visible[i] = i % 4 != 0;
	}
	label_index_init(&r->known, &r->ds, r->visible);
	fill(r->t_layer, DATA * T_WIDTH, "layer");
	fill(r->t_logits, ROWS * 3, "logits");
	CHECK_INT(batch_init(&r->batch, ROWS, &r->ds, NULL), 0);
}

static void
make_maps(struct rig *r)
{
	static const struct loss *const match[MAPS] = { &loss_crd, &loss_vid, &loss_hint };

	snprintf(r->teacher.name, sizeof r->teacher.name, "big");
	r->teacher.n_layers = MAPS + 1;
	for (int i = 0; i < MAPS; i++) {
		struct layer_info *l = &r->teacher.layer[i + 1];

		snprintf(l->name, sizeof l->name, "%d", i + 1);
		l->width = l->last = T_WIDTH;
		r->map[i] = (struct layer_pair){ .t_layer = i + 1,
						 .s_layer = 1,
						 .weight = 0.5,
						 .projected = true,
						 .match = match[i],
						 .t_width = T_WIDTH,
						 .slot = (unsigned)i };
		r->feed.t_layer[i] = r->t_layer;
		r->feed.t_row[i] = batch_i32(&r->batch, BATCH_ROW);
	}
}

/* A branch with its maps, new or from a checkpoint. */
static void
rig_open(struct rig *r, const struct ckpt *from)
{
	const struct model_io io = { .features = IN, .classes = 3 };
	struct model_spec spec;
	struct err e;

	memset(r, 0, sizeof *r);
	knob_defaults(&r->knobs);
	make_data(r);
	make_maps(r);
	r->plan = (struct branch_plan){ .knobs = &r->knobs,
					.map = r->map,
					.n_maps = MAPS,
					.teacher = &r->teacher,
					.data_rows = DATA };
	CHECK_INT(model_table_parse("mlp 5", &spec, &e), 0);
	r->b = branch_new(BRANCH_STUDENT, "s", &spec, &io, ROWS, 1, NULL, &e);
	CHECK(r->b != NULL);
	if (from) {
		CHECK_INT(net_ckpt_load(r->b->net, branch_value(r->b), from, &e), 0);
		CHECK_INT(trainer_checkpoint_take(r->b, from, &e), 0);
	}
	CHECK_INT(branch_rebuild(&r->b, ROWS, &r->plan, &e), 0);
	r->feed.batch = &r->batch;
	r->feed.label_index = &r->known;
	r->feed.n_teachers = 1;
	r->feed.t_logits[0] = r->t_logits;
	r->feed.t_weight[0] = 1;
}

static void
rig_close(struct rig *r)
{
	branch_free(r->b);
	batch_release(&r->batch);
	label_index_release(&r->known);
}

static void
go(struct rig *r, int steps)
{
	struct branch_result got;

	for (int i = 0; i < steps; i++) {
		uint32_t rows[ROWS];

		for (uint32_t k = 0; k < ROWS; k++)
			rows[k] = (uint32_t)(r->b->state->step * 5 + k * 3) % DATA;
		batch_fill(&r->batch, &r->ds, rows, ROWS, r->visible);
		branch_step(r->b, &r->feed, &r->knobs, r->map, 0.01, &got);
		CHECK(got.applied);
	}
}

static struct ckpt *
save(const struct rig *r)
{
	struct ckpt *c = net_ckpt_of(r->b->net, branch_value(r->b));

	trainer_checkpoint_add(r->b, c);
	return c;
}

/* Write and read a file, as `save` and `load` do. */
static struct ckpt *
save_and_read(const struct rig *r)
{
	char path[] = "test_saved.safetensors";
	struct ckpt *c = save(r), *again = NULL;
	struct err e;

	CHECK_INT(ckpt_write(c, path, &e), 0);
	ckpt_free(c);
	CHECK_INT(ckpt_read(path, &again, &e), 0);
	remove(path);
	return again;
}

static void
check_same(const struct rig *a, const struct rig *b)
{
	const struct param_layout *l = &a->b->net->layout;

	CHECK_INT(l->len, b->b->net->layout.len);
	for (size_t i = 0; i < l->n; i++) {
		const struct param *p = &l->param[i];
		size_t size = p->len * sizeof(real);

		if (memcmp(branch_value(a->b) + p->offset, branch_value(b->b) + p->offset, size) !=
		    0)
			fail_msg("%s differs", p->name);
		if (!p->is_state && (memcmp(branch_moment1(a->b) + p->offset,
					    branch_moment1(b->b) + p->offset, size) != 0 ||
				     memcmp(branch_moment2(a->b) + p->offset,
					    branch_moment2(b->b) + p->offset, size) != 0))
			fail_msg("moments of %s differ", p->name);
	}
	CHECK(memcmp(a->b->state->updates, b->b->state->updates, sizeof a->b->state->updates) == 0);
}

static void
resumed_training_gives_the_same_bits(void **state)
{
	struct rig on, again, fresh;
	struct ckpt *c;

	(void)state;
	rig_open(&on, NULL);
	rig_open(&fresh, NULL);
	go(&on, 4);
	c = save_and_read(&on);
	rig_open(&again, c);
	again.b->state->step = on.b->state->step;
	check_same(&on, &again);
	go(&on, 5);
	go(&again, 5);
	check_same(&on, &again);
	CHECK(param_find(&on.b->net->layout, "loss.crd.big.1.1.s-bank") != NULL);
	CHECK(param_find(&on.b->net->layout, "loss.vid.big.2.1.variance") != NULL);
	CHECK(memcmp(branch_value(fresh.b), branch_value(on.b),
		     on.b->net->layout.len * sizeof(real)) != 0);
	ckpt_free(c);
	rig_close(&on);
	rig_close(&again);
	rig_close(&fresh);
}

/* A step that is not applied leaves banks and norms as they were. */
static void
steps_not_applied_do_not_update_banks(void **state)
{
	struct branch_result got;
	struct rig r, was;

	(void)state;
	rig_open(&r, NULL);
	rig_open(&was, NULL);
	go(&r, 2);
	go(&was, 2);
	branch_step(r.b, &r.feed, &r.knobs, r.map, 1e9, &got);
	CHECK(!got.applied);
	go(&r, 1);
	go(&was, 1);
	check_same(&r, &was);
	rig_close(&r);
	rig_close(&was);
}

/* A pair removed and mapped again starts from the saved state; unchanged pairs keep theirs. */
static void
unchanged_maps_keep_their_state(void **state)
{
	struct rig r;
	struct ckpt *c, *now;
	struct err e;

	(void)state;
	rig_open(&r, NULL);
	go(&r, 3);
	c = save(&r);
	rig_close(&r);
	rig_open(&r, c);
	go(&r, 2);
	now = save(&r);
	r.plan.n_maps = MAPS - 1;
	CHECK_INT(branch_rebuild(&r.b, ROWS, &r.plan, &e), 0);
	r.plan.n_maps = MAPS;
	CHECK_INT(branch_rebuild(&r.b, ROWS, &r.plan, &e), 0);
	for (size_t i = r.b->net->own; i < r.b->net->layout.n; i++) {
		const struct param *p = &r.b->net->layout.param[i];
		const struct ckpt_tensor *t =
			ckpt_find(strncmp(p->name, "map.big.3", 9) == 0 ? c : now, p->name);

		CHECK(t != NULL);
		for (size_t k = 0; k < p->len; k++)
			CHECK_NEAR((double)branch_value(r.b)[p->offset + k], (double)t->data[k], 0);
	}
	ckpt_free(c);
	ckpt_free(now);
	rig_close(&r);
}

static void
invalid_counts_are_refused(void **state)
{
	struct rig r;
	struct ckpt *c;
	struct err e;

	(void)state;
	rig_open(&r, NULL);
	c = net_ckpt_of(r.b->net, branch_value(r.b));
	ckpt_note(c, "updates.net", "-3");
	CHECK_INT(trainer_checkpoint_take(r.b, c, &e), -1);
	CHECK_STR(
		e.msg,
		"invalid note updates.net '-3' in the file (expected a whole number, at least 0)");
	ckpt_free(c);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(resumed_training_gives_the_same_bits),
		TEST(steps_not_applied_do_not_update_banks),
		TEST(unchanged_maps_keep_their_state),
		TEST(invalid_counts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
