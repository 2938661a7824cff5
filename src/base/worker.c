/* worker.c: a thread that carries out one order at a time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/worker.h"

#include "retort/base/mem.h"
#include "retort/base/thread.h"

struct worker {
	void (*work)(void *arg, void *order);
	void (*done)(void *arg, void *order);
	void *arg;
	struct lock lock;
	void *order; /* under lock; NULL: the worker is not busy */
	bool quit;   /* under lock */
	atomic_bool cancelled;
	bool runs; /* there is a thread; of the thread that gives orders */
	struct thread thread;
};

/* Wait for an order; NULL when the worker is to end. */
static void *
next_order(struct worker *w)
{
	void *order;

	thread_lock(&w->lock);
	while (!w->order && !w->quit)
		thread_wait(&w->lock);
	order = w->order;
	thread_unlock(&w->lock);
	return order;
}

static void *
run_worker(void *arg)
{
	struct worker *w = arg;
	void *order;

	thread_flush_denormals();
	while ((order = next_order(w))) {
		w->work(w->arg, order);
		thread_lock(&w->lock);
		w->order = NULL;
		atomic_store(&w->cancelled, w->quit);
		thread_wake(&w->lock);
		thread_unlock(&w->lock);
		w->done(w->arg, order);
	}
	return NULL;
}

struct worker *
worker_new(void (*work)(void *arg, void *order), void (*done)(void *arg, void *order), void *arg)
{
	struct worker *w = mem_new(sizeof *w);

	w->work = work;
	w->done = done;
	w->arg = arg;
	thread_lock_init(&w->lock);
	return w;
}

void
worker_free(struct worker *w)
{
	if (!w)
		return;
	thread_lock(&w->lock);
	w->quit = true;
	atomic_store(&w->cancelled, true);
	thread_wake(&w->lock);
	thread_unlock(&w->lock);
	if (w->runs)
		thread_join(&w->thread);
	thread_lock_release(&w->lock);
	mem_free(w);
}

void
worker_give(struct worker *w, void *order)
{
	thread_lock(&w->lock);
	w->order = order;
	thread_wake(&w->lock);
	thread_unlock(&w->lock);
	if (!w->runs)
		thread_start(&w->thread, run_worker, w);
	w->runs = true;
}

bool
worker_is_busy(struct worker *w)
{
	bool busy;

	thread_lock(&w->lock);
	busy = w->order != NULL;
	thread_unlock(&w->lock);
	return busy;
}

void
worker_wait(struct worker *w)
{
	thread_lock(&w->lock);
	while (w->order)
		thread_wait(&w->lock);
	thread_unlock(&w->lock);
}

void
worker_cancel(struct worker *w)
{
	thread_lock(&w->lock);
	if (w->order)
		atomic_store(&w->cancelled, true);
	thread_unlock(&w->lock);
}

const atomic_bool *
worker_cancelled(const struct worker *w)
{
	return &w->cancelled;
}
