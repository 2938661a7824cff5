/* test_past.c: kept states past the memory go to files; what becomes of files that are damaged. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "steprig.h"
#include "tmpfolder.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/scratch.h"
#include "retort/lab/past_budget.h"
#include "retort/lab/past_store.h"
#include "retort/lab/phase.h"
#include "retort/lab/runs.h"

#define STEPS 12

/* A student whose states have 0.3 MiB, so that three fit into one. */
static struct trainer_state *
open_lab(const char *memory, const char *files)
{
	static const char *const line[] = { "seed 42", "data digits labels 100",
					    "teacher big mlp 16", "student mlp 100,100",
					    "set eval-every 1" };
	struct trainer_state *w = steprig_new(1);
	char text[60];

	for (size_t i = 0; i < sizeof line / sizeof *line; i++)
		steprig_apply(w, line[i]);
	steprig_apply(w, "teachers big mute");
	snprintf(text, sizeof text, "set keep-mib %s", memory);
	steprig_apply(w, text);
	snprintf(text, sizeof text, "set keep-files %s", files);
	steprig_apply(w, text);
	return w;
}

static struct hash
numbers_of(const struct run *r)
{
	return hash_of(r->student->state, r->student->state->size);
}

/* Do STEPS steps, keep the state of each, and store their hashes. Each file is waited for. */
static void
train_keeping(struct trainer_state *w, struct hash *at)
{
	struct err e;

	steprig_apply(w, "run 13");
	for (int i = 0; i < STEPS; i++) {
		at[i] = numbers_of(w->run);
		w->run->past.cost = 0;
		assert_true(phase_step(w, &e) == PHASE_STEPPED);
		w->n_samples = 0;
		past_store_reap(w, true);
		past_follow(w);
	}
	past_store_reap(w, true);
	at[STEPS] = numbers_of(w->run);
}

/* The state of that step of the run in hand, or NULL. */
static struct past_state *
state_at(const struct trainer_state *w, uint64_t step)
{
	const struct past *p = &w->run->past;

	for (size_t i = 0; i < p->n; i++)
		if (p->state[i]->step == step)
			return p->state[i];
	return NULL;
}

static void
go_back(struct trainer_state *w, unsigned step, const struct hash *at)
{
	struct hash now;
	char line[40];

	snprintf(line, sizeof line, "rewind %u", step);
	steprig_apply(w, line);
	now = numbers_of(w->run);
	CHECK_INT(w->run->student->state->step, step);
	assert_memory_equal(&now, &at[step], sizeof now);
}

/* States past the memory are in files that only the owner can read; they have the same bits. */
static void
states_go_to_files(void **state)
{
	struct trainer_state *w = open_lab("1", "64");
	struct past_budget_use use;
	struct hash at[STEPS + 1];
	struct stat st;
	char *path;

	(void)state;
	train_keeping(w, at);
	CHECK_INT(w->run->past.n, STEPS + 1);
	use = past_budget_use(w);
	CHECK(use.memory <= (size_t)1 << 20 && use.memory >= (size_t)1 << 19);
	CHECK(use.files > (size_t)2 << 20);
	CHECK(state_at(w, 0)->path && !past_state_is_loaded(state_at(w, 0)));
	CHECK(!state_at(w, STEPS)->path);
	CHECK_INT(stat(state_at(w, 3)->path, &st), 0);
	CHECK_INT(st.st_mode & 0777, 0600);
	for (unsigned i = STEPS; i-- > 0;) {
		go_back(w, i, at);
		CHECK(!w->kept_notice.msg[0]);
	}
	path = mem_text(state_at(w, 0)->path);
	CHECK_INT(access(path, F_OK), 0);
	steprig_free(w);
	CHECK(access(path, F_OK) < 0);
	mem_free(path);
}

/* Files are thinned, and starts of work are kept longest. */
static void
files_have_a_limit(void **state)
{
	struct trainer_state *w = open_lab("1", "1");
	struct past_budget_use use;
	struct hash at[STEPS + 1];

	(void)state;
	train_keeping(w, at);
	use = past_budget_use(w);
	CHECK(use.memory <= (size_t)1 << 20 && use.files <= (size_t)1 << 20);
	CHECK(w->run->past.n < STEPS && state_at(w, 0));
	go_back(w, 1, at);
	steprig_apply(w, "stop");
	steprig_work(w);
	for (int i = 0; i < 8; i++) { /* more starts than there is room for: the first are freed */
		steprig_apply(w, "run 1");
		steprig_work(w);
	}
	CHECK(w->run->past.n >= 4 && w->run->past.n <= 6);
	for (size_t i = 0; i < w->run->past.n; i++)
		CHECK(w->run->past.state[i]->starts);
	CHECK_INT(w->run->past.state[w->run->past.n - 1]->step, 8);
	CHECK(!state_at(w, 0));
	steprig_free(w);
}

/* Which starts of work are kept does not depend on the states between them. */
static void
starts_do_not_depend_on_others(void **state)
{
	struct trainer_state *few = open_lab("1", "1"), *many = open_lab("1", "1");
	struct hash h = { 0 };
	struct err e;

	(void)state;
	for (int i = 0; i < 9; i++) {
		steprig_apply(few, "run 4");
		steprig_apply(many, "run 4");
		while (phase_works(few)) {
			phase_step(few, &e);
			phase_step(many, &e);
			steprig_drain(few, &h);
			steprig_drain(many, &h);
			few->run->past.cost = 1e9;
			many->run->past.cost = 0;
			past_follow(few);
			past_follow(many);
		}
	}
	CHECK(few->run->past.n >= 4);
	for (uint64_t step = 0; step < 36; step += 4) {
		const struct past_state *a = state_at(few, step), *b = state_at(many, step);

		CHECK((a && a->starts) == (b && b->starts));
	}
	steprig_free(few);
	steprig_free(many);
}

/* Change a bit of a file at a byte, or cut the file there. */
static void
damage(const char *path, long at, bool cut)
{
	int fd = open(path, O_RDWR);
	char byte;

	CHECK(fd >= 0);
	if (cut) {
		CHECK_INT(ftruncate(fd, at), 0);
	} else {
		CHECK_INT(pread(fd, &byte, 1, at), 1);
		byte ^= 1;
		CHECK_INT(pwrite(fd, &byte, 1, at), 1);
	}
	close(fd);
}

/* Where a file is damaged, cut short or missing, the state before it is used; at the start of work
 * there is none, and the run stays where it is. */
static void
damaged_files_are_named(void **state)
{
	struct trainer_state *w = open_lab("1", "64");
	struct hash at[STEPS + 1];
	struct err e;
	char *path;

	(void)state;
	train_keeping(w, at);
	damage(state_at(w, 7)->path, 50000, false);
	damage(state_at(w, 6)->path, 60000, true);
	CHECK_INT(unlink(state_at(w, 5)->path), 0);
	damage(state_at(w, 4)->path, 20, false); /* its step */
	path = mem_text(state_at(w, 4)->path);
	go_back(w, 7, at);
	CHECK(strstr(w->kept_notice.msg, path));
	mem_free(path);
	CHECK(strstr(w->kept_notice.msg, "damaged: not the state of step 4"));
	w->kept_notice.msg[0] = '\0';
	go_back(w, 6, at);
	go_back(w, 3, at);
	damage(state_at(w, 0)->path, 100, true);
	CHECK_INT(steprig_try(w, "rewind 0", &e), -1);
	CHECK(strstr(e.msg, "the kept state of step 0 cannot be read"));
	CHECK(strstr(e.msg, state_at(w, 0)->path) && strstr(e.msg, "cut short"));
	CHECK_INT(w->run->student->state->step, 3);
	CHECK_INT(steprig_try(w, "fork early at 0", &e), -1);
	CHECK_INT(w->n_runs, 1);
	steprig_free(w);
}

/* A full disk is one message; training goes on with the states that memory has room for. */
static void
full_disk(void **state)
{
	struct rlimit was, tight;
	struct trainer_state *w = open_lab("1", "64");
	struct hash at[STEPS + 1];
	struct err e = { .msg = "" };

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	CHECK_INT(getrlimit(RLIMIT_FSIZE, &was), 0);
	tight = was;
	tight.rlim_cur = 100000;
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &tight), 0);
	train_keeping(w, at);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &was), 0);
	CHECK(strstr(w->kept_notice.msg, "File too large"));
	CHECK(past_budget_use(w).memory <= (size_t)1 << 20);
	CHECK_INT(past_budget_use(w).files, 0);
	w->kept_notice.msg[0] = '\0';
	go_back(w, 2, at);
	while (phase_works(w) && phase_step(w, &e) == PHASE_STEPPED) {
		past_follow(w);
		w->n_samples = 0;
	}
	CHECK(!w->kept_notice.msg[0]);
	steprig_free(w);
}

/* ---- undo, cancelling ---- */

static int64_t
temperature(const struct trainer_state *w)
{
	return (int64_t)w->info.run->settings.knobs.temperature;
}

/* Do steps up to `until`. */
static void
train_to(struct trainer_state *w, uint64_t until)
{
	struct err e;

	while (w->run->student->state->step < until) {
		assert_true(phase_step(w, &e) == PHASE_STEPPED);
		w->n_samples = 0;
	}
}

/* A run that goes back has the list of undo that it had at that step. */
static void
undo_goes_back(void **state)
{
	struct trainer_state *w = open_lab("64", "0");
	size_t before;

	(void)state;
	steprig_apply(w, "set temperature 2");
	before = w->run->n_undo;
	steprig_apply(w, "run 20");
	train_to(w, 3);
	steprig_apply(w, "set temperature 3");
	train_to(w, 6);
	steprig_apply(w, "set temperature 5");
	train_to(w, 8);
	steprig_apply(w, "undo");
	steprig_apply(w, "set temperature 7");
	train_to(w, 10);
	steprig_apply(w, "rewind 10");
	CHECK_INT(w->run->n_undo, before + 2); /* 3 and 7 */
	steprig_apply(w, "rewind 7");
	CHECK_INT(temperature(w), 5);
	CHECK_INT(w->run->n_undo, before + 2); /* 3 and 5 */
	steprig_apply(w, "undo");
	CHECK_INT(temperature(w), 3);
	steprig_apply(w, "redo");
	CHECK_INT(temperature(w), 5);
	steprig_apply(w, "rewind change");
	CHECK_INT(w->run->student->state->step, 6);
	CHECK_INT(temperature(w), 3);
	steprig_apply(w, "rewind change");
	CHECK_INT(w->run->student->state->step, 3);
	CHECK_INT(temperature(w), 2);
	steprig_apply(w, "rewind change"); /* made before the first step */
	CHECK_INT(w->run->student->state->step, 0);
	CHECK_INT(temperature(w), 4);
	CHECK_INT(w->run->n_undo, before - 1);
	CHECK_INT(w->run->n_redo, 1);
	steprig_free(w);
}

static uint64_t cancel_at;

static bool
cancel(void *arg, uint64_t done, uint64_t of)
{
	CHECK_INT(of, *(uint64_t *)arg);
	return done == cancel_at;
}

/* Steps that are computed again can be given up: all runs are as they were. */
static void
steps_are_cancelled(void **state)
{
	struct trainer_state *w = open_lab("64", "0");
	struct hash was[2], now;
	struct err e;
	uint64_t of = 9;

	(void)state;
	steprig_apply(w, "run 20");
	steprig_apply(w, "fork twin set lr 0.01");
	train_to(w, 12);
	for (int i = 0; i < 2; i++)
		was[i] = numbers_of(w->runs[i]);
	w->again_cancelled = cancel;
	w->again_arg = &of;
	cancel_at = 4;
	CHECK_INT(steprig_try(w, "rewind 9", &e), -1);
	CHECK_STR(e.msg, "rewind: cancelled at step 4 of 9; the session is as it was before");
	CHECK_INT(steprig_try(w, "rewind all 9", &e), -1);
	CHECK_INT(steprig_try(w, "fork early at 9", &e), -1);
	CHECK_INT(w->n_runs, 2);
	CHECK_INT(w->info.phase, LAB_DISTILLING);
	for (int i = 0; i < 2; i++) {
		now = numbers_of(w->runs[i]);
		assert_memory_equal(&now, &was[i], sizeof now);
		CHECK(w->runs[i]->about.trains);
		CHECK_INT(w->runs[i]->about.lockstep, 1);
		CHECK_INT(w->runs[i]->info.step, 12);
	}
	cancel_at = 100;
	steprig_apply(w, "rewind all 9");
	CHECK_INT(w->runs[0]->student->state->step, 9);
	CHECK_INT(w->runs[1]->student->state->step, 9);
	train_to(w, 12);
	for (int i = 0; i < 2; i++) {
		now = numbers_of(w->runs[i]);
		assert_memory_equal(&now, &was[i], sizeof now);
	}
	steprig_free(w);
}

/* Without memory for one of the runs none goes back. */
static void
all_go_back_or_none(void **state)
{
	struct trainer_state *w = open_lab("64", "0");
	struct err e = { .msg = "" };
	int failed = 0;

	(void)state;
	steprig_apply(w, "run 20");
	steprig_apply(w, "fork twin");
	train_to(w, 8);
	for (uint64_t n = 1; w->runs[0]->student->state->step == 8; n++) {
		mem_fail(n, 1);
		failed += steprig_try(w, "rewind all 5", &e) < 0;
		mem_fail(0, 0);
		CHECK_INT(w->runs[1]->student->state->step, w->runs[0]->student->state->step);
	}
	CHECK(failed >= 2);
	CHECK_INT(w->runs[0]->student->state->step, 5);
	steprig_free(w);
}

/* ---- folders ---- */

/* Path of the only folder of kind "left". */
static char *
only_folder(void)
{
	char path[100], *found = NULL;
	DIR *dir;

	snprintf(path, sizeof path, "%s/retort/left", tmpfolder_dir);
	dir = opendir(path);
	for (struct dirent *d; dir && (d = readdir(dir));)
		if (d->d_name[0] != '.') {
			assert_null(found);
			found = io_join(path, d->d_name);
		}
	if (dir)
		closedir(dir);
	return found;
}

/* Folders of processes that were killed are removed; that of a living one is not. */
static void
folders_of_dead_processes_are_removed(void **state)
{
	struct err e;
	int ready[2], status;
	char byte, *path;
	pid_t child;

	(void)state;
	CHECK_INT(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		struct scratch *s = scratch_new("left", &e);
		char *file = scratch_path(s, "1-0");
		const void *part[1] = { "abc" };
		size_t size[1] = { 3 };

		if (scratch_write(file, part, size, 1, NULL, &e) == 0 &&
		    scratch_write(file, part, size, 1, NULL, &e) < 0) /* it exists */
			status = (int)write(ready[1], "x", 1);
		pause();
		_exit(status != 1);
	}
	CHECK_INT(read(ready[0], &byte, 1), 1);
	scratch_clean("left");
	path = only_folder();
	assert_non_null(path); /* its process lives */
	kill(child, SIGKILL);
	CHECK_INT(waitpid(child, &status, 0), child);
	CHECK_INT(access(path, F_OK), 0);
	scratch_clean("left");
	CHECK(access(path, F_OK) < 0);
	mem_free(path);
	close(ready[0]);
	close(ready[1]);
}

static int
setup(void **state)
{
	if (tmpfolder_setup(state) < 0)
		return -1;
	return setenv("XDG_CACHE_HOME", tmpfolder_dir, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(states_go_to_files),
		TEST(files_have_a_limit),
		TEST(starts_do_not_depend_on_others),
		TEST(damaged_files_are_named),
		TEST(full_disk),
		TEST(undo_goes_back),
		TEST(steps_are_cancelled),
		TEST(all_go_back_or_none),
		TEST(folders_of_dead_processes_are_removed),
	};

	return cmocka_run_group_tests(tests, setup, tmpfolder_teardown);
}
