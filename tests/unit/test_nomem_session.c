/* test_nomem_session.c: a short session in which one allocation fails, or all from one on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "tmpfolder.h"

#include "retort/base/io.h"
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
	};

	return cmocka_run_group_tests(tests, start, tmpfolder_teardown);
}
