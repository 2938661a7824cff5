/* mem.c: checked allocation, arenas, the count that tests watch and the failures they ask for. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/mem.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "retort/base/mem_failing.h"
#include "retort/base/sig.h"

#define ALIGN 64                    /* cache line; widest vector */
#define LAZY_ZERO ((size_t)1 << 20) /* bytes from which pages are zeroed lazily */
#define LARGE ((size_t)1 << 22)     /* bytes from which a block has huge pages */

static _Atomic uint64_t allocations;
static _Atomic uint64_t fail_in,
	fail_count; /* calls of mem_try until one fails, and failures left */
static _Atomic bool has_failed;
static _Atomic bool small_too; /* calls of mem_new are counted with them */

void
mem_give_up(const char *what, size_t n)
{
	sig_last();
	fprintf(stderr, "retort: out of memory: %zu %s requested\n", n, what);
	fflush(stdout);
	_exit(1);
}

static void
no_memory(size_t size)
{
	mem_give_up("bytes", size);
}

/*
 * Ask the system for huge pages (2 MiB) for a large block: the first touch of its small pages
 * takes longer than to fill them, most of all in a virtual machine. The block takes at most one
 * page more than it needs.
 */
static void
ask_huge(void *p, size_t bytes)
{
#ifdef MADV_HUGEPAGE
	uintptr_t page = 4096, from = ((uintptr_t)p + page - 1) & ~(page - 1),
		  to = ((uintptr_t)p + bytes) & ~(page - 1);

	if (bytes >= LARGE)
		madvise((void *)from, to - from, MADV_HUGEPAGE); /* refused: small pages */
#else
	(void)p;
	(void)bytes;
#endif
}

static bool is_failed(void);

void *
mem_new(size_t size)
{
	bool failed = atomic_load_explicit(&small_too, memory_order_relaxed) && is_failed();
	void *p = failed ? NULL : calloc(1, size ? size : 1);

	if (!p)
		no_memory(size);
	ask_huge(p, size);
	atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
	return p;
}

void *
mem_array(size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		no_memory(SIZE_MAX);
	return mem_new(n * size);
}

/*
 * Have the system zero the pages of a large block on first touch, so that memory that is never used
 * (moments of a network that is never trained) is never resident. Only Linux guarantees zeroes
 * after MADV_DONTNEED.
 */
static void
fill_zero(char *p, size_t bytes)
{
#ifdef __linux__
	uintptr_t page = 4096, from = ((uintptr_t)p + page - 1) & ~(page - 1),
		  to = ((uintptr_t)p + bytes) & ~(page - 1);

	if (bytes >= LAZY_ZERO && sysconf(_SC_PAGESIZE) == (long)page &&
	    madvise((void *)from, to - from, MADV_DONTNEED) == 0) {
		memset(p, 0, from - (uintptr_t)p);
		memset((void *)to, 0, (uintptr_t)p + bytes - to);
		return;
	}
#endif
	memset(p, 0, bytes);
}

void
mem_fail(uint64_t from, uint64_t n)
{
	atomic_store(&fail_count, 0);
	atomic_store(&fail_in, from);
	atomic_store(&fail_count, n);
}

void
mem_fail_any(uint64_t from, uint64_t n)
{
	atomic_store(&small_too, true);
	mem_fail(from, n);
}

bool
mem_has_failed(void)
{
	return atomic_load(&has_failed);
}

/* Whether a test has asked for the failure of this call. */
static bool
is_failed(void)
{
	if (!atomic_load_explicit(&fail_count, memory_order_relaxed))
		return false;
	if (atomic_load(&fail_in) > 1) {
		atomic_fetch_sub(&fail_in, 1);
		return false;
	}
	atomic_fetch_sub(&fail_count, 1);
	atomic_store(&has_failed, true);
	return true;
}

void *
mem_try(size_t n, size_t size)
{
	void *p;
	size_t bytes;

	if ((size && n > (SIZE_MAX - ALIGN) / size) || is_failed())
		return NULL;
	bytes = mem_arena_round(n * size);
	p = aligned_alloc(ALIGN, bytes ? bytes : ALIGN);
	if (!p)
		return NULL;
	ask_huge(p, bytes);
	fill_zero(p, bytes);
	atomic_fetch_add_explicit(&allocations, 1, memory_order_relaxed);
	return p;
}

void
mem_free(void *p)
{
	free(p);
}

char *
mem_text(const char *text)
{
	size_t len = strlen(text) + 1;

	return memcpy(mem_new(len), text, len);
}

void
mem_grow(void *p, size_t *cap, size_t need, size_t size)
{
	void **array = p;
	size_t n = *cap ? *cap : 8;
	void *bigger;

	if (need <= *cap)
		return;
	while (n < need)
		n *= 2;
	bigger = mem_array(n, size);
	if (*cap)
		memcpy(bigger, *array, *cap * size);
	free(*array);
	*array = bigger;
	*cap = n;
}

int
mem_try_grow(void *p, size_t *cap, size_t need, size_t size)
{
	void **array = p, *bigger;
	size_t n = *cap ? *cap : 8;

	if (need <= *cap)
		return 0;
	while (n < need)
		n = n > SIZE_MAX / 2 ? need : 2 * n;
	bigger = mem_try(n, size);
	if (!bigger)
		return -1;
	if (*cap)
		memcpy(bigger, *array, *cap * size);
	mem_free(*array);
	*array = bigger;
	*cap = n;
	return 0;
}

uint64_t
mem_count(void)
{
	return atomic_load_explicit(&allocations, memory_order_relaxed);
}

size_t
mem_arena_round(size_t size)
{
	return (size + ALIGN - 1) / ALIGN * ALIGN;
}

int
mem_arena_init(struct arena *a, size_t size)
{
	a->base = mem_try(size, 1);
	a->size = size;
	a->used = 0;
	return a->base ? 0 : -1;
}

void
mem_arena_release(struct arena *a)
{
	mem_free(a->base);
	*a = (struct arena){ 0 };
}

void *
mem_arena_take(struct arena *a, size_t size)
{
	void *p = a->base + a->used;

	size = mem_arena_round(size);
	assert(size <= mem_arena_round(a->size) - a->used);
	a->used += size;
	return p;
}

size_t
mem_machine(void)
{
	long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
	size_t have = pages > 0 && size > 0 ? (size_t)pages * (size_t)size : SIZE_MAX;
	struct rlimit limit;

	if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
	    limit.rlim_cur < have)
		have = (size_t)limit.rlim_cur;
	return have;
}
