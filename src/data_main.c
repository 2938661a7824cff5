/* data_main.c: `retort data`: get, list, show. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "data_main.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "retort/base/choice.h"
#include "retort/base/err.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/read/fetched.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/data/read/bundled.h"

#define FAILED 1
#define USAGE 2
#define WORDS "get, list, show"

/* Print a message about the words; return the exit status. */
static int
report_usage(const char *what, const char *word)
{
	err_print("retort data: %s%s", what, word);
	return cli_try_help("data");
}

/* Print an error; return the exit status. */
static int
report_failure(const struct err *e)
{
	err_print("retort data: %s", e->msg);
	return FAILED;
}

/* The set that a name is of. NULL, with a message that suggests the nearest name: unknown. */
static const char *
find_set(const char *word)
{
	const struct fetched *f = fetched_find(word);
	struct err e;

	if (f)
		return f->set;
	choice_unknown(&e, "data set", word, fetched_name, "`retort data list` lists all");
	err_print("retort data get: %s", e.msg);
	return NULL;
}

/* Fill in the words of `call` after the first three: options, then names. Return 0, or the exit
 * status after a message. `argv` begins with "get". */
static int
get_words(int argc, char **argv, char **call)
{
	const struct cli_word *w = cli_find(2, (char *[]){ (char *)"data", (char *)"get" });
	int option, n = 3;
	struct cli_getopt g;

	cli_getopt_init(&g, cli_options(w));
	while ((option = cli_getopt_next(&g, "retort data get", argc, argv)) != -1) {
		if (option != CLI_AGAIN && option != CLI_FROM)
			return cli_try_help("data get");
		call[n++] = option == CLI_AGAIN ? (char *)"--again" : (char *)"--from";
		if (option == CLI_FROM)
			call[n++] = optarg;
	}
	for (int i = optind; i < argc; i++)
		if (!(call[n++] = (char *)find_set(argv[i])))
			return USAGE;
	return optind < argc
		       ? 0
		       : report_usage(
				 "get: no data set (expected a name; `retort data list` lists all)",
				 "");
}

/* Replace this process by the shell, so that a signal ends the script at once. */
static int
get_sets(int argc, char **argv)
{
	char **call = mem_array(2 * (size_t)argc + 4, sizeof *call), *script = NULL, *cache = NULL,
	     shell[] = "sh";
	int status = get_words(argc, argv, call);
	struct err e;

	if (status == 0 && !(cache = fetched_cache())) {
		err_set(&e, "no cache directory: neither XDG_CACHE_HOME nor HOME is set");
		status = report_failure(&e);
	}
	if (status == 0 && !(script = fetched_script(&e)))
		status = report_failure(&e);
	if (status == 0) {
		call[0] = shell;
		call[1] = script;
		call[2] = cache;
		execv("/bin/sh", call);
		err_set(&e, "/bin/sh: %s", strerror(errno));
		status = report_failure(&e);
	}
	mem_free(script);
	mem_free(cache);
	mem_free(call);
	return status;
}

/* Print bundled and fetched sets, one per line, separated by tabs. */
static int
list_sets(void)
{
	for (size_t i = 0; bundled_name(i); i++)
		printf("%s\tbundled\t-\t-\tsee datasets/README\t-\n", bundled_name(i));
	for (size_t i = 0; i < fetched_count; i++) {
		const struct fetched *f = &fetched_table[i];
		char *path = fetched_path(f, NULL);

		printf("%s\t%s\t%s\t%s\t%s\t%s\n", f->name, path ? "fetched" : "not fetched",
		       f->size, f->source, f->licence, f->what);
		mem_free(path);
	}
	return 0;
}

/* Print a summary of a set, split into rows as by the seed of a new session; `argv` begins with
 * "show". Return the exit status. */
static int
show_set(int argc, char **argv)
{
	struct lab_info *info = mem_new(sizeof *info);
	struct cmd_call c = { .argc = argc, .argv = argv, .info = info, .dir = "." };
	struct err e;
	int status = cmd_parse(&cmd_data, &c, &e) < 0 || cmd_exec(&cmd_data, &c, &e) < 0
			     ? report_failure(&e)
			     : 0;

	if (status == 0 && c.output.len)
		fputs(text_printable(c.output.s), stdout);
	cmd_release(&c);
	mem_free(info);
	return status;
}

/* Run a subcommand with the words after it. */
static int
run_word(const char *word, int argc, char **argv)
{
	struct err e;

	if (strcmp(word, "get") == 0)
		return get_sets(argc + 1, argv - 1);
	if (strcmp(word, "list") == 0 && argc == 0)
		return list_sets();
	if (strcmp(word, "list") == 0)
		return report_usage("list: unexpected argument (expected none): ", argv[0]);
	if (strcmp(word, "show") == 0 && argc > 0)
		return show_set(argc + 1, argv - 1);
	if (strcmp(word, "show") == 0)
		return report_usage("show: no data set (expected a name or a file; `retort data "
				    "list` lists all names)",
				    "");
	if (!word[0])
		return report_usage("no command (expected one of " WORDS ")", "");
	choice_invalid(&e, "command", word, WORDS);
	return report_usage(e.msg, "");
}

int
data_main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	return run_word(word, argc > 2 ? argc - 2 : 0, argv + (argc > 2 ? 2 : argc));
}
