/* logit_cache.c: teacher outputs in memory or in a file, filled chunk by chunk and checked when
 * read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/kd/logit_cache.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/gzip.h"
#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/kd/top_logits.h"

#define UNCHECKED "retort answers1" /* files of older versions: no checksums */
#define CHECKED "retort answers2"

/* Start of the block, padded to 64 bytes; then filled [chunks], out [rows, width] and, in files
 * with checksums, sum [chunks], each padded to 64 bytes. Host byte order: the file never leaves the
 * machine. */
struct head {
	char magic[16];
	struct hash key;
	uint64_t rows, chunks, width, real_size;
};

static size_t
head_size(size_t chunks)
{
	return mem_arena_round(sizeof(struct head)) + mem_arena_round(chunks);
}

size_t
logit_cache_size(const struct logit_cache_shape *s)
{
	return head_size(logit_cache_chunks(s)) +
	       mem_arena_round(s->rows * s->width * sizeof(real));
}

size_t
logit_cache_chunks(const struct logit_cache_shape *s)
{
	return (s->rows + s->chunk - 1) / s->chunk;
}

static struct head
make_head(const char *magic, const struct logit_cache_shape *s, const struct hash *key)
{
	struct head h = { "", *key, s->rows, logit_cache_chunks(s), s->width, sizeof(real) };

	memcpy(h.magic, magic, sizeof h.magic);
	return h;
}

/* Whether `path` is a file of exactly `size` bytes that begins with `head`. */
static bool
has_head(const char *path, size_t size, const struct head *head)
{
	struct head h;
	size_t len;
	int fd = io_open_read(path, &len, NULL);
	bool same = fd >= 0 && len == size && io_read_some(fd, &h, sizeof h) == sizeof h &&
		    memcmp(&h, head, sizeof h) == 0;

	if (fd >= 0)
		io_close(fd);
	return same;
}

/* Map the file; clear it if its key, shape or size differs. Sets k->mapped and k->sum. */
static void *
map_file(struct logit_cache *k, const char *path, const struct hash *key, struct err *e)
{
	size_t size = logit_cache_size(&k->shape), chunks = logit_cache_chunks(&k->shape);
	struct head head = make_head(UNCHECKED, &k->shape, key);
	bool has_sums = !has_head(path, size, &head), fresh;
	void *block;

	k->mapped = size + (has_sums ? mem_arena_round(chunks * sizeof *k->sum) : 0);
	block = io_map(path, k->mapped, &k->fd, &fresh, e);
	if (!block) {
		k->mapped = 0;
		return NULL;
	}
	if (has_sums) {
		head = make_head(CHECKED, &k->shape, key);
		k->sum = (uint32_t *)((char *)block + size);
	}
	if (fresh || memcmp(block, &head, sizeof head) != 0) {
		memset(block, 0, k->mapped);
		memcpy(block, &head, sizeof head);
	}
	io_unlock_byte(k->fd, 0);
	return block;
}

int
logit_cache_open(struct logit_cache *k, const struct logit_cache_shape *s, const char *path,
		 const struct hash *key, struct err *e)
{
	size_t size = logit_cache_size(s), chunks = logit_cache_chunks(s);

	memset(k, 0, sizeof *k);
	k->shape = *s;
	k->block = path ? map_file(k, path, key, e) : mem_try(size, 1);
	k->read = path ? mem_try(chunks, 1) : NULL;
	if (!k->block || (path && !k->read)) {
		bool no_file = path && !k->block;

		logit_cache_close(k);
		return no_file ? -1
			       : err_set(e,
					 "no memory to cache outputs: %zu bytes for %zu rows of "
					 "%zu numbers",
					 size, s->rows, s->width);
	}
	k->filled = (uint8_t *)k->block + mem_arena_round(sizeof(struct head));
	k->out = (real *)((char *)k->block + head_size(chunks));
	return 0;
}

void
logit_cache_close(struct logit_cache *k)
{
	if (k->mapped) {
		io_unmap(k->block, k->mapped);
		io_close(k->fd);
	} else {
		mem_free(k->block);
	}
	mem_free(k->read);
	memset(k, 0, sizeof *k);
}

size_t
logit_cache_rows(const struct logit_cache *k, size_t chunk)
{
	size_t from = chunk * k->shape.chunk, left = k->shape.rows - from;

	return left < k->shape.chunk ? left : k->shape.chunk;
}

real *
logit_cache_at(const struct logit_cache *k, size_t row)
{
	return k->out + row * k->shape.width;
}

/* CRC-32 of the rows of a chunk. */
static uint32_t
sum_chunk(const struct logit_cache *k, size_t chunk)
{
	return gzip_crc(logit_cache_at(k, chunk * k->shape.chunk),
			logit_cache_rows(k, chunk) * k->shape.width * sizeof(real));
}

static bool
is_finite(const real *x, size_t n)
{
	bool finite = true;

	for (size_t i = 0; i < n; i++)
		finite &= isfinite(x[i]) != 0;
	return finite;
}

/* Whether a chunk from a file can be used: its checksum fits, where it has one; its numbers are
 * finite and its class ids exist. */
static bool
is_sound(const struct logit_cache *k, size_t chunk)
{
	const real *x = logit_cache_at(k, chunk * k->shape.chunk);
	size_t n = logit_cache_rows(k, chunk) * k->shape.width, top = k->shape.top;

	return (!k->sum || k->sum[chunk] == sum_chunk(k, chunk)) && is_finite(x, n) &&
	       (!top || top_logits_valid(x, n / (2 * top + 1), k->shape.classes, top));
}

bool
logit_cache_has(struct logit_cache *k, size_t chunk)
{
	if (!k->filled[chunk])
		return false;
	if (k->read && !k->read[chunk])
		k->read[chunk] = is_sound(k, chunk);
	return !k->read || k->read[chunk];
}

void
logit_cache_lock(const struct logit_cache *k, size_t chunk)
{
	if (k->mapped)
		io_lock_byte(k->fd, 1 + chunk); /* byte 0 is that of the file */
}

void
logit_cache_unlock(const struct logit_cache *k, size_t chunk)
{
	if (k->mapped)
		io_unlock_byte(k->fd, 1 + chunk);
}

void
logit_cache_commit(struct logit_cache *k, size_t chunk)
{
	if (k->sum)
		k->sum[chunk] = sum_chunk(k, chunk);
	if (k->read)
		k->read[chunk] = 1;
	k->filled[chunk] = 1;
}
