/* A folder of temporary files in the cache, for one process; those of dead ones are removed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_SCRATCH_H
#define RETORT_BASE_SCRATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "retort/base/err.h"

/*
 * The folder is KIND/PID-XXXXXX in $XDG_CACHE_HOME/retort or ~/.cache/retort, for the owner only,
 * as are its files. It is locked as long as its process lives, so that no other process takes it
 * for one that was left behind.
 */
struct scratch;

/* Create a folder. NULL and an error that names it. */
struct scratch *scratch_new(const char *kind, struct err *e);

/* Remove the folder with all files in it. scratch_free(NULL) is fine. */
void scratch_free(struct scratch *s);

/* Remove the folders of that kind whose process has ended without scratch_free. */
void scratch_clean(const char *kind);

/* Path of a file in the folder; caller frees with mem_free. */
char *scratch_path(const struct scratch *s, const char *name);

/*
 * Write a new file of `parts` blocks. Returns early with an error once *cancelled is true; NULL:
 * never. On failure no file remains. Any thread.
 */
int scratch_write(const char *path, const void *const *part, const size_t *size, size_t parts,
		  const atomic_bool *cancelled, struct err *e);

/* Remove a file; one that is missing is no error. */
void scratch_remove(const char *path);

#endif
