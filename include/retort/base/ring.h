/* One producer, one consumer, fixed items, no lock on the way through. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_RING_H
#define RETORT_BASE_RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring;

/* `len` is rounded up to a power of two; items are `size` bytes. Aborts without memory. */
struct ring *ring_new(size_t len, size_t size);
void ring_free(struct ring *r);

/* Producer. Waits while the ring is full (the stored series must be complete): then it wakes the
 * consumer. */
void ring_put(struct ring *r, const void *item);

/* Producer. Wakes the consumer through its descriptor, unless it was woken already: a system call
 * at most. */
void ring_wake(struct ring *r);

/* Both. */
void ring_push(struct ring *r, const void *item);

/* Consumer. Takes at most `max` items into `out`; returns how many. */
size_t ring_take(struct ring *r, void *out, size_t max);

/* Consumer. A descriptor that polls readable when something was pushed since ring_drain. */
int ring_fd(const struct ring *r);

/* Consumer. Empties the descriptor; call before ring_take, or a wake is lost. */
void ring_drain(struct ring *r);

#endif
