/* hash.c: SHA-256; the door to libsodium. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/hash.h"

#include <sodium.h>
#include <string.h>

struct hash
hash_of(const void *data, size_t size)
{
	struct hash h;

	crypto_hash_sha256(h.byte, data, size);
	return h;
}

static void *
run(void *arg)
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
	thread_start(&t->thread, run, t);
}

struct hash
hash_await(struct hash_thread *t)
{
	thread_join(&t->thread);
	return t->hash;
}

_Static_assert(sizeof(crypto_hash_sha256_state) <= sizeof(struct hash_sum),
	       "libsodium's state has grown");

void
hash_begin(struct hash_sum *s)
{
	crypto_hash_sha256_init((crypto_hash_sha256_state *)(void *)s);
}

void
hash_add(struct hash_sum *s, const void *data, size_t size)
{
	crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)s, data, size);
}

struct hash
hash_end(struct hash_sum *s)
{
	struct hash h;

	crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)s, h.byte);
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
	return sodium_bin2hex(buf, 2 * sizeof h->byte + 1, h->byte, sizeof h->byte);
}

double
hash_number(const struct hash *h)
{
	double x = 0;

	for (int i = 0; i < 6; i++)
		x = x * 256 + h->byte[i];
	return x;
}
