/* malloc.c: malloc of the whole program, with a reserve for a library that does not check it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/malloc.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "retort/base/mem_failing.h"

/*
 * A definition in the program precedes those of shared libraries in the lookup of symbols, so that
 * libraries call it, too. A block of the reserve has been allocated by the next definition, that of
 * the C library, and can be freed like any other. Rejected: to allocate and free a block of the
 * size before the call, since another thread, or the system, can take it in between.
 */
#define ENDLESS 10000 /* refusals in a row, which take some 0.1 s */
#define SLOTS 512     /* more than there are threads, of which each takes one at a time */

static void *_Atomic reserve[SLOTS]; /* owned */
static _Thread_local bool guarded, took;

#ifdef __has_feature
#define FEATURE(x) __has_feature(x)
#else
#define FEATURE(x) 0
#endif
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ && \
	!FEATURE(address_sanitizer) && !FEATURE(thread_sanitizer) && defined RTLD_NEXT

typedef void *malloc_function(size_t);

static _Thread_local size_t refused; /* bytes of the last block that was refused */
static _Thread_local int refusals;   /* of so many bytes in a row */

static void *
take_reserve(size_t size)
{
	void *p = NULL;

	for (int i = 0; i < SLOTS && !p && size <= MALLOC_RESERVE; i++)
		p = atomic_exchange(&reserve[i], NULL);
	took = took || p;
	return p;
}

/* End the process where a library asks for the same large block without end: OpenBLAS (0.3.21) does
 * for its buffers, also in threads of its own, for which the end of the process would wait. */
static void
count_refusal(size_t size)
{
	refusals = size == refused ? refusals + 1 : 1;
	refused = size;
	if (size > MALLOC_RESERVE && refusals == ENDLESS)
		mem_give_up("bytes", size);
}

/* Replace the function of the C library: the same, but for a thread between malloc_guard and
 * malloc_unguard, which gets a block of the reserve where memory is refused. */
void *
malloc(size_t size)
{
	static malloc_function *_Atomic next;
	malloc_function *call = atomic_load_explicit(&next, memory_order_relaxed);
	void *p;

	if (!call) {
		*(void **)&call = dlsym(RTLD_NEXT, "malloc");
		atomic_store_explicit(&next, call, memory_order_relaxed);
	}
	p = call ? call(size) : NULL;
	if (!p && guarded)
		p = take_reserve(size);
	if (p) {
		refusals = 0;
	} else {
		count_refusal(size);
		errno = ENOMEM;
	}
	return p;
}
#endif

int
malloc_reserve(int blocks)
{
	for (int i = 0; i < blocks && i < SLOTS; i++) {
		void *p;

		if (atomic_load(&reserve[i]))
			continue;
		p = malloc(MALLOC_RESERVE);
		if (!p)
			return -1;
		atomic_store(&reserve[i], p);
	}
	return 0;
}

void
malloc_guard(void)
{
	guarded = true;
}

void
malloc_unguard(void)
{
	guarded = false;
	if (took)
		mem_give_up("bytes", MALLOC_RESERVE);
}
