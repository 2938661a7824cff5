/* Axes: nice limits and ticks whose labels are exact decimals. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_UI_AXIS_H
#define RETORT_UI_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AXIS_TICKS 32

struct axis_tick {
	double value;
	char label[16]; /* reads back to value */
};

struct axis {
	bool log;
	double from, to; /* from < to; both > 0 where log */
	int n;
	struct axis_tick tick[AXIS_TICKS]; /* ascending */
};

/*
 * Limits that hold least..most on 1-2-5 steps, so that they rarely move, with at most `ticks`
 * ticks. Log: whole decades, or 1-2-5 limits within two decades. Any finite numbers; log needs
 * least > 0, else the axis is linear.
 */
void axis_fit(struct axis *a, double least, double most, bool log, int ticks);

/* Where x lies on the axis: 0 at `from`, 1 at `to`. */
double axis_at(const struct axis *a, double x);

/*
 * The page of steps that holds `last`: 0..to with `to` = 256, 512, 1024 ... It doubles when it is
 * full, so columns never move between doublings.
 */
uint32_t axis_page(uint32_t last);

/* "0", "512", "1.5k", "2M": a step in at most 6 columns. Returns buf. */
const char *axis_step(uint32_t step, char *buf, size_t size);

#endif
