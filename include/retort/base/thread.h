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
 * Start `run(arg)` with all signals blocked except its own faults: the main thread handles signals.
 * Aborts on failure.
 */
void thread_start(struct thread *t, void *(*run)(void *), void *arg);
void thread_join(struct thread *t);

/* Hint to the processor in a spin loop. */
void thread_relax(void);

/*
 * Make the calling thread treat denormal numbers as 0: vanishing gradients pass through them, and
 * processors are up to a hundred times slower on them. Every computing thread calls this, so that
 * results do not depend on which thread computed. No effect where the processor has no such mode.
 */
void thread_flush_denormals(void);

/* Number of processors this process may use (its affinity). */
int thread_cpus(void);

void thread_lock_init(struct lock *l);
void thread_lock_release(struct lock *l);
void thread_lock(struct lock *l);
void thread_unlock(struct lock *l);
/* Wait for thread_wake, with the lock held; may return early, so loop on the condition. */
void thread_wait(struct lock *l);
/* The same, for at most `seconds`. */
void thread_wait_for(struct lock *l, double seconds);
void thread_wake(struct lock *l);

#endif
