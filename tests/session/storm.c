/* storm.c: a session in which a thousand knobs, terms, maps and teachers are changed at random
 * while the student trains. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "storm_changes.h"
#include "storm_runs.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"
#include "retort/nn/gemm/blas.h"
#include "retort/session/cmd/cmd_table.h"
#include "retort/session/observer.h"
#include "retort/session/session.h"
#include "retort/data/read/bundled.h"

/*
 * storm RECORDING SEED [CHANGES [KIND]]: as a live session, in which a refused line does not end
 * the run. A change that is not possible at its step (layers that cannot be compared, the last loss
 * off) is refused and not recorded; all others are. With KIND runs the lines are typed while runs
 * are trained: forks, steps back, the focus, and changes of one run or of all.
 */

#define PER 3 /* steps between changes */

/* Data and networks of a session, by kind. */
static const struct ground {
	const char *name;
	const char *lines[8];
	const char *layer[5];
} grounds[] = {
	{ "mlp",
	  { "data digits labels 300", "teacher big mlp 24,16", "teacher wide mlp 32",
	    "train big epochs 1", "train wide epochs 1", "student mlp 16,12" },
	  { "0", "1", "2", "logits", "block1" } },
	{ "cnn",
	  { "data digits image 8x8 labels 300", "teacher big resnet 8,8", "teacher wide lenet",
	    "train big epochs 1", "train wide epochs 1", "student resnet 4,8" },
	  { "0", "1", "2", "3", "logits" } },
	{ "text",
	  { "data sentences labels 300", "teacher big transformer layers=2 width=32 heads=4 ff=64",
	    "teacher wide transformer layers=1 width=16 heads=4 ff=32", "train big epochs 1",
	    "train wide epochs 1", "student transformer layers=2 width=16 heads=4 ff=32" },
	  { "0", "1", "2", "logits", "block1" } },
};

static int refused, given, diverged;

static void
run_line(struct session *s, const char *line, bool must)
{
	struct err e = { .msg = "" };

	given++;
	if (session_line(s, line, NULL, &e) == 0)
		return;
	if (must)
		fprintf(stderr, "%s: %s\n", line, e.msg);
	refused++;
}

/* Take events until the session is idle or paused. */
static void
pump(struct session *s, bool to_the_end)
{
	while (session_pump(s) || (!session_is_idle(s) && !session_info(s)->paused) ||
	       (!to_the_end && !session_info(s)->paused)) {
		struct pollfd p = { session_fd(s), POLLIN, 0 };

		poll(&p, 1, 100);
	}
}

/* Resume. If the training pauses again at the same step, the resumed state may not be observed, so
 * wait only briefly. */
static void
go_on(struct session *s)
{
	run_line(s, "pause off", true);
	for (int i = 0; i < 20 && session_info(s)->paused; i++) {
		struct pollfd p = { session_fd(s), POLLIN, 0 };

		poll(&p, 1, 100);
		session_pump(s);
	}
}

/* After a divergence, lower the learning rate, clip the gradient, and resume. */
static void
recover(struct session *s)
{
	if (++diverged > 20) {
		fprintf(stderr, "step %llu cannot be mended\n",
			(unsigned long long)session_info(s)->run->step);
		exit(1);
	}
	run_line(s, "set lr 0.001", true);
	run_line(s, "set clip 1", true);
	go_on(s);
}

/* Add the same rows as a second set. */
static void
add_set(struct session *s, const char *set)
{
	char *path = bundled_path(set, NULL);
	struct text line = { 0 };

	text_addf(&line, "data add '%s' as more weight 0.5", path);
	run_line(s, line.s, true);
	text_release(&line);
	mem_free(path);
}

/* Options of teachers between short runs: a run that a pair or a loss excludes is refused. */
static void
change_options(struct session *s, const struct ground *g)
{
	struct text line = { 0 };

	for (int i = 0; i < 40; i++) {
		text_clear(&line);
		if (i % 2)
			storm_changes_add(&line, g->layer, 5);
		else
			storm_changes_option(&line);
		run_line(s, line.s, false);
		pump(s, true);
		if (i % 2 == 0)
			continue;
		run_line(s, "run 4", false);
		for (pump(s, true); session_info(s)->paused; pump(s, true))
			recover(s);
	}
	text_release(&line);
}

static void
run(struct session *s, const struct ground *g, int changes)
{
	struct text line = { 0 };

	for (int i = 0; g->lines[i]; i++) {
		run_line(s, g->lines[i], true);
		pump(s, true);
		if (i == 0)
			add_set(s, strstr(g->lines[0], "digits") ? "digits" : "sentences");
		pump(s, true);
	}
	text_addf(&line, "@%d pause on",
		  PER); /* with a step, so that it is exact on a busy machine */
	run_line(s, line.s, true);
	text_clear(&line);
	text_addf(&line, "run %d", (changes + 2) * PER);
	run_line(s, line.s, true);
	pump(s, false);
	for (int i = 1; i <= changes; i++) {
		text_clear(&line);
		text_addf(&line, "@%d ", (int)session_info(s)->run->step + i * PER);
		storm_changes_add(&line, g->layer, 5);
		run_line(s, line.s, false);
	}
	go_on(s);
	for (pump(s, true); session_info(s)->paused; pump(s, true))
		recover(s);
	text_release(&line);
	change_options(s, g);
}

/* After a divergence, and now and then so that there are few: lower the learning rate, clip the
 * gradient, and resume. */
static void
calm(struct session *s)
{
	run_line(s, "set lr 0.001", false);
	run_line(s, "set clip 1", false);
	if (session_info(s)->paused)
		go_on(s);
}

/* A line that takes no other beside it, to its end. */
static void
rest(struct session *s, struct text *line)
{
	text_clear(line);
	storm_runs_add_idle(line);
	run_line(s, line->s, false);
	for (session_pump(s); !session_is_idle(s); session_pump(s)) {
		struct pollfd p = { session_fd(s), POLLIN, 0 };

		poll(&p, 1, 100);
	}
}

/* Type lines about runs while they are trained. */
static void
run_runs(struct session *s, const struct ground *g, int changes)
{
	struct text line = { 0 };

	for (int i = 0; g->lines[i]; i++) {
		run_line(s, g->lines[i], true);
		pump(s, true);
	}
	for (int i = 0; i < changes; i++) {
		struct pollfd p = { session_fd(s), POLLIN, 0 };

		if (session_is_idle(s) && storm_runs_below(4) == 0)
			rest(s, &line);
		if (session_is_idle(s))
			run_line(s, "run 60", false);
		text_clear(&line);
		storm_runs_add(&line, session_info(s), g->layer, 5);
		run_line(s, line.s, false);
		for (uint32_t k = storm_runs_below(4); k > 0; k--) {
			poll(&p, 1, 2);
			session_pump(s);
		}
		if (session_info(s)->paused || i % 50 == 49)
			calm(s);
	}
	text_release(&line);
	for (run_line(s, "stop", false); !session_is_idle(s); session_pump(s))
		if (session_info(s)->paused)
			run_line(s, "stop", false);
}

int
main(int argc, char **argv)
{
	const struct observer observer = { 0 }; /* live, but displays nothing */
	struct session_options o = { .commands = cmd_table,
				     .observer = &observer,
				     .threads = 2,
				     .record = argc > 1 ? argv[1] : NULL,
				     .out = stdout,
				     .talk = stderr };
	int64_t changes = 1000, seed = 0;
	int kind = 0;
	struct err e;
	struct session *s;

	if (argc < 3 || text_to_int(argv[2], &seed) < 0 ||
	    (argc > 3 && text_to_int(argv[3], &changes) < 0) || changes < 1 || blas_init(2, &e) < 0)
		return 2;
	for (int i = 0; argc > 4 && i < 3; i++)
		kind = strcmp(grounds[i].name, argv[4]) == 0 ? i : kind;
	storm_changes_seed((uint64_t)seed);
	s = session_new(&o, &e);
	if (!s) {
		fprintf(stderr, "%s\n", e.msg);
		return 1;
	}
	storm_runs_seed((uint64_t)seed);
	if (argc > 4 && strcmp(argv[4], "runs") == 0)
		run_runs(s, &grounds[0], (int)changes);
	else
		run(s, &grounds[kind], (int)changes);
	printf("%d lines, %d refused at once, %d steps not applied, step %llu\n", given, refused,
	       diverged, (unsigned long long)session_info(s)->run->student.steps);
	session_free(s);
	return 0;
}
