/* hash.c: SHA-256 through Nettle. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/hash.h"

#include <nettle/base16.h>
#include <nettle/sha2.h>
#include <string.h>

#include "retort/base/sig.h"

#define CHUNK ((size_t)16 << 20) /* bytes between two checks: some 10 to 100 ms */

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct hash_sum), "Nettle's state has grown");

struct hash
hash_of(const void *data, size_t size)
{
	struct hash_sum s;

	hash_begin(&s);
	hash_add(&s, data, size);
	return hash_end(&s);
}

int
hash_long(const void *data, size_t size, struct hash *out, struct err *e)
{
	struct hash_sum s;
	const char *p = data;

	hash_begin(&s);
	while (size > 0) {
		size_t n = size < CHUNK ? size : CHUNK;

		if (sig_check(e) < 0)
			return -1;
		hash_add(&s, p, n);
		p += n;
		size -= n;
	}
	*out = hash_end(&s);
	return 0;
}

static void *
run_hash(void *arg)
{
	struct hash_thread *t = arg;

	t->hash = hash_of(t->data, t->size);
	return NULL;
}

void
hash_beside(struct hash_thread *t, const void *data, size_t size)
{
	t->data = data;
	t->size = size;
	thread_start(&t->thread, run_hash, t);
}

struct hash
hash_await(struct hash_thread *t)
{
	thread_join(&t->thread);
	return t->hash;
}

void
hash_begin(struct hash_sum *s)
{
	sha256_init((struct sha256_ctx *)(void *)s);
}

void
hash_add(struct hash_sum *s, const void *data, size_t size)
{
	sha256_update((struct sha256_ctx *)(void *)s, size, data);
}

struct hash
hash_end(struct hash_sum *s)
{
	struct hash h;

	sha256_digest((struct sha256_ctx *)(void *)s, sizeof h.byte, h.byte);
	return h;
}

struct hash
hash_join(const struct hash *a, const struct hash *b)
{
	uint8_t both[2 * sizeof a->byte];

	memcpy(both, a->byte, sizeof a->byte);
	memcpy(both + sizeof a->byte, b->byte, sizeof b->byte);
	return hash_of(both, sizeof both);
}

const char *
hash_hex(const struct hash *h, char *buf)
{
	base16_encode_update(buf, sizeof h->byte, h->byte);
	buf[BASE16_ENCODE_LENGTH(sizeof h->byte)] = '\0';
	return buf;
}

double
hash_number(const struct hash *h)
{
	double x = 0;

	for (int i = 0; i < 6; i++)
		x = x * 256 + h->byte[i];
	return x;
}
