/* Workers that take pieces of a job from a counter: a core lost costs its share, not the barrier.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_POOL_H
#define RETORT_BASE_POOL_H

struct pool;

/* `threads` >= 1 counts the caller, so pool_new(1) starts none. Aborts without memory. */
struct pool *pool_new(int threads);
void pool_free(struct pool *p);
int pool_threads(const struct pool *p);

/* Which thread runs the calling piece: 0 the caller, else 1..threads-1. For scratch memory only:
 * results must not depend on it. */
int pool_worker(void);

/*
 * Run piece(arg, 0..pieces-1), each once, on the workers and the caller; returns when all are
 * done. What a piece is must depend on shapes alone, never on the number of threads, and no
 * two pieces may write the same memory: then the bits are the same with any number of threads.
 * `pieces` < 65536. p may be NULL: the caller runs them all. One caller at a time. Allocates
 * nothing.
 */
void pool_run(struct pool *p, int pieces, void (*piece)(void *arg, int index), void *arg);

#endif
