/* test_threads.c: the ring, the pool, signals, what they end, and crashes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <assert.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "retort/base/hash.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/pool.h"
#include "retort/base/ring.h"
#include "retort/base/sig.h"
#include "retort/base/thread.h"
#include "retort/nn/ckpt.h"

#define ITEMS 200000

static void *
push_all(void *arg)
{
	for (uint64_t i = 0; i < ITEMS; i++)
		ring_push(arg, &i);
	return NULL;
}

static void
the_ring_loses_nothing_at_any_size(void **state)
{
	static const size_t sizes[] = { 1, 8, 4096 };
	uint64_t got[100], expect;

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct ring *r = ring_new(sizes[k], sizeof(uint64_t));
		struct thread t;

		thread_start(&t, push_all, r);
		for (expect = 0; expect < ITEMS;) {
			size_t n;

			ring_drain(r);
			n = ring_take(r, got, 100);
			for (size_t i = 0; i < n; i++)
				CHECK(got[i] == expect++);
		}
		thread_join(&t);
		ring_free(r);
	}
}

struct tally {
	atomic_int count[500];
};

static void
count_piece(void *arg, int index)
{
	atomic_fetch_add(&((struct tally *)arg)->count[index], 1);
}

static void
the_pool_runs_each_piece_once(void **state)
{
	static struct tally tally;

	(void)state;
	for (int threads = 1; threads <= 4; threads++) {
		struct pool *p = pool_new(threads);

		for (int job = 0; job < 500; job++) {
			memset(&tally, 0, sizeof tally);
			pool_run(p, job, count_piece, &tally);
			for (int i = 0; i < 500; i++)
				CHECK_INT(tally.count[i], i < job);
		}
		pool_free(p);
	}
}

#define INNER 30

struct outer {
	struct pool *pool;
	int runs[20][INNER]; /* by outer and inner piece */
	int elsewhere[20];   /* inner pieces that another thread has run */
};

struct inner {
	struct outer *outer;
	int index, worker;
};

static void
note_inner(void *arg, int index)
{
	const struct inner *i = arg;

	i->outer->runs[i->index][index]++;
	i->outer->elsewhere[i->index] += pool_worker() != i->worker;
}

static void
run_inner(void *arg, int index)
{
	struct inner i = { arg, index, pool_worker() };

	pool_run(i.outer->pool, INNER, note_inner, &i);
}

static void
check_outer(const struct outer *o, int jobs)
{
	for (int i = 0; i < 20; i++) {
		CHECK_INT(o->elsewhere[i], 0);
		for (int k = 0; k < INNER; k++)
			CHECK_INT(o->runs[i][k], jobs);
	}
}

static void
a_piece_runs_pieces_of_its_own(void **state)
{
	struct tally *tally = mem_new(sizeof *tally);

	(void)state;
	for (int threads = 1; threads <= 4; threads++) {
		struct outer *o = mem_new(sizeof *o);

		o->pool = pool_new(threads);
		for (int job = 0; job < 200; job++)
			pool_run(o->pool, 20, run_inner, o);
		check_outer(o, 200);
		pool_run(o->pool, 500, count_piece, tally); /* not on one thread only */
		pool_free(o->pool);
		mem_free(o);
	}
	for (int i = 0; i < 500; i++)
		CHECK_INT(tally->count[i], 4);
	mem_free(tally);
}

static void
ignored_signals_stay_ignored(void **state)
{
	static const int numbers[] = { SIGHUP, SIGUSR1 };
	struct err e;

	(void)state;
	signal(SIGHUP, SIG_IGN); /* as nohup does */
	CHECK(sig_catch(numbers, 2, &e) >= 0);
	raise(SIGHUP);
	CHECK_INT(sig_next(), 0);
	raise(SIGUSR1);
	CHECK_INT(sig_next(), SIGUSR1);
	CHECK_INT(sig_next(), 0);
	signal(SIGHUP, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
}

static void *
check_here(void *arg)
{
	struct err e;

	*(int *)arg = sig_check(&e);
	return NULL;
}

static void
work_of_the_main_thread_ends_while_a_signal_waits(void **state)
{
	static const int number = SIGUSR2;
	struct thread t;
	struct err e;
	int other = 1;

	(void)state;
	CHECK(sig_catch(&number, 1, &e) >= 0);
	CHECK_INT(sig_check(&e), 0);
	raise(SIGUSR2);
	CHECK_INT(sig_check(&e), -1);
	CHECK_STR(e.msg, "ended by a signal");
	thread_start(&t, check_here, &other);
	thread_join(&t);
	CHECK_INT(other, 0);
	CHECK_INT(sig_next(), SIGUSR2);
	CHECK_INT(sig_check(&e), 0);
	signal(SIGUSR2, SIG_DFL);
}

/* A checkpoint is read, parsed and hashed, each of which ends while a signal waits. */
static void
a_signal_ends_the_reading_of_a_checkpoint(void **state)
{
	static const int number = SIGUSR2;
	const char *path = "test_threads.safetensors";
	struct ckpt *c = ckpt_new(), *back = NULL;
	struct hash before, after;
	struct err e;
	size_t size;
	char *bytes;

	(void)state;
	ckpt_add(c, "w", 1, &(size_t){ 3 }, (float[]){ 1, 2, 3 });
	CHECK_INT(ckpt_write(c, path, &e), 0);
	CHECK(sig_catch(&number, 1, &e) >= 0);
	CHECK_INT(io_read(path, 1000, &bytes, &size, &e), 0);
	CHECK_INT(ckpt_hash(c, &before, &e), 0);
	raise(SIGUSR2);
	CHECK_INT(ckpt_read(path, &back, &e), -1);
	CHECK_STR(e.msg, "test_threads.safetensors: ended by a signal");
	CHECK_INT(ckpt_parse(bytes, size, &back, &e), -1);
	CHECK_STR(e.msg, "ended by a signal");
	CHECK_INT(ckpt_hash(c, &after, &e), -1);
	CHECK_STR(e.msg, "ended by a signal");
	CHECK_INT(sig_next(), SIGUSR2);
	CHECK_INT(ckpt_read(path, &back, &e), 0);
	CHECK_INT(ckpt_hash(back, &after, &e), 0);
	CHECK(memcmp(&before, &after, sizeof before) == 0);
	signal(SIGUSR2, SIG_DFL);
	mem_free(bytes);
	ckpt_free(back);
	ckpt_free(c);
	remove(path);
}

/* The hash of long data is that of all of it, however it is cut. */
static void
long_data_have_the_same_hash(void **state)
{
	enum { mega = 1 << 20 };
	static const size_t sizes[] = { 0, 1, 16 * mega - 1, 16 * mega, 16 * mega + 1, 32 * mega };
	size_t size = 32 * mega;
	char *data = mem_new(size);
	struct err e;

	(void)state;
	for (size_t i = 0; i < size; i++)
		data[i] = (char)(i * i >> 7);
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct hash whole = hash_of(data, sizes[i]), got;

		CHECK_INT(hash_long(data, sizes[i], &got, &e), 0);
		CHECK(memcmp(&whole, &got, sizeof whole) == 0);
	}
	mem_free(data);
}

/* The tests run a build in which a failed assertion ends the program: none of them, nor the storm
 * of random changes, may reach one. */
static void
assertions_are_enabled(void **state)
{
	int status;
	pid_t pid;

	(void)state;
#ifdef NDEBUG
	skip();
#endif
	pid = fork();
	if (pid == 0) {
		fclose(stderr);
		assert(pid != 0);
		_exit(0);
	}
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static int handler_fd;

static void
write_to_pipe(void)
{
	if (write(handler_fd, "!", 1) != 1)
		_exit(1);
}

static void *
crash_here(void *arg)
{
	(void)arg;
	raise(SIGSEGV);
	return NULL;
}

static void
a_crash_in_any_thread_runs_the_handler(void **state)
{
	int fd[2], status;
	char c = 0;
	pid_t pid;

	(void)state;
	CHECK_INT(pipe(fd), 0);
	pid = fork();
	if (pid == 0) {
		struct thread t;

		handler_fd = fd[1];
		sig_crash(write_to_pipe);
		thread_start(&t, crash_here, NULL);
		thread_join(&t);
		_exit(0);
	}
	close(fd[1]);
	CHECK_INT(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	CHECK_INT(read(fd[0], &c, 1), 1);
	CHECK_INT(c, '!');
	close(fd[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_ring_loses_nothing_at_any_size),
		TEST(the_pool_runs_each_piece_once),
		TEST(a_piece_runs_pieces_of_its_own),
		TEST(ignored_signals_stay_ignored),
		TEST(a_signal_ends_the_reading_of_a_checkpoint),
		TEST(long_data_have_the_same_hash),
		TEST(work_of_the_main_thread_ends_while_a_signal_waits),
		TEST(assertions_are_enabled),
		TEST(a_crash_in_any_thread_runs_the_handler),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
