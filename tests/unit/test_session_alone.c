/* test_session_alone.c: a session replays a recording without a screen. This program is linked
 * without src/ui, ncurses and readline. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/nn/gemm/blas.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/session/headless.h"

static char dir[] = "/tmp/retort-alone-XXXXXX";
static FILE *nowhere;

/* Run `text` with a recording in `record` (NULL: none), or replay it with --check. Returns the exit
 * status. */
static int
run_text(const char *text, const char *record, bool replay)
{
	struct session_options o = { .commands = cmd_table,
				     .threads = 1,
				     .record = record,
				     .out = nowhere,
				     .talk = nowhere,
				     .replay = replay,
				     .check = replay };
	struct err e;
	int status = headless_run(&o, "test.ret", text, ".", &e);

	CHECK(status >= 0);
	return status;
}

static const char session[] = "retort-session 1\n"
			      "seed 3\n"
			      "data digits labels 200\n"
			      "teacher big mlp 16\n"
			      "train big epochs 1\n"
			      "student mlp 8\n"
			      "set eval-every 20\n"
			      "run 60\n"
			      "@30 set temperature 3\n"
			      "@40 loss dkd weight 0.5\n"
			      "report\n";

static void
a_recording_replays_to_the_same_figures(void **state)
{
	char *text, *figure, path[64];
	size_t size;

	(void)state;
	snprintf(path, sizeof path, "%s/mine.ret", dir);
	CHECK_INT(run_text(session, path, false), 0);
	CHECK_INT(io_read(path, 1 << 20, &text, &size, NULL), 0);
	CHECK(strstr(text, "@60 expect val-nll ") && strstr(text, "@30 set temperature 3"));
	CHECK_INT(run_text(text, NULL, true), 0);
	figure = strstr(text, "@60 expect val-nll ") + strlen("@60 expect val-nll ");
	figure[2] = figure[2] == '9' ? '1' : '9'; /* a digit after the point */
	CHECK_INT(run_text(text, NULL, true), 3);
	mem_free(text);
	CHECK_INT(unlink(path), 0);
	snprintf(path, sizeof path, "%s/mine.metrics.tsv", dir);
	CHECK_INT(unlink(path), 0);
}

/* Commands without effect on training: a script with them runs without a screen. */
static void
commands_of_the_screen_are_accepted(void **state)
{
	(void)state;
	CHECK_INT(run_text("retort-session 1\nview focus knobs\nbind C-t set temperature 2\n"
			   "bind all\nhelp keys\npicture x.svg\n",
			   NULL, false),
		  0);
	CHECK_INT(run_text("retort-session 1\nview nothing\n", NULL, false), 2);
}

static int
start(void **state)
{
	struct err e;

	(void)state;
	nowhere = fopen("/dev/null", "w");
	return nowhere && mkdtemp(dir) && blas_init(1, &e) == 0 ? 0 : -1;
}

static int
end(void **state)
{
	(void)state;
	fclose(nowhere);
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_recording_replays_to_the_same_figures),
		TEST(commands_of_the_screen_are_accepted),
	};

	return cmocka_run_group_tests(tests, start, end);
}
