/* test_nomem.c: a request that finds no memory leaves the lab as it was, and training goes on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "steprig.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/lab/phase.h"
#include "retort/train/branch.h"

#define MOST 400           /* allocations of a line, at most */
#define LONG_RUN "run 900" /* is under way when the line is tried */

static struct hash
branch_state_hash(const struct branch *b)
{
	struct hash none = { 0 };

	return b ? hash_of(b->state, b->state->size) : none;
}

/* Everything that a user or a later step sees of the lab. */
static struct hash
lab_hash(const struct trainer_state *w)
{
	const struct lab_info *i = &w->info;
	const struct dataset *ds = w->train.ds;
	double number[] = { i->phase,
			    i->n_teachers,
			    i->n_sets,
			    i->stage,
			    i->run->n_stages,
			    i->run->has_student,
			    i->run->has_baseline,
			    (double)i->run->step,
			    (double)i->run->until,
			    (double)i->rows,
			    (double)i->n_train,
			    (double)i->n_held,
			    (double)i->n_shown,
			    (double)w->run->n_undo,
			    (double)w->run->n_redo,
			    (double)w->run->n_history,
			    (double)w->train.remedies.n,
			    (double)w->train.n_labelled,
			    w->n_slots,
			    ds ? (double)ds->n : 0,
			    ds ? (double)ds->n_sets : 0,
			    ds ? (double)ds->unlabelled : 0 };
	struct hash h = hash_of(number, sizeof number),
		    s = hash_of(&i->run->settings, sizeof i->run->settings);

	h = hash_join(&h, &s);
	s = branch_state_hash(w->run->student);
	h = hash_join(&h, &s);
	s = branch_state_hash(w->run->baseline);
	h = hash_join(&h, &s);
	for (int k = 0; k < i->n_teachers; k++) {
		s = branch_state_hash(w->train.teacher[k].branch);
		h = hash_join(&h, &s);
	}
	if (ds) {
		s = hash_of(ds->y, ds->n * sizeof *ds->y);
		h = hash_join(&h, &s);
		h = hash_join(&h, &ds->hash);
	}
	return h;
}

/* A line, in a lab that the lines before it have set up. */
struct attempt {
	const char *name;
	const char *setup[12]; /* NULL at the end */
	const char *line;
	const char *after[3]; /* lines after it; the last one runs or reports */
};

static struct trainer_state *
open_lab(const struct attempt *a)
{
	struct trainer_state *w = steprig_new(2);
	bool runs = false;

	for (int i = 0; a->setup[i]; i++) {
		steprig_apply(w, a->setup[i]);
		runs |= strcmp(a->setup[i], LONG_RUN) == 0;
		if (!runs)
			steprig_work(w);
	}
	return w;
}

/* Apply the line with `failures` calls of mem_try failing from call number `from`. True: it failed,
 * and the lab is as it was; false: it went through. */
static bool
fails_cleanly(struct trainer_state *w, const char *line, uint64_t from, uint64_t failures)
{
	struct hash before = lab_hash(w), after;
	struct err e = { .msg = "" };
	int status;

	mem_fail(from, failures);
	status = steprig_try(w, line, &e);
	mem_fail(0, 0);
	if (status == 0)
		return false;
	after = lab_hash(w);
	if (memcmp(&before, &after, sizeof before) != 0)
		fail_msg("%s: allocation %llu failed (%s) and left a change", line,
			 (unsigned long long)from, e.msg);
	if (!strstr(e.msg, "memory"))
		fail_msg("%s: allocation %llu: message '%s'", line, (unsigned long long)from,
			 e.msg);
	return true;
}

/* While the lab is idle: each allocation of the line fails once, then the line is applied. What
 * comes after it is what comes after it in a lab where nothing failed. */
static void
test_idle(void **state)
{
	const struct attempt *a = *state;
	struct trainer_state *w = open_lab(a), *control = open_lab(a);
	struct hash got, want;
	uint64_t n = 0;

	while (fails_cleanly(w, a->line, ++n, 1))
		CHECK(n < MOST);
	CHECK(n > 1);
	steprig_apply(control, a->line);
	for (int i = 0; i < 3 && a->after[i]; i++) {
		steprig_work(w);
		steprig_work(control);
		steprig_apply(w, a->after[i]);
		steprig_apply(control, a->after[i]);
	}
	steprig_work(w);
	steprig_work(control);
	got = lab_hash(w);
	want = lab_hash(control);
	assert_memory_equal(&got, &want, sizeof got);
	steprig_free(w);
	steprig_free(control);
}

/* While the student trains: between two steps one allocation of the line fails, then all from that
 * one on. The student trains as if there had been no such line. */
static void
test_live(void **state)
{
	const struct attempt *a = *state;
	struct trainer_state *w = open_lab(a), *control = open_lab(a);
	struct hash got = { 0 }, want = { 0 };
	uint64_t n = 1;

	while (fails_cleanly(w, a->line, n, 1)) {
		steprig_apply(w, "undo");
		steprig_step(w, &got);
		steprig_apply(w, "redo");
		CHECK(fails_cleanly(w, a->line, n++, UINT64_MAX));
		steprig_step(w, &got);
		CHECK(n < MOST);
	}
	CHECK(n > 1);
	steprig_apply(w, "undo");
	for (uint64_t i = 1; i < n; i++) {
		steprig_apply(control, "undo");
		steprig_step(control, &want);
		steprig_apply(control, "redo");
		steprig_step(control, &want);
	}
	assert_memory_equal(&got, &want, sizeof got);
	got = branch_state_hash(w->run->student);
	want = branch_state_hash(control->run->student);
	assert_memory_equal(&got, &want, sizeof got);
	steprig_free(w);
	steprig_free(control);
}

#define DIGITS "data digits labels 200", "set batch 16", "teacher big mlp 16", "train big epochs 1"
#define RUNS "student mlp 16", LONG_RUN, "set lr 0.01"

static const struct attempt idle[] = {
	{ "data",
	  { DIGITS, "student mlp 8" },
	  "data digits labels 100",
	  { "student mlp 8", "run 3" } },
	{ "data add",
	  { "data digits labels 200" },
	  "data add digits weight 2",
	  { "student mlp 8", "run 3" } },
	{ "data held-out",
	  { "data digits labels 200", "data add digits weight 0.5" },
	  "data held-out digits",
	  { "student mlp 8", "run 3" } },
	{ "data add, of texts",
	  { "data sentences" },
	  "data add sentences",
	  { "student bag", "run 3" } },
	{ "teacher", { DIGITS }, "teacher wide mlp 24", { "train wide epochs 1" } },
	{ "student", { DIGITS, "loss jsd weight 1" }, "student mlp 8", { "run 3" } },
	{ "train", { "data digits", "teacher big mlp 8" }, "train big epochs 1", { NULL } },
	{ "run with another batch",
	  { DIGITS, "teacher wide mlp 8", "train wide epochs 1", "student mlp 8", "run 3", "report",
	    "set batch 32" },
	  "run 3",
	  { "run 3" } },
	{ "report", { DIGITS, "student mlp 8", "run 3" }, "report", { NULL } },
	{ "stage teach",
	  { DIGITS, "student mlp 8", "run 3" },
	  "stage teach old",
	  { "student mlp 8", "run 3" } },
	{ "stage finetune",
	  { DIGITS, "student mlp 8", "run 3" },
	  "stage finetune 3 set jsd-weight 1",
	  { "run 3" } },
	{ "bf16", { DIGITS, "student mlp 8" }, "teacher big precision bf16", { "run 3" } },
};

static const struct attempt live[] = {
	{ "a pair of layers", { DIGITS, RUNS }, "map big:1 s:1 match crd weight 0.5", { NULL } },
	{ "a loss", { DIGITS, RUNS }, "loss ctkd weight 1", { NULL } },
	{ "an augmentation", { DIGITS, RUNS }, "set noise-spread 0.5", { NULL } },
	{ "a mix",
	  { DIGITS, "teacher wide mlp 8", "train wide epochs 1", RUNS },
	  "set mix entropy",
	  { NULL } },
	{ "a remedy",
	  { DIGITS, RUNS },
	  "remedy select train 300 by coverage of held-out",
	  { NULL } },
	{ "an augmentation of tokens",
	  { "data sentences labels 100", "set batch 8",
	    "teacher big transformer layers=1 width=8 heads=2", "train big epochs 1",
	    "student transformer layers=1 width=8 heads=2", LONG_RUN, "set lr 0.01" },
	  "map big:block1.attention s:block1.attention weight 10",
	  { NULL } },
};

/* One step, in which allocation number `n` fails; false: it has fewer. The work pauses and is
 * resumed. */
static bool
step_pauses(struct trainer_state *w, uint64_t n, struct hash *samples)
{
	struct err e = { .msg = "" };
	enum phase_outcome outcome;

	mem_fail(n, 1);
	outcome = phase_step(w, &e);
	mem_fail(0, 0);
	steprig_drain(w, samples);
	if (outcome == PHASE_STEPPED)
		return false;
	CHECK(outcome == PHASE_DIVERGED && w->info.paused && strstr(e.msg, "memory"));
	steprig_apply(w, "pause off");
	CHECK(!w->info.paused);
	return true;
}

/* A ramp turns on a loss or an augmentation, and there is no memory for it: the step after the
 * pause has it. */
static void
test_ramp(void **state)
{
	const struct attempt *a = *state;
	struct trainer_state *w = open_lab(a), *control = open_lab(a);
	struct hash got = { 0 }, want = { 0 }, is, should;
	bool paused = true;

	for (uint64_t n = 1; paused; n++) {
		CHECK(n < MOST);
		steprig_apply(w, a->line);
		steprig_apply(control, a->line);
		paused = step_pauses(w, n, &got);
		steprig_step(control, &want);
		for (int i = 0; i < 2; i++) {
			steprig_step(w, &got);
			steprig_step(control, &want);
		}
		steprig_apply(w, a->after[0]);
		steprig_apply(control, a->after[0]);
		is = branch_state_hash(w->run->student);
		should = branch_state_hash(control->run->student);
		assert_memory_equal(&is, &should, sizeof is);
		assert_memory_equal(&got, &want, sizeof got);
	}
	steprig_free(w);
	steprig_free(control);
}

static const struct attempt ramp[] = {
	{ "a ramp that turns on a loss",
	  { DIGITS, "set eval-every 1", RUNS },
	  "ramp jsd-weight 0 1 over 2",
	  { "set jsd-weight 0" } },
	{ "a ramp that turns on an augmentation",
	  { DIGITS, "set eval-every 1", RUNS },
	  "ramp noise-spread 0 1 over 2",
	  { "set noise-spread 0" } },
};

/* Add the attempts of a list to the tests. */
static size_t
add_tests(struct CMUnitTest *to, const struct attempt *list, size_t n, CMUnitTestFunction run)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (struct CMUnitTest){ list[i].name, run, NULL, NULL, (void *)&list[i] };
	return n;
}

#define COUNT(list) (sizeof list / sizeof *list)

int
main(void)
{
	struct CMUnitTest tests[COUNT(idle) + COUNT(live) + COUNT(ramp)];
	size_t n = add_tests(tests, idle, COUNT(idle), test_idle);

	n += add_tests(tests + n, live, COUNT(live), test_live);
	add_tests(tests + n, ramp, COUNT(ramp), test_ramp);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
