/* test_runs.c: runs in lockstep, forks and steps back have the bits of runs that are trained alone.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "runrig.h"

#include <string.h>

#include "retort/base/rng.h"
#include "retort/lab/phase.h"
#include "retort/lab/runs.h"
#include "retort/lab/stamp.h"

/* The hash of the student's block of numbers. */
static struct hash
numbers_of(const struct run *r)
{
	return hash_of(r->student->state, r->student->state->size);
}

static void
assert_same(const struct run *a, const struct run *b)
{
	struct hash x = numbers_of(a), y = numbers_of(b);

	assert_memory_equal(&x, &y, sizeof x);
}

/* Train to step `until`, with the changes of the scenario. */
static void
train_to(struct trainer_state *w, const struct runrig_scenario *s, uint64_t until)
{
	struct hash ignored = { 0 };

	while (w->run->student->state->step < until)
		runrig_step(w, s, &ignored);
}

/* A fork without a change has the same bits at every step, and does not disturb its parent. */
static void
a_fork_is_the_same(void **state)
{
	const struct runrig_scenario *s = *state;
	struct trainer_state *w = runrig_open(s), *alone = runrig_open(s);
	struct hash ignored = { 0 };
	struct run *parent = w->run, *fork;

	train_to(w, s, 12);
	train_to(alone, s, 12);
	steprig_apply(w, "fork twin");
	fork = w->run;
	assert_ptr_not_equal(parent, fork);
	for (int step = 12; step < RUNRIG_STEPS - 1; step++) {
		if (step >= 14 && step <= 20 && step % 2 == 0 && s->change[(step - 14) / 2]) {
			char line[200];

			snprintf(line, sizeof line, "run s: %s", s->change[(step - 14) / 2]);
			steprig_apply(w, s->change[(step - 14) / 2]);
			snprintf(line, sizeof line, "run 1: %s", s->change[(step - 14) / 2]);
			steprig_apply(w, line);
		}
		steprig_step(w, &ignored);
		runrig_step(alone, s, &ignored);
		assert_same(fork, parent);
		assert_same(parent, alone->run);
	}
	assert_false(fork->about.unpaired);
	steprig_free(w);
	steprig_free(alone);
}

static const char *const fork_line[] = {
	"set temperature 2",  "map big:2 s:2 match cka weight 0.2",
	"teachers wide mute", "set noise-spread 0.5",
	"set mix random",     "map clear",
	"freeze 1",
};

#define FORKS (sizeof fork_line / sizeof *fork_line)

/* The numbers of a run that takes a change at step 5, alone. */
static struct hash
numbers_alone(const struct runrig_scenario *s, const char *line)
{
	struct trainer_state *w = runrig_open_threads(s, 1);
	struct hash numbers, ignored = { 0 };

	train_to(w, s, 5);
	steprig_apply(w, line);
	for (int k = 5; k < RUNRIG_STEPS - 1; k++)
		steprig_step(w, &ignored);
	numbers = numbers_of(w->run);
	steprig_free(w);
	return numbers;
}

/* A session with a fork for each line. */
static struct trainer_state *
open_forks(const struct runrig_scenario *s, int threads)
{
	struct trainer_state *w = runrig_open_threads(s, threads);
	char text[80];

	train_to(w, s, 5);
	for (size_t i = 0; i < FORKS; i++) {
		snprintf(text, sizeof text, "fork f%zu of 1", i);
		steprig_apply(w, text);
		steprig_apply(w, fork_line[i]);
	}
	return w;
}

/* Runs in lockstep with other settings, layer maps and batches each have the bits that they have
 * alone, on any number of threads: seven share a batch, and are computed side by side, or some of
 * them one by one. */
static void
lockstep_is_alone(void **state)
{
	const struct runrig_scenario *s = &runrig_scenario[0];
	struct hash alone[FORKS], now, ignored = { 0 };

	(void)state;
	for (size_t i = 0; i < FORKS; i++)
		alone[i] = numbers_alone(s, fork_line[i]);
	for (int threads = 1; threads <= 4; threads++) {
		struct trainer_state *w = open_forks(s, threads);

		for (int i = 5; i < RUNRIG_STEPS - 1; i++)
			steprig_step(w, &ignored);
		for (size_t i = 0; i < FORKS; i++) {
			now = numbers_of(w->runs[i + 1]);
			assert_memory_equal(&now, &alone[i], sizeof now);
		}
		assert_true(w->runs[4]->about.unpaired); /* other noise */
		assert_false(w->runs[1]->about.unpaired);
		steprig_free(w);
	}
}

/* A run that goes back has the state that it had, and gets the same bits again from there. Undo is
 * empty then, so it goes back before the changes that the scenario takes back. */
static void
a_step_back_restores(void **state)
{
	const struct runrig_scenario *s = *state;
	struct trainer_state *w = runrig_open(s);
	struct hash at[RUNRIG_STEPS], now;
	struct rng r = rng_stream(3, "back", (uint64_t)(s - runrig_scenario), 0);
	struct hash ignored = { 0 };
	char line[40];

	steprig_apply(w, "set eval-every 7");
	for (int i = 0; i < RUNRIG_STEPS - 1; i++) {
		at[i] = numbers_of(w->run);
		runrig_step(w, s, &ignored);
	}
	for (int k = 0; k < 6; k++) {
		unsigned to = rng_below(r, (uint64_t)k, k % 2 ? 14 : 7);

		snprintf(line, sizeof line, "rewind %u", to);
		steprig_apply(w, line);
		assert_int_equal(w->run->student->state->step, to);
		now = numbers_of(w->run);
		assert_memory_equal(&now, &at[to], sizeof now);
		if (to == 0) /* before the interval was set */
			steprig_apply(w, "set eval-every 7");
		while (w->run->student->state->step < RUNRIG_STEPS - 1) {
			now = numbers_of(w->run);
			assert_memory_equal(&now, &at[w->run->student->state->step], sizeof now);
			runrig_step(w, s, &ignored);
		}
	}
	steprig_free(w);
}

/* A fork at an earlier step continues as the run did, where it is not changed. */
static void
a_fork_at_an_earlier_step_is_the_same(void **state)
{
	const struct runrig_scenario *s = *state;
	struct trainer_state *w = runrig_open(s);
	struct hash at[RUNRIG_STEPS], now, ignored = { 0 };

	for (int i = 0; i < RUNRIG_STEPS - 1; i++) {
		at[i] = numbers_of(w->run);
		runrig_step(w, s, &ignored);
	}
	steprig_apply(w, "fork late at 9");
	assert_int_equal(w->run->student->state->step, 9);
	while (w->run->student->state->step < RUNRIG_STEPS - 1) { /* the parent waits */
		now = numbers_of(w->run);
		assert_memory_equal(&now, &at[w->run->student->state->step], sizeof now);
		runrig_step(w, s, &ignored);
	}
	assert_same(w->runs[0], w->run);
	steprig_apply(w, "fork before at 5"); /* of the fork, before it was one */
	now = numbers_of(w->run);
	assert_memory_equal(&now, &at[5], sizeof now);
	steprig_free(w);
}

static void
changes_of_all_runs_are_taken_or_none(void **state)
{
	struct trainer_state *w = runrig_open(&runrig_scenario[0]);
	struct err e = { .msg = "" };

	(void)state;
	train_to(w, &runrig_scenario[0], 3);
	steprig_apply(w, "fork other");
	steprig_apply(w, "all: set temperature 3");
	assert_true(w->runs[0]->info.settings.knobs.temperature == 3);
	assert_true(w->runs[1]->info.settings.knobs.temperature == 3);
	steprig_apply(w, "run 2: teachers big mute");
	/* the last teacher of the second run alone */
	assert_int_equal(steprig_try(w, "all: freeze 1,2,logits", &e), -1);
	assert_true(w->runs[0]->info.settings.frozen == 0);
	steprig_apply(w, "all: undo");
	assert_true(w->runs[0]->info.settings.knobs.temperature != 3); /* the ramp is back */
	assert_int_equal(steprig_try(w, "all: save s x", &e), -1);
	assert_int_equal(steprig_try(w, "run drop 2", &e), -1);
	assert_non_null(strstr(e.msg, "training"));
	assert_int_equal(steprig_try(w, "run focus nobody", &e), -1);
	assert_non_null(strstr(e.msg, "no run 'nobody'"));
	assert_int_equal(steprig_try(w, "fork other", &e), -1);
	assert_int_equal(steprig_try(w, "fork third set batch 8", &e), -1);
	assert_non_null(strstr(e.msg, "cannot differ"));
	assert_int_equal(steprig_try(w, "rewind 100", &e), -1);
	assert_int_equal(w->n_runs, 2);
	steprig_apply(w, "run focus s"); /* the first run has that name */
	assert_int_equal(w->focus, 0);
	steprig_free(w);
}

static bool
is_early(const struct trainer_state *w, enum request_kind kind, const char *target)
{
	struct request *r = request_new(kind);
	bool early;

	snprintf(r->target, sizeof r->target, "%s", target);
	early = stamp_is_early(w, r);
	request_free(r);
	return early;
}

/* A run that went back takes changes at once, as "go back and try something else" has to; one that
 * waits for it takes them afterwards. */
static void
a_run_that_catches_up_takes_changes(void **state)
{
	struct trainer_state *w = runrig_open(&runrig_scenario[0]);

	(void)state;
	train_to(w, &runrig_scenario[0], 6);
	steprig_apply(w, "fork other");
	assert_false(is_early(w, REQUEST_SET, "1"));
	steprig_apply(w, "rewind other 2");
	assert_false(is_early(w, REQUEST_SET, "") || is_early(w, REQUEST_SET, "other"));
	assert_true(is_early(w, REQUEST_SET, "1"));
	w->focus = 0;
	assert_true(is_early(w, REQUEST_SET, ""));
	assert_false(is_early(w, REQUEST_RUN_LIST, ""));
	w->info.paused = true;
	assert_false(phase_works(w));
	steprig_free(w);
}

/* A layer map that changes while a report trains the baseline: the evaluation at its end reads
 * outputs of layers that nothing read before. */
static void
a_map_in_a_report(void **state)
{
	static const char *const line[] = { "data digits labels 100", "set batch 16",
					    "teacher big mlp 12,16",  "train big epochs 1",
					    "student mlp 16,12",      "run 4" };
	struct trainer_state *w = steprig_new(2);

	(void)state;
	for (size_t i = 0; i < sizeof line / sizeof *line; i++) {
		steprig_apply(w, line[i]);
		steprig_work(w);
	}
	steprig_apply(w, "report");
	steprig_apply(w, "map big:1 s:2 match hint weight 0.5");
	steprig_work(w);
	assert_int_equal(w->run->info.settings.n_maps, 1);
	assert_true(teacher_wants(&w->train.teacher[0].outputs, 1, MODEL_HIDDEN));
	steprig_free(w);
}

int
main(void)
{
	struct CMUnitTest tests[3 * RUNRIG_SCENARIOS + 4];
	size_t n = 0;

	for (size_t i = 0; i < RUNRIG_SCENARIOS; i++) {
		void *s = (void *)&runrig_scenario[i];

		tests[n++] = (struct CMUnitTest){ "a fork is the same", a_fork_is_the_same, NULL,
						  NULL, s };
		tests[n++] = (struct CMUnitTest){ "a step back restores the state",
						  a_step_back_restores, NULL, NULL, s };
		tests[n++] =
			(struct CMUnitTest){ "a fork at an earlier step is the same",
					     a_fork_at_an_earlier_step_is_the_same, NULL, NULL, s };
	}
	tests[n++] = (struct CMUnitTest){ "runs in lockstep have the bits of runs alone",
					  lockstep_is_alone, NULL, NULL, NULL };
	tests[n++] = (struct CMUnitTest){ "changes of all runs are taken or none",
					  changes_of_all_runs_are_taken_or_none, NULL, NULL, NULL };
	tests[n++] = (struct CMUnitTest){ "a run that catches up takes changes",
					  a_run_that_catches_up_takes_changes, NULL, NULL, NULL };
	tests[n++] =
		(struct CMUnitTest){ "a map in a report", a_map_in_a_report, NULL, NULL, NULL };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
