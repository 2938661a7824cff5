/* Axes: limits on 1-2-5 steps, ticks whose labels are exact decimals. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_CURVE_AXIS_H
#define RETORT_CURVE_AXIS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AXIS_TICKS 32

struct axis_tick {
	double value;
	char label[16]; /* parses to value */
};

struct axis {
	bool log;                          /* logarithmic */
	double from, to;                   /* limits, from < to; both > 0 if log */
	int n;                             /* number of ticks */
	struct axis_tick tick[AXIS_TICKS]; /* ascending */
};

/*
 * Choose limits that include least..most (finite), and at most `ticks` ticks. The limits are on
 * 1-2-5 steps, so that they rarely move. A logarithmic axis gets whole decades, or 1-2-5 limits
 * within two decades; with least <= 0 the axis becomes linear.
 */
void axis_fit(struct axis *a, double least, double most, bool log, int ticks);

/* Turn an axis in percent into one of shares: limits and values are divided by 100, labels end with
 * a percent sign. */
void axis_percent(struct axis *a);

/* Position of x on the axis: 0 at `from`, 1 at `to`; -1 for x <= 0 on a logarithmic axis. */
double axis_at(const struct axis *a, double x);

/*
 * End of the page of steps that contains `last`: 256, 512, 1024 ... A page starts at 0 and doubles
 * when it is full, so that columns do not move between doublings.
 */
uint32_t axis_page(uint32_t last);

/* Format a step in at most 6 columns: "0", "512", "12.5k", "2M". Returns buf. */
const char *axis_step(uint32_t step, char *buf, size_t size);

#endif
