/* pool.c: workers that take shards of a job from a counter. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/pool.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "retort/base/mem.h"
#include "retort/base/mem_failing.h"
#include "retort/base/thread.h"

/*
 * One 64-bit ticket holds the job's generation, its number of shards and the next shard:
 *     generation:32 | shards:16 | next:16
 * A worker takes a shard by compare-and-exchange of the whole ticket, so a worker that
 * slept through a job cannot take a shard of the next one by mistake. `shard` and `arg` may be read
 * after a shard was taken: the job cannot end before that shard is done. Rejected: a static split
 * with a spin barrier, which is slower than one thread as soon as another program runs.
 */
/* About 100 microseconds: jobs of one step follow each other faster, and a wake-up costs ten. */
#define SPINS 10000

/* Argument of a worker thread. */
struct seat {
	struct pool *pool;
	int index;
};

struct pool {
	_Alignas(64) _Atomic uint64_t ticket;
	_Alignas(64) _Atomic int done;
	_Alignas(64) atomic_int asleep; /* workers waiting on `lock` */
	atomic_bool caller_asleep;
	atomic_bool stop;
	struct lock lock;
	void (*shard)(void *arg, int index);
	void *arg;
	int threads;
	struct thread *workers;
	struct seat *seats; /* [threads] */
};

static _Thread_local int worker_index;
static _Thread_local bool in_shard; /* a job that a shard starts runs on the thread of the shard */

static bool
has_shard(uint64_t ticket)
{
	return (ticket & 0xFFFF) < (ticket >> 16 & 0xFFFF);
}

/* Run shards until the job has none left. */
static void
run_shards(struct pool *p)
{
	uint64_t t = atomic_load(&p->ticket);

	in_shard = true;
	while (has_shard(t)) {
		if (!atomic_compare_exchange_weak(&p->ticket, &t, t + 1))
			continue;
		p->shard(p->arg, (int)(t & 0xFFFF));
		if (atomic_fetch_add(&p->done, 1) + 1 == (int)(t >> 16 & 0xFFFF) &&
		    atomic_load(&p->caller_asleep)) {
			thread_lock(&p->lock);
			thread_wake(&p->lock);
			thread_unlock(&p->lock);
		}
		t = atomic_load(&p->ticket);
	}
	in_shard = false;
}

static void
sleep_until_work(struct pool *p)
{
	thread_lock(&p->lock);
	atomic_fetch_add(&p->asleep, 1);
	while (!has_shard(atomic_load(&p->ticket)) && !atomic_load(&p->stop))
		thread_wait(&p->lock);
	atomic_fetch_sub(&p->asleep, 1);
	thread_unlock(&p->lock);
}

static void *
run_worker(void *arg)
{
	const struct seat *seat = arg;
	struct pool *p = seat->pool;

	worker_index = seat->index;
	thread_flush_denormals();
	while (!atomic_load(&p->stop)) {
		for (int i = 0; i < SPINS &&
				!has_shard(atomic_load_explicit(&p->ticket, memory_order_relaxed));
		     i++)
			thread_relax();
		if (!has_shard(atomic_load(&p->ticket)))
			sleep_until_work(p);
		run_shards(p);
	}
	return NULL;
}

struct pool *
pool_new(int threads)
{
	struct pool *p = mem_try(1, sizeof *p);

	if (!p)
		mem_give_up("bytes", sizeof *p);
	assert(threads >= 1);
	p->threads = threads;
	thread_lock_init(&p->lock);
	p->workers = mem_array((size_t)threads, sizeof *p->workers);
	p->seats = mem_array((size_t)threads, sizeof *p->seats);
	for (int i = 1; i < threads; i++) {
		p->seats[i] = (struct seat){ p, i };
		thread_start(&p->workers[i], run_worker, &p->seats[i]);
	}
	return p;
}

void
pool_free(struct pool *p)
{
	if (!p)
		return;
	atomic_store(&p->stop, true);
	thread_lock(&p->lock);
	thread_wake(&p->lock);
	thread_unlock(&p->lock);
	for (int i = 1; i < p->threads; i++)
		thread_join(&p->workers[i]);
	thread_lock_release(&p->lock);
	mem_free(p->workers);
	mem_free(p->seats);
	mem_free(p);
}

int
pool_threads(const struct pool *p)
{
	return p ? p->threads : 1;
}

int
pool_worker(void)
{
	return worker_index;
}

static void
wait_for_workers(struct pool *p, int shards)
{
	for (int i = 0; i < SPINS; i++) {
		if (atomic_load_explicit(&p->done, memory_order_acquire) == shards)
			return;
		thread_relax();
	}
	thread_lock(&p->lock);
	atomic_store(&p->caller_asleep, true);
	while (atomic_load(&p->done) != shards)
		thread_wait(&p->lock);
	atomic_store(&p->caller_asleep, false);
	thread_unlock(&p->lock);
}

void
pool_run(struct pool *p, int shards, void (*shard)(void *arg, int index), void *arg)
{
	uint64_t generation;

	assert(shards >= 0 && shards < 0x10000);
	if (!p || p->threads == 1 || shards <= 1 || in_shard) {
		for (int i = 0; i < shards; i++)
			shard(arg, i);
		return;
	}
	p->shard = shard;
	p->arg = arg;
	atomic_store(&p->done, 0);
	generation = (atomic_load(&p->ticket) >> 32) + 1;
	atomic_store(&p->ticket, generation << 32 | (uint64_t)shards << 16);
	if (atomic_load(&p->asleep) > 0) {
		thread_lock(&p->lock);
		thread_wake(&p->lock);
		thread_unlock(&p->lock);
	}
	run_shards(p);
	wait_for_workers(p, shards);
}
