/* A series of samples with a pyramid of buckets, so that any zoom is drawn exactly. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_CURVE_SERIES_H
#define RETORT_CURVE_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Summary of consecutive samples: all that a column of a plot needs (M4: Jugel et al., PVLDB 2014).
 * Adjacent buckets can be merged. NaN and Inf are only counted.
 */
struct series_bucket {
	float first, last, min, max;
	uint32_t first_step, last_step;
	uint32_t count;  /* finite samples; 0: the other members are unset */
	uint32_t broken; /* NaN and Inf samples */
};

struct series;

struct series *series_new(void);
/* The same without buckets, for samples that are not drawn in columns: a sixth of the memory, and
 * series_fold and series_smooth may not be called. */
struct series *series_new_raw(void);
void series_free(struct series *s);

/*
 * Bound the memory of an empty series: when it has `most` samples, a power of 2, the second of each
 * two is kept, and of later samples the last of each two, then four ... The last sample is always
 * there; buckets have the extremes of all samples. 0: no bound.
 */
void series_limit(struct series *s, size_t most);

/* Append a sample. Steps must not decrease; several samples may have the same step. Amortised O(1).
 */
void series_push(struct series *s, uint32_t step, double value);

size_t series_len(const struct series *s);
/* The last sample; false if empty. */
bool series_last(const struct series *s, uint32_t *step, double *value);
/* The last sample with a step <= `step`; false if there is none. */
bool series_at(const struct series *s, uint32_t step, uint32_t *at, double *value);
/* Sample i of those that are kept, as appended; i < series_len. */
void series_get(const struct series *s, size_t i, uint32_t *step, double *value);

/* The bucket of all samples with from <= step < to, of raw or smoothed values. O(log n). */
struct series_bucket series_fold(const struct series *s, uint32_t from, uint32_t to);

/*
 * Set the smoothing of series_fold: a debiased exponential moving average over all samples of the
 * series in order, with weight `smooth` on the past; 0: raw values. New samples never change
 * smoothed values of the past. A change recomputes all buckets.
 */
void series_smooth(struct series *s, double smooth);

#endif
