/* Random numbers as functions of (seed, purpose, index): no hidden state anywhere. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_RNG_H
#define RETORT_BASE_RNG_H

#include <stdint.h>

/*
 * A counter-based generator: draw i of a stream is a function of (key, i). A resumed or forked run
 * repeats its draws, and a new consumer does not shift the draws of others. The mixing function is
 * two rounds of the finaliser of splitmix64 (Steele, Lea and Flood 2014) over key and index.
 */
struct rng {
	uint64_t key;
};

/* The stream of `seed` for `purpose` ("shuffle", "dropout") and two indices chosen by the caller.
 */
struct rng rng_stream(uint64_t seed, const char *purpose, uint64_t a, uint64_t b);

/* Draw i: 64 bits; uniform in [0,1); standard normal (Box and Muller 1958); uniform in 0..n-1, with
 * a bias below 2^-32. */
uint64_t rng_bits(struct rng r, uint64_t i);
double rng_unit(struct rng r, uint64_t i);
double rng_normal(struct rng r, uint64_t i);
uint32_t rng_below(struct rng r, uint64_t i, uint32_t n);

/* Shuffle n items in place (Fisher and Yates, from the end), draws 0..n-1 of the stream. */
void rng_shuffle(struct rng r, uint32_t *items, uint32_t n);

#endif
