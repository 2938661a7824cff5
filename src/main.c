/* main.c: arguments, and the exit status. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/base/thread.h"
#include "retort/engine/blas.h"
#include "retort/session/cmd.h"
#include "retort/session/headless.h"

#define USAGE 2

static const char help[] = "Usage: retort [OPTION]... [run|replay FILE]\n"
			   "Distil a large network into a small one, and replay it to the same bits.\n"
			   "\n"
			   "  retort                run the bundled digits session\n"
			   "  retort run FILE       run a session file (- reads standard input)\n"
			   "  retort replay FILE    repeat a recording\n"
			   "  retort commands       list the commands of the session language\n"
			   "\n"
			   "  -j, --json            print data as one JSON object a line\n"
			   "  -t, --threads N       workers; the bits do not depend on it (default: all processors)\n"
			   "  -r, --record FILE     record the session in FILE\n"
			   "  -c, --check           replay: stop at the first figure that differs, exit status 3\n"
			   "  -h, --help            print this\n"
			   "  -V, --version         print the version\n"
			   "\n"
			   "Exit status: 0 done; 1 the run failed; 2 usage or a script error; 3 a replay differs;\n"
			   "128+n after signal n.\n";

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },    { "threads", required_argument, NULL, 't' },
	{ "record", required_argument, NULL, 'r' }, { "check", no_argument, NULL, 'c' },
	{ "help", no_argument, NULL, 'h' },    { "version", no_argument, NULL, 'V' },
	{ NULL, 0, NULL, 0 },
};

static int
usage(const char *what, const char *word)
{
	fprintf(stderr, "retort: %s '%s'\nTry 'retort --help' for more information.\n", what, word);
	return USAGE;
}

static int
list_commands(void)
{
	for (size_t i = 0; i < cmd_count; i++)
		printf("%s\t%s\n", cmd_table[i]->name, cmd_table[i]->doc);
	return 0;
}

/* All of standard input. */
static char *
read_stdin(void)
{
	struct text t = { 0 };
	char buf[4096];
	size_t n;

	text_add(&t, "");
	while ((n = fread(buf, 1, sizeof buf, stdin)) > 0)
		text_bytes(&t, buf, n);
	return t.s;
}

static int
play(const struct session_options *o, const char *path)
{
	struct err e;
	char *text, *dir = path ? io_dirname(path) : mem_text(".");
	size_t size;
	int status;

	if (!path)
		text = mem_text(headless_demo);
	else if (strcmp(path, "-") == 0)
		text = read_stdin();
	else if (io_read(path, 1 << 24, &text, &size, &e) < 0) {
		fprintf(stderr, "retort: %s\n", e.msg);
		mem_free(dir);
		return USAGE;
	} else if (strlen(text) != size) {
		fprintf(stderr, "retort: %s: a NUL byte at %zu: this is no session file\n", path, strlen(text));
		mem_free(text);
		mem_free(dir);
		return USAGE;
	}
	status = headless_run(o, path ? path : "digits", text, dir, &e);
	if (status < 0) {
		fprintf(stderr, "retort: %s\n", e.msg);
		status = 1;
	}
	mem_free(text);
	mem_free(dir);
	if (fflush(stdout) != 0 && status == 0) {
		perror("retort: standard output");
		status = 1;
	}
	return status;
}

/* The operands behind the options. */
static int
choose(struct session_options *o, int argc, char **argv)
{
	struct err e;

	if (argc == 1 && strcmp(argv[0], "commands") == 0)
		return list_commands();
	o->replay = argc == 2 && strcmp(argv[0], "replay") == 0;
	if (argc && !o->replay && strcmp(argv[0], "run") != 0)
		return usage("unknown command", argv[0]);
	if (argc && argc != 2)
		return usage("one file is needed after", argv[0]);
	if (blas_init(o->threads, &e) < 0) {
		fprintf(stderr, "retort: %s\n", e.msg);
		return 1;
	}
	return play(o, argc ? argv[1] : NULL);
}

int
main(int argc, char **argv)
{
	struct session_options o = { .threads = thread_cpus(), .out = stdout, .talk = stderr };
	int64_t n;
	int c;

	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);
	while ((c = getopt_long(argc, argv, "jt:r:chV", options, NULL)) != -1)
		switch (c) {
		case 'j':
			o.json = true;
			break;
		case 't':
			if (text_to_int(optarg, &n) < 0 || n < 1 || n > 256)
				return usage("threads is a whole number in 1..256, not", optarg);
			o.threads = (int)n;
			break;
		case 'r':
			o.record = optarg;
			break;
		case 'c':
			o.check = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		case 'V':
			puts(PACKAGE_STRING);
			return 0;
		default:
			fputs("Try 'retort --help' for more information.\n", stderr);
			return USAGE;
		}
	return choose(&o, argc - optind, argv + optind);
}
