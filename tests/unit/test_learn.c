/* test_learn.c: the trainer through its mailbox: digits, determinism, undo, divergence, memory. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <poll.h>

#include "retort/base/mem.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/nn/gemm/blas.h"
#include "retort/lab/trainer.h"
#include "retort/data/read/read.h"
#include "retort/data/read/bundled.h"

struct rig {
	struct trainer *t;
	double last[BRANCH_IDS][METRIC_COUNT];
	struct lab_info info;
	struct request *answer; /* of the last request that was waited for */
	int diverged;
	struct hash seen; /* of every sample, in order */
};

static void
rig_open(struct rig *r, int threads, size_t ring)
{
	memset(r, 0, sizeof *r);
	r->t = trainer_new(threads, ring, NULL);
}

static void
rig_close(struct rig *r)
{
	request_free(r->answer);
	trainer_free(r->t);
}

static void
take_sample(struct rig *r, const struct event *ev)
{
	struct hash h = hash_of(ev, offsetof(struct event, value) + sizeof ev->value);

	r->last[ev->branch][ev->metric] = ev->value;
	r->seen = hash_join(&r->seen, &h);
}

/* Take events until an answer of `kind` has come; it is kept in r->answer. */
static void
wait_for(struct rig *r, enum request_kind kind)
{
	struct event ev;
	bool found = false;

	request_free(r->answer);
	r->answer = NULL;
	while (!found) {
		struct pollfd p = { trainer_fd(r->t), POLLIN, 0 };

		trainer_drain(r->t);
		while (!found && trainer_take(r->t, &ev, 1) > 0) {
			if (ev.metric != METRIC_NONE) {
				take_sample(r, &ev);
				continue;
			}
			r->info = *ev.answer->info;
			found = ev.answer->kind == kind;
			r->diverged += ev.answer->kind == REQUEST_DIVERGED;
			if (found)
				r->answer = ev.answer;
			else
				request_free(ev.answer);
		}
		if (!found)
			CHECK(poll(&p, 1, 60000) > 0);
	}
}

static struct request *
stamped(struct request *r, uint64_t step)
{
	r->stamped = true;
	r->at = step;
	return r;
}

static struct request *
set(const char *knob, const char *value)
{
	struct request *r = request_new(REQUEST_SET);

	r->u.knobs.n = 1;
	r->u.knobs.set[0].knob = knob_find(knob, NULL);
	snprintf(r->u.knobs.set[0].value, sizeof r->u.knobs.set[0].value, "%s", value);
	return r;
}

static struct request *
map(const char *tl, const char *sl, double weight)
{
	struct request *r = request_new(REQUEST_MAP);
	struct request_map *m = &r->u.map.map[0];

	r->u.map.n = 1;
	snprintf(m->teacher, sizeof m->teacher, "big");
	snprintf(m->t_layer, sizeof m->t_layer, "%s", tl);
	snprintf(m->s_layer, sizeof m->s_layer, "%s", sl);
	m->weight = weight;
	m->off = weight < 0;
	return r;
}

/* A request with its name, spec or number, whichever of them its kind has. */
static struct request *
numbered(enum request_kind kind, const char *name, const char *spec, int64_t number)
{
	struct request *r = request_new(kind);

	switch (kind) {
	case REQUEST_SEED:
		r->u.seed.seed = number;
		break;
	case REQUEST_DATA:
		r->u.data.labels = number;
		break;
	case REQUEST_TEACHER:
	case REQUEST_STUDENT:
		snprintf(r->u.net.name, sizeof r->u.net.name, "%s", name);
		snprintf(r->u.net.spec, sizeof r->u.net.spec, "%s", spec);
		break;
	case REQUEST_TRAIN:
		snprintf(r->u.train.teacher, sizeof r->u.train.teacher, "%s", name);
		r->u.train.epochs = number;
		break;
	case REQUEST_RUN:
		r->u.run.steps = number;
		break;
	case REQUEST_STEP:
		r->u.steps.n = number;
		break;
	case REQUEST_SNAPSHOT:
		snprintf(r->u.snapshot.name, sizeof r->u.snapshot.name, "%s", name);
		break;
	default:
		break;
	}
	return r;
}

/* Posts and waits until it is answered. */
static int
ask(struct rig *r, struct request *q)
{
	enum request_kind kind = q->kind;

	trainer_post(r->t, q);
	wait_for(r, kind);
	return r->answer->status;
}

static void
prepare(struct rig *r, const char *student)
{
	struct dataset_options o = { 0 };
	struct request *data = numbered(REQUEST_DATA, "", "", 100);
	char *path = bundled_path("digits", NULL);

	CHECK(path && read_dataset(path, &o, &data->u.data.dataset, NULL) == 0);
	mem_free(path);
	CHECK_INT(ask(r, numbered(REQUEST_SEED, "", "", 42)), 0);
	CHECK_INT(ask(r, data), 0);
	CHECK_INT(ask(r, numbered(REQUEST_TEACHER, "big", "mlp 64,64", 0)), 0);
	CHECK_INT(ask(r, numbered(REQUEST_TRAIN, "big", "", 4)), 0);
	wait_for(r, REQUEST_DONE);
	CHECK_INT(ask(r, numbered(REQUEST_STUDENT, "", student, 0)), 0);
}

/* A run with changes of every kind, each at its step. */
static struct hash
play(int threads, size_t ring, struct rig *r)
{
	rig_open(r, threads, ring);
	prepare(r, "mlp 16 dropout=0.1");
	trainer_hold(r->t, true);
	trainer_post(r->t, numbered(REQUEST_RUN, "", "", 300));
	trainer_post(r->t, stamped(set("temperature", "2"), 40));
	trainer_post(r->t, stamped(map("1", "1", 0.5), 60));
	trainer_post(r->t, stamped(set("lr", "0.001"), 100));
	trainer_post(r->t, stamped(request_new(REQUEST_UNDO), 150));
	trainer_post(r->t, stamped(map("1", "1", -1), 200));
	trainer_post(r->t, stamped(request_new(REQUEST_UNDO), 220));
	trainer_post(r->t, stamped(set("schedule", "cosine"), 230));
	trainer_hold(r->t, false);
	wait_for(r, REQUEST_DONE);
	return r->seen;
}

static void
the_same_bits_on_any_number_of_threads_and_any_ring(void **state)
{
	struct rig r;
	struct hash one = play(1, 0, &r), other;
	double weights = r.last[BRANCH_STUDENT][METRIC_WEIGHTS];

	(void)state;
	CHECK(weights > 0);
	rig_close(&r);
	for (int threads = 2; threads <= 4; threads += 2) {
		other = play(threads, threads == 2 ? 1 : 8, &r);
		CHECK(r.last[BRANCH_STUDENT][METRIC_WEIGHTS] == weights);
		CHECK_INT(memcmp(&one, &other, sizeof one), 0);
		rig_close(&r);
	}
}

static void
a_teacher_learns_and_a_student_is_better_for_it(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r, 2, 0);
	prepare(&r, "mlp 16");
	CHECK(r.last[BRANCH_TEACHER(0)][METRIC_VAL_ACCURACY] > 0.9);
	CHECK_INT(ask(&r, numbered(REQUEST_RUN, "", "", 1500)), 0);
	wait_for(&r, REQUEST_DONE);
	CHECK_INT(ask(&r, request_new(REQUEST_REPORT)), 0);
	CHECK(r.info.run.has_baseline);
	CHECK_INT(r.info.run.baseline.steps, r.info.run.student.steps);
	CHECK(r.info.run.student.last.accuracy > r.info.run.baseline.last.accuracy);
	CHECK(r.info.run.student.last.kl < r.info.run.baseline.last.kl);
	CHECK(r.info.run.student.microseconds > 0);
	CHECK_NEAR(r.last[BRANCH_STUDENT][metric_output(LOSS_OUTPUT_ce, METRIC_SHARE)] +
			   r.last[BRANCH_STUDENT][metric_output(LOSS_OUTPUT_kd, METRIC_SHARE)],
		   1, 1e-12);
	rig_close(&r);
}

static void
a_change_is_answered_with_its_step(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r, 1, 0);
	prepare(&r, "mlp 16");
	trainer_hold(r.t, true);
	trainer_post(r.t, numbered(REQUEST_RUN, "", "", 100));
	trainer_post(r.t, stamped(set("temperature", "2"), 37));
	trainer_hold(r.t, false);
	wait_for(&r, REQUEST_SET);
	CHECK_INT(r.answer->status, 0);
	CHECK_STR(r.answer->stamp, "@37");
	CHECK_STR(r.answer->note, "temperature 4 -> 2");
	wait_for(&r, REQUEST_DONE);
	CHECK_INT(ask(&r, stamped(set("temperature", "3"), 50)), -1);
	CHECK_STR(r.answer->err.msg, "@50: that step has passed; the student stands at 100");
	rig_close(&r);
}

static void
a_step_that_cannot_be_meant_is_not_applied_and_undo_mends_it(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r, 1, 0);
	prepare(&r, "mlp 16");
	trainer_hold(r.t, true);
	trainer_post(r.t, numbered(REQUEST_RUN, "", "", 100));
	trainer_post(r.t, stamped(set("lr", "1e6"), 50));
	trainer_hold(r.t, false);
	wait_for(&r, REQUEST_DIVERGED);
	CHECK(strstr(r.answer->err.msg, "step 51 not applied") != NULL);
	CHECK(r.info.paused);
	CHECK_INT(ask(&r, request_new(REQUEST_UNDO)), 0);
	CHECK_INT(ask(&r, request_new(REQUEST_RESUME)), 0);
	wait_for(&r, REQUEST_DONE);
	CHECK_INT(r.info.run.student.steps, 100);
	CHECK(r.info.run.student.last.accuracy > 0.3);
	rig_close(&r);
}

/* Keys come faster than steps are done: each is understood by what those before it asked for. */
static void
steps_add_up_and_a_toggle_after_them_goes_on(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r, 1, 0);
	prepare(&r, "mlp 16");
	trainer_hold(r.t, true);
	trainer_post(r.t, numbered(REQUEST_RUN, "", "", 100));
	trainer_post(r.t, request_new(REQUEST_TOGGLE));
	for (int i = 0; i < 3; i++)
		trainer_post(r.t, numbered(REQUEST_STEP, "", "", 1));
	trainer_hold(r.t, false);
	wait_for(&r, REQUEST_PAUSE); /* the toggle */
	wait_for(&r, REQUEST_PAUSE); /* the end of the steps */
	CHECK_INT(r.info.run.student.steps, 3);
	CHECK(r.info.paused);
	trainer_hold(r.t, true);
	trainer_post(r.t, numbered(REQUEST_STEP, "", "", 2));
	trainer_post(r.t, request_new(REQUEST_TOGGLE));
	trainer_hold(r.t, false);
	wait_for(&r, REQUEST_RESUME);
	wait_for(&r, REQUEST_DONE);
	CHECK_INT(r.info.run.student.steps, 100);
	rig_close(&r);
}

static void
what_cannot_be_done_is_refused_with_the_reason(void **state)
{
	struct rig r;

	(void)state;
	rig_open(&r, 1, 0);
	CHECK_INT(ask(&r, numbered(REQUEST_STUDENT, "", "mlp 16", 0)), -1);
	CHECK_STR(r.answer->err.msg, "student: no data yet; `data digits` first");
	prepare(&r, "mlp 16");
	CHECK_INT(ask(&r, map("7", "1", 0.5)), -1);
	CHECK_STR(r.answer->err.msg, "map: big:7: no such layer; big has 0..2 and logits");
	CHECK_INT(ask(&r, map("1", "1", -1)), -1);
	CHECK_STR(r.answer->err.msg, "map: big:1 s:1 is not mapped");
	CHECK_INT(ask(&r, numbered(REQUEST_TRAIN, "bog", "", 1)), -1);
	CHECK_STR(r.answer->err.msg, "train: bog: no such teacher; there is big");
	CHECK_INT(ask(&r, request_new(REQUEST_REDO)), -1);
	trainer_hold(r.t, true);
	CHECK_INT(ask(&r, numbered(REQUEST_RUN, "", "", 1000)), 0);
	CHECK_INT(ask(&r, set("batch", "32")), -1);
	CHECK(strstr(r.answer->err.msg, "batch: cannot change while training") != NULL);
	CHECK_INT(ask(&r, numbered(REQUEST_STUDENT, "", "mlp 8", 0)), -1);
	CHECK_STR(r.answer->err.msg, "not while the student trains (step 0 of 1000); `stop` first");
	rig_close(&r);
}

static void
a_step_allocates_nothing(void **state)
{
	struct rig r;
	uint64_t before, after;

	(void)state;
	rig_open(&r, 2, 8); /* a short ring: the trainer cannot run ahead to the end of the work */
	prepare(&r, "mlp 16");
	CHECK_INT(ask(&r, map("1", "1", 0.5)), 0);
	CHECK_INT(ask(&r, set("cell-rate", "0.1")), 0);
	CHECK_INT(ask(&r, set("mixup-rate", "0.5")), 0);
	trainer_hold(r.t, true);
	trainer_post(r.t, numbered(REQUEST_RUN, "", "", 100000));
	trainer_post(r.t, stamped(request_new(REQUEST_MARK), 100));
	trainer_post(r.t, stamped(request_new(REQUEST_MARK), 300));
	trainer_hold(r.t, false);
	wait_for(&r, REQUEST_MARK);
	before = mem_count();
	wait_for(&r, REQUEST_MARK);
	after = mem_count();
	CHECK_INT(r.answer->step, 300);
	CHECK_INT(after - before, 1); /* the snapshot of the second answer */
	rig_close(&r);
}

static void
a_checkpoint_brings_the_same_network_back(void **state)
{
	struct rig r;
	struct request *load = numbered(REQUEST_TEACHER, "copy", "", 0);
	double weights;

	(void)state;
	rig_open(&r, 1, 0);
	prepare(&r, "mlp 16");
	weights = r.last[BRANCH_TEACHER(0)][METRIC_WEIGHTS];
	CHECK_INT(ask(&r, numbered(REQUEST_SNAPSHOT, "big", "", 0)), 0);
	load->u.net.ckpt = r.answer->u.snapshot.ckpt;
	r.answer->u.snapshot.ckpt = NULL;
	CHECK_INT(ask(&r, load), 0);
	CHECK_INT(ask(&r, numbered(REQUEST_RUN, "", "", 10)), 0);
	wait_for(&r, REQUEST_DONE);
	load = request_new(REQUEST_EXPECT);
	snprintf(load->u.expect.name, sizeof load->u.expect.name, "copy");
	snprintf(load->u.expect.metric, sizeof load->u.expect.metric, "weights");
	CHECK_INT(ask(&r, load), 0);
	CHECK(r.answer->u.expect.value == weights);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_bits_on_any_number_of_threads_and_any_ring),
		TEST(a_teacher_learns_and_a_student_is_better_for_it),
		TEST(a_change_is_answered_with_its_step),
		TEST(a_step_that_cannot_be_meant_is_not_applied_and_undo_mends_it),
		TEST(steps_add_up_and_a_toggle_after_them_goes_on),
		TEST(what_cannot_be_done_is_refused_with_the_reason),
		TEST(a_step_allocates_nothing),
		TEST(a_checkpoint_brings_the_same_network_back),
	};

	blas_init(4, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
