/* Atomic replacement of regular files, for base/io.h. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_REPLACE_H
#define RETORT_BASE_REPLACE_H

#include <stddef.h>
#include <sys/types.h>

#include "retort/base/err.h"

/* Contents of a file to write. */
struct replace_blocks {
	const void *const *part;
	const size_t *size;
	size_t n;
	int mode; /* permissions that it gets whatever the umask; -1: those of the old file, if any
		   */
};

/*
 * Write the blocks beside the file that `name` is, after links, and rename them over it. A new file
 * has the permissions `mode` without those of the umask. Anything that is there and is not a
 * regular file is an error, since the rename would destroy it.
 */
int replace_file(const char *name, mode_t mode, struct replace_blocks *b, struct err *e);

/* Rename a file over another by the same rules. */
int replace_by(const char *from, const char *to, struct err *e);

#endif
