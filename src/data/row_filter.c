/* row_filter.c: filters of row hashes: made, asked, as text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/row_filter.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/base64.h"
#include "retort/base/mem.h"
#include "retort/base/rng.h"

#define LEAST_BITS 64
#define BITS_PER_ROW 287552 /* in 1/10000: -log2(ROW_FILTER_RATE) / log(2) */

/* Rate of false positives of n rows. */
static double
rate_of(double n, double bits, double probes)
{
	return pow(1 - exp(-probes * n / bits), probes);
}

int
row_filter_size(size_t n, size_t *bits, int *probes)
{
	uint64_t want = (uint64_t)n * BITS_PER_ROW / 80000 * 8 + 8;
	double best;

	*probes = ROW_FILTER_PROBES;
	if (want <= ROW_FILTER_BITS) {
		*bits = want < LEAST_BITS ? LEAST_BITS : (size_t)want;
		return 0;
	}
	*bits = ROW_FILTER_BITS;
	best = round((double)*bits / (double)n * log(2));
	*probes = best < 1 ? 1 : (int)best;
	return rate_of((double)n, (double)*bits, *probes) <= ROW_FILTER_WORST ? 0 : -1;
}

/* Bit number i of a row: a draw of a stream of its own, uniform in 0 .. bits - 1, as bits < 2^32.
 */
static size_t
bit_of(const struct row_filter *f, uint64_t hash, int i)
{
	uint64_t draw = rng_bits((struct rng){ hash }, (uint64_t)i);

	return (size_t)((draw >> 32) * f->bits >> 32);
}

int
row_filter_make(const uint64_t *hash, const uint32_t *rows, size_t n, struct row_filter *out,
		struct err *e)
{
	struct row_filter f = { .n = n };

	if (row_filter_size(n, &f.bits, &f.probes) < 0)
		return err_set(e, "%zu rows are too many for a filter of %zu MiB", n,
			       ROW_FILTER_BITS >> 23);
	f.set = mem_try(f.bits / 8, 1);
	if (!f.set)
		return err_set(e, "no memory for a filter of %zu rows", n);
	for (size_t r = 0; r < n; r++)
		for (int i = 0; i < f.probes; i++) {
			size_t bit = bit_of(&f, hash[rows[r]], i);

			f.set[bit / 8] |= (uint8_t)(1u << bit % 8);
		}
	*out = f;
	return 0;
}

void
row_filter_release(struct row_filter *f)
{
	mem_free(f->set);
	*f = (struct row_filter){ 0 };
}

bool
row_filter_has(const struct row_filter *f, uint64_t hash)
{
	for (int i = 0; i < f->probes; i++) {
		size_t bit = bit_of(f, hash, i);

		if (!(f->set[bit / 8] >> bit % 8 & 1))
			return false;
	}
	return true;
}

bool
row_filter_same(const struct row_filter *a, const struct row_filter *b)
{
	return a->n == b->n && a->bits == b->bits && a->probes == b->probes &&
	       memcmp(a->set, b->set, a->bits / 8) == 0;
}

void
row_filter_print(const struct row_filter *f, struct text *out)
{
	text_addf(out, "1 %zu %zu %d ", f->n, f->bits, f->probes);
	base64_encode(f->set, f->bits / 8, out);
}

/* A whole number of at most `most` and the blank after it, at *s. 0: there is none. */
static uint64_t
take_number(const char **s, uint64_t most)
{
	uint64_t x = 0;
	const char *p = *s;

	for (; *p >= '0' && *p <= '9' && x <= most; p++)
		x = x * 10 + (uint64_t)(*p - '0');
	if (x == 0 || x > most || **s == '0' || *p != ' ')
		return 0;
	*s = p + 1;
	return x;
}

/* Bits that are set. */
static size_t
count_bits(const struct row_filter *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->bits / 8; i++)
		n += (size_t)__builtin_popcount(f->set[i]);
	return n;
}

static int
parse_bits(const char *text, struct row_filter *f, struct err *e)
{
	size_t n;

	if (strlen(text) != base64_length(f->bits / 8))
		return err_set(e, "filter of rows: %zu characters (expected %zu, of %zu bits)",
			       strlen(text), base64_length(f->bits / 8), f->bits);
	f->set = mem_try(f->bits / 8, 1);
	if (!f->set)
		return err_set(e, "no memory for a filter of %zu rows", f->n);
	if (base64_decode(text, strlen(text), f->set, f->bits / 8) < 0)
		return err_set(e, "filter of rows: not base64");
	n = count_bits(f);
	if (n > (uint64_t)f->n * (uint64_t)f->probes ||
	    pow((double)n / (double)f->bits, f->probes) > ROW_FILTER_WORST)
		return err_set(e, "filter of rows: %zu of %zu bits are set, too many of %zu rows",
			       n, f->bits, f->n);
	return 0;
}

int
row_filter_parse(const char *text, struct row_filter *out, struct err *e)
{
	struct row_filter f = { 0 };
	uint64_t version = take_number(&text, 9), rows = take_number(&text, UINT32_MAX),
		 bits = take_number(&text, ROW_FILTER_BITS),
		 probes = take_number(&text, ROW_FILTER_PROBES);

	if (version > 1)
		return err_set(e, "filter of rows: unknown version %d (expected 1)", (int)version);
	if (!version || !rows || !bits || !probes || bits % 8)
		return err_set(e, "filter of rows: expected \"1 ROWS BITS PROBES BASE64\"");
	f = (struct row_filter){ .n = (size_t)rows, .bits = (size_t)bits, .probes = (int)probes };
	if (parse_bits(text, &f, e) < 0) {
		row_filter_release(&f);
		return -1;
	}
	*out = f;
	return 0;
}
