/* rng.c: counter-based random numbers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/rng.h"

#include <math.h>

/* splitmix64's finaliser (Steele, Lea and Flood 2014, variant 13 of Stafford). */
static uint64_t
mix_bits(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xBF58476D1CE4E5B9u;
	x ^= x >> 27;
	x *= 0x94D049BB133111EBu;
	return x ^ x >> 31;
}

struct rng
rng_stream(uint64_t seed, const char *purpose, uint64_t a, uint64_t b)
{
	uint64_t h = 0xCBF29CE484222325u; /* FNV-1a */

	for (; *purpose; purpose++)
		h = (h ^ (unsigned char)*purpose) * 0x100000001B3u;
	h = mix_bits(h + 0x9E3779B97F4A7C15u * (seed + 1));
	h = mix_bits(h + 0x9E3779B97F4A7C15u * (a + 1));
	return (struct rng){ mix_bits(h + 0x9E3779B97F4A7C15u * (b + 1)) };
}

uint64_t
rng_bits(struct rng r, uint64_t i)
{
	return mix_bits(mix_bits(r.key + 0x9E3779B97F4A7C15u * (i + 1)) ^ r.key);
}

double
rng_unit(struct rng r, uint64_t i)
{
	return (double)(rng_bits(r, i) >> 11) * 0x1p-53;
}

double
rng_normal(struct rng r, uint64_t i)
{
	double u = 1.0 - rng_unit(r, 2 * i); /* (0,1] */

	return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * rng_unit(r, 2 * i + 1));
}

uint32_t
rng_below(struct rng r, uint64_t i, uint32_t n)
{
	return (uint32_t)((rng_bits(r, i) >> 32) * n >> 32);
}

void
rng_shuffle(struct rng r, uint32_t *items, uint32_t n)
{
	for (uint32_t i = n; i > 1; i--) {
		uint32_t j = rng_below(r, n - i, i), t = items[j];

		items[j] = items[i - 1];
		items[i - 1] = t;
	}
}
