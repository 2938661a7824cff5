/* span.c: columns of steps and their dots. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/span.h"

#include <math.h>
#include <string.h>

/* The first step of a column on a logarithmic axis, which puts step 0 at step 1. */
static double
log_edge(const struct span_steps *x, int column)
{
	double from = x->from ? x->from : 1, to = x->to > from ? x->to : from + 1;

	return from * pow(to / from, (double)column / x->columns);
}

uint32_t
span_edge(const struct span_steps *x, int column)
{
	uint64_t steps = x->to > x->from ? x->to - x->from : 1, columns = (uint64_t)x->columns;

	if (column <= 0)
		return x->from;
	if (column >= x->columns)
		return x->to < UINT32_MAX ? x->to + 1 : UINT32_MAX;
	if (x->log)
		return (uint32_t)ceil(log_edge(x, column));
	return x->from + (uint32_t)(((uint64_t)column * steps + columns - 1) / columns);
}

int
span_column(const struct span_steps *x, uint32_t step)
{
	int low = 0, high = x->columns - 1;

	while (low < high) {
		int mid = low + (high - low + 1) / 2;

		if (span_edge(x, mid) <= step)
			low = mid;
		else
			high = mid - 1;
	}
	return low;
}

static void
add_samples(struct span *sum, float first, float last, float min, float max, uint32_t count)
{
	if (!sum->count) {
		sum->first = first;
		sum->min = min;
		sum->max = max;
	}
	sum->last = last;
	sum->min = min < sum->min ? min : sum->min;
	sum->max = max > sum->max ? max : sum->max;
	sum->count += count;
}

/*
 * Add the samples of a range. A bucket with both signs is halved until each part has one sign,
 * because a bucket does not store its smallest positive value.
 */
static void
fold_range(struct span *sum, const struct series *s, uint32_t from, uint32_t to, bool positive)
{
	struct series_bucket b = series_fold(s, from, to);
	uint32_t mid = from + (to - from) / 2;

	if (positive && b.count && b.min <= 0 && b.max > 0 && to - from > 1) {
		fold_range(sum, s, from, mid, positive);
		fold_range(sum, s, mid, to, positive);
		return;
	}
	sum->broken += b.broken;
	if (!b.count)
		return;
	if (!positive || b.min > 0) {
		add_samples(sum, b.first, b.last, b.min, b.max, b.count);
	} else if (b.max > 0) {
		add_samples(sum, b.max, b.max, b.max, b.max, 1);
		sum->low += b.count - 1;
	} else {
		sum->low += b.count;
	}
}

struct span
span_fold(const struct series *s, uint32_t from, uint32_t to, bool positive)
{
	struct span sum = { 0 };

	if (from < to)
		fold_range(&sum, s, from, to, positive);
	return sum;
}

/* The first sample with a step >= `step`. */
static size_t
first_sample(const struct series *s, uint32_t step)
{
	size_t low = 0, high = series_len(s);

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		uint32_t at;
		double value;

		series_get(s, mid, &at, &value);
		if (at < step)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void
span_raw(const struct series *s, const struct span_steps *x, bool positive, struct span *out)
{
	int column = 0;

	memset(out, 0, (size_t)x->columns * sizeof *out);
	for (size_t i = first_sample(s, x->from); i < series_len(s); i++) {
		uint32_t step;
		double value;
		float y;

		series_get(s, i, &step, &value);
		while (column < x->columns && step >= span_edge(x, column + 1))
			column++;
		if (column == x->columns)
			return;
		y = (float)value;
		if (!isfinite(value))
			out[column].broken++;
		else if (positive && y <= 0)
			out[column].low++;
		else
			add_samples(&out[column], y, y, y, y, 1);
	}
}

void
span_difference(const struct series *s, const struct series *minus, const struct span_steps *x,
		struct span *out)
{
	int column = 0;

	memset(out, 0, (size_t)x->columns * sizeof *out);
	for (size_t i = first_sample(s, x->from); i < series_len(s); i++) {
		struct series_bucket a, b;
		uint32_t step, at;
		double value, less;
		float y;

		series_get(s, i, &step, &value);
		while (column < x->columns && step >= span_edge(x, column + 1))
			column++;
		if (column == x->columns)
			return;
		if (!series_at(minus, step, &at, &less) || at != step)
			continue;
		a = series_fold(s, step, step + 1);
		b = series_fold(minus, step, step + 1);
		if (!isfinite(value) || !isfinite(less) || !a.count || !b.count) {
			out[column].broken++;
			continue;
		}
		y = a.last - b.last;
		add_samples(&out[column], y, y, y, y, 1);
	}
}

int
span_row(const struct axis *a, int rows, double value)
{
	double row = (1 - axis_at(a, value)) * (rows - 1);

	return (int)lround(row < -1e6 ? -1e6 : row > 1e6 ? 1e6 : row);
}

/* The column of a step outside of the range, extrapolated. */
static int
far_column(const struct span_steps *x, uint32_t step)
{
	double from = x->from, to = x->to > x->from ? x->to : from + 1, at = step, c;

	if (x->log) {
		from = from > 1 ? log(from) : 0;
		to = log(to);
		at = at > 1 ? log(at) : 0;
	}
	c = floor((at - from) / (to > from ? to - from : 1) * x->columns);
	return (int)(c < -1e6 ? -1e6 : c > 1e6 ? 1e6 : c);
}

void
span_draw(struct raster *r, const struct span_steps *x, const struct span *span,
	  const struct axis *y, const struct series *s, uint32_t until)
{
	struct span near = { 0 };
	uint32_t step = 0;
	double value;
	int at = 0, row = 0;
	bool joined = false;

	if (s && x->from && series_at(s, x->from - 1, &step, &value))
		near = span_fold(s, step, step + 1, y->log);
	if (near.count) {
		at = far_column(x, step);
		row = span_row(y, r->rows, near.last);
		joined = true;
	}
	for (int i = 0; i < x->columns; i++) {
		if (!span[i].count) {
			joined = joined && !span[i].broken && !span[i].low;
			continue;
		}
		if (joined)
			raster_line(r, at, row, i, span_row(y, r->rows, span[i].first));
		raster_column(r, i, span_row(y, r->rows, span[i].min),
			      span_row(y, r->rows, span[i].max));
		row = span_row(y, r->rows, span[i].last);
		at = i;
		joined = true;
	}
	if (s && joined && x->to < UINT32_MAX - 1 && x->to < until) {
		struct series_bucket b = series_fold(s, x->to + 1, UINT32_MAX);

		near = b.count ? span_fold(s, b.first_step, b.first_step + 1, y->log)
			       : (struct span){ 0 };
		if (near.count)
			raster_line(r, at, row, far_column(x, b.first_step),
				    span_row(y, r->rows, near.first));
	}
}
