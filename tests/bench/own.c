/* own.c: Retort's own training as a contestant of the benchmark. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "own.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/base/rng.h"
#include "retort/learn/trainer.h"

#define CLASSES 10
#define WARM 100 /* steps: every row asked about once */

/* Data as in peer.py; the optimizer adamw without decay is Adam. */
static const struct plan {
	size_t rows, features;
	const char *batch, *optimizer, *teacher, *student;
} plans[] = {
	{ 8192, 784, "128", "momentum", "mlp 1200,1200", "mlp 800,800" },
	{ 1797, 64, "32", "adamw", "mlp 256,256", "mlp 32" },
};

struct own {
	struct trainer *trainer;
	size_t batch;
	double rate; /* steps a second, last time */
};

bool
own_has(int workload)
{
	return workload >= 1 && (size_t)workload <= sizeof plans / sizeof *plans;
}

static struct dataset *
random_data(const struct plan *p)
{
	struct dataset *ds = mem_new(sizeof *ds);
	struct rng r = rng_stream(1, "bench", 0, 0);

	snprintf(ds->name, sizeof ds->name, "random");
	ds->n = p->rows;
	ds->d = p->features;
	ds->x = mem_try(ds->n * ds->d, sizeof *ds->x);
	ds->y = mem_try(ds->n, sizeof *ds->y);
	ds->column = mem_array(ds->d, sizeof *ds->column);
	ds->class_name = mem_array(CLASSES, sizeof *ds->class_name);
	ds->classes = CLASSES;
	for (size_t i = 0; i < ds->n * ds->d; i++)
		ds->x[i] = (float)rng_unit(r, i);
	for (size_t i = 0; i < ds->n; i++)
		ds->y[i] = (int32_t)(i % CLASSES);
	return ds;
}

/* Post, and take events until an answer of `kind` comes. */
static void
ask(struct trainer *t, struct request *q, enum request_kind kind)
{
	struct event ev[256];
	bool found = false;

	trainer_post(t, q);
	while (!found) {
		struct pollfd p = { trainer_fd(t), POLLIN, 0 };
		size_t n;

		trainer_quiet(t);
		while ((n = trainer_take(t, ev, 256)) > 0)
			for (size_t i = 0; i < n; i++) {
				if (ev[i].metric != METRIC_NONE)
					continue;
				if (ev[i].answer->status < 0) {
					fprintf(stderr, "bench: %s\n", ev[i].answer->err.msg);
					exit(1);
				}
				found |= ev[i].answer->kind == kind;
				request_free(ev[i].answer);
			}
		if (!found)
			poll(&p, 1, -1);
	}
}

static struct request *
request(enum request_kind kind, const char *name, const char *spec, int64_t number)
{
	struct request *r = request_new(kind);

	snprintf(r->name, sizeof r->name, "%s", name);
	snprintf(r->spec, sizeof r->spec, "%s", spec);
	r->number = number;
	return r;
}

static struct request *
set(const char *knob, const char *value)
{
	struct request *r = request_new(REQUEST_SET);

	r->knob = knob_find(knob, NULL);
	snprintf(r->text, sizeof r->text, "%s", value);
	return r;
}

/* Seconds that a run of so many steps takes, with what it costs at its ends. */
static double
timed(struct own *o, size_t steps)
{
	double start = mono_now();

	ask(o->trainer, request(REQUEST_RUN, "", "", (int64_t)steps), REQUEST_DONE);
	return mono_now() - start;
}

void *
own_new(int workload, int threads)
{
	const struct plan *p = &plans[workload - 1];
	struct own *o = mem_new(sizeof *o);
	struct trainer *t = o->trainer = trainer_new(threads, 0);
	struct request *data = request(REQUEST_DATA, "", "", -1);

	data->dataset = random_data(p);
	ask(t, data, REQUEST_DATA);
	ask(t, set("batch", p->batch), REQUEST_SET);
	ask(t, set("optimizer", p->optimizer), REQUEST_SET);
	ask(t, set("eval-every", "1000000000"), REQUEST_SET);
	ask(t, request(REQUEST_TEACHER, "big", p->teacher, 0), REQUEST_TEACHER);
	ask(t, request(REQUEST_TRAIN, "big", "", 1), REQUEST_DONE);
	ask(t, request(REQUEST_STUDENT, "", p->student, 0), REQUEST_STUDENT);
	o->batch = (size_t)strtoul(p->batch, NULL, 10);
	o->rate = WARM / timed(o, WARM);
	return o;
}

/* Two lengths, so that what a run costs at its ends falls out of the difference. */
double
own_run(void *own, double seconds, size_t *samples)
{
	struct own *o = own;
	size_t steps = (size_t)(seconds * o->rate) + 1;
	double took = -timed(o, 1);

	took += timed(o, 1 + steps);
	took = took > 1e-9 ? took : 1e-9;
	if (seconds > 0)
		o->rate = (double)steps / took;
	*samples = steps * o->batch;
	return took;
}
