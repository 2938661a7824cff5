/* Frequencies of rotary positions and of sinusoidal ones, plain or scaled to longer texts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_NN_OPS_ROPE_H
#define RETORT_NN_OPS_ROPE_H

#include <stddef.h>

/* How frequencies are scaled for texts longer than those of the training. */
enum rope_scaling {
	ROPE_PLAIN,
	ROPE_LINEAR,  /* all divided by `factor` (Chen et al. 2023) */
	ROPE_DYNAMIC, /* a larger base for rows longer than `original` (bloc97 2023) */
	ROPE_LLAMA3,  /* low frequencies divided by `factor`, high ones kept (Llama 3, 2024) */
	ROPE_YARN,    /* the same by rotations over `original` positions (Peng et al. 2023) */
	ROPE_LONG,    /* each pair divided by a factor of its own (LongRoPE, Ding et al. 2024) */
};
#define ROPE_SCALINGS "none linear dynamic llama3 yarn longrope" /* as an option of models */

struct rope {
	double base;
	size_t width; /* numbers that are rotated, in pairs */
	enum rope_scaling scaling;
	double factor;    /* how many times longer; above 0 */
	double original;  /* positions of the training; above 0 */
	double low, high; /* LLAMA3: wavelengths above original / low are divided, below original
			     / high kept; YARN: the same by rotations */
	size_t length;    /* DYNAMIC: positions of a row */
	const float *divisor; /* LONG: [width / 2] one for each pair */
};

/* The angle of pair i for one position: base^(-2 i / width), scaled. */
double rope_frequency(const struct rope *r, size_t i);

/* The usual factor of cosines and sines with ROPE_YARN: 0.1 log(factor) + 1. */
double rope_yarn_gain(double factor);

/* The same with ROPE_LONG, `factor` times longer than `original` positions: sqrt(1 + log(factor) /
 * log(original)). */
double rope_long_gain(double factor, double original);

#endif
