/* back.c: a fork and a step back, from the request to its answer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "back.h"

#include <stdio.h>
#include <string.h>

#include "own.h"
#include "rig.h"
#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/data/read/bundled.h"
#include "retort/data/read/read.h"
#include "retort/lab/lab_snapshot.h"
#include "retort/lab/trainer.h"

#define WIDE "3130,3130" /* hidden units of a student of 10 million parameters on the digits */

static int
ask(struct trainer *t, struct request *q, enum request_kind kind)
{
	struct err e;
	int status = own_attempt(t, q, kind, &e);

	if (status < 0)
		err_print("bench: fork: %s", e.msg);
	return status;
}

static struct request *
student(const char *spec)
{
	struct request *r = request_new(REQUEST_STUDENT);

	snprintf(r->u.net.spec, sizeof r->u.net.spec, "%s", spec);
	return r;
}

static struct request *
run(int64_t steps)
{
	struct request *r = request_new(REQUEST_RUN);

	r->u.run.steps = steps;
	return r;
}

static struct request *
rewind_to(int64_t step)
{
	struct request *r = request_new(REQUEST_REWIND);

	r->u.rewind.at = step;
	return r;
}

static struct request *
forks(int number)
{
	struct request *r = request_new(REQUEST_FORK);

	snprintf(r->u.fork.name, sizeof r->u.fork.name, "f%d", number);
	r->u.fork.at = -1;
	return r;
}

static struct request *
drop(int number)
{
	struct request *r = request_new(REQUEST_RUN_LIST);

	r->u.runs.act = REQUEST_DROP;
	snprintf(r->u.runs.run, sizeof r->u.runs.run, "f%d", number);
	return r;
}

/* A trainer with the digits, and a student that has done some steps. NULL after a message. */
static struct trainer *
prepare(int threads, const char *spec, int64_t steps)
{
	struct trainer *t = trainer_new(threads, 0, NULL);
	struct request *data = request_new(REQUEST_DATA);
	struct dataset_options o = { 0 };
	char *path;
	struct err e;
	int status = -1;

	path = bundled_path("digits", &e);
	data->u.data.labels = -1;
	if (!path || read_dataset(path, &o, &data->u.data.dataset, &e) < 0) {
		err_print("bench: fork: %s", e.msg);
		request_free(data);
	} else if (ask(t, data, REQUEST_DATA) == 0 && ask(t, student(spec), REQUEST_STUDENT) == 0) {
		status = ask(t, run(steps), REQUEST_DONE);
	}
	mem_free(path);
	if (status == 0)
		return t;
	trainer_free(t);
	return NULL;
}

static void
print_times(const char *what, const double *ms, int n)
{
	struct rig_spread s = rig_spread(ms, n);

	printf("%-52s %9.2f ms (%.2f..%.2f)\n", what, s.middle, s.low, s.high);
	fflush(stdout);
}

/* Fork a run of the digits that often, and drop the fork. */
static int
measure_forks(int threads, int rounds, double *ms)
{
	struct trainer *t = prepare(threads, "mlp 32", 100);
	int status = t ? 0 : -1;

	for (int i = 0; status == 0 && i < rounds; i++) {
		double from = mono_now();

		status = ask(t, forks(i), REQUEST_FORK);
		ms[i] = 1000 * (mono_now() - from);
		if (status == 0)
			status = ask(t, drop(i), REQUEST_RUN_LIST);
	}
	trainer_free(t);
	if (status == 0)
		print_times("fork of a digits run, mlp 32", ms, rounds);
	return status;
}

/* Go back that often to the start of a step, whose state is in memory. */
static int
measure_rewinds(int threads, int rounds, double *ms)
{
	struct trainer *t = prepare(threads, "mlp " WIDE, 1);
	int status = t ? 0 : -1;

	for (int i = 0; status == 0 && i < rounds; i++) {
		double from = mono_now();

		status = ask(t, rewind_to(0), REQUEST_REWIND);
		ms[i] = 1000 * (mono_now() - from);
		if (status == 0)
			status = ask(t, run(1), REQUEST_DONE);
	}
	trainer_free(t);
	if (status == 0)
		print_times("step back of 10 M parameters, mlp " WIDE, ms, rounds);
	return status;
}

int
back_measure(int threads, int rounds)
{
	double *ms = mem_array((size_t)rounds, sizeof *ms);
	int status;

	printf("\nfrom a request to its answer: median (quartiles)\n");
	status = measure_forks(threads, rounds, ms) < 0 || measure_rewinds(threads, rounds, ms) < 0;
	mem_free(ms);
	return status;
}
