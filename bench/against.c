/* against.c: compare this build with another one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "against.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "floor.h"
#include "own.h"
#include "paired.h"
#include "reading_against.h"
#include "retort/base/err.h"
#include "retort/base/mono.h"
#include "retort/nn/gemm/blas.h"
#include "rig.h"

#define READ_LINES 200000 /* rows of 100 bytes in the file for `read` */

#define WINDOWS 3 /* of each program in a round */

extern char **environ;

/* How a workload obtains teacher logits; also the words of --serve. */
enum kind {
	CACHED,
	ASKED,
	BF16,
	KINDS,
};

static const char *const kinds[KINDS] = { "cached", "asked", "bf16" };

enum side {
	SELF,
	OTHER,
	SIDES,
};

/* Speeds of both programs by round; larger is better. */
struct windows {
	int n;
	double speed[SIDES][RIG_ROUNDS];
};

static int
workload_number(const char *word)
{
	return word[0] == 'W' && word[1] >= '1' && word[1] <= '0' + FLOOR_WORKLOADS && !word[2]
		       ? word[1] - '0'
		       : 0;
}

bool
against_knows(const char *word)
{
	return workload_number(word) || strcmp(word, "start") == 0 || strcmp(word, "read") == 0 ||
	       strcmp(word, "reading") == 0;
}

/* --------------------------------------------------------------------- serving */

struct serving {
	enum kind kind;
	int workload, threads;
	void *own; /* owned: what serves */
};

static void *
make_served(void *arg, char *ready, size_t size)
{
	struct serving *s = arg;

	snprintf(ready, size, "\"kernel\": \"%s\"", blas_name());
	s->own = own_new(s->workload, s->kind == CACHED, s->kind == BF16, false, s->threads);
	return s->own;
}

int
against_serve(const char *kind, const char *workload, int threads)
{
	struct serving s = { CACHED, workload_number(workload), threads, NULL };

	while (s.kind < KINDS && strcmp(kinds[s.kind], kind) != 0)
		s.kind++;
	if (s.kind == KINDS || !s.workload || blas_init(threads, NULL) < 0)
		return 2;
	rig_serve(make_served, own_run, &s);
	own_free(s.own);
	return 0;
}

/* Start `program` as a process that serves windows; NULL if it does not know --serve. */
static struct rig_process *
start_serving(const char *program, enum kind kind, int workload, int threads)
{
	char word[8], number[16];
	const char *argv[] = { program, "bench",     "--serve", kinds[kind],
			       word,    "--threads", number,    NULL };

	snprintf(word, sizeof word, "W%d", workload);
	snprintf(number, sizeof number, "%d", threads);
	return rig_exec_quiet(argv, &(struct err){ .msg = "" });
}

/* Measure a pair of processes, in turn. -1 if a program does not serve or a window failed. */
static int
measure_pair(const struct against_options *o, int workload, enum kind kind, double speed[SIDES])
{
	struct rig_process *p[SIDES] = { start_serving(o->self, kind, workload, o->threads) };
	struct rig_result r;
	int status = -1;

	if (p[SELF])
		p[OTHER] = start_serving(o->other, kind, workload, o->threads);
	if (p[OTHER])
		status = rig_alternate(p, SIDES, WINDOWS, o->seconds, &r,
				       &(struct err){ .msg = "" });
	for (int i = 0; i < SIDES; i++)
		rig_end(p[i]);
	if (status < 0)
		return -1;
	rig_quiet(&r, RIG_QUIET);
	for (int i = 0; i < SIDES; i++)
		speed[i] = rig_spread(r.rate[i], r.rounds).middle;
	return 0;
}

/* Measure by served windows: each round starts both programs anew. The speed of a process depends
 * on where its memory lies: by up to a tenth, for as long as it runs. */
static int
measure_serving(const struct against_options *o, int workload, enum kind kind, struct windows *w)
{
	double speed[SIDES];

	for (w->n = 0; w->n < o->rounds; w->n++) {
		if (measure_pair(o, workload, kind, speed) < 0)
			return -1;
		for (int i = 0; i < SIDES; i++)
			w->speed[i][w->n] = speed[i];
	}
	return 0;
}

/* --------------------------------------------------------------------- processes */

double
against_run(const char *const *argv, const char *out)
{
	posix_spawn_file_actions_t actions;
	double start = mono_now(), took;
	pid_t pid;
	int status = -1;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out ? out : "/dev/null",
					 O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (posix_spawnp(&pid, argv[0], &actions, NULL, (char *const *)argv, environ) == 0)
		waitpid(pid, &status, 0);
	took = mono_now() - start;
	posix_spawn_file_actions_destroy(&actions);
	return status == 0 ? took : -1;
}

/*
 * Read the speeds from the table that `bench` of any build prints. The rows "Retort" below the
 * heading of the workload are, in this order, without cache, bfloat16, and, in a second table,
 * cached.
 */
static int
read_table(const char *path, int workload, double speed[KINDS])
{
	static const enum kind order[KINDS] = { ASKED, BF16, CACHED };
	char line[512], heading[8];
	FILE *f = fopen(path, "r");
	bool inside = false;
	int n = 0;

	snprintf(heading, sizeof heading, "W%d  ", workload);
	while (f && n < KINDS && fgets(line, sizeof line, f)) {
		inside = (inside && line[0] == ' ') || strncmp(line, heading, strlen(heading)) == 0;
		if (inside && strncmp(line, "  Retort", 8) == 0 && strlen(line) > 28 &&
		    sscanf(line + 28, "%lf", &speed[order[n]]) == 1)
			n++;
	}
	if (f)
		fclose(f);
	return n == KINDS ? 0 : -1;
}

/* One short `bench` of each program per round, which measures all kinds. */
static int
measure_short(const struct against_options *o, const char *word, const char *dir,
	      struct windows w[KINDS])
{
	char threads[16], seconds[32], out[64];
	const char *argv[] = { NULL,        "bench", word,        "--no-peer", "--rounds", "1",
			       "--seconds", seconds, "--threads", threads,     NULL };
	double speed[KINDS];

	snprintf(threads, sizeof threads, "%d", o->threads);
	snprintf(seconds, sizeof seconds, "%g", o->seconds);
	snprintf(out, sizeof out, "%s/table", dir);
	for (int round = 0; round < o->rounds; round++)
		for (int i = 0; i < SIDES; i++) {
			int side = round % 2 ? SIDES - 1 - i : i;

			argv[0] = side == SELF ? o->self : o->other;
			if (against_run(argv, out) < 0 ||
			    read_table(out, workload_number(word), speed) < 0)
				return -1;
			for (int kind = 0; kind < KINDS; kind++) {
				w[kind].n = round + 1;
				w[kind].speed[side][round] = speed[kind];
			}
		}
	return 0;
}

/* Wall time of whole processes, as runs per second. */
static int
measure_process(const struct against_options *o, const char **argv, struct windows *w)
{
	for (int round = -1; round < o->rounds;
	     round++) /* -1: a run before the first round, to cache files */
		for (int i = 0; i < SIDES; i++) {
			int side = round % 2 ? SIDES - 1 - i : i;
			double took;

			argv[0] = side == SELF ? o->self : o->other;
			took = against_run(argv, NULL);
			if (took < 0)
				return -1;
			if (round >= 0)
				w->speed[side][round] = 1 / took;
		}
	w->n = o->rounds;
	return 0;
}

/* --------------------------------------------------------------------- output */

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(const double *x, int n)
{
	double sorted[RIG_ROUNDS];

	memcpy(sorted, x, (size_t)n * sizeof *x);
	qsort(sorted, (size_t)n, sizeof *sorted, by_value);
	return (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
}

static void
print_windows(const char *word, const char *kind, const char *unit, const struct windows *w)
{
	struct paired p = paired_ratio(w->speed[SELF], w->speed[OTHER], w->n);

	printf("%-6s %-7s %11.4g %11.4g %-10s %7.3f  %.3f..%.3f\n", word, kind,
	       median(w->speed[SELF], w->n), median(w->speed[OTHER], w->n), unit, p.ratio, p.low,
	       p.high);
	fflush(stdout);
}

static int
compare_workload(const struct against_options *o, const char *word, const char *dir)
{
	struct windows w[KINDS];
	bool serves = true;

	for (int kind = 0; kind < KINDS && serves; kind++)
		serves = measure_serving(o, workload_number(word), (enum kind)kind, &w[kind]) == 0;
	if (!serves && measure_short(o, word, dir, w) < 0)
		return -1;
	for (int kind = 0; kind < KINDS; kind++)
		print_windows(word, kinds[kind], "samples/s", &w[kind]);
	return 0;
}

static int
write_inputs(const char *session, const char *table)
{
	FILE *f = fopen(session, "w");

	if (!f)
		return -1;
	fputs("retort-session 1\ndata digits\nstudent mlp 16\nrun 1\n", f);
	fclose(f);
	f = fopen(table, "w");
	if (!f)
		return -1;
	fputs("a,b,c,d,e,f,g,h,class\n", f);
	for (int i = 0; i < READ_LINES; i++) {
		for (int k = 0; k < 8; k++)
			fprintf(f, "%11.8f,", (double)((i * 31 + k * 17) % 10007) / 101);
		fputs(i % 2 ? "one\n" : "two\n", f);
	}
	return fclose(f);
}

static int
compare_word(const struct against_options *o, const char *word, const char *dir)
{
	char session[64], table[64];
	const char *start[] = { NULL, "run", session, NULL };
	const char *show[] = { NULL, "data", "show", table, NULL };
	struct windows w;
	bool starts = strcmp(word, "start") == 0;

	if (workload_number(word))
		return compare_workload(o, word, dir);
	if (strcmp(word, "reading") == 0)
		return reading_against(o, dir);
	snprintf(session, sizeof session, "%s/one.ret", dir);
	snprintf(table, sizeof table, "%s/table.csv", dir);
	if (write_inputs(session, table) < 0 || measure_process(o, starts ? start : show, &w) < 0)
		return -1;
	print_windows(word, "", "runs/s", &w);
	return 0;
}

static void
remove_inputs(const char *dir)
{
	static const char *const names[] = { "one.ret", "table.csv", "table", "reading" };
	char path[64];

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		snprintf(path, sizeof path, "%s/%s", dir, names[i]);
		unlink(path);
	}
	rmdir(dir);
}

int
against_measure(const struct against_options *o, const char *const *words)
{
	char dir[] = "/tmp/retort-bench.XXXXXX";
	int status = 0;

	if (!mkdtemp(dir)) {
		err_print("bench: %s: cannot be made", dir);
		return -1;
	}
	printf("%s against %s: %d threads, %d rounds, windows of %g s, processes anew in each "
	       "round\n",
	       o->self, o->other, o->threads, o->rounds, o->seconds);
	printf("%-6s %-7s %11s %11s %-10s %7s  %s\n", "", "", "this", "other", "", "ratio",
	       "95 % interval");
	for (; *words; words++)
		if (compare_word(o, *words, dir) < 0) {
			err_print("bench: %s: not measured: one of the programs failed", *words);
			status = -1;
		}
	remove_inputs(dir);
	return status;
}
