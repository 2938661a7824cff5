/* test_nomem_session.c: a short session in which one allocation fails, or all from one on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "tmpfolder.h"

#include "retort/base/io.h"
#include "retort/base/malloc.h"
#include "retort/base/mem.h"
#include "retort/base/mem_failing.h"
#include "retort/base/mono.h"
#include "retort/nn/gemm/blas.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/session/headless.h"

#define ALL 150      /* first allocations, each of which fails in a session of its own */
#define SECONDS 20.0 /* for the others, of which some are chosen */
#define NOT_REACHED 77

static const char script[] = "retort-session 1\n"
			     "data digits labels 100\n"
			     "teacher big mlp 8\n"
			     "train big epochs 1\n"
			     "student mlp 4\n"
			     "map big:1 s:1 match hidden weight 0.1\n"
			     "run 6\n"
			     "sweep kd-weight 0.5,1 for 4 halving\n"
			     "map clear\n"
			     "sweep student 'mlp 3' 'mlp 4' for 2 seeds 2\n"
			     "report\n";

/* Run the session in a child whose allocations fail as asked. Returns the status of waitpid. */
static int
run_child(uint64_t from, uint64_t n, const char *record)
{
	pid_t child = fork();
	int status = 0;

	CHECK(child >= 0);
	if (child == 0) {
		struct session_options o = { .commands = cmd_table,
					     .threads = 1,
					     .record = record,
					     .out = fopen("/dev/null", "w"),
					     .talk = fopen("/dev/null", "w") };
		struct err e;

		if (!freopen("/dev/null", "w", stderr))
			_exit(99);
		mem_fail_any(from, n);
		status = headless_run(&o, "s", script, ".", &e);
		_exit(mem_has_failed() ? status < 0 ? 1 : status : NOT_REACHED);
	}
	CHECK(waitpid(child, &status, 0) == child);
	return status;
}

/* Check one failure; false: the session has fewer allocations. */
static bool
check_failure(uint64_t from, uint64_t n)
{
	char *path = io_join(tmpfolder_dir, "x.rec"), *text;
	int status = run_child(from, n, path);
	struct err e;
	size_t size;

	if (!WIFEXITED(status))
		print_message("allocation %llu: signal %d\n", (unsigned long long)from,
			      WTERMSIG(status));
	CHECK(WIFEXITED(status));
	CHECK(WEXITSTATUS(status) <= 2 || WEXITSTATUS(status) == NOT_REACHED);
	if (io_exists(path)) {
		CHECK_INT(io_read(path, 1 << 20, &text, &size, &e), 0);
		CHECK(size == 0 || text[size - 1] == '\n'); /* whole lines */
		mem_free(text);
		unlink(path);
	}
	mem_free(path);
	return WEXITSTATUS(status) != NOT_REACHED;
}

/* The first ones, then as many as time allows, in steps that grow. */
static void
fail_each(uint64_t n)
{
	double until = mono_now() + SECONDS;
	uint64_t from = 1;

	while (check_failure(from, n) && mono_now() < until)
		from += from < ALL ? 1 : from / 12;
	CHECK(from > ALL);
}

static void
one_allocation_fails(void **state)
{
	(void)state;
	fail_each(1);
}

static void
all_allocations_fail_from_one_on(void **state)
{
	(void)state;
	fail_each(UINT64_MAX / 2);
}

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define OWN_MALLOC false
#else
#define OWN_MALLOC true
#endif

/* In a child without address space: whether malloc serves from the reserve where it may. */
static int
run_without_room(void)
{
	struct rlimit none = { 0, 0 };
	char *volatile p, *volatile q; /* not elided */

	if (malloc_reserve(1) < 0 || setrlimit(RLIMIT_AS, &none) < 0 ||
	    !freopen("/dev/null", "w", stderr))
		return 90;
	p = malloc(MALLOC_RESERVE - 64);
	if (p)
		return 91; /* no limit here */
	malloc_guard();
	q = malloc(MALLOC_RESERVE + 1);
	p = malloc(MALLOC_RESERVE);
	if (!p || q)
		return 92;
	memset(p, 1, MALLOC_RESERVE);
	free(p);
	malloc_unguard(); /* ends the process */
	return 93;
}

/* In a child without address space: a library that asks for a block until it has it. */
static int
ask_without_end(void)
{
	struct rlimit none = { 0, 0 };
	char *volatile p = NULL;

	if (setrlimit(RLIMIT_AS, &none) < 0 || !freopen("/dev/null", "w", stderr))
		return 90;
	for (int i = 0; i < 9000; i++) { /* a block that is smaller does not count, nor does this */
		p = malloc((MALLOC_RESERVE >> 1) + 4 * MALLOC_RESERVE * (size_t)(i % 2));
		if (p)
			return 91;
	}
	alarm(60);
	while (!p)
		p = malloc((size_t)128 << 20);
	return 93;
}

static int
status_of(int (*run)(void))
{
	pid_t child = fork();
	int status = 0;

	CHECK(child >= 0);
	if (child == 0)
		_exit(run());
	CHECK(waitpid(child, &status, 0) == child);
	CHECK(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
a_block_is_not_asked_for_without_end(void **state)
{
	(void)state;
	if (OWN_MALLOC)
		CHECK_INT(status_of(ask_without_end), 1);
}

static void
a_reserve_is_used_once(void **state)
{
	(void)state;
	if (OWN_MALLOC)
		CHECK_INT(status_of(run_without_room), 1);
}

static int
start(void **state)
{
	struct err e;

	return blas_init(1, &e) < 0 ? -1 : tmpfolder_setup(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_allocation_fails),
		TEST(all_allocations_fail_from_one_on),
		TEST(a_reserve_is_used_once),
		TEST(a_block_is_not_asked_for_without_end),
	};

	return cmocka_run_group_tests(tests, start, tmpfolder_teardown);
}
