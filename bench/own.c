/* own.c: Retort's own training as a contestant of the benchmark. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "own.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"
#include "retort/base/err.h"
#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/base/rng.h"
#include "retort/lab/sweep.h"
#include "retort/lab/trainer.h"

#define WARM 100 /* warm-up steps: the teacher has seen each row; fewer for slow workloads */

#define LEAST 2 /* minimum steps of a window */

/* Teacher blocks 3 and 6 are mapped to student blocks 1 and 2: hidden states and attention maps. */
static const char *const text_maps[][3] = { { "3", "1", "hidden" },
					    { "3", "1", "attention" },
					    { "6", "2", "hidden" },
					    { "6", "2", "attention" },
					    { NULL, NULL, NULL } };

/* Attention transfer between the blocks of two convolutional networks. */
static const char *const image_maps[][3] = {
	{ "1", "1", "at" }, { "2", "2", "at" }, { "3", "3", "at" }, { NULL, NULL, NULL }
};

/* Data, weights of the terms and settings as in peer.py; adamw without decay is Adam. */
static const struct plan {
	size_t rows, features; /* or tokens, or pixels of a square image */
	size_t vocab;          /* 0: numbers */
	int classes;           /* classes of a row, or the vocabulary if labels are next tokens */
	const char *batch, *optimizer, *teacher, *student;
	const char *temperature, *kd, *ce;
	const char *top;              /* option top: logits of a token that are cached */
	const char *const (*maps)[3]; /* layer of the teacher, of the student, tensor or loss; ends
					 with NULL */
	bool images;
	int64_t warm;
} plans[] = {
	{ 8192, 784, 0, 10, "128", "momentum", "mlp 1200,1200", "mlp 800,800", "4", "0.9", "0.1",
	  "all", NULL, false, WARM },
	{ 1797, 64, 0, 10, "32", "adamw", "mlp 256,256", "mlp 32", "4", "0.9", "0.1", "all", NULL,
	  false, WARM },
	{ 1024, 64, 8000, 4, "32", "adamw", "transformer layers=6 width=256 heads=4 ff=1024",
	  "transformer layers=2 width=128 heads=4 ff=512", "4", "0.9", "0.1", "all", text_maps,
	  false, WARM / 3 },
	{ 256, 128, 4096, 4096, "16", "adamw", "decoder layers=6 width=384 heads=6 ff=1536",
	  "decoder layers=3 width=192 heads=3 ff=768", "2", "0.5", "0.5", "32", NULL, false,
	  WARM / 6 },
	{ 2048, 784, 0, 10, "128", "momentum", "cnn 32,64,128", "cnn 8,16,32", "4", "0.9", "0.1",
	  "all", image_maps, true, WARM / 3 },
};

struct own {
	struct trainer *trainer;
	size_t batch;
	double rate; /* steps a second of the last window */
};

bool
own_has(int workload)
{
	return workload >= 1 && (size_t)workload <= sizeof plans / sizeof *plans;
}

static void
random_tokens(struct dataset *ds, const struct plan *p, struct rng r)
{
	size_t n = p->rows * p->features + 1;

	ds->kind = DATASET_TOKENS;
	ds->length = p->features;
	ds->vocab = p->vocab;
	ds->next_token = (size_t)p->classes == p->vocab;
	ds->ids = mem_try(n, sizeof *ds->ids);
	for (size_t i = 0; i < n; i++)
		ds->ids[i] = (int32_t)rng_below(r, i, (uint32_t)p->vocab);
}

static struct dataset *
random_data(const struct plan *p)
{
	struct dataset *ds = mem_new(sizeof *ds);
	struct rng r = rng_stream(1, "bench", 0, 0);

	snprintf(ds->name, sizeof ds->name, "random");
	ds->n = p->rows;
	ds->d = p->features;
	ds->classes = p->classes;
	ds->y = mem_try(ds->n, sizeof *ds->y);
	if (p->vocab) {
		random_tokens(ds, p, r);
	} else {
		if (p->images) {
			ds->kind = DATASET_IMAGE;
			ds->height = ds->width = 28;
			ds->channels = 1;
		}
		ds->x = mem_try(ds->n * ds->d, sizeof *ds->x);
		ds->column = mem_array(ds->d, sizeof *ds->column);
		for (size_t i = 0; i < ds->n * ds->d; i++)
			ds->x[i] = (float)rng_unit(r, i);
	}
	if (!ds->next_token)
		ds->class_name = mem_array((size_t)ds->classes, sizeof *ds->class_name);
	for (size_t i = 0; i < ds->n && !ds->next_token; i++)
		ds->y[i] = (int32_t)(i % (size_t)ds->classes);
	return ds;
}

int
own_attempt(struct trainer *t, struct request *q, enum request_kind kind, struct err *e)
{
	struct event ev[256];
	bool found = false;
	int status = 0;

	trainer_post(t, q);
	while (!found) {
		struct pollfd p = { trainer_fd(t), POLLIN, 0 };
		size_t n;

		trainer_drain(t);
		while ((n = trainer_take(t, ev, 256)) > 0)
			for (size_t i = 0; i < n; i++) {
				if (ev[i].metric != METRIC_NONE)
					continue;
				if (ev[i].answer->status < 0) {
					*e = ev[i].answer->err;
					status = -1;
				}
				found |= ev[i].answer->kind == kind || status < 0;
				request_free(ev[i].answer);
			}
		if (!found)
			poll(&p, 1, -1);
	}
	return status;
}

static void
ask(struct trainer *t, struct request *q, enum request_kind kind)
{
	struct err e;

	if (own_attempt(t, q, kind, &e) == 0)
		return;
	err_print("bench: %s", e.msg);
	exit(1);
}

/* A request for the teacher "big", or the student. */
static struct request *
network(enum request_kind kind, const char *spec)
{
	struct request *r = request_new(kind);

	snprintf(r->u.net.name, sizeof r->u.net.name, "big");
	snprintf(r->u.net.spec, sizeof r->u.net.spec, "%s", spec);
	return r;
}

static struct request *
train(void)
{
	struct request *r = request_new(REQUEST_TRAIN);

	snprintf(r->u.train.teacher, sizeof r->u.train.teacher, "big");
	r->u.train.epochs = 1;
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
set(const char *knob, const char *value)
{
	struct request *r = request_new(REQUEST_SET);

	r->u.knobs.n = 1;
	r->u.knobs.set[0].knob = knob_find(knob, NULL);
	snprintf(r->u.knobs.set[0].value, sizeof r->u.knobs.set[0].value, "%s", value);
	return r;
}

/* Seconds for `steps` steps of the run, which is resumed and paused again. */
static double
timed(struct own *o, size_t steps)
{
	struct request *r = request_new(REQUEST_STEP);
	double start = mono_now();

	r->u.steps.n = (int64_t)steps;
	ask(o->trainer, r, REQUEST_PAUSE);
	return mono_now() - start;
}

static struct request *
maps(const char *const (*pair)[3])
{
	struct request *r = request_new(REQUEST_MAP);

	for (int i = 0; pair[i][0]; i++) {
		struct request_map *m = &r->u.map.map[r->u.map.n++];

		snprintf(m->teacher, sizeof m->teacher, "big");
		snprintf(m->t_layer, sizeof m->t_layer, "%s", pair[i][0]);
		snprintf(m->s_layer, sizeof m->s_layer, "%s", pair[i][1]);
		m->on = strcmp(pair[i][2], "attention") == 0 ? MODEL_ATTENTION : MODEL_HIDDEN;
		m->match = strcmp(pair[i][2], "at") == 0 ? &loss_at : NULL;
		m->weight = m->match ? 1000 : 1;
	}
	return r;
}

static struct request *
option(const char *key, const char *value)
{
	struct request *r = request_new(REQUEST_OPTIONS);

	snprintf(r->u.option.teacher, sizeof r->u.option.teacher, "big");
	snprintf(r->u.option.key, sizeof r->u.option.key, "%s", key);
	snprintf(r->u.option.value, sizeof r->u.option.value, "%s", value);
	return r;
}

void *
own_new(int workload, bool cached, bool bf16, bool bare, int threads)
{
	const struct plan *p = &plans[workload - 1];
	struct own *o = mem_new(sizeof *o);
	struct trainer *t = o->trainer = trainer_new(threads, 0, NULL);
	struct request *data = request_new(REQUEST_DATA);

	data->u.data.dataset = random_data(p);
	data->u.data.labels = -1;
	ask(t, data, REQUEST_DATA);
	ask(t, set("batch", p->batch), REQUEST_SET);
	ask(t, set("optimizer", p->optimizer), REQUEST_SET);
	ask(t, set("lr", "0.001"), REQUEST_SET);
	ask(t, set("temperature", p->temperature), REQUEST_SET);
	ask(t, set("kd-weight", p->kd), REQUEST_SET);
	ask(t, set("ce-weight", p->ce), REQUEST_SET);
	ask(t, set("eval-every", "1000000000"), REQUEST_SET);
	ask(t, network(REQUEST_TEACHER, p->teacher), REQUEST_TEACHER);
	ask(t, option("cache", cached ? "memory" : "off"), REQUEST_OPTIONS);
	if (cached)
		ask(t, option("top", bare ? "all" : p->top), REQUEST_OPTIONS);
	if (bf16)
		ask(t, option("precision", "bf16"), REQUEST_OPTIONS);
	/* few steps suffice: the teacher must be trained, not good */
	ask(t, train(), REQUEST_TRAIN);
	ask(t, request_new(REQUEST_STOP), REQUEST_DONE);
	ask(t, network(REQUEST_STUDENT, p->student), REQUEST_STUDENT);
	if (p->maps && !bare)
		ask(t, maps(p->maps), REQUEST_MAP);
	rig_forget_peak();
	o->batch = (size_t)strtoul(p->batch, NULL, 10);
	ask(t, run(900000000), REQUEST_RUN);
	ask(t, request_new(REQUEST_PAUSE), REQUEST_PAUSE);
	timed(o, (size_t)p->warm);
	o->rate = 10 / timed(o, 10);
	return o;
}

void
own_fork(void *own)
{
	struct own *o = own;
	struct request *r = request_new(REQUEST_FORK);

	snprintf(r->u.fork.name, sizeof r->u.fork.name, "second");
	r->u.fork.at = -1;
	ask(o->trainer, r, REQUEST_FORK);
	timed(o, 10);
	o->rate = 10 / timed(o, 10);
}

void
own_free(void *own)
{
	struct own *o = own;

	if (!o)
		return;
	trainer_free(o->trainer);
	mem_free(o);
}

/* A request to map a pair of layers of the workload with loss `l`. */
static struct request *
one_map(const struct loss *l, enum model_tap on, int workload)
{
	struct request *r = request_new(REQUEST_MAP);
	struct request_map *m = &r->u.map.map[r->u.map.n++];

	snprintf(m->teacher, sizeof m->teacher, "big");
	snprintf(m->t_layer, sizeof m->t_layer, workload == 3 ? "3" : "2");
	snprintf(m->s_layer, sizeof m->s_layer, workload == 2 ? "1" : "2");
	m->on = on;
	m->match = l;
	m->weight = 1e-3;
	return r;
}

int
own_add(void *own, int workload, const struct loss *l, enum model_tap on, struct err *e)
{
	struct own *o = own;
	char knob[64];

	if (loss_on_layers(l))
		return own_attempt(o->trainer, one_map(l, on, workload), REQUEST_MAP, e);
	snprintf(knob, sizeof knob, "%s-weight", l->name);
	return own_attempt(o->trainer, set(knob, "0.001"), REQUEST_SET, e);
}

void
own_undo(void *own)
{
	struct own *o = own;

	ask(o->trainer, request_new(REQUEST_UNDO), REQUEST_UNDO);
}

double
own_run(void *own, double seconds, size_t *samples)
{
	struct own *o = own;
	double took;
	size_t steps = (size_t)(seconds * o->rate) + 1;

	steps = seconds > 0 && steps < LEAST ? LEAST : steps;
	took = timed(o, steps);
	took = took > 1e-9 ? took : 1e-9;
	if (seconds > 0)
		o->rate = (double)steps / took;
	*samples = steps * o->batch;
	return took;
}

void
own_stop(void *own)
{
	struct own *o = own;

	ask(o->trainer, request_new(REQUEST_STOP), REQUEST_DONE);
	o->rate /= OWN_POINTS;
}

/* A request for a sweep that trains OWN_POINTS points for so many steps; one of them is the
 * reference. */
static struct request *
sweep(size_t steps)
{
	struct request *r = request_new(REQUEST_SWEEP);
	char *word[] = { (char *)"temperature", (char *)"1..16", (char *)"x", (char *)"16" };
	struct err e;

	r->u.sweep.sweep = sweep_new();
	r->u.sweep.sweep->steps = steps;
	r->u.sweep.sweep->metric = METRIC_VAL_NLL;
	if (sweep_plan_parse(&r->u.sweep.sweep->plan, 4, word, 1, &e) == 0)
		return r;
	err_print("bench: %s", e.msg);
	exit(1);
}

double
own_sweep(void *own, double seconds, size_t *samples)
{
	struct own *o = own;
	size_t steps = (size_t)(seconds * o->rate) + 1;
	double start = mono_now(), took;

	ask(o->trainer, sweep(steps), REQUEST_SWEEP);
	took = mono_now() - start;
	took = took > 1e-9 ? took : 1e-9;
	if (seconds > 0)
		o->rate = (double)steps / took;
	*samples = steps * o->batch * OWN_POINTS;
	return took;
}
