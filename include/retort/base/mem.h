/* Checked allocation, fallible big blocks, arenas, and a count of all allocations for tests. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_MEM_H
#define RETORT_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

/* Allocate a small object (a node, a string), zeroed; ends the process when out of memory. */
void *mem_new(size_t size);

/* Allocate n items of `size` bytes, zeroed; ends it on overflow, too. */
void *mem_array(size_t n, size_t size);

/* Allocate a block whose size depends on the user's data: zeroed, 64-byte aligned. Returns NULL on
 * overflow and when out of memory, so that the caller can report the size. */
void *mem_try(size_t n, size_t size);

/* Free anything allocated here; NULL is accepted. */
void mem_free(void *p);

/* Copy a string; ends the process likewise. Caller frees with mem_free. */
char *mem_text(const char *text);

/*
 * Grow the array `*p` of `*cap` items of `size` bytes to at least `need` items, by doubling; new
 * items are zeroed. Ends the process likewise.
 */
void mem_grow(void *p, size_t *cap, size_t need, size_t size);

/* The same for user-sized arrays: -1, with nothing changed, without memory. */
int mem_try_grow(void *p, size_t *cap, size_t need, size_t size);

/* Number of allocations so far, for tests that a training step makes none. Any thread. */
uint64_t mem_count(void);

/* Let `n` calls of mem_try fail, beginning with call number `from` from now on (1: the next); 0, 0:
 * none. For tests of what a failure leaves behind. Any thread. */
void mem_fail(uint64_t from, uint64_t n);

/* Bytes of physical memory, or RLIMIT_AS if that is less. */
size_t mem_machine(void);

/* An arena: a block handed out from front to back and freed as a whole. */
struct arena {
	char *base;  /* owned */
	size_t size; /* bytes */
	size_t used; /* bytes */
};

/* Returns 0, or -1 when out of memory. */
int mem_arena_init(struct arena *a, size_t size);
void mem_arena_release(struct arena *a);

/* Take `size` bytes, 64-byte aligned. Asserts that they fit: sizes are planned beforehand. */
void *mem_arena_take(struct arena *a, size_t size);

/* Bytes of the arena that a request of `size` uses. */
size_t mem_arena_round(size_t size);

#endif
