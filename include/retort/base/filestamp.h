/* Identity, size and time of a file: whether it changes while it is read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_FILESTAMP_H
#define RETORT_BASE_FILESTAMP_H

#include <stdbool.h>
#include <stdint.h>

#include "retort/base/err.h"

struct filestamp {
	bool regular; /* false: no file, or a pipe, whose bytes come once */
	uint64_t device, inode, size;
	int64_t seconds, nanoseconds; /* of the last change of its contents */
};

struct filestamp filestamp_take(const char *path);

/* Check that a regular file is as it was. -1: "PATH: changed while it was read". */
int filestamp_check(const struct filestamp *before, const char *path, struct err *e);

#endif
