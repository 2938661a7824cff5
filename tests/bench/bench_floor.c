/* bench_floor.c: workloads against their matrix products alone and against PyTorch, in turn in one run. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <getopt.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"
#include "own.h"
#include "retort/base/thread.h"
#include "retort/engine/blas.h"
#include "rig.h"

#define QUIET 0.15 /* processors that others may use in a window: a tick or two of /proc/stat are nobody's */

static struct options {
	int threads, rounds;
	double seconds;
	bool peer;
	const char *python;
} options = { .rounds = 7, .seconds = 1, .peer = true, .python = "/usr/bin/python3" };

/* What a contestant's own process makes its state from. */
struct task {
	int workload;
	bool kept; /* what the teacher says is kept: its forward pass is no part of a step */
};

static void *
make_floor(void *arg, char *told, size_t size)
{
	const struct task *t = arg;
	struct floor *f;

	if (blas_init(options.threads, NULL) < 0)
		return NULL;
	f = floor_new(t->workload, !t->kept, true, pool_new(options.threads));
	if (f)
		snprintf(told, size, "\"flops\": %.0f", floor_flops(f));
	return f;
}

static void *
make_own(void *arg, char *told, size_t size)
{
	const struct task *t = arg;

	(void)told;
	(void)size;
	if (blas_init(options.threads, NULL) < 0)
		return NULL;
	return own_new(t->workload, t->kept, options.threads);
}

static struct rig_process *
start_peer(const struct task *t, struct err *e)
{
	char workload[8], threads[16];
	const char *argv[] = { options.python, RETORT_SRCDIR "/tests/bench/peer.py", workload, "--threads", threads,
			 t->kept ? "--cached" : NULL, NULL };

	snprintf(workload, sizeof workload, "W%d", t->workload);
	snprintf(threads, sizeof threads, "%d", options.threads);
	return rig_exec(argv, e);
}

/* "0.74 (0.72..0.79)", or a dash where a contestant would stand against itself. */
static void
print_ratio(const struct rig_result *r, int a, int b)
{
	struct rig_spread s;

	if (a == b || b < 0) {
		printf("  %-20s", "-");
		return;
	}
	s = rig_ratio(r, a, b);
	printf("  %5.2f (%5.2f..%5.2f)", s.middle, s.low, s.high);
}

static void
print_result(const struct task *t, const char *const *name, struct rig_process *const *p, const struct rig_result *r,
	     int peer, bool busy, int dropped)
{
	double batch = (double)floor_batch(t->workload), flops;
	char text[64];

	rig_ready(p[0], "flops", text, sizeof text);
	flops = strtod(text, NULL);
	printf("W%d%s  %s, batch %.0f, %d threads, %s, %.1f MFLOP of products a step",
	       t->workload, busy ? " busy" : "",
	       floor_title(t->workload), batch, options.threads, t->kept ? "teacher kept" : "teacher asked at every step",
	       flops * 1e-6);
	if (dropped > 0)
		printf(", rounds dropped as noisy: %d", dropped);
	printf("\n  %-18s %9s  %-19s  %8s  %6s  %-20s  %-20s  %6s  %5s\n", "", "samples/s", "quartiles", "ms/step", "GF/s",
	       "of the products", "of PyTorch", "others", "MB");
	for (int i = 0; i < r->n; i++) {
		struct rig_spread rate = rig_spread(r->rate[i], r->rounds);
		struct rig_spread others = rig_spread(r->others[i], r->rounds);

		printf("  %-18s %9.*f  %8.*f..%-9.*f  %8.3f  %6.1f", name[i], rate.middle < 1000, rate.middle,
		       rate.middle < 1000, rate.low, rate.middle < 1000, rate.high, 1e3 * batch / rate.middle,
		       flops * rate.middle / batch * 1e-9);
		print_ratio(r, i, 0);
		print_ratio(r, i, peer);
		rig_ready(p[i], "first_step", text, sizeof text);
		printf("  %6.2f  %5.0f%s%s%s\n", others.middle, rig_peak(p[i]), text[0] ? "  first step after " : "", text,
		       text[0] ? " s" : "");
	}
	fflush(stdout);
}

/* One table: the floor, Retort where it has the networks, PyTorch. */
static int
measure(struct task t, bool busy)
{
	struct rig_process *p[RIG_CONTESTANTS] = { NULL }, *neighbour = NULL;
	const char *name[RIG_CONTESTANTS];
	struct rig_result r;
	struct err e = { "" };
	int n = 0, peer = -1, status = -1;

	name[n] = "products alone";
	p[n] = rig_fork(make_floor, floor_run, &t, &e);
	if (!p[n++])
		goto out;
	if (own_has(t.workload)) {
		name[n] = "Retort";
		p[n] = rig_fork(make_own, own_run, &t, &e);
		if (p[n])
			n++;
		else
			fprintf(stderr, "bench_floor: W%d: goes on without Retort: %s\n", t.workload, e.msg);
	}
	if (options.peer && (p[n] = start_peer(&t, &e)) != NULL) {
		static char version[64];

		rig_ready(p[n], "peer", version, sizeof version);
		name[n] = version;
		peer = n++;
	} else if (options.peer) {
		fprintf(stderr, "bench_floor: W%d: goes on without PyTorch: %s\n", t.workload, e.msg);
	}
	if (busy && !(neighbour = rig_spin(thread_cpus() - 1, &e)))
		goto out;
	status = rig_alternate(p, n, options.rounds, options.seconds, &r, &e);
	if (status == 0) {
		int dropped = rig_quiet(&r, QUIET);

		print_result(&t, name, p, &r, peer, busy, dropped);
	}
out:
	if (status < 0)
		fprintf(stderr, "bench_floor: W%d: %s\n", t.workload, e.msg);
	rig_end(neighbour);
	for (int i = 0; i < n; i++)
		rig_end(p[i]);
	return status;
}

static int
usage(void)
{
	fprintf(stderr, "usage: bench_floor [W1|W2|W3|W4|W5|busy]... [--seconds S] [--rounds N] [--threads N]\n"
			"                   [--python PATH] [--no-peer]\n");
	return 2;
}

int
main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "seconds", required_argument, NULL, 's' }, { "rounds", required_argument, NULL, 'r' },
		{ "threads", required_argument, NULL, 't' }, { "python", required_argument, NULL, 'p' },
		{ "no-peer", no_argument, NULL, 'n' },       { NULL, 0, NULL, 0 },
	};
	static const char *const all[] = { "W1", "W2", "W3", "W4", "W5", "busy", NULL };
	const char *const *word;
	int c, status = 0;

	options.threads = thread_cpus();
	while ((c = getopt_long(argc, argv, "", longs, NULL)) >= 0)
		switch (c) {
		case 's': options.seconds = strtod(optarg, NULL); break;
		case 'r': options.rounds = (int)strtol(optarg, NULL, 10); break;
		case 't': options.threads = (int)strtol(optarg, NULL, 10); break;
		case 'p': options.python = optarg; break;
		case 'n': options.peer = false; break;
		default: return usage();
		}
	if (!(options.seconds > 0) || options.rounds < 1 || options.rounds > RIG_ROUNDS || options.threads < 1)
		return usage();
	printf("%s; in turn, windows of %g s, medians of %d rounds, ratios round by round (quartiles)\n", blas_name(),
	       options.seconds, options.rounds);
	for (word = optind < argc ? (const char *const *)argv + optind : all; *word; word++) {
		bool busy = strcmp(*word, "busy") == 0;
		int workload = busy ? 1 : (*word)[0] == 'W' && (*word)[1] && !(*word)[2] ? (*word)[1] - '0' : 0;

		if (workload < 1 || workload > FLOOR_WORKLOADS)
			return usage();
		for (int kept = 0; kept < 2; kept++)
			status |= measure((struct task){ workload, kept }, busy);
	}
	return status ? 1 : 0;
}
