/* thread.c: the door to pthread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/thread.h"

#include <sched.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/mem_failing.h"

void
thread_start(struct thread *t, void *(*run)(void *), void *arg)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	sigset_t all, was;
	int code;

	sigfillset(&all);
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
		sigdelset(
			&all,
			faults[i]); /* a blocked fault would end the process without its handler */
	pthread_sigmask(SIG_SETMASK, &all, &was);
	code = pthread_create(&t->id, NULL, run, arg);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	if (code) {
		mem_give_up("thread", 1);
	}
}

void
thread_join(struct thread *t)
{
	pthread_join(t->id, NULL);
}

void
thread_flush_denormals(void)
{
#if defined(__x86_64__)
	__builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() |
			       0x8040u); /* flush to zero, and read as zero */
#elif defined(__aarch64__)
	uint64_t fpcr;

	__asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
	__asm__ volatile("msr fpcr, %0" : : "r"(fpcr | (uint64_t)1 << 24));
#endif
}

void
thread_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("yield");
#endif
}

int
thread_cpus(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;

	return n > 0 ? n : 1;
}

void
thread_lock_init(struct lock *l)
{
	pthread_mutex_init(&l->mutex, NULL);
	pthread_cond_init(&l->cond, NULL);
}

void
thread_lock_release(struct lock *l)
{
	pthread_cond_destroy(&l->cond);
	pthread_mutex_destroy(&l->mutex);
}

void
thread_lock(struct lock *l)
{
	pthread_mutex_lock(&l->mutex);
}

void
thread_unlock(struct lock *l)
{
	pthread_mutex_unlock(&l->mutex);
}

void
thread_wait(struct lock *l)
{
	pthread_cond_wait(&l->cond, &l->mutex);
}

void
thread_wait_for(struct lock *l, double seconds)
{
	struct timespec t;
	long nano;

	clock_gettime(CLOCK_MONOTONIC, &t);
	seconds = seconds < 0 ? 0 : seconds > 1 ? 1 : seconds; /* returning early is allowed */
	nano = t.tv_nsec + (long)(1e9 * seconds);
	t.tv_sec += nano / 1000000000L;
	t.tv_nsec = nano % 1000000000L;
	pthread_cond_clockwait(&l->cond, &l->mutex, CLOCK_MONOTONIC, &t);
}

void
thread_wake(struct lock *l)
{
	pthread_cond_broadcast(&l->cond);
}
