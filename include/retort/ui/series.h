/* A curve that any zoom can draw exactly: all samples, and a pyramid of their extremes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_SERIES_H
#define RETORT_UI_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What a column of the plot needs of the samples that fall in it (M4: Jugel et al., PVLDB 2014).
 * Buckets of neighbours merge to the bucket of both. NaN and Inf are counted and enter nothing
 * else.
 */
struct series_bucket {
	float first, last, min, max;
	uint32_t first_step, last_step;
	uint32_t count;  /* finite samples; 0: the rest is unset */
	uint32_t broken; /* samples that were no finite number */
};

struct series;

struct series *series_new(void);
void series_free(struct series *s);

/* Steps never fall; a sample at the step of the last one replaces nothing and is kept. Amortised
 * O(1). */
void series_push(struct series *s, uint32_t step, double value);

size_t series_len(const struct series *s);
bool series_last(const struct series *s, uint32_t *step, double *value); /* false when empty */
/* The sample with the largest step <= `step`; false when there is none. */
bool series_at(const struct series *s, uint32_t step, uint32_t *at, double *value);
/* Sample i of series_len: exact, as pushed. */
void series_get(const struct series *s, size_t i, uint32_t *step, double *value);

/*
 * The bucket of all samples with from <= step < to, of the raw values or of their debiased
 * exponential average with weight `smooth` of the past (0: raw), which runs over all samples of
 * this series in order, so the past never changes. O(log n) for the raw curve.
 */
struct series_bucket series_fold(const struct series *s, uint32_t from, uint32_t to);

/* Choose the smoothing of series_fold; recomputes once when it changes. */
void series_smooth(struct series *s, double smooth);

#endif
