/* test_learn.c: the trainer and its requests: determinism, undo, divergence, memory. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include "labrig.h"
#include "retort/base/mem.h"
#include "retort/kd/losses/loss_table.h"
#include "retort/nn/gemm/blas.h"

static void
prepare(struct labrig *r, const char *student)
{
	labrig_prepare(r, "digits", "mlp 64,64", 4);
	CHECK_INT(labrig_ask(r, labrig_request(REQUEST_STUDENT, "", student, 0)), 0);
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

/* A run with changes of every kind at given steps. */
static struct hash
play(int threads, size_t ring, struct labrig *r)
{
	labrig_open(r, threads, ring, NULL);
	prepare(r, "mlp 16 dropout=0.1");
	trainer_hold(r->t, true);
	trainer_post(r->t, labrig_request(REQUEST_RUN, "", "", 300));
	trainer_post(r->t, labrig_at(labrig_set("temperature", "2"), 40));
	trainer_post(r->t, labrig_at(map("1", "1", 0.5), 60));
	trainer_post(r->t, labrig_at(labrig_set("lr", "0.001"), 100));
	trainer_post(r->t, labrig_at(request_new(REQUEST_UNDO), 150));
	trainer_post(r->t, labrig_at(map("1", "1", -1), 200));
	trainer_post(r->t, labrig_at(request_new(REQUEST_UNDO), 220));
	trainer_post(r->t, labrig_at(labrig_set("schedule", "cosine"), 230));
	trainer_hold(r->t, false);
	labrig_wait(r, REQUEST_DONE);
	return r->samples;
}

static void
the_same_bits_on_any_number_of_threads_and_any_ring(void **state)
{
	struct labrig r;
	struct hash one = play(1, 0, &r), other;
	double weights = r.last[BRANCH_STUDENT][METRIC_WEIGHTS];

	(void)state;
	CHECK(weights > 0);
	labrig_close(&r);
	for (int threads = 2; threads <= 4; threads += 2) {
		other = play(threads, threads == 2 ? 1 : 8, &r);
		CHECK(r.last[BRANCH_STUDENT][METRIC_WEIGHTS] == weights);
		CHECK_INT(memcmp(&one, &other, sizeof one), 0);
		labrig_close(&r);
	}
}

static void
distillation_improves_the_student(void **state)
{
	struct labrig r;

	(void)state;
	labrig_open(&r, 2, 0, NULL);
	prepare(&r, "mlp 16");
	CHECK(r.last[BRANCH_TEACHER(0)][METRIC_VAL_ACCURACY] > 0.9);
	CHECK_INT(labrig_ask(&r, labrig_request(REQUEST_RUN, "", "", 1500)), 0);
	labrig_wait(&r, REQUEST_DONE);
	CHECK_INT(labrig_ask(&r, request_new(REQUEST_REPORT)), 0);
	CHECK(r.info.run->has_baseline);
	CHECK_INT(r.info.run->baseline.steps, r.info.run->student.steps);
	CHECK(r.info.run->student.last.accuracy > r.info.run->baseline.last.accuracy);
	CHECK(r.info.run->student.last.kl < r.info.run->baseline.last.kl);
	CHECK(r.info.run->student.batch.median > 0 && r.info.run->student.batch.rows > 1);
	CHECK(r.info.run->student.one.median > 0 && r.info.run->student.one.rows == 1);
	CHECK(r.info.run->student.batch.spread >= 0);
	CHECK_NEAR(r.last[BRANCH_STUDENT][metric_output(LOSS_OUTPUT_ce, METRIC_SHARE)] +
			   r.last[BRANCH_STUDENT][metric_output(LOSS_OUTPUT_kd, METRIC_SHARE)],
		   1, 1e-12);
	labrig_close(&r);
}

static void
a_change_is_answered_with_its_step(void **state)
{
	struct labrig r;

	(void)state;
	labrig_open(&r, 1, 0, NULL);
	prepare(&r, "mlp 16");
	trainer_hold(r.t, true);
	trainer_post(r.t, labrig_request(REQUEST_RUN, "", "", 100));
	trainer_post(r.t, labrig_at(labrig_set("temperature", "2"), 37));
	trainer_hold(r.t, false);
	labrig_wait(&r, REQUEST_SET);
	CHECK_INT(r.answer->status, 0);
	CHECK_STR(r.answer->stamp, "@37");
	CHECK_STR(r.answer->note, "temperature 4 -> 2");
	labrig_wait(&r, REQUEST_DONE);
	CHECK_INT(labrig_ask(&r, labrig_at(labrig_set("temperature", "3"), 50)), -1);
	CHECK_STR(r.answer->err.msg, "@50: the step is past; the student is at step 100");
	labrig_close(&r);
}

static void
diverging_steps_are_not_applied_and_undo_recovers(void **state)
{
	struct labrig r;

	(void)state;
	labrig_open(&r, 1, 0, NULL);
	prepare(&r, "mlp 16");
	trainer_hold(r.t, true);
	trainer_post(r.t, labrig_request(REQUEST_RUN, "", "", 100));
	trainer_post(r.t, labrig_at(labrig_set("lr", "1e6"), 50));
	trainer_hold(r.t, false);
	labrig_wait(&r, REQUEST_DIVERGED);
	CHECK(strstr(r.answer->err.msg, "step 51 not applied") != NULL);
	CHECK(r.info.paused);
	CHECK_INT(labrig_ask(&r, request_new(REQUEST_UNDO)), 0);
	CHECK_INT(labrig_ask(&r, request_new(REQUEST_RESUME)), 0);
	labrig_wait(&r, REQUEST_DONE);
	CHECK_INT(r.info.run->student.steps, 100);
	CHECK(r.info.run->student.last.accuracy > 0.3);
	labrig_close(&r);
}

/* Requests arrive faster than steps finish: each takes the requests before it into account. */
static void
steps_add_up_and_a_toggle_resumes(void **state)
{
	struct labrig r;

	(void)state;
	labrig_open(&r, 1, 0, NULL);
	prepare(&r, "mlp 16");
	trainer_hold(r.t, true);
	trainer_post(r.t, labrig_request(REQUEST_RUN, "", "", 100));
	trainer_post(r.t, request_new(REQUEST_TOGGLE));
	for (int i = 0; i < 3; i++)
		trainer_post(r.t, labrig_request(REQUEST_STEP, "", "", 1));
	trainer_hold(r.t, false);
	labrig_wait(&r, REQUEST_PAUSE); /* the toggle */
	labrig_wait(&r, REQUEST_PAUSE); /* end of the run */
	CHECK_INT(r.info.run->student.steps, 3);
	CHECK(r.info.paused);
	trainer_hold(r.t, true);
	trainer_post(r.t, labrig_request(REQUEST_STEP, "", "", 2));
	trainer_post(r.t, request_new(REQUEST_TOGGLE));
	trainer_hold(r.t, false);
	labrig_wait(&r, REQUEST_RESUME);
	labrig_wait(&r, REQUEST_DONE);
	CHECK_INT(r.info.run->student.steps, 100);
	labrig_close(&r);
}

static void
impossible_requests_are_refused_with_the_reason(void **state)
{
	struct labrig r;

	(void)state;
	labrig_open(&r, 1, 0, NULL);
	CHECK_INT(labrig_ask(&r, labrig_request(REQUEST_STUDENT, "", "mlp 16", 0)), -1);
	CHECK_STR(r.answer->err.msg, "student: no data yet; `data digits` first");
	prepare(&r, "mlp 16");
	CHECK_INT(labrig_ask(&r, map("7", "1", 0.5)), -1);
	CHECK_STR(r.answer->err.msg, "map: invalid layer 'big:7' (expected big:0 to 2 or logits)");
	CHECK_INT(labrig_ask(&r, map("1", "1", -1)), -1);
	CHECK_STR(r.answer->err.msg, "map: big:1 s:1 is not mapped");
	CHECK_INT(labrig_ask(&r, labrig_request(REQUEST_TRAIN, "bog", "", 1)), -1);
	CHECK_STR(r.answer->err.msg,
		  "train: invalid teacher 'bog' (expected big; did you mean big?)");
	CHECK_INT(labrig_ask(&r, request_new(REQUEST_REDO)), -1);
	trainer_hold(r.t, true);
	CHECK_INT(labrig_ask(&r, labrig_request(REQUEST_RUN, "", "", 1000)), 0);
	CHECK_INT(labrig_ask(&r, labrig_set("batch", "32")), -1);
	CHECK(strstr(r.answer->err.msg, "batch: fixed during training") != NULL);
	CHECK_INT(labrig_ask(&r, labrig_request(REQUEST_STUDENT, "", "mlp 8", 0)), -1);
	CHECK_STR(r.answer->err.msg, "the student is training (step 0 of 1000); `stop` first");
	labrig_close(&r);
}

static void
a_step_allocates_nothing(void **state)
{
	struct labrig r;
	uint64_t before, after;

	(void)state;
	labrig_open(&r, 2, 8, NULL); /* a small ring, so that the trainer cannot finish before */
	prepare(&r, "mlp 16");
	CHECK_INT(labrig_ask(&r, map("1", "1", 0.5)), 0);
	CHECK_INT(labrig_ask(&r, labrig_set("cell-rate", "0.1")), 0);
	CHECK_INT(labrig_ask(&r, labrig_set("mixup-rate", "0.5")), 0);
	CHECK_INT(labrig_ask(&r, labrig_set("keep-mib", "0")), 0); /* copies between steps */
	trainer_hold(r.t, true);
	trainer_post(r.t, labrig_request(REQUEST_RUN, "", "", 100000));
	trainer_post(r.t, labrig_at(request_new(REQUEST_MARK), 100));
	trainer_post(r.t, labrig_at(request_new(REQUEST_MARK), 300));
	trainer_hold(r.t, false);
	labrig_wait(&r, REQUEST_MARK);
	before = mem_count();
	labrig_wait(&r, REQUEST_MARK);
	after = mem_count();
	CHECK_INT(r.answer->step, 300);
	CHECK_INT(after - before, 1); /* the snapshot of the second answer */
	labrig_close(&r);
}

static void
checkpoints_restore_the_same_network(void **state)
{
	struct labrig r;
	struct request *load = labrig_request(REQUEST_TEACHER, "copy", "", 0);
	double weights;

	(void)state;
	labrig_open(&r, 1, 0, NULL);
	prepare(&r, "mlp 16");
	weights = r.last[BRANCH_TEACHER(0)][METRIC_WEIGHTS];
	CHECK_INT(labrig_ask(&r, labrig_request(REQUEST_SNAPSHOT, "big", "", 0)), 0);
	load->u.net.ckpt = r.answer->u.snapshot.ckpt;
	r.answer->u.snapshot.ckpt = NULL;
	CHECK_INT(labrig_ask(&r, load), 0);
	CHECK_INT(labrig_ask(&r, labrig_request(REQUEST_RUN, "", "", 10)), 0);
	labrig_wait(&r, REQUEST_DONE);
	load = request_new(REQUEST_EXPECT);
	snprintf(load->u.expect.name, sizeof load->u.expect.name, "copy");
	snprintf(load->u.expect.metric, sizeof load->u.expect.metric, "weights");
	CHECK_INT(labrig_ask(&r, load), 0);
	CHECK(r.answer->u.expect.value == weights);
	labrig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_bits_on_any_number_of_threads_and_any_ring),
		TEST(distillation_improves_the_student),
		TEST(a_change_is_answered_with_its_step),
		TEST(diverging_steps_are_not_applied_and_undo_recovers),
		TEST(steps_add_up_and_a_toggle_resumes),
		TEST(impossible_requests_are_refused_with_the_reason),
		TEST(a_step_allocates_nothing),
		TEST(checkpoints_restore_the_same_network),
	};

	blas_init(4, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
