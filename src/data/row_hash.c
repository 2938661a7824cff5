/* row_hash.c: hashes of rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/row_hash.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/multi.h"
#include "retort/data/columns.h"
#include "retort/data/text/fold.h"
#include "retort/data/texts.h"
#include "retort/data/vocabulary.h"

#define MISSING UINT64_C(0x7FF8000000000000)
#define FACTOR UINT64_C(0x9FB21C651E98DF25) /* odd */

/* Two sums over the cells of a row, independent of the order of the columns. */
struct sums {
	uint64_t a, b;
};

/*
 * Keys of columns for numbers, and what words add. A number adds (low + key0) (high + key1) to one
 * sum and (low + key2) (high + key3) to the other: the NH family of Black and others 1999, with
 * keys from the SHA-256 of the column's name instead of random ones.
 */
struct keys {
	uint32_t *key[4];     /* [d] each */
	struct sums *word;    /* [d] of a word that is 1 */
	struct sums *missing; /* [d] of a category: its cell is missing */
};

/* The finaliser of splitmix64 (Steele, Lea and Flood 2014). */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return x ^ x >> 31;
}

static uint64_t
finish(const struct sums *s)
{
	uint64_t h = mix(mix(s->a) + s->b * FACTOR);

	return h ? h : 1;
}

/* ---------------------------------------------------------------- numbers and words */

/* The bits of a number as a double, -0 as 0, and one value for all NaN. */
static MULTI_INLINE uint64_t
bits_of(double x)
{
	uint64_t bits;

	x += 0.0;
	memcpy(&bits, &x, sizeof bits);
	return x == x ? bits : MISSING;
}

static MULTI_INLINE uint64_t
product(uint64_t bits, uint32_t low_key, uint32_t high_key)
{
	return (uint64_t)((uint32_t)bits + low_key) * ((uint32_t)(bits >> 32) + high_key);
}

/* SHA-256 of the kind of a column, the name, and the word, if it has one. */
static struct hash
hash_name(const char *kind, const char *name, size_t len, const char *word)
{
	struct hash_sum s;

	hash_begin(&s);
	hash_add(&s, kind, strlen(kind) + 1);
	hash_add(&s, name, len);
	hash_add(&s, "", 1);
	if (word)
		hash_add(&s, word, strlen(word));
	return hash_end(&s);
}

/* 32 bits of a hash, the same on every machine. */
static uint32_t
part(const struct hash *h, int i)
{
	const uint8_t *b = h->byte + 4 * i;

	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static uint64_t
half(const struct hash *h, int i)
{
	return (uint64_t)part(h, i + 1) << 32 | part(h, i);
}

/* What a cell that holds `bits` adds. */
static struct sums
cell_sums(const struct keys *k, size_t i, uint64_t bits)
{
	return (struct sums){ product(bits, k->key[0][i], k->key[1][i]),
			      product(bits, k->key[2][i], k->key[3][i]) };
}

/* Fill in the keys of feature i. */
static void
make_key(const struct dataset *ds, struct keys *k, size_t i)
{
	const char *word = ds->word ? ds->word[i] : NULL, *name = ds->column ? ds->column[i] : NULL;
	char number[32];
	struct hash h;
	size_t len;

	if (!name) {
		snprintf(number, sizeof number, "x%zu", i + 1);
		name = number;
	}
	len = word ? (size_t)(word - name) - 1 : strlen(name);
	h = hash_name("column", name, len, NULL);
	for (int j = 0; j < 4; j++)
		k->key[j][i] = part(&h, j);
	if (!word)
		return;
	k->missing[i] = cell_sums(k, i, MISSING);
	h = hash_name("word", name, len, word);
	k->word[i] = (struct sums){ half(&h, 0), half(&h, 2) };
}

static void
release_keys(struct keys *k)
{
	for (int j = 0; j < 4; j++)
		mem_free(k->key[j]);
	mem_free(k->word);
	mem_free(k->missing);
}

static int
make_keys(const struct dataset *ds, struct keys *k, struct err *e)
{
	bool room = true;

	for (int j = 0; j < 4; j++)
		room = (k->key[j] = mem_try(ds->d, sizeof *k->key[j])) && room;
	if (ds->word) {
		k->word = mem_try(ds->d, sizeof *k->word);
		k->missing = mem_try(ds->d, sizeof *k->missing);
	}
	if (!room || (ds->word && (!k->word || !k->missing))) {
		release_keys(k);
		return err_set(e, "no memory to hash rows of %zu features", ds->d);
	}
	for (size_t i = 0; i < ds->d; i++)
		make_key(ds, k, i);
	return 0;
}

/* Add the numbers of features from .. until - 1 of a row. No branch: vectorized. */
MULTIVERSION static void
add_floats(const struct keys *k, const float *x, size_t from, size_t until, struct sums *s)
{
	const uint32_t *k0 = k->key[0], *k1 = k->key[1], *k2 = k->key[2], *k3 = k->key[3];
	uint64_t a = 0, b = 0;

	for (size_t i = from; i < until; i++) {
		uint64_t bits = bits_of((double)x[i]);

		a += product(bits, k0[i], k1[i]);
		b += product(bits, k2[i], k3[i]);
	}
	s->a += a;
	s->b += b;
}

MULTIVERSION static void
add_doubles(const struct keys *k, const double *x, size_t from, size_t until, struct sums *s)
{
	const uint32_t *k0 = k->key[0], *k1 = k->key[1], *k2 = k->key[2], *k3 = k->key[3];
	uint64_t a = 0, b = 0;

	for (size_t i = from; i < until; i++) {
		uint64_t bits = bits_of(x[i]);

		a += product(bits, k0[i], k1[i]);
		b += product(bits, k2[i], k3[i]);
	}
	s->a += a;
	s->b += b;
}

static double
value_at(const struct dataset *ds, size_t row, size_t i)
{
	return ds->wide ? ds->wide[row * ds->d + i] : (double)ds->x[row * ds->d + i];
}

/* Add the category of features from .. until - 1: the word that is 1, or that its cell is missing.
 */
static void
add_words(const struct dataset *ds, const struct keys *k, size_t row, size_t from, size_t until,
	  struct sums *s)
{
	const struct sums *add = NULL;

	for (size_t i = from; i < until && !add; i++) {
		double x = value_at(ds, row, i);

		add = isnan(x) ? &k->missing[i] : x > 0 ? &k->word[i] : NULL;
	}
	s->a += add ? add->a : 0;
	s->b += add ? add->b : 0;
}

/* Features from .. until - 1: numbers, or the words of one category. */
struct span {
	size_t from, until;
	bool words;
};

/* Cut the features into spans, [d] at most. Returns their number. */
static size_t
cut_spans(const struct dataset *ds, struct span *span)
{
	size_t n = 0;

	for (size_t i = 0; i < ds->d;) {
		bool words = ds->word && ds->word[i];
		size_t width = words ? columns_width(ds, i) : 1;

		if (n && !words && !span[n - 1].words)
			span[n - 1].until += width;
		else
			span[n++] = (struct span){ i, i + width, words };
		i += width;
	}
	return n;
}

static int
hash_numbers(const struct dataset *ds, uint64_t *out, struct err *e)
{
	struct span *span = mem_try(ds->d, sizeof *span);
	struct keys k = { 0 };
	size_t n;

	if (!span)
		return err_set(e, "no memory to hash rows of %zu features", ds->d);
	if (make_keys(ds, &k, e) < 0) {
		mem_free(span);
		return -1;
	}
	n = cut_spans(ds, span);
	for (size_t r = 0; r < ds->n; r++) {
		struct sums s = { 0 };

		for (size_t i = 0; i < n; i++)
			if (span[i].words)
				add_words(ds, &k, r, span[i].from, span[i].until, &s);
			else if (ds->wide)
				add_doubles(&k, ds->wide + r * ds->d, span[i].from, span[i].until,
					    &s);
			else
				add_floats(&k, ds->x + r * ds->d, span[i].from, span[i].until, &s);
		out[r] = finish(&s);
	}
	release_keys(&k);
	mem_free(span);
	return 0;
}

/* ---------------------------------------------------------------- texts and ids */

static uint64_t
add_bits(uint64_t h, uint64_t bits)
{
	h = (h ^ bits) * FACTOR;
	return h ^ h >> 32;
}

/* Eight bytes as a number, the same on every machine. */
static inline uint64_t
word_at(const char *bytes)
{
	const unsigned char *b = (const unsigned char *)bytes;

	return (uint64_t)b[0] | (uint64_t)b[1] << 8 | (uint64_t)b[2] << 16 | (uint64_t)b[3] << 24 |
	       (uint64_t)b[4] << 32 | (uint64_t)b[5] << 40 | (uint64_t)b[6] << 48 |
	       (uint64_t)b[7] << 56;
}

static uint64_t
hash_bytes(const char *bytes, size_t size)
{
	uint64_t h = add_bits(UINT64_C(0x7465787473), size);
	char rest[8] = { 0 };
	size_t i = 0;

	for (; i + 8 <= size; i += 8)
		h = add_bits(h, word_at(bytes + i));
	memcpy(rest, bytes + i, size - i);
	h = add_bits(h, word_at(rest));
	return finish(&(struct sums){ h, size });
}

static void
hash_texts(const struct dataset *ds, uint64_t *out)
{
	struct fold f;

	fold_init(&f);
	for (size_t r = 0; r < ds->n; r++) {
		const char *text = texts_row(ds, r), *folded = fold_text(&f, text, strlen(text));

		out[r] = hash_bytes(folded, f.out.len);
	}
	fold_release(&f);
}

static void
hash_ids(const struct dataset *ds, uint64_t *out)
{
	char hex[65];
	const char *vocabulary = vocabulary_hash(ds->tokenizer, hex);
	uint64_t start = vocabulary ? hash_bytes(vocabulary, strlen(vocabulary)) : FACTOR;

	for (size_t r = 0; r < ds->n; r++) {
		const int32_t *id = ds->ids + r * ds->length;
		uint64_t h = start;
		size_t n = ds->length;

		while (n > 0 && id[n - 1] < 0)
			n--;
		for (size_t i = 0; i < n; i++)
			h = add_bits(h, (uint64_t)(uint32_t)id[i]);
		out[r] = finish(&(struct sums){ h, n });
	}
}

int
row_hash_make(struct dataset *ds, struct err *e)
{
	uint64_t *hash;

	if (ds->row_hash)
		return 0;
	hash = mem_try(ds->n, sizeof *hash);
	if (!hash)
		return err_set(e, "no memory for hashes of %zu rows", ds->n);
	if (ds->kind != DATASET_TOKENS && hash_numbers(ds, hash, e) < 0) {
		mem_free(hash);
		return -1;
	}
	if (ds->kind == DATASET_TOKENS && ds->texts.at)
		hash_texts(ds, hash);
	else if (ds->kind == DATASET_TOKENS)
		hash_ids(ds, hash);
	ds->row_hash = hash;
	return 0;
}
