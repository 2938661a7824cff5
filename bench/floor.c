/* floor.c: the matrix products of one training step, without anything else. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "floor.h"

#include "floor_nets.h"
#include "retort/base/mem.h"
#include "retort/base/mono.h"
#include "retort/base/rng.h"

static const struct workload {
	const char *title;
	size_t batch;
	const size_t *teacher, *student; /* widths of an MLP, channels of a CNN */
	struct shape big, small;         /* transformers */
} workloads[] = {
	{ "MLP 784-1200-1200-10 > 784-800-800-10",
	  128,
	  (const size_t[]){ 784, 1200, 1200, 10 },
	  (const size_t[]){ 784, 800, 800, 10 },
	  { 0 },
	  { 0 } },
	{ "MLP 64-256-256-10 > 64-32-10",
	  32,
	  (const size_t[]){ 64, 256, 256, 10 },
	  (const size_t[]){ 64, 32, 10 },
	  { 0 },
	  { 0 } },
	{ "encoder 6x256 > 2x128",
	  32,
	  NULL,
	  NULL,
	  { .length = 64, .blocks = 6, .width = 256, .heads = 4, .wide = 1024, .classes = 4 },
	  { .length = 64,
	    .blocks = 2,
	    .width = 128,
	    .heads = 4,
	    .wide = 512,
	    .classes = 4,
	    .maps = 2,
	    .map_to = 256 } },
	{ "decoder 6x384 > 3x192",
	  16,
	  NULL,
	  NULL,
	  { .length = 128, .blocks = 6, .width = 384, .heads = 6, .wide = 1536, .words = 4096 },
	  { .length = 128, .blocks = 3, .width = 192, .heads = 3, .wide = 768, .words = 4096 } },
	{ "CNN 32-64-128 > 8-16-32",
	  128,
	  (const size_t[]){ 32, 64, 128 },
	  (const size_t[]){ 8, 16, 32 },
	  { 0 },
	  { 0 } },
};

/* Scratch of a piece of a job with several products. */
struct job {
	const struct floor *floor;
	const struct item *item;
};

const char *
floor_title(int workload)
{
	return workloads[workload - 1].title;
}

size_t
floor_batch(int workload)
{
	return workloads[workload - 1].batch;
}

real *
floor_block(struct floor *f, size_t n)
{
	real *x = mem_try(n, sizeof *x);
	struct rng r = rng_stream(1, "floor", f->blocks, 0);

	if (!x) {
		f->out_of_memory = true;
		return NULL;
	}
	for (size_t i = 0; i < n; i++)
		x[i] = (real)(rng_bits(r, i / 4) >> i % 4 * 16 & 0xFFFF) / 65536 - (real)0.5;
	mem_grow(&f->block, &f->blocks_cap, f->blocks + 1, sizeof *f->block);
	return f->block[f->blocks++] = x;
}

struct item *
floor_add(struct floor *f, struct blas_product p)
{
	mem_grow(&f->item, &f->cap, f->n + 1, sizeof *f->item);
	f->item[f->n] = (struct item){ .p = p, .count = 1, .fold = 1 };
	return &f->item[f->n++];
}

struct floor *
floor_new(int workload, bool teacher, bool student, struct pool *pool)
{
	const struct workload *w = &workloads[workload - 1];
	struct floor *f = mem_new(sizeof *f);

	f->pool = pool;
	f->batch = w->batch;
	for (int i = 0; i < 2; i++) {
		const size_t *width = i == 0 ? w->teacher : w->student;

		if (!(i == 0 ? teacher : student))
			continue;
		if (!width)
			floor_transformer(f, i == 0 ? &w->big : &w->small, i == 1);
		else if (workload == 5)
			floor_cnn(f, width, i == 1);
		else
			floor_mlp(f, width, workload == 2 && i == 1 ? 2 : 3, i == 1);
	}
	if (f->out_of_memory) {
		floor_free(f);
		return NULL;
	}
	return f;
}

void
floor_free(struct floor *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->blocks; i++)
		mem_free(f->block[i]);
	mem_free(f->block);
	mem_free(f->item);
	mem_free(f);
}

static size_t
offset(const struct item *item, struct stride s, size_t index)
{
	return index / item->fold * s.outer + index % item->fold * s.inner;
}

static void
run_one(void *arg, int index)
{
	const struct job *job = arg;
	const struct item *item = job->item;
	struct blas_product p = item->p;
	size_t mine = (size_t)pool_worker() * FLOOR_SCRATCH;

	p.a += p.a == job->floor->scratch ? mine : offset(item, item->a, (size_t)index);
	p.b += offset(item, item->b, (size_t)index);
	p.c += p.c == job->floor->scratch ? mine : offset(item, item->c, (size_t)index);
	blas_one(&p);
}

void
floor_step(struct floor *f)
{
	for (size_t i = 0; i < f->n; i++) {
		struct job job = { f, &f->item[i] };

		if (f->item[i].count == 1)
			blas_run(f->pool, &f->item[i].p);
		else
			pool_run(f->pool, (int)f->item[i].count, run_one, &job);
	}
}

double
floor_flops(const struct floor *f)
{
	double flops = 0;

	for (size_t i = 0; i < f->n; i++) {
		const struct blas_product *p = &f->item[i].p;

		flops += 2 * (double)p->m * (double)p->n * (double)p->k * (double)f->item[i].count;
	}
	return flops;
}

double
floor_run(void *arg, double seconds, size_t *samples)
{
	struct floor *f = arg;
	double start = mono_now();

	*samples = 0;
	do {
		floor_step(f);
		*samples += f->batch;
	} while (mono_now() - start < seconds);
	return mono_now() - start;
}
