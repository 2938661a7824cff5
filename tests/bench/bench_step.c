/* bench_step.c: a step of Hinton's networks against its matrix products alone, in turn in one run. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/base/rng.h"
#include "retort/base/thread.h"
#include "retort/engine/blas.h"
#include "retort/learn/trainer.h"

#define ROWS 8192
#define FEATURES 784
#define CLASSES 10
#define BATCH 128
#define ROUNDS 7
#define STEPS 60

/* Random data of MNIST's shape. */
static struct dataset *
random_data(void)
{
	struct dataset *ds = mem_new(sizeof *ds);
	struct rng r = rng_stream(1, "bench", 0, 0);

	snprintf(ds->name, sizeof ds->name, "random");
	ds->n = ROWS;
	ds->d = FEATURES;
	ds->x = mem_try(ROWS * FEATURES, sizeof *ds->x);
	ds->y = mem_try(ROWS, sizeof *ds->y);
	ds->column = mem_array(FEATURES, sizeof *ds->column);
	ds->class_name = mem_array(CLASSES, sizeof *ds->class_name);
	ds->classes = CLASSES;
	for (size_t i = 0; i < ROWS * FEATURES; i++)
		ds->x[i] = (float)rng_unit(r, i);
	for (size_t i = 0; i < ROWS; i++)
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

/* The student's products of one step: forward, weight gradients, input gradients. */
static double
products(struct pool *pool, float *const *buf)
{
	static const size_t width[] = { FEATURES, 800, 800, CLASSES };
	double start = mono_now();

	for (int s = 0; s < STEPS; s++)
		for (int pass = 0; pass < 3; pass++)
			for (int i = 0; i < 3; i++) {
				size_t in = width[i], out = width[i + 1];
				struct blas_product y = { .m = BATCH, .n = out, .k = in, .a = buf[i], .lda = in,
							  .b = buf[4 + i], .ldb = out, .c = buf[8 + i], .ldc = out };
				struct blas_product gw = { .trans_a = true, .m = in, .n = out, .k = BATCH, .a = buf[i],
							   .lda = in, .b = buf[8 + i], .ldb = out, .c = buf[12 + i], .ldc = out };
				struct blas_product gx = { .trans_b = true, .m = BATCH, .n = in, .k = out, .a = buf[8 + i],
							   .lda = out, .b = buf[4 + i], .ldb = out, .c = buf[16 + i], .ldc = in };

				if (pass == 2 && i == 0)
					continue; /* nobody needs the gradient of the input */
				blas_run(pool, pass == 0 ? &y : pass == 1 ? &gw : &gx);
			}
	return (mono_now() - start) / STEPS;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *x)
{
	qsort(x, ROUNDS, sizeof *x, by_value);
	return x[ROUNDS / 2];
}

int
main(int argc, char **argv)
{
	int threads = argc > 1 ? (int)strtol(argv[1], NULL, 10) : thread_cpus();
	struct trainer *t;
	struct pool *pool;
	struct request *data;
	float *buf[20];
	double step[ROUNDS], floor_[ROUNDS], ratio[ROUNDS];

	threads = threads < 1 ? 1 : threads;
	blas_init(threads, NULL);
	t = trainer_new(threads, 0);
	pool = pool_new(threads);
	for (int i = 0; i < 20; i++) {
		buf[i] = mem_try(800 * 800, sizeof(float));
		for (size_t k = 0; k < 800 * 800; k++)
			buf[i][k] = 0.01f * (float)(k % 7);
	}
	data = request(REQUEST_DATA, "", "", -1);
	data->dataset = random_data();
	ask(t, data, REQUEST_DATA);
	ask(t, set("batch", "128"), REQUEST_SET);
	ask(t, set("optimizer", "momentum"), REQUEST_SET);
	ask(t, set("eval-every", "1000000000"), REQUEST_SET);
	ask(t, request(REQUEST_TEACHER, "big", "mlp 1200,1200", 0), REQUEST_TEACHER);
	ask(t, request(REQUEST_TRAIN, "big", "", 1), REQUEST_DONE);
	ask(t, request(REQUEST_STUDENT, "", "mlp 800,800", 0), REQUEST_STUDENT);
	ask(t, request(REQUEST_RUN, "", "", 100), REQUEST_DONE); /* every row asked about once */
	for (int i = 0; i < ROUNDS; i++) {
		double start;

		floor_[i] = products(pool, buf);
		/* two lengths, so that what a run costs at its ends falls out of the difference */
		start = mono_now();
		ask(t, request(REQUEST_RUN, "", "", 1), REQUEST_DONE);
		step[i] = -(mono_now() - start);
		start = mono_now();
		ask(t, request(REQUEST_RUN, "", "", 1 + STEPS), REQUEST_DONE);
		step[i] = (step[i] + mono_now() - start) / STEPS;
		ratio[i] = step[i] / floor_[i];
	}
	printf("784-800-800-10 taught by 784-1200-1200-10 (kept answers), batch 128, momentum, %d threads, %s\n", threads,
	       blas_name());
	printf("steps/s %.1f   samples/s %.0f   products alone %.3f ms   step / products %.3f (median of %d, in turn)\n",
	       1 / median(step), BATCH / step[ROUNDS / 2], 1e3 * median(floor_), median(ratio), ROUNDS);
	for (int i = 0; i < 20; i++)
		mem_free(buf[i]);
	pool_free(pool);
	trainer_free(t);
	return 0;
}
