/* The door to pthread: threads with all signals blocked, locks, conditions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_THREAD_H
#define RETORT_BASE_THREAD_H

#include <pthread.h>

struct thread {
	pthread_t id;
};

struct lock {
	pthread_mutex_t mutex;
	pthread_cond_t cond;
};

/*
 * Start `run(arg)` with every signal blocked but its own faults: signals belong to the main thread.
 * Aborts on failure.
 */
void thread_start(struct thread *t, void *(*run)(void *), void *arg);
void thread_join(struct thread *t);

/* Tell the processor that this is a spin loop. */
void thread_relax(void);

/*
 * From here on the calling thread takes numbers too small for a full mantissa for 0. A gradient
 * that fades away passes through them, and a processor is up to a hundred times slower there. Every
 * thread that computes calls it, so that bits do not depend on which one did. Where a processor has
 * no such switch, nothing happens.
 */
void thread_flush_denormals(void);

/* How many processors this process may use. */
int thread_cpus(void);

void thread_lock_init(struct lock *l);
void thread_lock_release(struct lock *l);
void thread_lock(struct lock *l);
void thread_unlock(struct lock *l);
/* Wait for thread_wake with the lock held; may return early, so loop on the condition. */
void thread_wait(struct lock *l);
/* The same for at most so many seconds. */
void thread_wait_for(struct lock *l, double seconds);
void thread_wake(struct lock *l);

#endif
