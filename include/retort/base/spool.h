/* Pipes read like files: their bytes are copied to a temporary file, once. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_SPOOL_H
#define RETORT_BASE_SPOOL_H

#include <stddef.h>

#include "retort/base/err.h"

/*
 * Open a pipe for reading, from its first byte, as a regular file of *size bytes: /dev/stdin, a
 * named pipe, or a process substitution of a shell. The first call waits for all of its bytes; a
 * later one, of the same pipe by any path, gives the same bytes. They are kept until the program
 * ends, in the cache directory without a name (tmpmap.h). Return a descriptor, which the caller
 * closes, or -1 and an error that begins with the path.
 */
int spool_open(const char *path, size_t *size, struct err *e);

#endif
