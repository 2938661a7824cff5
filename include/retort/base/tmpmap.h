/* A block that is too large for memory: it lies in a file without a name. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_TMPMAP_H
#define RETORT_BASE_TMPMAP_H

#include <stddef.h>

#include "retort/base/err.h"

/*
 * The file is made in the cache directory, $XDG_CACHE_HOME/retort or ~/.cache/retort, and loses its
 * name at once: it is gone with the process, however that ends. Its bytes are memory that the
 * system may write out and drop: they are resident as long as there is room, and not anonymous.
 * Room on the disk is taken before it is written to, so a full disk is an error here, and no signal
 * later. One thread at a time.
 */
struct tmpmap {
	int fd;
	char *dir;     /* owned: where the file is, for errors */
	size_t size;   /* bytes written or mapped so far */
	size_t taken;  /* bytes of the disk */
	void *map;     /* NULL until tmpmap_map */
	size_t mapped; /* bytes of the mapping */
};

/* An empty one; caller frees with tmpmap_free. NULL with an error that names the directory. */
struct tmpmap *tmpmap_new(struct err *e);

/* Put bytes behind those that are there. A mapping does not show them before it is made again. */
int tmpmap_write(struct tmpmap *s, const void *bytes, size_t n, struct err *e);

/* Forget what was written behind the first `size` bytes. */
void tmpmap_cut(struct tmpmap *s, size_t size);

/* Map the whole, of `size` bytes: what is missing is zero. What was mapped before is gone. NULL and
 * an error. */
void *tmpmap_map(struct tmpmap *s, size_t size, struct err *e);

/* tmpmap_free(NULL) is fine. */
void tmpmap_free(struct tmpmap *s);

#endif
