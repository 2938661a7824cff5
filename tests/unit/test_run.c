/* test_run.c: a copy of a run trains on to the same bits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "steprig.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/lab/run.h"

#define STEPS 24

/* A session up to its `run`, and lines that take effect later. */
struct scenario {
	const char *name;
	const char *setup[12]; /* before the student trains; NULL at the end */
	const char *change[4]; /* at steps 14, 16, 18 and 20; NULL: none */
};

static const struct scenario scenario[] = {
	{ "mlp, two teachers, ramps, maps with projections, ctkd",
	  { "data digits labels 100", "set batch 16", "teacher big mlp 32,32",
	    "teacher wide mlp 48", "train big epochs 1", "train wide epochs 1", "student mlp 16,12",
	    "map big:1 s:1 weight 0.5 and wide:1 s:2 weight 0.3", "loss ctkd weight 1",
	    "set mix entropy", "ramp temperature 8 1 over 20 cosine" },
	  { "set kd-weight 0.7", "map big:2 s:2 match cka weight 0.2", "undo", "freeze 1" } },
	{ "mlp, crd, teachers drawn at random, noise",
	  { "data digits labels 300", "set batch 16", "teacher big mlp 32,24",
	    "teacher wide mlp 48", "train big epochs 1", "train wide epochs 1", "student mlp 16,12",
	    "map big:2 s:2 match crd weight 0.8 and big:1 s:1 match vid", "set mix random",
	    "set noise-spread 0.5" },
	  { "teachers wide weight 3", "undo", "redo", "set lr 0.002" } },
	{ "cnn with batch norm, augmented images",
	  { "data digits image 8x8 labels 200", "set batch 16", "teacher big resnet 4,4",
	    "train big epochs 1", "student resnet 4,4", "augment shift most 1",
	    "augment mixup rate 0.5", "map big:1 s:1 match at weight 2",
	    "ramp map1 2 0.5 over 12" },
	  { "augment rotate most 10", "freeze 1", "undo", "thaw" } },
	{ "transformer with dropout, attention",
	  { "data sentences labels 100", "set batch 8",
	    "teacher big transformer layers=2 width=16 heads=2", "train big epochs 1",
	    "student transformer layers=1 width=16 heads=2 dropout=0.2",
	    "map big:block2.attention s:block1.attention weight 10", "augment mask rate 0.1" },
	  { "set temperature 2", "undo", "balance", "set clip 0.5" } },
	{ "lstm, optimizer momentum",
	  { "data sentences labels 100", "set batch 8", "set optimizer momentum", "teacher big bag",
	    "train big epochs 1", "student lstm width=8 embed=8" },
	  { "loss jsd weight 0.5", "loss jsd off", "undo", "set schedule linear" } },
	{ "mlp, remedies",
	  { "data digits labels 300", "set batch 16", "teacher big mlp 16", "train big epochs 1",
	    "student mlp 16,12", "remedy weigh train like held-out" },
	  { "remedy prior", "undo", "remedy prior by em", "remedy weigh off" } },
	{ "transformer with dropout, two teachers of texts",
	  { "data sentences labels 100", "set batch 8",
	    "teacher big transformer layers=2 width=16 heads=2", "teacher words bag",
	    "train big epochs 1", "train words epochs 1",
	    "student transformer layers=1 width=12 heads=2 dropout=0.2",
	    "map big:block1 s:block1 weight 0.5", "set mix confidence", "augment delete rate 0.1" },
	  { "teachers words weight 2", "remedy prior", "teachers words mute", "undo" } },
	{ "decoder with dropout, next tokens, largest logits of two teachers",
	  { "data sums", "set batch 4", "teacher big decoder layers=1 width=16 heads=2",
	    "teacher small decoder layers=1 width=8 heads=2", "train big epochs 1",
	    "train small epochs 1", "teacher big top 8", "teacher small top 8",
	    "student decoder layers=1 width=8 heads=2 dropout=0.1", "set eval-rows 16" },
	  { "set temperature 2", "teachers small mute", "undo", "freeze 1" } },
};

static void
step(struct trainer_state *w, const struct scenario *s, struct hash *h)
{
	uint64_t at = w->run->student->state->step;

	if (at >= 14 && at <= 20 && at % 2 == 0 && s->change[(at - 14) / 2])
		steprig_apply(w, s->change[(at - 14) / 2]);
	steprig_step(w, h);
}

static struct trainer_state *
open_lab(const struct scenario *s)
{
	struct trainer_state *w = steprig_new(2);
	char run[32];

	for (int i = 0; s->setup[i]; i++) {
		steprig_apply(w, s->setup[i]);
		steprig_work(w);
	}
	snprintf(run, sizeof run, "run %d", STEPS);
	steprig_apply(w, run);
	return w;
}

/* Parameters, moments, step and states of losses; steps and settings. */
static struct hash
state_of(const struct run *r)
{
	struct hash state = hash_of(r->student->state, r->student->state->size),
		    ramps = hash_of(&r->info.settings.knobs, sizeof r->info.settings.knobs);
	double number[4] = { (double)r->info.step, (double)r->n_undo, (double)r->n_redo,
			     (double)r->n_history };
	struct hash numbers = hash_of(number, sizeof number);

	state = hash_join(&state, &ramps);
	return hash_join(&state, &numbers);
}

/* Train to the last step; returns the hash of state and samples. */
static struct hash
finish(struct trainer_state *w, const struct scenario *s, struct hash samples)
{
	struct hash state;

	while (w->run->student->state->step < STEPS)
		step(w, s, &samples);
	state = state_of(w->run);
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
step_fork(struct trainer_state *w, const struct scenario *s, struct fork *f)
{
	struct err e;

	assert_int_equal(run_copy(w->run, &f->run, &e), 0);
	step(w, s, &f->samples);
	assert_int_equal(run_copy(&f->run, w->run, &e), 0);
}

static void
test_fork(void **state)
{
	const struct scenario *s = *state;
	struct trainer_state *w = open_lab(s);
	struct fork *a = mem_new(sizeof *a), *b = mem_new(sizeof *b);
	struct rng r = rng_stream(7, "fork", (uint64_t)(s - scenario), 0);
	uint64_t at = 2 + rng_below(r, 0, STEPS - 6);
	struct hash samples = { 0 }, want, got;
	struct err e;

	while (w->run->student->state->step < at)
		step(w, s, &samples);
	fork_new(a, w, samples);
	fork_new(b, w, samples);
	want = finish(w, s, samples);

	/* the copy alone */
	assert_int_equal(run_copy(w->run, &a->run, &e), 0);
	got = finish(w, s, samples);
	assert_memory_equal(&got, &want, sizeof got);

	/* two copies, alternating steps */
	while (b->run.student->state->step < STEPS) {
		step_fork(w, s, a);
		step_fork(w, s, b);
	}
	got = state_of(&a->run);
	got = hash_join(&got, &a->samples);
	assert_memory_equal(&got, &want, sizeof got);
	got = state_of(&b->run);
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
	const struct scenario *s = &scenario[0];
	struct trainer_state *w = open_lab(s);
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
	struct CMUnitTest tests[sizeof scenario / sizeof *scenario + 3];
	size_t n = sizeof scenario / sizeof *scenario;

	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ scenario[i].name, test_fork, NULL, NULL,
						(void *)&scenario[i] };
	tests[n] = (struct CMUnitTest){ "the baseline of a copy is trained along its history",
					test_baseline, NULL, NULL, NULL };
	tests[n + 1] = (struct CMUnitTest){ "the baseline is trained with the current batch size",
					    test_batch, NULL, NULL, NULL };
	tests[n + 2] = (struct CMUnitTest){ "a network made for another batch size is fitted",
					    test_refit, NULL, NULL, NULL };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
