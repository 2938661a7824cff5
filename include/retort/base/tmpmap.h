/* A block that is too large for memory: it lies in a file without a name. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_TMPMAP_H
#define RETORT_BASE_TMPMAP_H

#include <stddef.h>

#include "retort/base/err.h"

/*
 * The file is created in the cache directory, $XDG_CACHE_HOME/retort or ~/.cache/retort, and
 * unlinked at once, so that it vanishes with the process. Its pages are not anonymous memory: the
 * system may write them out and drop them. Disk space is allocated before it is written to, so that
 * a full disk is an error here and not a SIGBUS later. One thread at a time.
 */
struct tmpmap {
	int fd;
	char *dir;     /* owned; for error messages */
	size_t size;   /* bytes written or mapped so far */
	size_t taken;  /* bytes allocated on disk */
	void *map;     /* NULL until tmpmap_map */
	size_t mapped; /* size of the mapping, bytes */
};

/* Create an empty one; caller frees with tmpmap_free. Returns NULL with an error that names the
 * directory. */
struct tmpmap *tmpmap_new(struct err *e);

/* Append bytes. They become visible in a mapping made afterwards. */
int tmpmap_write(struct tmpmap *s, const void *bytes, size_t n, struct err *e);

/* Truncate to the first `size` bytes. */
void tmpmap_cut(struct tmpmap *s, size_t size);

/* Map `size` bytes; those not written are zero. Unmaps the previous mapping. Returns NULL with an
 * error. */
void *tmpmap_map(struct tmpmap *s, size_t size, struct err *e);

/* NULL is accepted. */
void tmpmap_free(struct tmpmap *s);

#endif
