/* sessions_main.c: `retort sessions`. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "sessions_main.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "retort/base/err.h"
#include "retort/base/io.h"
#include "retort/base/jsonwriter.h"
#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/session/session_summary.h"

#define FAILED 1
#define USAGE 2

/* Paths of recordings, owned. */
struct paths {
	size_t n, cap;
	char **path;
};

static void
add_path(struct paths *p, char *path)
{
	mem_grow(&p->path, &p->cap, p->n + 1, sizeof *p->path);
	p->path[p->n++] = path;
}

static int
compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Add the files of a directory that end in .ret, by name. -1 after a message. */
static int
add_directory(struct paths *p, const char *path)
{
	DIR *d = opendir(path);
	size_t first = p->n;

	if (!d) {
		err_print("retort sessions: %s: %s", path, strerror(errno));
		return -1;
	}
	for (struct dirent *f; (f = readdir(d));)
		if (text_has_suffix(f->d_name, ".ret"))
			add_path(p, io_join(path, f->d_name));
	closedir(d);
	if (p->n > first)
		qsort(p->path + first, p->n - first, sizeof *p->path, compare_paths);
	return 0;
}

/* Add the directory of the workbench's recordings, if there is one. */
static int
add_own(struct paths *p)
{
	char *dir = io_xdg(IO_STATE, "sessions");
	int status = 0;

	if (!dir)
		err_print("retort sessions: neither XDG_STATE_HOME nor HOME is an absolute path");
	status = !dir ? -1 : io_is_directory(dir) ? add_directory(p, dir) : 0;
	mem_free(dir);
	return status;
}

/* "0.0832", or "-" for none. */
static const char *
format_nll(double x, char *buf, size_t size)
{
	snprintf(buf, size, isfinite(x) ? "%.4f" : "-", x);
	return buf;
}

static void
print_row(const char *path, const struct session_summary *s)
{
	const char *slash = strrchr(path, '/');
	struct text line = { 0 };
	char last[32], best[32], teacher[32];

	text_addf(&line, "%-24s %8llu %9s %9s %9s %7d  %-12s %s", slash ? slash + 1 : path,
		  (unsigned long long)s->step, format_nll(s->nll, last, sizeof last),
		  format_nll(s->best, best, sizeof best),
		  format_nll(s->teacher, teacher, sizeof teacher), s->changes,
		  s->data[0] ? s->data : "-", s->student[0] ? s->student : "-");
	puts(text_printable(line.s));
	text_release(&line);
}

static void
write_nll(struct jsonwriter *w, const char *key, double x)
{
	if (isfinite(x))
		jsonwriter_number(w, key, x);
	else
		jsonwriter_null(w, key);
}

static void
print_json(const char *path, const struct session_summary *s)
{
	struct jsonwriter w = { .out = stdout };

	jsonwriter_begin(&w, NULL, '{');
	jsonwriter_string(&w, "recording", path);
	jsonwriter_string(&w, "data", s->data);
	jsonwriter_string(&w, "student", s->student);
	jsonwriter_integer(&w, "step", (int64_t)s->step);
	write_nll(&w, "val-nll", s->nll);
	write_nll(&w, "best-val-nll", s->best);
	write_nll(&w, "teacher-val-nll", s->teacher);
	jsonwriter_integer(&w, "changes", s->changes);
	jsonwriter_end(&w, '}');
	putchar('\n');
}

/* Print a line for each recording. Return 0, or FAILED if one cannot be read, after a message. */
static int
print_all(const struct paths *p, bool json)
{
	int status = 0;

	if (p->n && !json)
		printf("%-24s %8s %9s %9s %9s %7s  %-12s %s\n", "recording", "step", "val-nll",
		       "best", "teacher", "changes", "data", "student");
	for (size_t i = 0; i < p->n; i++) {
		struct session_summary s;
		struct err e;

		if (session_summary_read(&s, p->path[i], &e) < 0) {
			err_print("retort sessions: %s", e.msg);
			status = FAILED;
		} else if (json) {
			print_json(p->path[i], &s);
		} else {
			print_row(p->path[i], &s);
		}
	}
	return status;
}

int
sessions_main(int argc, char **argv)
{
	const struct cli_word *w = cli_find(1, (char *[]){ (char *)"sessions" });
	struct paths p = { 0 };
	bool json = false;
	int option, status = 0;
	struct cli_getopt g;

	cli_getopt_init(&g, cli_options(w));
	while ((option = cli_getopt_next(&g, "retort sessions", argc, argv)) != -1) {
		if (option != 'j')
			return cli_try_help("sessions");
		json = true;
	}
	if (optind == argc && add_own(&p) < 0)
		status = FAILED;
	for (int i = optind; i < argc; i++)
		if (!io_is_directory(argv[i]))
			add_path(&p, mem_text(argv[i]));
		else if (add_directory(&p, argv[i]) < 0)
			status = FAILED;
	if (print_all(&p, json) != 0)
		status = FAILED;
	for (size_t i = 0; i < p.n; i++)
		mem_free(p.path[i]);
	mem_free(p.path);
	return status;
}
