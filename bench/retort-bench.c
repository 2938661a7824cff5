/* retort-bench.c: `retort bench`: workloads compared with their matrix products alone and with
 * PyTorch, in alternating windows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "against.h"
#include "cli.h"
#include "floor.h"
#include "back.h"
#include "forks.h"
#include "losses.h"
#include "own.h"
#include "reading.h"
#include "retort/base/err.h"
#include "retort/base/io.h"
#include "retort/base/thread.h"
#include "retort/nn/gemm/blas.h"
#include "rig.h"
#include "verdict.h"

static struct options {
	int threads, rounds;
	double seconds;
	bool peer, help;
	const char *python;
	const char *against, *serve; /* the other build; kind of a served workload */
} options = { .rounds = 7, .seconds = 1, .peer = true, .python = "/usr/bin/python3" };

/* Arguments of a contestant, used in its own process. */
struct task {
	enum verdict_who who;
	int workload;
};

static void *
make_floor(void *arg, char *told, size_t size)
{
	const struct task *t = arg;
	struct floor *f;

	f = floor_new(t->workload, t->who == VERDICT_FLOOR_UNCACHED, true,
		      pool_new(options.threads));
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
	return own_new(t->workload, t->who == VERDICT_CACHED, t->who == VERDICT_BF16, false,
		       options.threads);
}

/* Path of peer.py: in the source tree, or installed. */
static const char *
peer_path(void)
{
	return io_exists(RETORT_SRCDIR "/bench/peer.py") ? RETORT_SRCDIR "/bench/peer.py"
							 : RETORT_PKGDATADIR "/peer.py";
}

static struct rig_process *
start_peer(const struct task *t, struct err *e)
{
	char workload[8], threads[16];
	const char *argv[] = { options.python,
			       peer_path(),
			       workload,
			       "--threads",
			       threads,
			       t->who == VERDICT_PEER_CACHED ? "--cached" : NULL,
			       NULL };

	snprintf(workload, sizeof workload, "W%d", t->workload);
	snprintf(threads, sizeof threads, "%d", options.threads);
	return rig_exec(argv, e);
}

/* Start one contestant. NULL, with a message on standard error, if that fails. */
static struct rig_process *
start(struct task *t)
{
	struct rig_process *p;
	struct err e = { .msg = "" };

	switch (t->who) {
	case VERDICT_FLOOR_UNCACHED:
	case VERDICT_FLOOR_CACHED:
		p = rig_fork(make_floor, floor_run, t, &e);
		break;
	case VERDICT_PEER_UNCACHED:
	case VERDICT_PEER_CACHED:
		p = start_peer(t, &e);
		break;
	default:
		p = rig_fork(make_own, own_run, t, &e);
	}
	if (!p)
		err_print("bench: W%d: continues without %s: %s", t->workload, verdict_name(t->who),
			  e.msg);
	return p;
}

/* Format a ratio as "0.74 (0.72..0.79)"; "-" for a contestant with itself. */
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
print_line(const struct task *t, struct rig_process *p, const struct rig_result *r, int i,
	   int floor, int peer)
{
	struct rig_spread rate = rig_spread(r->rate[i], r->rounds),
			  others = rig_spread(r->others[i], r->rounds);
	double batch = (double)floor_batch(t->workload);
	int digits = rate.middle < 1000;
	char text[64];

	printf("  %-26s %9.*f  %8.*f..%-9.*f  %8.3f", verdict_name(t->who), digits, rate.middle,
	       digits, rate.low, digits, rate.high, 1e3 * batch / rate.middle);
	print_ratio(r, i, floor);
	print_ratio(r, i, peer);
	rig_ready(p, "first_step", text, sizeof text);
	printf("  %6.2f  %5.0f%s%s%s\n", others.middle, rig_peak(p),
	       text[0] ? "  first step after " : "", text, text[0] ? " s" : "");
}

/* Measure contestants in alternating windows and print their table. The first is the floor, the
 * last the peer if there is one. */
static int
contest(int workload, const enum verdict_who *who, int n_who, bool busy, struct verdict *v)
{
	struct rig_process *p[RIG_CONTESTANTS] = { NULL }, *neighbour = NULL;
	struct task t[RIG_CONTESTANTS];
	struct rig_result r;
	struct err e = { .msg = "" };
	int n = 0, peer = -1, status, dropped;

	for (int i = 0; i < n_who; i++) {
		bool is_peer = who[i] == VERDICT_PEER_UNCACHED || who[i] == VERDICT_PEER_CACHED;

		t[n] = (struct task){ who[i], workload };
		if ((is_peer && !options.peer) || !(p[n] = start(&t[n])))
			continue;
		peer = is_peer ? n : peer;
		n++;
	}
	neighbour = busy ? rig_spin(thread_cpus() - 1, &e) : NULL;
	status = n > 0 && (!busy || neighbour)
			 ? rig_alternate(p, n, options.rounds, options.seconds, &r, &e)
			 : -1;
	if (status == 0) {
		dropped = rig_quiet(&r, RIG_QUIET);
		printf("W%d%s  %s, batch %zu, %d threads", workload,
		       busy ? " beside a busy program" : "", floor_title(workload),
		       floor_batch(workload), options.threads);
		printf(dropped ? ", %d rounds dropped as noisy\n" : "\n", dropped);
		printf("  %-26s %9s  %-19s  %8s  %-20s  %-20s  %6s  %5s\n", "", "samples/s",
		       "quartiles", "ms/step", "of the products", "of PyTorch", "others", "MB");
		for (int i = 0; i < n; i++)
			print_line(&t[i], p[i], &r, i, 0, peer);
		for (int i = 0; i < n; i++)
			verdict_note(v, workload, busy, t[i].who, &r, i);
		fflush(stdout);
	} else {
		err_print("bench: W%d: %s", workload, e.msg);
	}
	rig_end(neighbour);
	for (int i = 0; i < n; i++)
		rig_end(p[i]);
	return status;
}

static int
measure(int workload, bool busy, struct verdict *v)
{
	static const enum verdict_who uncached[] = { VERDICT_FLOOR_UNCACHED, VERDICT_UNCACHED,
						     VERDICT_BF16, VERDICT_PEER_UNCACHED };
	static const enum verdict_who cached[] = { VERDICT_FLOOR_CACHED, VERDICT_CACHED,
						   VERDICT_PEER_UNCACHED, VERDICT_PEER_CACHED };
	static const enum verdict_who beside[] = { VERDICT_FLOOR_CACHED, VERDICT_CACHED,
						   VERDICT_PEER_CACHED };

	if (busy)
		return contest(workload, beside, 3, true, v);
	return contest(workload, uncached, 4, false, v) | contest(workload, cached, 4, false, v);
}

/* Print a message about a word; returns exit status 2. */
static int
report_usage(const char *what, const char *word, const char *expected)
{
	err_print("retort bench: invalid %s '%s' (expected %s)", what, word, expected);
	return cli_try_help("bench");
}

/* Number of a workload: 3 for "W3", 1 for "busy"; 0: unknown. */
static int
workload_of(const char *word, bool *busy)
{
	*busy = strcmp(word, "busy") == 0;
	if (*busy)
		return 1;
	return word[0] == 'W' && word[1] >= '1' && word[1] <= '0' + FLOOR_WORKLOADS && !word[2]
		       ? word[1] - '0'
		       : 0;
}

/* Store an option of getopt_long. Returns 0 or the exit status. */
static int
take_option(int c)
{
	switch (c) {
	case CLI_SECONDS:
		options.seconds = strtod(optarg, NULL);
		return options.seconds > 0 ? 0 : report_usage("seconds", optarg, "above 0");
	case CLI_ROUNDS:
		options.rounds = (int)strtol(optarg, NULL, 10);
		return options.rounds >= 1 && options.rounds <= RIG_ROUNDS
			       ? 0
			       : report_usage("rounds", optarg, "1 to 64");
	case 't':
		options.threads = (int)strtol(optarg, NULL, 10);
		return options.threads >= 1 ? 0 : report_usage("threads", optarg, "at least 1");
	case CLI_PYTHON:
		options.python = optarg;
		return 0;
	case CLI_NO_PEER:
		options.peer = false;
		return 0;
	case CLI_AGAINST:
		options.against = optarg;
		return 0;
	case CLI_SERVE:
		options.serve = optarg;
		return 0;
	case 'h':
		options.help = true;
		return 0;
	default:
		return cli_try_help("bench");
	}
}

/* Read the options. Returns 0 or the exit status. */
static int
read_options(int argc, char **argv)
{
	struct cli_getopt g;
	int c, status = 0;

	options.threads = thread_cpus();
	cli_getopt_init(&g, cli_options(cli_find(1, (char *[]){ (char *)"bench" })));
	while (status == 0 && (c = cli_getopt_next(&g, "retort bench", argc, argv)) >= 0)
		status = take_option(c);
	return status;
}

/* Print the help of the program. */
static int
print_help(void)
{
	const struct cli_word *w = cli_find(1, (char *[]){ (char *)"bench" });

	cli_help(w, "", stdout);
	cli_status(w, stdout);
	return 0;
}

/* `--against` with these workloads, or all if none is given. */
static int
compare_builds(const char *self, char **words)
{
	static const char *const all[] = { "W1",    "W2",   "W3",      "W4", "W5",
					   "start", "read", "reading", NULL };
	struct against_options o = { self, options.against, options.threads, options.rounds,
				     options.seconds };

	for (char **w = words; *w; w++)
		if (!against_knows(*w))
			return report_usage("workload", *w,
					    "one of W1 to W5, start, read, reading");
	return against_measure(&o, *words ? (const char *const *)words : all) < 0 ? 1 : 0;
}

/* Measure the workloads, print the tables and the verdict. Returns the exit status. */
static int
measure_all(const char *const *word)
{
	struct verdict v = { 0 };
	bool busy, contested = false;
	int status = 0;
	struct err e;

	if (blas_init(options.threads, &e) < 0) { /* of the contestants too, which are forked */
		err_print("bench: %s", e.msg);
		return 1;
	}
	printf("%s; in turn, windows of %g s, medians of %d rounds, ratios round by round "
	       "(quartiles)\n",
	       blas_name(), options.seconds, options.rounds);
	for (; *word; word++) {
		int workload = workload_of(*word, &busy);

		contested |= workload > 0;
		if (workload)
			status |= measure(workload, busy, &v);
		else if (strcmp(*word, "reading") == 0)
			status |= reading_measure(options.rounds);
		else if (strcmp(*word, "fork") == 0)
			status |=
				back_measure(options.threads, options.rounds) ||
				forks_measure(options.threads, options.rounds, options.seconds / 4);
		else
			losses_measure(options.threads, options.rounds, options.seconds / 4);
	}
	if (contested)
		verdict_print(&v);
	return status ? 1 : 0;
}

int
main(int argc, char **argv)
{
	static const char *const all[] = { "W1",   "W2",     "W3",      "W4",   "W5",
					   "busy", "losses", "reading", "fork", NULL };
	const char *const *word;
	bool busy;
	int status;

	status = read_options(argc, argv);
	if (status)
		return status;
	if (options.help)
		return print_help();
	if (options.serve)
		return optind + 1 == argc
			       ? against_serve(options.serve, argv[optind], options.threads)
			       : report_usage("serve", options.serve, "a workload after it");
	if (options.against)
		return compare_builds(argv[0], argv + optind);
	word = optind < argc ? (const char *const *)argv + optind : all;
	for (const char *const *w = word; *w; w++)
		if (!workload_of(*w, &busy) && strcmp(*w, "losses") != 0 &&
		    strcmp(*w, "reading") != 0 && strcmp(*w, "fork") != 0)
			return report_usage("workload", *w,
					    "one of W1 to W5, busy, losses, reading, fork");
	return measure_all(word);
}
