/* The order of rows: a function of (seed, epoch), so that any step can be computed directly. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SAMPLER_H
#define RETORT_DATA_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/data/dataset.h"

struct sampler {
	const uint32_t *rows;     /* [of] borrowed: training rows */
	uint32_t *order;          /* [of] owned: the first n are the shuffled rows of `epoch` */
	size_t of, n;             /* training rows, and those of `sets` among them */
	const struct dataset *ds; /* borrowed */
	unsigned sets;            /* sets that rows are drawn from, bits 1 << index in ds->set */
	uint64_t seed;
	uint64_t epoch; /* that `order` holds; UINT64_MAX: none */
};

#define SAMPLER_ALL (~0u)

/* For `n` > 0 rows of `ds`, of all its sets. Aborts without memory for n numbers. */
void sampler_init(struct sampler *s, const struct dataset *ds, const uint32_t *rows, size_t n,
		  uint64_t seed);
void sampler_release(struct sampler *s);

/*
 * Draw from these sets alone from now on, bits 1 << index in ds->set. Return false, with nothing
 * changed, if they have no row. Free if the sets are the same. Allocates nothing.
 */
bool sampler_restrict(struct sampler *s, unsigned sets);

/*
 * Write the rows of step `step` to out[batch]: positions step*batch and after in the endless
 * sequence of epochs, each a new shuffle; a batch may span epochs. `order` caches one epoch: any
 * step may follow any other. Allocates nothing.
 */
void sampler_next(struct sampler *s, uint64_t step, size_t batch, uint32_t *out);

#endif
