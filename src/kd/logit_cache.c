/* logit_cache.c: answers that are kept, in memory or in a file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/logit_cache.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"

/* What stands before the answers; numbers as this machine stores them, because the file never
 * leaves it. */
struct head {
	char magic[16];
	struct hash key;
	uint64_t rows, chunks, width, real_size;
};

static size_t
head_room(size_t chunks)
{
	return mem_arena_round(sizeof(struct head)) + mem_arena_round(chunks);
}

size_t
logit_cache_size(size_t rows, size_t chunks, size_t width)
{
	return head_room(chunks) + mem_arena_round(rows * width * sizeof(real));
}

static struct head
head_of(size_t rows, size_t chunks, size_t width, const struct hash *key)
{
	struct head h = { "retort answers1", *key, rows, chunks, width, sizeof(real) };

	return h;
}

/* A file of another key or shape is begun anew: its answers are never used. */
static void *
open_file(const char *path, size_t size, const struct head *want, struct err *e)
{
	bool fresh;
	struct head *h = io_map(path, size, &fresh, e);

	if (h && (fresh || memcmp(h, want, sizeof *h) != 0)) {
		memset(h, 0, size);
		*h = *want;
	}
	return h;
}

int
logit_cache_open(struct logit_cache *k, size_t rows, size_t chunks, size_t width, const char *path,
		 const struct hash *key, struct err *e)
{
	size_t size = logit_cache_size(rows, chunks, width);
	struct head want = head_of(rows, chunks, width, key);

	memset(k, 0, sizeof *k);
	k->block = path ? open_file(path, size, &want, e) : mem_try(size, 1);
	if (!k->block)
		return path ? -1
			    : err_set(e,
				      "no memory to keep answers: %zu bytes for %zu rows of %zu "
				      "numbers",
				      size, rows, width);
	k->mapped = path ? size : 0;
	k->width = width;
	k->known = (uint8_t *)k->block + mem_arena_round(sizeof(struct head));
	k->out = (real *)((char *)k->block + head_room(chunks));
	return 0;
}

void
logit_cache_close(struct logit_cache *k)
{
	if (k->mapped)
		io_unmap(k->block, k->mapped);
	else
		mem_free(k->block);
	memset(k, 0, sizeof *k);
}
