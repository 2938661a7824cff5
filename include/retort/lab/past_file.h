/* The blocks of numbers of a kept state in a file, with a checksum. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_PAST_FILE_H
#define RETORT_LAB_PAST_FILE_H

#include <stdatomic.h>

#include "retort/lab/past_state.h"

/*
 * The file is read by the process that wrote it, which has removed it when it ends: a header with
 * step, sizes and the SHA-256 of the blocks, then the blocks. What is not numbers stays in memory.
 */

/* Write the blocks of a state to its new file. Any thread; the state is not changed meanwhile.
 * Returns early with an error once *cancelled is true. */
int past_file_write(const struct past_state *s, const atomic_bool *cancelled, struct err *e);

/* Read them into memory again. -1 and an error that names the file: it is missing, cut short or
 * damaged, or there is no memory; the state is as it was. */
int past_file_read(struct past_state *s, struct err *e);

#endif
