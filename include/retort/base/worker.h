/* A thread that carries out one order at a time. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_WORKER_H
#define RETORT_BASE_WORKER_H

#include <stdatomic.h>
#include <stdbool.h>

struct worker;

/*
 * Creates a worker; its thread starts with the first order. Both functions are called in that
 * thread with `arg` and the order: `work` carries the order out, and returns early once
 * *worker_cancelled is true; `done` follows it, when the worker accepts the next order.
 */
struct worker *worker_new(void (*work)(void *arg, void *order),
			  void (*done)(void *arg, void *order), void *arg);

/* Cancels the order, waits until `done` has returned for it, frees. worker_free(NULL) is fine. */
void worker_free(struct worker *w);

/* Hands over an order, not NULL; `work` and `done` are called for it once. Only while the worker is
 * not busy; from one thread at a time. */
void worker_give(struct worker *w, void *order);

/* Whether an order is being carried out. What `work` reads and writes may be changed while not. */
bool worker_is_busy(struct worker *w);

/* Waits until it is not busy; of the thread that gives orders. */
void worker_wait(struct worker *w);

/* Cancels the order that is being carried out, if one is. */
void worker_cancel(struct worker *w);

/* The flag for `work` to poll; valid as long as the worker. */
const atomic_bool *worker_cancelled(const struct worker *w);

#endif
