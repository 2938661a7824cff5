/* The order of rows: a function of (seed, epoch), reached by position alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SAMPLER_H
#define RETORT_DATA_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

struct sampler {
	const uint32_t *rows; /* [n] borrowed */
	uint32_t *order;      /* [n] owned: the shuffled rows of `epoch` */
	size_t n;
	uint64_t seed;
	uint64_t epoch;       /* what `order` holds; UINT64_MAX: nothing yet */
};

/* Aborts without memory for n numbers. n > 0. */
void sampler_init(struct sampler *s, const uint32_t *rows, size_t n, uint64_t seed);
void sampler_release(struct sampler *s);

/*
 * The rows of step `step` with `batch` rows a step: positions step*batch ... of the endless
 * sequence of epochs, each a new shuffle; a batch may span epochs. `order` is only a cache of one
 * epoch: any step may follow any other. Allocates nothing.
 */
void sampler_next(struct sampler *s, uint64_t step, size_t batch, uint32_t *out);

#endif
