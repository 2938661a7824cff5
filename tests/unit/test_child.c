/* test_child.c: child processes and their pipelines. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <signal.h>
#include <unistd.h>

#include "retort/base/child.h"

static void
the_outcome_of_a_child_is_reported(void **state)
{
	static const struct {
		const char *command, *how;
		bool well;
	} cases[] = {
		{ "exit 0", "ended with status 0", true },
		{ "exit 3", "ended with status 3", false },
		{ "echo one >&2; echo; echo two >&2; exit 1", "ended with status 1: two", false },
		{ "kill -9 $$", "was killed by signal 9", false },
		{ "printf 'a\\tb\\033[1m\\n' >&2", "ended with status 0: a b [1m", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct child c;
		char how[CHILD_STDERR + 40], buf[64];
		ssize_t n;
		struct err e;

		assert_int_equal(child_start(&c, cases[i].command, &e), 0);
		while ((n = child_read(&c, buf, sizeof buf)) != 0)
			;
		assert_int_equal(child_end(&c, false, how, sizeof how), cases[i].well);
		assert_string_equal(how, cases[i].how);
	}
}

/* The whole pipeline is killed, not only its shell: no process holds the other end of the output.
 */
static void
killing_a_child_kills_its_pipeline(void **state)
{
	struct child c;
	char how[CHILD_STDERR + 40], buf[8];
	int out;
	struct err e;

	(void)state;
	assert_int_equal(child_start(&c, "sleep 1000 | sleep 1000", &e), 0);
	out = c.out;
	c.out = -1; /* keep it open to check it afterwards */
	assert_false(child_end(&c, true, how, sizeof how));
	assert_string_equal(how, "was killed by signal 9");
	for (int i = 0; i < 1000 && read(out, buf, sizeof buf) != 0; i++)
		usleep(1000);
	assert_int_equal(read(out, buf, sizeof buf), 0);
	close(out);
}

/* A process left behind holds the output open, which would block the reader. */
static void
processes_left_by_a_child_are_killed(void **state)
{
	struct child c;
	char how[CHILD_STDERR + 40], buf[8];
	int out;
	struct err e;

	(void)state;
	assert_int_equal(child_start(&c, "sleep 1000 & exit 3", &e), 0);
	out = c.out;
	c.out = -1;
	assert_false(child_end(&c, false, how, sizeof how));
	assert_string_equal(how, "ended with status 3");
	for (int i = 0; i < 1000 && read(out, buf, sizeof buf) != 0; i++)
		usleep(1000);
	assert_int_equal(read(out, buf, sizeof buf), 0);
	close(out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_outcome_of_a_child_is_reported),
		TEST(killing_a_child_kills_its_pipeline),
		TEST(processes_left_by_a_child_are_killed),
	};

	signal(SIGPIPE, SIG_IGN); /* as in the program */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
