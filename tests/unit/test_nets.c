/* test_nets.c: every kind of network as a whole: gradients, bits with any number of threads,
 * invalid descriptions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "retort/nn/predict.h"
#include "retort/base/hash.h"
#include "retort/base/rng.h"
#include "retort/nn/gemm/blas.h"
#include "retort/train/freeze.h"
#include "retort/nn/models/model_table.h"
#include "retort/train/branch_step.h"

#define ROWS 12
#define STEPS 1000

/* Kinds of rows. */
static const struct dataset numbers = { .kind = DATASET_NUMBERS, .n = ROWS, .d = 9, .classes = 3 };
static const struct dataset images = { .kind = DATASET_IMAGE,
				       .n = ROWS,
				       .d = 12 * 12,
				       .height = 12,
				       .width = 12,
				       .channels = 1,
				       .classes = 3 };
static const struct dataset texts = {
	.kind = DATASET_TOKENS, .n = ROWS, .d = 7, .length = 7, .vocab = 11, .classes = 3
};
static const struct dataset stream = { .kind = DATASET_TOKENS,
				       .n = ROWS,
				       .d = 7,
				       .length = 7,
				       .vocab = 11,
				       .classes = 11,
				       .next_token = true };

static const struct net_case {
	const char *spec;
	const struct dataset *data;
} nets[] = {
	{ "mlp 8,8 residual=on", &numbers },
	{ "mlp 5 activation=gelu dropout=0.2", &images },
	{ "cnn 4,6", &images },
	{ "cnn 3,5 batch-norm=on head=global pool=average kernel=5 dropout=0.1", &images },
	{ "lenet", &images },
	{ "resnet 4,6 blocks=2", &images },
	{ "depthwise 4,8", &images },
	{ "mlp 5 activation=silu", &images },
	{ "mlp 5 activation=gelu-tanh", &images },
	{ "transformer layers=2 width=8 heads=2", &texts },
	{ "transformer layers=1 width=6 heads=3 order=post activation=relu position=sinusoidal "
	  "pool=first pooler=tanh embed-norm=on types=2",
	  &texts },
	{ "transformer layers=1 width=8 heads=2 kv-heads=1 norm=rms activation=swiglu "
	  "position=rotary pool=attention bias=off",
	  &texts },
	{ "transformer layers=1 width=8 heads=1 residual=off dropout=0.1 position=none", &texts },
	{ "transformer layers=3 width=6 heads=2 share=on embed=4 pooler=gelu embed-norm=on types=1 "
	  "first-position=2 order=post",
	  &texts },
	{ "transformer layers=2 width=8 heads=2 relative=32 order=post", &texts },
	{ "decoder layers=2 width=8 heads=2", &stream },
	{ "decoder layers=2 width=8 heads=2 kv-heads=1 norm=rms-one activation=geglu-tanh "
	  "position=rotary bias=off attention-bias=qkv head-width=6 qk-norm=on rotary-part=0.7 "
	  "rope-scaling=yarn rope-factor=3 rope-gain=1.1 rope-high=32 embed-scale=on tied=off "
	  "window=2 window-blocks=2",
	  &stream },
	{ "decoder layers=2 width=8 heads=2 parallel=on position=rotary rope-scaling=llama3 "
	  "rope-factor=8 activation=geglu first-position=1 ff-bias=off",
	  &stream },
	{ "decoder layers=2 width=8 heads=2 position=rotary rope-scaling=longrope rope-original=3 "
	  "rope-short=1,1.1 rope-long=1.3,2.5 rope-gain=1.2",
	  &stream },
	{ "decoder layers=1 width=8 heads=4 kv-heads=2 norm=rms activation=swiglu position=rotary "
	  "bias=off tied=off",
	  &stream },
	{ "decoder layers=1 width=8 heads=2 activation=gelu-tanh dropout=0.1", &stream },
	{ "bag width=6 grams=3 buckets=50 hidden=5", &texts },
	{ "lstm width=6 embed=5 layers=2", &texts },
	{ "lstm width=6 embed=5", &stream },
};
#define NETS (sizeof nets / sizeof *nets)

/* A data set of random rows of a kind, with padding in texts. */
static struct dataset *
draw_data(const struct dataset *like)
{
	struct dataset *ds = mem_new(sizeof *ds);
	struct rng r = rng_stream(9, "rows", 0, 0);

	*ds = *like;
	ds->y = mem_array(ROWS, sizeof *ds->y);
	for (int i = 0; i < ROWS; i++)
		ds->y[i] = ds->next_token ? 0 : i % ds->classes;
	if (ds->kind == DATASET_TOKENS) {
		size_t n = ROWS * ds->length + 1;

		ds->ids = mem_array(n, sizeof *ds->ids);
		for (size_t i = 0; i < n; i++)
			ds->ids[i] = (int32_t)rng_below(r, i, (uint32_t)ds->vocab);
		for (size_t t = 4; t < ds->length && !ds->next_token; t++)
			ds->ids[3 * ds->length + t] = -1;
		return ds;
	}
	ds->x = mem_array(ROWS * ds->d, sizeof *ds->x);
	for (size_t i = 0; i < ROWS * ds->d; i++)
		ds->x[i] = (float)rng_normal(r, i);
	return ds;
}

struct lesson {
	struct dataset *ds;
	struct batch batch;
	struct branch *b;
	struct branch_feed feed;
	struct knobs knobs;
	struct pool *pool;
};

static void
lesson_open(struct lesson *l, const struct net_case *c, int threads)
{
	struct model_spec spec;
	struct model_io io;
	uint32_t rows[ROWS];
	struct err e;

	memset(l, 0, sizeof *l);
	l->ds = draw_data(c->data);
	io = model_io_of(l->ds);
	l->pool = threads > 1 ? pool_new(threads) : NULL;
	knob_defaults(&l->knobs);
	if (model_table_parse(c->spec, &spec, &e) < 0 ||
	    !(l->b = branch_new(BRANCH_TEACHER(0), "net", &spec, &io, ROWS, 3, l->pool, &e)))
		fail_msg("%s: %s", c->spec, e.msg);
	CHECK_INT(batch_init(&l->batch, ROWS, l->ds, &e), 0);
	for (uint32_t i = 0; i < ROWS; i++)
		rows[i] = i;
	batch_fill(&l->batch, l->ds, rows, ROWS, NULL);
	l->feed.batch = &l->batch;
}

static void
lesson_close(struct lesson *l)
{
	branch_free(l->b);
	batch_release(&l->batch);
	mem_free(l->ds->x);
	mem_free(l->ds->y);
	mem_free(l->ds->ids);
	mem_free(l->ds);
	pool_free(l->pool);
}

static struct hash
weights_after(const struct net_case *c, int threads, int steps)
{
	struct branch_result r;
	struct lesson l;
	struct hash h;

	lesson_open(&l, c, threads);
	for (int i = 0; i < steps; i++) {
		branch_step(l.b, &l.feed, &l.knobs, NULL, 0.003, &r);
		if (!r.applied)
			fail_msg("%s: step %d not applied: loss %g, gradient %g", c->spec, i,
				 r.loss, r.grad_norm);
	}
	h = hash_of(branch_value(l.b), l.b->net->layout.len * sizeof(real));
	lesson_close(&l);
	return h;
}

static void
every_network_has_the_same_bits_with_any_number_of_threads(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETS; i++) {
		struct hash one = weights_after(&nets[i], 1, STEPS);

		for (int threads = 2; threads <= 4; threads++) {
			struct hash h = weights_after(&nets[i], threads, STEPS);

			if (memcmp(&one, &h, sizeof h) != 0)
				fail_msg("%s: other weights with %d threads", nets[i].spec,
					 threads);
		}
	}
}

/* Mean loss of the last of 300 steps: with dropout the loss of one step is noise. */
enum { MEMORIZE_STEPS = 300, MEMORIZE_MEAN = 50 };

static void
every_network_can_memorize_its_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETS; i++) {
		struct branch_result r, first;
		struct lesson l;
		double mean = 0;

		lesson_open(&l, &nets[i], 1);
		branch_step(l.b, &l.feed, &l.knobs, NULL, 0.003, &first);
		for (int s = 0; s < MEMORIZE_STEPS; s++) {
			branch_step(l.b, &l.feed, &l.knobs, NULL, 0.003, &r);
			if (s >= MEMORIZE_STEPS - MEMORIZE_MEAN)
				mean += r.loss / MEMORIZE_MEAN;
		}
		if (!(mean < 0.7 * first.loss))
			fail_msg("%s: the loss went from %g to %g", nets[i].spec, first.loss, mean);
		lesson_close(&l);
	}
}

static void
a_step_allocates_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETS; i++) {
		struct branch_result r;
		struct lesson l;
		uint64_t before;

		lesson_open(&l, &nets[i], 2);
		before = mem_count();
		for (int s = 0; s < 5; s++)
			branch_step(l.b, &l.feed, &l.knobs, NULL, 0.003, &r);
		if (mem_count() != before)
			fail_msg("%s: %d allocations in 5 steps", nets[i].spec,
				 (int)(mem_count() - before));
		lesson_close(&l);
	}
}

/* Copy the values and both moments. */
static real *
copy_of(const struct branch *b)
{
	size_t len = b->net->layout.len;
	real *copy = mem_array(3 * len, sizeof *copy);

	memcpy(copy, branch_value(b), len * sizeof *copy);
	memcpy(copy + len, branch_moment1(b), len * sizeof *copy);
	memcpy(copy + 2 * len, branch_moment2(b), len * sizeof *copy);
	return copy;
}

/* Number of a parameter's three arrays that differ; the first moment of state is unused. */
static int
moved(const struct branch *b, const struct param *p, const real *was)
{
	const real *now[3] = { branch_value(b), branch_moment1(b), branch_moment2(b) };
	int n = 0;

	for (int i = 0; i < 3; i++)
		if (!(p->is_state && i == 1))
			n += memcmp(now[i] + p->offset,
				    was + (size_t)i * b->net->layout.len + p->offset,
				    p->len * sizeof *was) != 0;
	return n;
}

/* Run steps with one layer frozen. Marks its parameters in `covered`, and others that changed in
 * `went`. */
static void
freeze_one(const struct net_case *c, int layer, int optimizer, bool *covered, bool *went)
{
	struct branch_result r, free_step;
	struct lesson l;
	real *was;

	lesson_open(&l, c, 2);
	l.knobs.optimizer = optimizer;
	l.knobs.weight_decay = 0.1;
	for (int i = 0; i < 3; i++)
		branch_step(l.b, &l.feed, &l.knobs, NULL, 0.003, &free_step);
	freeze_set(l.b, (uint64_t)1 << layer);
	was = copy_of(l.b);
	for (int i = 0; i < 4; i++)
		branch_step(l.b, &l.feed, &l.knobs, NULL, 0.003, &r);
	for (size_t i = 0; i < l.b->net->layout.n; i++) {
		const struct param *p = &l.b->net->layout.param[i];
		int n = moved(l.b, p, was);

		covered[i] |= l.b->stands[i];
		went[i] |= !l.b->stands[i] && n > 0;
		if (l.b->stands[i] && n > 0)
			fail_msg("%s: layer %d frozen, %s moved in %d arrays", c->spec, layer,
				 p->name, n);
	}
	freeze_set(l.b, 0);
	branch_step(l.b, &l.feed, &l.knobs, NULL, 0.003, &r);
	for (size_t i = 0; i < l.b->net->layout.n; i++)
		CHECK(!l.b->stands[i]);
	mem_free(was);
	lesson_close(&l);
}

static void
frozen_layers_do_not_change_and_others_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETS; i++) {
		bool covered[256] = { false }, went[256] = { false };
		struct lesson l;

		lesson_open(&l, &nets[i], 1);
		CHECK(l.b->net->layout.n <= 256);
		for (int k = 0; k < l.b->net->n_layers; k++)
			freeze_one(&nets[i], k, k % 2 ? KNOB_ADAMW : KNOB_MOMENTUM, covered, went);
		for (size_t k = 0; k < l.b->net->layout.n; k++)
			if (!covered[k] || !went[k])
				fail_msg("%s: %s is in no layer, or stands still with every one",
					 nets[i].spec, l.b->net->layout.param[k].name);
		lesson_close(&l);
	}
}

/* Frozen layers do not count for clipping: with all but the logits frozen, the norm is that of
 * their gradient. */
static void
gradients_of_frozen_layers_do_not_count(void **state)
{
	struct branch_result free_step, frozen_step;
	struct lesson a, b;
	double sum = 0;

	(void)state;
	lesson_open(&a, &nets[0], 1);
	lesson_open(&b, &nets[0], 2);
	freeze_set(b.b, 1 << 0 | 1 << 1 | 1 << 2);
	branch_step(a.b, &a.feed, &a.knobs, NULL, 0.003, &free_step);
	branch_step(b.b, &b.feed, &b.knobs, NULL, 0.003, &frozen_step);
	for (size_t i = 0; i < b.b->net->layout.n; i++) {
		const struct param *p = &b.b->net->layout.param[i];

		for (size_t k = 0; k < p->len && !b.b->stands[i]; k++)
			sum += (double)b.b->grad[p->offset + k] * (double)b.b->grad[p->offset + k];
	}
	CHECK(frozen_step.loss == free_step.loss && frozen_step.grad_norm < free_step.grad_norm);
	CHECK_NEAR(frozen_step.grad_norm, sqrt(sum), 1e-6 * sqrt(sum));
	lesson_close(&a);
	lesson_close(&b);
}

#ifdef RETORT_REAL_DOUBLE
/* The loss of a batch, without a step. */
static double
loss_of(struct lesson *l)
{
	const real *z = predict_batch(l->b->net, &l->batch);
	const int32_t *label = batch_i32(&l->batch, BATCH_LABEL);
	size_t n = ROWS * batch_width(&l->batch, BATCH_LABEL), classes = l->b->net->io.classes;
	double sum = 0, *scratch = mem_array(classes, sizeof *scratch);

	for (size_t i = 0; i < n; i++) {
		loss_log_softmax(z + i * classes, classes, 1, scratch);
		sum -= scratch[label[i]] / (double)n;
	}
	mem_free(scratch);
	return sum;
}

/* A step of gradient descent changes weights by lr times the gradient, which agrees with central
 * differences. */
static void
every_network_descends_along_the_gradient_of_its_loss(void **state)
{
	(void)state;
	for (size_t i = 0; i < NETS; i++) {
		struct branch_result r;
		struct lesson l;
		size_t len;
		real *was, *now;
		double along = 0, up, down, h = 1e-5;

		if (strstr(nets[i].spec, "dropout") || strstr(nets[i].spec, "batch-norm") ||
		    strstr(nets[i].spec, "resnet") || strstr(nets[i].spec, "depthwise"))
			continue; /* dropout and batch norm differ between training and evaluation
				   */
		lesson_open(&l, &nets[i], 1);
		l.knobs.optimizer = KNOB_SGD;
		len = l.b->net->layout.len;
		was = mem_array(len, sizeof *was);
		now = branch_value(l.b);
		memcpy(was, now, len * sizeof *was);
		branch_step(l.b, &l.feed, &l.knobs, NULL, 1, &r);
		for (size_t k = 0; k < len; k++)
			along += (was[k] - now[k]) * (was[k] - now[k]);
		for (size_t k = 0; k < len;
		     k++) { /* move up along the gradient; was[k] becomes it */
			real g = was[k] - now[k];

			now[k] = was[k] + h * g;
			was[k] = g;
		}
		up = loss_of(&l);
		for (size_t k = 0; k < len; k++)
			now[k] -= 2 * h * was[k];
		down = loss_of(&l);
		if (!(fabs((up - down) / (2 * h) - along) <= 1e-6 * (1 + along)))
			fail_msg("%s: the slope is %.12g, the gradient says %.12g", nets[i].spec,
				 (up - down) / (2 * h), along);
		mem_free(was);
		lesson_close(&l);
	}
}
#endif

static void
impossible_networks_are_refused(void **state)
{
	static const struct {
		const char *spec;
		const struct dataset *data;
		const char *message;
	} bad[] = {
		{ "transformer width=10 heads=4", &texts, "width 10 is not a multiple of 4 heads" },
		{ "transformer width=12 heads=4 kv-heads=3", &texts,
		  "4 heads are not a multiple of 3 kv-heads" },
		{ "transformer width=12 heads=4 position=rotary", &texts,
		  "invalid head width 3 (expected even for rotary positions)" },
		{ "transformer positions=5", &texts,
		  "transformer: rows of 7 tokens are longer than 5 positions" },
		{ "transformer", &numbers, "transformer reads tokens, not numbers" },
		{ "transformer", &stream, "but the labels are next tokens; use `decoder`" },
		{ "decoder", &texts, "use `transformer`" },
		{ "mlp 3", &texts, "mlp reads numbers, not tokens" },
		{ "resnet 4", &numbers,
		  "resnet reads images, not numbers; `data digits image 8x8`" },
		{ "resnet 4,4,4,4 blocks=16", &images,
		  "resnet: too many blocks: 4 stages of 16 (expected at most 62)" },
		{ "decoder width=8 heads=2 position=rotary rope-scaling=longrope", &stream,
		  "decoder: rope-short has 0 numbers (expected 2, one for each pair that is "
		  "rotated)" },
		{ "decoder width=8 heads=2 position=rotary rope-scaling=longrope rope-short=1,2 "
		  "rope-long=1,2,3",
		  &stream, "decoder: rope-long has 3 numbers (expected 2" },
		{ "cnn 4 kernel=4", &images, "invalid kernel 4" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct model_io io = model_io_of(bad[i].data);
		struct model_spec spec;
		struct err e;

		CHECK_INT(model_table_parse(bad[i].spec, &spec, &e), 0);
		CHECK(!net_new("n", &spec, &io, ROWS, NULL, NULL, &e));
		CHECK(strstr(e.msg, bad[i].message) != NULL);
	}
}

static void
networks_larger_than_memory_are_refused_before_allocation(void **state)
{
	struct model_io io = model_io_of(&texts);
	struct model_spec spec;
	struct net *n;
	struct err e;

	(void)state;
	io.length = 4096;
	CHECK_INT(model_table_parse("transformer layers=32 width=16384 heads=64", &spec, &e), 0);
	n = net_new("huge", &spec, &io, 4096, NULL, NULL, &e);
	CHECK(n != NULL);
	CHECK_INT(net_finish(n, true, &e), -1);
	CHECK(strstr(e.msg, "huge: ") == e.msg &&
	      strstr(e.msg, "GiB needed for 4096 rows, but this machine has "));
	net_free(n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_network_has_the_same_bits_with_any_number_of_threads),
		TEST(every_network_can_memorize_its_rows),
		TEST(a_step_allocates_nothing),
		TEST(frozen_layers_do_not_change_and_others_do),
		TEST(gradients_of_frozen_layers_do_not_count),
#ifdef RETORT_REAL_DOUBLE
		TEST(every_network_descends_along_the_gradient_of_its_loss),
#endif
		TEST(impossible_networks_are_refused),
		TEST(networks_larger_than_memory_are_refused_before_allocation),
	};

	blas_init(4, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
