/* data_main.c: `retort data`: get, list, show. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "data_main.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "retort/base/choice.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/data/read/fetched.h"
#include "retort/session/cmd.h"
#include "retort/data/read/bundled.h"

#define FAILED 1
#define USAGE 2

static const char help[] =
	"Usage: retort data get [--again] [--from DIRECTORY] NAME...\n"
	"  or:  retort data list\n"
	"  or:  retort data show NAME|FILE [OPTION VALUE]...\n"
	"Fetch data sets, list them, or tell what is in one.\n"
	"\n"
	"  get    make sets of Debian and npm packages, and keep them in the cache directory\n"
	"         --again            also when they are there already\n"
	"         --from DIRECTORY   packages that lie there need no network\n"
	"  list   name, whether it is there, size, source, licence, what it is; between tabs\n"
	"  show   columns, classes and their balance, missing cells, duplicate rows, hash;\n"
	"         options are those of `data` in a session\n"
	"\n"
	"Exit status: 0 done; 1 it could not be fetched or read; 2 usage.\n";

static int
usage(const char *what, const char *word)
{
	fprintf(stderr, "retort data: %s%s\nTry 'retort data --help' for more information.\n", what,
		word);
	return USAGE;
}

static int
fail(const struct err *e)
{
	fprintf(stderr, "retort data: %s\n", e->msg);
	return FAILED;
}

/* A set by its name or by that of one of its files; a word that is neither is told, with what is
 * near. */
static const char *
find_set(const char *word)
{
	const struct fetched *f = fetched_find(word);
	const char *near = f ? NULL : choice_nearest(word, fetched_name);

	if (!f)
		fprintf(stderr, "retort data get: %s: there is no such set; %s%s\n", word,
			near ? "did you mean " : "`retort data list` names all", near ? near : "");
	return f ? f->set : NULL;
}

/* Options stand before the names; what is wrong is told. The words of `call` behind the first three
 * are filled in. */
static int
get_words(int argc, char **argv, char **call)
{
	int names = 0, n = 3;

	for (int i = 0; i < argc; i++) {
		bool from = strcmp(argv[i], "--from") == 0;

		if (argv[i][0] == '-' && names)
			return usage("get: options stand before the names: ", argv[i]);
		if (from && i + 1 == argc)
			return usage("get: --from needs a directory", "");
		if (argv[i][0] == '-' && !from && strcmp(argv[i], "--again") != 0)
			return usage("get: no such option: ", argv[i]);
		call[n++] = argv[i];
		if (from)
			call[n++] = argv[++i];
		else if (argv[i][0] != '-' && ++names && !(call[n - 1] = (char *)find_set(argv[i])))
			return USAGE;
	}
	return names ? 0 : usage("get: which set? `retort data list` names all", "");
}

/* The shell takes over, so that a signal ends the script at once. */
static int
get(int argc, char **argv)
{
	char **call = mem_array((size_t)argc + 4, sizeof *call), *script = NULL, *cache = NULL,
	     shell[] = "sh";
	int status = get_words(argc, argv, call);
	struct err e;

	if (status == 0 && !(cache = fetched_cache())) {
		err_set(&e, "neither XDG_CACHE_HOME nor HOME says where sets are to lie");
		status = fail(&e);
	}
	if (status == 0 && !(script = fetched_script(&e)))
		status = fail(&e);
	if (status == 0) {
		call[0] = shell;
		call[1] = script;
		call[2] = cache;
		execv("/bin/sh", call);
		err_set(&e, "/bin/sh: %s", strerror(errno));
		status = fail(&e);
	}
	mem_free(script);
	mem_free(cache);
	mem_free(call);
	return status;
}

static int
list(void)
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

/* As in a session that has begun just now: its seed decides what is held out. */
static int
show(int argc, char **argv)
{
	struct lab_info *info = mem_new(sizeof *info);
	struct cmd_call c = { .argc = argc, .argv = argv, .info = info, .dir = "." };
	struct err e;
	int status = cmd_data_show(&c, NULL, &e) < 0 ? fail(&e) : 0;

	if (status == 0)
		fputs(text_get(&c.say), stdout);
	if (fflush(stdout) != 0 && status == 0) {
		perror("retort data: standard output");
		status = FAILED;
	}
	text_release(&c.say);
	mem_free(info);
	return status;
}

int
data_main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (strcmp(word, "get") == 0)
		return get(argc - 2, argv + 2);
	if (strcmp(word, "list") == 0 && argc == 2)
		return list();
	if (strcmp(word, "show") == 0 && argc > 2)
		return show(argc - 2, argv + 2);
	if (strcmp(word, "show") == 0)
		return usage("show: which set or file?", "");
	return word[0] ? usage("neither get, list nor show: ", word)
		       : usage("one of get, list, show is needed", "");
}
