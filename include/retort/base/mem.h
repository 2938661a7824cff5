/* Checked allocation, fallible big blocks, arenas, and a count of all allocations for tests. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_MEM_H
#define RETORT_BASE_MEM_H

#include <stddef.h>
#include <stdint.h>

/* Small things (a node, a string): zeroed; prints and aborts when there is no memory. */
void *mem_new(size_t size);

/* n items of `size` bytes; zeroed; aborts on overflow and when there is no memory. */
void *mem_array(size_t n, size_t size);

/* User-sized blocks: zeroed, 64-byte aligned; NULL on overflow or when there is no memory, so
   that the caller can say how much was asked for. Freed by mem_free. */
void *mem_try(size_t n, size_t size);

/* mem_free(NULL) is fine. */
void mem_free(void *p);

/* A copy of `text`; aborts when there is no memory. Caller frees with mem_free. */
char *mem_text(const char *text);

/*
 * Room for at least `need` items of `size` bytes in the array `*p` with `*cap` items, doubling;
 * new items are zeroed. Aborts when there is no memory.
 */
void mem_grow(void *p, size_t *cap, size_t need, size_t size);

/* How many allocations this process has made so far: a step must not move it. Any thread. */
uint64_t mem_count(void);

/* Bytes of memory this machine has, or that this process may use where that is less. */
size_t mem_machine(void);

/* A block that is handed out from front to back and freed whole. */
struct arena {
	char *base;  /* owned */
	size_t size; /* bytes */
	size_t used; /* bytes */
};

/* 0, or -1 when there is no memory for `size` bytes. */
int mem_arena_init(struct arena *a, size_t size);
void mem_arena_release(struct arena *a);

/* 64-byte aligned; asserts that it fits, because sizes are planned before. */
void *mem_arena_take(struct arena *a, size_t size);

/* What mem_arena_take will use of the arena for a request of `size`. */
size_t mem_arena_round(size_t size);

#endif
