/* series.c: samples of a curve and a pyramid of buckets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/curve/series.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "retort/base/mem.h"

/*
 * Level k has a bucket for each 2^k samples, complete ones only: appending is amortised O(1), any
 * range is covered by at most two buckets of each level, and all levels together have at most twice
 * as many buckets as samples.
 */
#define LEVELS 32

struct level {
	size_t n, cap;
	struct series_bucket *bucket;
};

struct series {
	size_t n, cap_step, cap_value;
	uint32_t *step;
	double *value;
	bool raw;                      /* without buckets */
	double smooth, average, decay; /* decay: smooth^n, to remove the bias of the average */
	struct level level[LEVELS];
	size_t most; /* samples kept, a power of 2; then each second one is given up; 0: all */
	size_t stride, in_part; /* samples of which one is kept, and of them those since the last */
	struct series_bucket part; /* [in_part] samples since the last that is kept */
	uint32_t part_step;        /* of the last of them */
	double part_value;
};

struct series *
series_new(void)
{
	struct series *s = mem_new(sizeof *s);

	s->decay = 1;
	s->stride = 1;
	return s;
}

void
series_limit(struct series *s, size_t most)
{
	assert((most & (most - 1)) == 0);
	s->most = most;
}

struct series *
series_new_raw(void)
{
	struct series *s = series_new();

	s->raw = true;
	return s;
}

void
series_free(struct series *s)
{
	if (!s)
		return;
	for (int k = 0; k < LEVELS; k++)
		mem_free(s->level[k].bucket);
	mem_free(s->step);
	mem_free(s->value);
	mem_free(s);
}

static void
merge_bucket(struct series_bucket *a, const struct series_bucket *b)
{
	uint32_t broken = a->broken + b->broken;

	if (b->count && a->count) {
		a->last = b->last;
		a->last_step = b->last_step;
		a->min = b->min < a->min ? b->min : a->min;
		a->max = b->max > a->max ? b->max : a->max;
		a->count += b->count;
	} else if (b->count) {
		*a = *b;
	}
	a->broken = broken;
}

/* The bucket of a sample: its value, or the debiased average (Kingma and Ba 2015, m-hat), of which
 * the past has the weight `smooth`. Must be called for all samples in order. */
static struct series_bucket
sample_bucket(struct series *s, uint32_t step, double x, double smooth)
{
	float y;

	if (!isfinite(x))
		return (struct series_bucket){ .broken = 1 };
	if (smooth > 0) {
		s->average = smooth * s->average + (1 - smooth) * x;
		s->decay *= smooth;
		x = s->average / (1 - s->decay);
	}
	y = (float)x;
	return (struct series_bucket){ y, y, y, y, step, step, 1, 0 };
}

static void
append_bucket(struct series *s, struct series_bucket b)
{
	for (int k = 0; k < LEVELS; k++) {
		struct level *l = &s->level[k];

		mem_grow(&l->bucket, &l->cap, l->n + 1, sizeof *l->bucket);
		l->bucket[l->n++] = b;
		if (l->n % 2)
			return;
		b = l->bucket[l->n - 2];
		merge_bucket(&b, &l->bucket[l->n - 1]);
	}
}

/* Keep the second of each two samples, in whose buckets are the extremes of both. */
static void
halve(struct series *s)
{
	s->n /= 2;
	s->stride *= 2;
	for (size_t i = 0; i < s->n; i++) {
		s->step[i] = s->step[2 * i + 1];
		s->value[i] = s->value[2 * i + 1];
	}
	mem_free(s->level[0].bucket);
	memmove(s->level, s->level + 1, (LEVELS - 1) * sizeof *s->level);
	s->level[LEVELS - 1] = (struct level){ 0 };
}

void
series_push(struct series *s, uint32_t step, double value)
{
	struct series_bucket b = { 0 };

	if (!s->raw)
		b = sample_bucket(s, step, value, s->smooth);
	merge_bucket(&s->part, &b);
	s->part_step = step;
	s->part_value = value;
	if (++s->in_part < s->stride)
		return;
	mem_grow(&s->step, &s->cap_step, s->n + 1, sizeof *s->step);
	mem_grow(&s->value, &s->cap_value, s->n + 1, sizeof *s->value);
	s->step[s->n] = step;
	s->value[s->n++] = value;
	if (!s->raw)
		append_bucket(s, s->part);
	s->part = (struct series_bucket){ 0 };
	s->in_part = 0;
	if (s->n == s->most)
		halve(s);
}

void
series_smooth(struct series *s, double smooth)
{
	assert(!s->raw || smooth == 0);
	if (smooth == s->smooth)
		return;
	for (int k = 0; k < LEVELS; k++)
		s->level[k].n = 0;
	s->smooth = smooth;
	s->average = 0;
	s->decay = 1;
	for (size_t i = 0; i < s->n; i++)
		append_bucket(s, sample_bucket(s, s->step[i], s->value[i],
					       pow(smooth, (double)s->stride)));
	if (s->in_part)
		s->part = sample_bucket(s, s->part_step, s->part_value,
					pow(smooth, (double)s->in_part));
}

size_t
series_len(const struct series *s)
{
	return s->n + (s->in_part > 0);
}

static uint32_t
step_of(const struct series *s, size_t i)
{
	return i < s->n ? s->step[i] : s->part_step;
}

void
series_get(const struct series *s, size_t i, uint32_t *step, double *value)
{
	*step = step_of(s, i);
	*value = i < s->n ? s->value[i] : s->part_value;
}

bool
series_last(const struct series *s, uint32_t *step, double *value)
{
	size_t n = series_len(s);

	if (n)
		series_get(s, n - 1, step, value);
	return n > 0;
}

/* Index of the first sample with a step >= `step`. */
static size_t
lower_bound(const struct series *s, uint32_t step)
{
	size_t lo = 0, hi = series_len(s);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (step_of(s, mid) < step)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool
series_at(const struct series *s, uint32_t step, uint32_t *at, double *value)
{
	size_t i = step == UINT32_MAX ? series_len(s) : lower_bound(s, step + 1);

	if (i)
		series_get(s, i - 1, at, value);
	return i > 0;
}

struct series_bucket
series_fold(const struct series *s, uint32_t from, uint32_t to)
{
	struct series_bucket sum = { 0 };
	size_t i = lower_bound(s, from), last = lower_bound(s, to), end = last < s->n ? last : s->n;

	assert(!s->raw);
	while (i < end) {
		int k = 0;

		/* the largest bucket that starts at i and ends within the range */
		while (k + 1 < LEVELS && i % ((size_t)2 << k) == 0 && i + ((size_t)2 << k) <= end)
			k++;
		merge_bucket(&sum, &s->level[k].bucket[i >> k]);
		i += (size_t)1 << k;
	}
	if (last > s->n && i == s->n)
		merge_bucket(&sum, &s->part);
	return sum;
}
