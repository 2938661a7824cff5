/* rope.c: frequencies of rotary positions and their scalings. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ops/rope.h"

#include <math.h>

static double
clamp(double x, double least, double most)
{
	return x < least ? least : x > most ? most : x;
}

/* Between wavelengths original / high and original / low, the divided and the kept frequency are
 * mixed. */
static double
llama3(const struct rope *r, double plain)
{
	double wave = 2 * M_PI / plain, share;

	if (wave < r->original / r->high)
		return plain;
	if (wave > r->original / r->low)
		return plain / r->factor;
	share = (r->original / wave - r->low) / (r->high - r->low);
	return (1 - share) * plain / r->factor + share * plain;
}

/* The pair, as a real number, that rotates `rotations` times over the original positions. */
static double
pair_of(const struct rope *r, double rotations)
{
	return (double)r->width * log(r->original / (rotations * 2 * M_PI)) / (2 * log(r->base));
}

/* Pairs that rotate more than `high` times are kept, those that rotate less than `low` times
 * divided, with a linear ramp between. */
static double
yarn(const struct rope *r, double plain, size_t i)
{
	double first = fmax(floor(pair_of(r, r->high)), 0),
	       last = fmin(ceil(pair_of(r, r->low)), (double)r->width - 1), ramp;

	if (first == last)
		last += 0.001;
	ramp = clamp(((double)i - first) / (last - first), 0, 1);
	return plain / r->factor * ramp + plain * (1 - ramp);
}

double
rope_frequency(const struct rope *r, size_t i)
{
	double base = r->base, plain;

	if (r->scaling == ROPE_DYNAMIC && (double)r->length > r->original && r->width > 2)
		base *= pow(r->factor * (double)r->length / r->original - (r->factor - 1),
			    (double)r->width / ((double)r->width - 2));
	plain = pow(base, -2 * (double)i / (double)r->width);
	switch (r->scaling) {
	case ROPE_LINEAR:
		return plain / r->factor;
	case ROPE_LLAMA3:
		return llama3(r, plain);
	case ROPE_YARN:
		return yarn(r, plain, i);
	case ROPE_LONG:
		return plain / (double)r->divisor[i];
	default:
		return plain;
	}
}

double
rope_yarn_gain(double factor)
{
	return factor > 1 ? 0.1 * log(factor) + 1 : 1;
}

double
rope_long_gain(double factor, double original)
{
	return factor > 1 ? sqrt(1 + log(factor) / log(original)) : 1;
}
