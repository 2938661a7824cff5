/* rig.c: contestants in separate processes, measured in alternating windows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "rig.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "retort/base/err.h"
#include "retort/base/mem.h"
#include "retort/base/mono.h"

#define READY_SECONDS                                                                              \
	600 /* limit for a contestant to be warm, which may include a pass of the teacher over the \
	       data */
#define SLACK_SECONDS 120 /* added to the length of a window, for a busy machine */
#define GAP                                                                                     \
	10000 /* microseconds between windows, in which spinning threads of the last contestant \
		 fall asleep */
#define PROCESSES 16

struct rig_process {
	pid_t pid;
	int to;
	FILE *from;
	char ready[1024];
};

/* All processes started: their use of the processor is not that of other programs. */
static struct rig_process *started[PROCESSES];

static int
remember(struct rig_process *p)
{
	for (int i = 0; i < PROCESSES; i++)
		if (!started[i]) {
			started[i] = p;
			return 0;
		}
	return -1;
}

/* Read one line from the process. 0, or -1 if it ended or timed out. */
static int
answer(struct rig_process *p, double seconds, char *line, int size)
{
	struct pollfd fd = { fileno(p->from), POLLIN, 0 };

	if (poll(&fd, 1, (int)(1000 * seconds)) != 1 || !fgets(line, size, p->from))
		return -1;
	return 0;
}

void
rig_serve(rig_make *make, rig_fn *run, void *arg)
{
	char line[64], told[512] = "";
	void *state = make(arg, told, sizeof told);
	double seconds, took;
	size_t samples;

	if (!state)
		return;
	run(state, 0, &samples);
	printf("{%s}\n", told);
	fflush(stdout);
	while (fgets(line, sizeof line, stdin) && sscanf(line, "go %lf", &seconds) == 1) {
		took = run(state, seconds, &samples);
		printf("{\"samples\": %zu, \"seconds\": %.9f}\n", samples, took);
		fflush(stdout);
	}
}

/* Fork a process connected by two pipes. Returns 0 in the child, its pid in the parent, or -1. */
static pid_t
split(struct rig_process *p, struct err *e)
{
	int down[2], up[2];

	signal(SIGPIPE, SIG_IGN);
	fflush(NULL);
	if (remember(p) < 0)
		return err_set(e, "more than %d processes at once", PROCESSES);
	if (pipe2(down, O_CLOEXEC) < 0)
		return err_set(e, "no pipe");
	if (pipe2(up, O_CLOEXEC) < 0) {
		close(down[0]);
		close(down[1]);
		return err_set(e, "no pipe");
	}
	p->pid = fork();
	if (p->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		dup2(down[0], STDIN_FILENO);
		dup2(up[1], STDOUT_FILENO);
		return 0;
	}
	close(down[0]);
	close(up[1]);
	p->to = down[1];
	p->from = fdopen(up[0], "r");
	return p->pid < 0 || !p->from ? err_set(e, "no process") : p->pid;
}

static struct rig_process *
checked(struct rig_process *p, pid_t pid, struct err *e)
{
	if (pid > 0 && answer(p, READY_SECONDS, p->ready, sizeof p->ready) == 0)
		return p;
	if (pid > 0)
		err_set(e, "ended before it was ready");
	rig_end(p);
	return NULL;
}

struct rig_process *
rig_fork(rig_make *make, rig_fn *run, void *arg, struct err *e)
{
	struct rig_process *p = mem_new(sizeof *p);
	pid_t pid = split(p, e);

	if (pid == 0) {
		rig_serve(make, run, arg);
		_exit(0);
	}
	return checked(p, pid, e);
}

static struct rig_process *
exec_contestant(const char *const *argv, bool quiet, struct err *e)
{
	struct rig_process *p = mem_new(sizeof *p);
	pid_t pid = split(p, e);

	if (pid == 0) {
		int nowhere = quiet ? open("/dev/null", O_WRONLY) : -1;

		if (nowhere >= 0)
			dup2(nowhere, STDERR_FILENO);
		execvp(argv[0], (char *const *)argv); /* execvp does not write to them (POSIX) */
		err_print("%s: not found", argv[0]);
		_exit(127);
	}
	return checked(p, pid, e);
}

struct rig_process *
rig_exec(const char *const *argv, struct err *e)
{
	return exec_contestant(argv, false, e);
}

struct rig_process *
rig_exec_quiet(const char *const *argv, struct err *e)
{
	return exec_contestant(argv, true, e);
}

struct rig_process *
rig_spin(int cpu, struct err *e)
{
	struct rig_process *p = mem_new(sizeof *p);
	pid_t pid = split(p, e);

	if (pid == 0) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(cpu, &set);
		if (sched_setaffinity(0, sizeof set, &set) < 0)
			_exit(1);
		printf("{}\n");
		fflush(stdout);
		for (volatile unsigned i = 0;; i++)
			;
	}
	return checked(p, pid, e);
}

void
rig_end(struct rig_process *p)
{
	if (!p)
		return;
	for (int i = 0; i < PROCESSES; i++)
		if (started[i] == p)
			started[i] = NULL;
	if (p->from) {
		fclose(p->from);
		close(p->to);
	}
	if (p->pid > 0) {
		kill(p->pid, SIGKILL);
		waitpid(p->pid, NULL, 0);
	}
	mem_free(p);
}

void
rig_ready(const struct rig_process *p, const char *key, char *out, size_t size)
{
	char pattern[64];
	const char *at;
	size_t n;

	snprintf(pattern, sizeof pattern, "\"%s\": ", key);
	at = strstr(p->ready, pattern);
	at = at ? at + strlen(pattern) : "";
	at += *at == '"';
	n = strcspn(at, "\",}\n");
	snprintf(out, size, "%.*s", (int)n, at);
}

/* Read the line of /proc/PID/FILE that starts with `key`; "" if there is none. */
static void
proc_line(pid_t pid, const char *file, const char *key, char *out, int size)
{
	char path[64];
	FILE *f;

	if (pid)
		snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, file);
	else
		snprintf(path, sizeof path, "/proc/%s", file);
	f = fopen(path, "r");
	while (f && fgets(out, size, f))
		if (strncmp(out, key, strlen(key)) == 0) {
			fclose(f);
			return;
		}
	if (f)
		fclose(f);
	out[0] = '\0';
}

void
rig_forget_peak(void)
{
	FILE *f = fopen("/proc/self/clear_refs", "w");

	if (f) {
		fputs("5", f);
		fclose(f);
	}
}

double
rig_peak(const struct rig_process *p)
{
	char line[256];
	long kib = 0;

	proc_line(p->pid, "status", "VmHWM:", line, sizeof line);
	sscanf(line, "VmHWM: %ld", &kib);
	return (double)kib / 1024;
}

/* Processor time of a process in seconds, all threads together. */
static double
used_by(pid_t pid)
{
	char line[1024];
	unsigned long user = 0, kernel = 0;
	const char *name_end;

	proc_line(pid, "stat", "", line, sizeof line);
	name_end = strrchr(line, ')');
	if (name_end)
		sscanf(name_end + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		       &kernel);
	return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

/* Processor time of programs outside the rig in seconds, with time stolen by the host. */
static double
used_by_others(void)
{
	char line[256];
	unsigned long v[8] = { 0 }; /* user nice system idle iowait irq softirq steal */
	double used;

	proc_line(0, "stat", "cpu ", line, sizeof line);
	sscanf(line, "cpu %lu %lu %lu %lu %lu %lu %lu %lu", &v[0], &v[1], &v[2], &v[3], &v[4],
	       &v[5], &v[6], &v[7]);
	used = (double)(v[0] + v[1] + v[2] + v[5] + v[6] + v[7]) / (double)sysconf(_SC_CLK_TCK);
	used -= used_by(getpid());
	for (int i = 0; i < PROCESSES; i++)
		if (started[i])
			used -= used_by(started[i]->pid);
	return used;
}

int
rig_alternate(struct rig_process *const *p, int n, int rounds, double seconds, struct rig_result *r,
	      struct err *e)
{
	r->n = n;
	r->rounds = rounds < RIG_ROUNDS ? rounds : RIG_ROUNDS;
	for (int k = 0; k < r->rounds; k++)
		for (int turn = 0; turn < n; turn++) {
			int i = k % 2 ? n - 1 - turn : turn; /* reverse every second round, to
								cancel drift of the clock rate */
			double others = used_by_others(), start = mono_now(), took = 0;
			size_t samples = 0;
			char line[256];

			if (dprintf(p[i]->to, "go %g\n", seconds) < 0 ||
			    answer(p[i], seconds + SLACK_SECONDS, line, sizeof line) < 0 ||
			    sscanf(line, "{\"samples\": %zu, \"seconds\": %lf}", &samples, &took) !=
				    2 ||
			    !(took > 0))
				return err_set(e, "contestant %d broke in round %d", i + 1, k + 1);
			others = (used_by_others() - others) / (mono_now() - start);
			r->rate[i][k] = (double)samples / took;
			r->others[i][k] = others > 0 ? others : 0;
			usleep(GAP);
		}
	return 0;
}

int
rig_quiet(struct rig_result *r, double limit)
{
	bool quiet[RIG_ROUNDS];
	int left = 0, all = r->rounds;

	for (int k = 0; k < all; k++) {
		quiet[k] = true;
		for (int i = 0; i < r->n; i++)
			quiet[k] = quiet[k] && r->others[i][k] <= limit;
		left += quiet[k];
	}
	if (3 * left < all)
		return 0;
	r->rounds = 0;
	for (int k = 0; k < all; k++) {
		if (!quiet[k])
			continue;
		for (int i = 0; i < r->n; i++) {
			r->rate[i][r->rounds] = r->rate[i][k];
			r->others[i][r->rounds] = r->others[i][k];
		}
		r->rounds++;
	}
	return all - r->rounds;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Quantile by linear interpolation (Hyndman and Fan 1996, type 7). */
static double
quantile(const double *sorted, int n, double q)
{
	double at = q * (n - 1);
	int i = (int)at;

	return i + 1 < n ? sorted[i] + (at - i) * (sorted[i + 1] - sorted[i]) : sorted[n - 1];
}

struct rig_spread
rig_spread(const double *x, int n)
{
	double sorted[RIG_ROUNDS];

	memcpy(sorted, x, (size_t)n * sizeof *x);
	qsort(sorted, (size_t)n, sizeof *sorted, by_value);
	return (struct rig_spread){ quantile(sorted, n, 0.25), quantile(sorted, n, 0.5),
				    quantile(sorted, n, 0.75) };
}

struct rig_spread
rig_ratio(const struct rig_result *r, int a, int b)
{
	double ratio[RIG_ROUNDS];

	for (int k = 0; k < r->rounds; k++)
		ratio[k] = r->rate[a][k] / r->rate[b][k];
	return rig_spread(ratio, r->rounds);
}
