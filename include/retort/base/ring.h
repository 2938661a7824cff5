/* One producer, one consumer, fixed items, no lock on the way through. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_RING_H
#define RETORT_BASE_RING_H

#include <stdbool.h>
#include <stddef.h>

struct ring;

/* `len` items of `size` bytes each, rounded up to a power of two. Aborts when out of memory. */
struct ring *ring_new(size_t len, size_t size);
void ring_free(struct ring *r);

/* Producer: append an item. While the ring is full it wakes the consumer and waits, so that no item
 * is dropped. */
void ring_put(struct ring *r, const void *item);

/* Producer: make ring_fd readable. At most one system call; none if it is readable already. */
void ring_wake(struct ring *r);

/* ring_put, then ring_wake. */
void ring_push(struct ring *r, const void *item);

/* Consumer: move at most `max` items into `out`; returns their number. */
size_t ring_take(struct ring *r, void *out, size_t max);

/* Consumer: a descriptor that polls readable after a push since ring_drain. */
int ring_fd(const struct ring *r);

/* Consumer: empty the descriptor. Call it before ring_take, else a wake-up is lost. */
void ring_drain(struct ring *r);

#endif
