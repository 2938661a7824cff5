/* sampler.c: the order of rows, a function of (seed, epoch). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/sampler.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/data/sets.h"

void
sampler_init(struct sampler *s, const struct dataset *ds, const uint32_t *rows, size_t n,
	     uint64_t seed)
{
	*s = (struct sampler){ .rows = rows,
			       .of = n,
			       .n = n,
			       .ds = ds,
			       .sets = SAMPLER_ALL,
			       .seed = seed,
			       .epoch = UINT64_MAX };
	s->order = mem_array(n, sizeof *s->order);
}

void
sampler_release(struct sampler *s)
{
	mem_free(s->order);
	memset(s, 0, sizeof *s);
}

static bool
is_drawn(const struct sampler *s, unsigned sets, size_t i)
{
	return sets >> sets_of_row(s->ds, s->rows[i]) & 1;
}

bool
sampler_restrict(struct sampler *s, unsigned sets)
{
	size_t n = 0;

	if (sets == s->sets)
		return true;
	for (size_t i = 0; i < s->of; i++)
		n += is_drawn(s, sets, i);
	if (n == 0)
		return false;
	s->sets = sets;
	if (n != s->n || n != s->of) /* unless the rows were all of them and still are */
		s->epoch = UINT64_MAX;
	s->n = n;
	return true;
}

static void
shuffle_epoch(struct sampler *s, uint64_t epoch)
{
	size_t n = 0;

	for (size_t i = 0; i < s->of; i++)
		if (s->n == s->of || is_drawn(s, s->sets, i))
			s->order[n++] = s->rows[i];
	rng_shuffle(rng_stream(s->seed, "shuffle", epoch, 0), s->order, (uint32_t)s->n);
	s->epoch = epoch;
}

void
sampler_next(struct sampler *s, uint64_t step, size_t batch, uint32_t *out)
{
	uint64_t at = step * batch;

	for (size_t i = 0; i < batch; i++, at++) {
		if (at / s->n != s->epoch)
			shuffle_epoch(s, at / s->n);
		out[i] = s->order[at % s->n];
	}
}
