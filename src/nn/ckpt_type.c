/* ckpt_type.c: number types of safetensors files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/nn/ckpt_type.h"

#include <math.h>
#include <string.h>

enum { F32, F16, BF16, F64, TYPES };
static const struct {
	const char *name;
	size_t size;
} types[TYPES] = { { "F32", 4 }, { "F16", 2 }, { "BF16", 2 }, { "F64", 8 } };

uint64_t
ckpt_type_integer(const unsigned char *p, size_t size)
{
	uint64_t x = 0;

	for (size_t i = size; i > 0; i--)
		x = x << 8 | p[i - 1];
	return x;
}

static float
float_of(uint32_t bits)
{
	float x;

	memcpy(&x, &bits, sizeof x);
	return x;
}

static float
half_of(uint32_t h)
{
	int exponent = (int)(h >> 10 & 31);
	double x = (double)(h & 1023);

	if (exponent == 31)
		return x > 0 ? NAN : INFINITY;
	x = exponent ? ldexp(1024 + x, exponent - 25) : ldexp(x, -24);
	return (float)(h & 0x8000 ? -x : x);
}

int
ckpt_type_find(const char *name)
{
	for (int i = 0; i < TYPES; i++)
		if (strcmp(types[i].name, name) == 0)
			return i;
	return -1;
}

size_t
ckpt_type_size(int type)
{
	return types[type].size;
}

float
ckpt_type_number(const unsigned char *p, int type)
{
	uint64_t bits = ckpt_type_integer(p, types[type].size);
	double wide;

	switch (type) {
	case F32:
		return float_of((uint32_t)bits);
	case F16:
		return half_of((uint32_t)bits);
	case BF16:
		return float_of((uint32_t)bits << 16);
	default:
		memcpy(&wide, &bits, sizeof wide);
		return (float)wide;
	}
}
