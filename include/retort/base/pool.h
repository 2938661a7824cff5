/* Workers that take pieces of a job from a counter: a core lost costs its share, not the barrier.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_POOL_H
#define RETORT_BASE_POOL_H

struct pool;

/* `threads` >= 1 includes the caller: pool_new(1) starts none. Aborts when out of memory. */
struct pool *pool_new(int threads);
void pool_free(struct pool *p);
int pool_threads(const struct pool *p);

/* Index of the calling thread: 0 for the caller of pool_run, else 1..threads-1. Only to choose
 * scratch memory: results must not depend on it. */
int pool_worker(void);

/*
 * Run shard(arg, 0..shards-1), each once, on the workers and the caller; return when all are done.
 * Shards must be a function of shapes alone, not of the number of threads, and no two may write the
 * same memory: then results have the same bits on any number of threads. shards < 65536. With p
 * NULL the caller runs them all. A shard may call it with the same pool: its thread then runs all
 * shards of the inner job, with its own pool_worker. Otherwise one caller at a time. Allocates
 * nothing.
 */
void pool_run(struct pool *p, int shards, void (*shard)(void *arg, int index), void *arg);

#endif
