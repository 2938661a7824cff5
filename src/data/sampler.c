/* sampler.c: the order of rows, a function of (seed, epoch). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/sampler.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"

void
sampler_init(struct sampler *s, const uint32_t *rows, size_t n, uint64_t seed)
{
	*s = (struct sampler){ .rows = rows, .n = n, .seed = seed, .epoch = UINT64_MAX };
	s->order = mem_array(n, sizeof *s->order);
}

void
sampler_release(struct sampler *s)
{
	mem_free(s->order);
	memset(s, 0, sizeof *s);
}

static void
shuffle(struct sampler *s, uint64_t epoch)
{
	memcpy(s->order, s->rows, s->n * sizeof *s->order);
	rng_shuffle(rng_stream(s->seed, "shuffle", epoch, 0), s->order, (uint32_t)s->n);
	s->epoch = epoch;
}

void
sampler_next(struct sampler *s, uint64_t step, size_t batch, uint32_t *out)
{
	uint64_t at = step * batch;

	for (size_t i = 0; i < batch; i++, at++) {
		if (at / s->n != s->epoch)
			shuffle(s, at / s->n);
		out[i] = s->order[at % s->n];
	}
}
