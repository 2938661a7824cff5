/* The order of rows: a function of (seed, epoch), reached by position alone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_SAMPLER_H
#define RETORT_DATA_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/data/dataset.h"

struct sampler {
	const uint32_t *rows;     /* [of] borrowed */
	uint32_t *order;          /* [of] owned: the n shuffled rows of `epoch` */
	size_t of, n;             /* rows there are, and rows of `sets` among them */
	const struct dataset *ds; /* borrowed: whose sets */
	unsigned sets;            /* 1 << index in ds->set: those that are drawn from */
	uint64_t seed;
	uint64_t epoch; /* what `order` holds; UINT64_MAX: nothing yet */
};

#define SAMPLER_ALL (~0u)

/* Of rows of `ds`, all sets of it. Aborts without memory for n numbers. n > 0. */
void sampler_init(struct sampler *s, const struct dataset *ds, const uint32_t *rows, size_t n,
		  uint64_t seed);
void sampler_release(struct sampler *s);

/*
 * From now on rows of these sets alone, bits 1 << index in ds->set. False: none of the rows is of
 * one, and nothing has changed. Costs nothing where they are what they were. Allocates nothing.
 */
bool sampler_sets(struct sampler *s, unsigned sets);

/*
 * The rows of step `step` with `batch` rows a step: positions step*batch ... of the endless
 * sequence of epochs, each a new shuffle; a batch may span epochs. `order` is only a cache of one
 * epoch: any step may follow any other. Allocates nothing.
 */
void sampler_next(struct sampler *s, uint64_t step, size_t batch, uint32_t *out);

#endif
