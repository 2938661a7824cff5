/* main.c: command line and exit status of retort. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/base/thread.h"
#include "retort/session/cmd/cmd_table.h"

#include "cli.h"
#include "data_main.h"
#include "plot_main.h"
#include "run_main.h"
#include "sessions_main.h"

#define USAGE 2

/* Replace this process by another program of the package, from the build tree or else as installed.
 * Return only on failure. */
static int
run_beside(const char *built, const char *installed, char **argv)
{
	const char *path = access(built, X_OK) == 0 ? built : installed;

	execv(path, argv);
	err_print("retort: %s: %s", path, strerror(errno));
	return 1;
}

/* True if a word asks for help; `short_too`: -h as well. */
static bool
is_help(const char *word, bool short_too)
{
	return strcmp(word, "--help") == 0 || (short_too && strcmp(word, "-h") == 0);
}

/* Run a command of the session language that needs no session. Return the exit status. */
static int
run_command(const char *name, int argc, char **argv)
{
	struct err e;
	struct cmd_call c = { .argc = argc, .argv = argv, .dir = "." };
	const struct cmd *d = cmd_find(cmd_table, name, &e);
	int status;

	if (argc == 0) {
		run_main_help(cli_find(1, (char *[]){ (char *)name }), stderr);
		return USAGE;
	}
	status = cmd_parse(d, &c, &e) < 0 ? -1 : cmd_exec(d, &c, &e);
	if (status < 0)
		err_print("retort: %s", e.msg);
	else if (c.message.len)
		err_print("%s", c.message.s);
	if (status == 0 && c.output.len)
		fputs(text_printable(c.output.s), stdout);
	cmd_release(&c);
	return status < 0 ? USAGE : 0;
}

/* Run a word whose options are its own. Return the exit status, -1: `argv` starts with none. */
static int
run_word(int argc, char **argv)
{
	const struct cli_word *w = argc > 1 ? cli_find(argc - 1, argv + 1) : NULL;
	const char *word = w ? argv[1] : "";

	if (strcmp(word, "bench") == 0) {
		argv[1] = argv[0]; /* the program to measure */
		return run_beside(RETORT_BUILDDIR "/bench/retort-bench",
				  RETORT_LIBEXECDIR "/retort-bench", argv + 1);
	}
	if (strcmp(word, "loss") == 0)
		return run_beside(RETORT_BUILDDIR "/retort-loss", RETORT_LIBEXECDIR "/retort-loss",
				  argv + 1);
	if (strcmp(word, "data") != 0 && strcmp(word, "plot") != 0 &&
	    strcmp(word, "sessions") != 0 && strcmp(word, "tokenizer") != 0)
		return -1;
	for (int i = 2; i < argc; i++)
		if (is_help(argv[i], i < 4)) {
			run_main_help(w, stdout);
			return 0;
		}
	if (strcmp(word, "data") == 0)
		return data_main(argc - 1, argv + 1);
	if (strcmp(word, "plot") == 0)
		return plot_main(argc - 1, argv + 1);
	if (strcmp(word, "sessions") == 0)
		return sessions_main(argc - 1, argv + 1);
	signal(SIGPIPE, SIG_IGN);
	return run_command(word, argc - 2, argv + 2);
}

/* Whether mpirun of Open MPI has started several processes. */
static bool
is_rank(void)
{
	const char *size = getenv("OMPI_COMM_WORLD_SIZE");
	int64_t n;

	return size && text_to_int(size, &n) == 0 && n > 1;
}

/* Replace this process by retort-mpi, from the directory of this program or as installed; without
 * it every process would run the whole session. Return only on failure. */
static int
run_ranks(char **argv)
{
	const char *rank = getenv("OMPI_COMM_WORLD_RANK");
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof path - 16);

	while (n > 0 && path[n - 1] != '/')
		n--;
	snprintf(path + (n > 0 ? n : 0), 16, "retort-mpi");
	if (n <= 0 || access(path, X_OK) < 0)
		snprintf(path, sizeof path, RETORT_BINDIR "/retort-mpi");
	execv(path, argv);
	if (!rank || strcmp(rank, "0") == 0)
		err_print("retort: %s: %s: under mpirun this program is needed; it is built where "
			  "./configure finds Open MPI",
			  path, strerror(errno));
	return 1;
}

int
main(int argc, char **argv)
{
	struct play_options c = { .o = { .commands = cmd_table,
					 .threads = thread_cpus(),
					 .out = stdout,
					 .talk = stderr } };
	int status;
	bool ended;

	cli_begin();
	setlocale(LC_CTYPE, "");
	status = run_word(argc, argv);
	if (status < 0 && is_rank())
		status = run_ranks(argv);
	if (status < 0) {
		signal(SIGPIPE, SIG_IGN);
		status = run_main_options(&c, argc, argv, &ended);
		if (!ended)
			status = run_main_play(&c, argc, argv);
	}
	return cli_end(status);
}
