/* A reserve of memory for calls of libraries that use the result of malloc without a check; and an
 * end to those that repeat a call without end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_MALLOC_H
#define RETORT_BASE_MALLOC_H

#include <stdbool.h>
#include <stddef.h>

#define MALLOC_RESERVE                                                            \
	((size_t)8 << 20) /* bytes of a block: the largest that is served from it \
			   */

/*
 * Allocate the reserve up to so many blocks: one for each thread that calls malloc_guard, at least.
 * Their pages are not resident before they are used. 0, or -1 without memory.
 */
int malloc_reserve(int blocks);

/*
 * Serve the calls of malloc of this thread from the reserve where memory is refused, until
 * malloc_unguard, which ends the process as mem_give_up does if a block was used: the call of the
 * library is complete then, and memory is known to be exhausted. Not nested. Any thread.
 */
void malloc_guard(void);
void malloc_unguard(void);

#endif
