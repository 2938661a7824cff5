/* ring.c: one producer, one consumer; the only way from the trainer to the main thread. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/ring.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "retort/base/mem.h"
#include "retort/base/thread.h"
#include "retort/base/mem_failing.h"

/*
 * head and tail only grow; an index is the count modulo the length. The producer owns head, the
 * consumer tail, each on its own cache line. `woken` is set while a byte is in the pipe. It is
 * cleared by an exchange: a plain store would not synchronise with a push that found the flag set,
 * and its item could wait for the next wake-up.
 */
struct ring {
	_Alignas(64) _Atomic size_t head;
	_Alignas(64) _Atomic size_t tail;
	_Alignas(64) atomic_bool woken;
	atomic_bool full; /* the producer waits on `room` */
	struct lock room;
	int pipe[2];
	size_t len;  /* items, a power of two */
	size_t size; /* bytes of an item */
	char *items;
};

struct ring *
ring_new(size_t len, size_t size)
{
	struct ring *r = mem_try(1, sizeof *r);
	size_t n = 1;

	while (n < len)
		n *= 2;
	if (!r || pipe2(r->pipe, O_NONBLOCK | O_CLOEXEC) < 0)
		mem_give_up("items of a ring", n);
	r->len = n;
	r->size = size;
	r->items = mem_array(n, size);
	thread_lock_init(&r->room);
	return r;
}

void
ring_free(struct ring *r)
{
	if (!r)
		return;
	close(r->pipe[0]);
	close(r->pipe[1]);
	thread_lock_release(&r->room);
	mem_free(r->items);
	mem_free(r);
}

void
ring_wake(struct ring *r)
{
	if (!atomic_exchange(&r->woken, true)) {
		ssize_t n = write(r->pipe[1], "", 1);

		(void)n; /* a full pipe is readable anyway */
	}
}

/* Sleep until the consumer has made room; the lock closes the gap between the test and the sleep.
 */
static void
wait_for_room(struct ring *r, size_t head)
{
	thread_lock(&r->room);
	atomic_store(&r->full, true);
	while (head - atomic_load(&r->tail) == r->len)
		thread_wait(&r->room);
	atomic_store(&r->full, false);
	thread_unlock(&r->room);
}

void
ring_put(struct ring *r, const void *item)
{
	size_t head = atomic_load_explicit(&r->head, memory_order_relaxed);

	if (head - atomic_load_explicit(&r->tail, memory_order_acquire) == r->len) {
		ring_wake(r);
		wait_for_room(r, head);
	}
	memcpy(r->items + (head & (r->len - 1)) * r->size, item, r->size);
	atomic_store(&r->head, head + 1);
}

void
ring_push(struct ring *r, const void *item)
{
	ring_put(r, item);
	ring_wake(r);
}

size_t
ring_take(struct ring *r, void *out, size_t max)
{
	size_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
	size_t n = atomic_load(&r->head) - tail;

	n = n < max ? n : max;
	for (size_t i = 0; i < n; i++)
		memcpy((char *)out + i * r->size, r->items + ((tail + i) & (r->len - 1)) * r->size,
		       r->size);
	if (n == 0)
		return 0;
	atomic_store(&r->tail, tail + n);
	if (atomic_load(&r->full)) {
		thread_lock(&r->room);
		thread_wake(&r->room);
		thread_unlock(&r->room);
	}
	return n;
}

int
ring_fd(const struct ring *r)
{
	return r->pipe[0];
}

void
ring_drain(struct ring *r)
{
	char sink[64];

	while (read(r->pipe[0], sink, sizeof sink) > 0)
		;
	atomic_exchange(&r->woken, false);
}
