/* test_run.c: a copy of a run trains on to the same bits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "runrig.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/lab/run.h"

/* Train to the last step; returns the hash of state and samples. */
static struct hash
finish(struct trainer_state *w, const struct runrig_scenario *s, struct hash samples)
{
	struct hash state;

	while (w->run->student->state->step < RUNRIG_STEPS)
		runrig_step(w, s, &samples);
	state = runrig_state(w->run);
	return hash_join(&state, &samples);
}

/* A detached run with its own description. */
struct fork {
	struct run run;
	struct hash samples;
};

static void
fork_new(struct fork *f, const struct trainer_state *w, struct hash samples)
{
	struct err e;

	memset(f, 0, sizeof *f);
	run_init(&f->run, &w->train);
	f->samples = samples;
	assert_int_equal(run_copy(&f->run, w->run, &e), 0);
}

/* One step of a detached run in the lab. */
static void
step_fork(struct trainer_state *w, const struct runrig_scenario *s, struct fork *f)
{
	struct err e;

	assert_int_equal(run_copy(w->run, &f->run, &e), 0);
	runrig_step(w, s, &f->samples);
	assert_int_equal(run_copy(&f->run, w->run, &e), 0);
}

static void
test_fork(void **state)
{
	const struct runrig_scenario *s = *state;
	struct trainer_state *w = runrig_open(s);
	struct fork *a = mem_new(sizeof *a), *b = mem_new(sizeof *b);
	struct rng r = rng_stream(7, "fork", (uint64_t)(s - runrig_scenario), 0);
	uint64_t at = 2 + rng_below(r, 0, RUNRIG_STEPS - 6);
	struct hash samples = { 0 }, want, got;
	struct err e;

	while (w->run->student->state->step < at)
		runrig_step(w, s, &samples);
	fork_new(a, w, samples);
	fork_new(b, w, samples);
	want = finish(w, s, samples);

	/* the copy alone */
	assert_int_equal(run_copy(w->run, &a->run, &e), 0);
	got = finish(w, s, samples);
	assert_memory_equal(&got, &want, sizeof got);

	/* two copies, alternating steps */
	while (b->run.student->state->step < RUNRIG_STEPS) {
		step_fork(w, s, a);
		step_fork(w, s, b);
	}
	got = runrig_state(&a->run);
	got = hash_join(&got, &a->samples);
	assert_memory_equal(&got, &want, sizeof got);
	got = runrig_state(&b->run);
	got = hash_join(&got, &b->samples);
	assert_memory_equal(&got, &want, sizeof got);

	run_release(&a->run);
	run_release(&b->run);
	steprig_free(w);
	mem_free(a);
	mem_free(b);
}

/* The history of a copy gives the baseline of the original. */
static void
test_baseline(void **state)
{
	const struct runrig_scenario *s = &runrig_scenario[0];
	struct trainer_state *w = runrig_open(s);
	struct fork *a = mem_new(sizeof *a);
	struct hash samples = { 0 }, first, second;
	struct err e;

	(void)state;
	finish(w, s, samples);
	steprig_work(w);
	fork_new(a, w, samples);
	steprig_apply(w, "report");
	steprig_work(w);
	assert_non_null(w->run->baseline);
	first = hash_of(w->run->baseline->state, w->run->baseline->state->size);
	assert_int_equal(run_copy(w->run, &a->run, &e), 0);
	assert_null(w->run->baseline);
	steprig_apply(w, "report");
	steprig_work(w);
	second = hash_of(w->run->baseline->state, w->run->baseline->state->size);
	assert_memory_equal(&first, &second, sizeof first);
	run_release(&a->run);
	steprig_free(w);
	mem_free(a);
}

/* Parameters of the baseline after two runs of 12 steps with these batch sizes. */
static struct hash
baseline_after(const char *first, const char *second)
{
	const char *line[] = { "data digits labels 100",
			       first,
			       "student mlp 16",
			       "run 12",
			       second,
			       "run 12",
			       "report" };
	struct trainer_state *w = steprig_new(1);
	struct hash state;

	for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
		steprig_apply(w, line[i]);
		steprig_work(w);
	}
	state = hash_of(branch_value(w->run->baseline),
			w->run->baseline->net->layout.len * sizeof(real));
	steprig_free(w);
	return state;
}

/* Buffers have the current batch size, so all steps of the baseline have it. */
static void
test_batch(void **state)
{
	struct hash changed = baseline_after("set batch 16", "set batch 32"),
		    same = baseline_after("set batch 32", "set batch 32");

	(void)state;
	assert_memory_equal(&changed, &same, sizeof changed);
}

/* The student is made while the batch has another size than at the run before and the run after. */
static void
test_refit(void **state)
{
	static const char *const line[] = { "data digits labels 100", "set batch 64",
					    "student mlp 16",         "run 2",
					    "set batch 16",           "student mlp 8",
					    "set batch 64",           "run 4" };
	struct trainer_state *w = steprig_new(1);

	(void)state;
	for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
		steprig_apply(w, line[i]);
		steprig_work(w);
	}
	assert_int_equal(w->run->student->state->step, 4);
	assert_int_equal(w->run->student->net->graph->capacity, 64);
	steprig_free(w);
}

int
main(void)
{
	struct CMUnitTest tests[RUNRIG_SCENARIOS + 3];
	size_t n = RUNRIG_SCENARIOS;

	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ runrig_scenario[i].name, test_fork, NULL, NULL,
						(void *)&runrig_scenario[i] };
	tests[n] = (struct CMUnitTest){ "the baseline of a copy is trained along its history",
					test_baseline, NULL, NULL, NULL };
	tests[n + 1] = (struct CMUnitTest){ "the baseline is trained with the current batch size",
					    test_batch, NULL, NULL, NULL };
	tests[n + 2] = (struct CMUnitTest){ "a network made for another batch size is fitted",
					    test_refit, NULL, NULL, NULL };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
