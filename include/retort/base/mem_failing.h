/* The end where memory is refused, and failures that tests ask for. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_MEM_FAILING_H
#define RETORT_BASE_MEM_FAILING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * End the process with a message and status 1: the terminal is restored, the recording is whole,
 * since each of its lines is written at once. No core is dumped: nothing is wrong with the program.
 */
_Noreturn void mem_give_up(const char *what, size_t n);

/* As mem_fail, with calls of mem_new and those based on it, of which a failure ends the process. */
void mem_fail_any(uint64_t from, uint64_t n);

/* Whether an allocation has failed because a test asked for it. */
bool mem_has_failed(void);

#endif
