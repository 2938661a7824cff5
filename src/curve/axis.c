/* axis.c: limits on 1-2-5 steps, ticks whose labels are exact decimals. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/curve/axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Ticks are integer multiples of mantissa x 10^power; the mantissa is 1, 2 or 5. */
struct grid {
	int mantissa, power;
};

static double
grid_step(struct grid g)
{
	return g.mantissa * pow(10, g.power);
}

/* The smallest 1-2-5 step with at most `ticks` steps in the range. */
static struct grid
grid_for(double range, int ticks)
{
	struct grid g = { 1, (int)floor(log10(range)) - 2 };

	while (range / grid_step(g) > ticks) {
		g.mantissa = g.mantissa == 1 ? 2 : g.mantissa == 2 ? 5 : 1;
		g.power += g.mantissa == 1;
	}
	return g;
}

/* Set the label to a multiple of the step, with the decimals that the step needs, and the value to
 * the number that the label parses to. */
static void
set_tick(struct axis_tick *t, double multiple, struct grid g)
{
	int decimals = g.power < 0 ? -g.power : 0;

	snprintf(t->label, sizeof t->label, "%.*f", decimals, multiple * grid_step(g));
	if (decimals > 6 || multiple * grid_step(g) >= 1e7)
		snprintf(t->label, sizeof t->label, "%.6g", multiple * grid_step(g));
	t->value = strtod(t->label, NULL);
}

static void
fit_linear(struct axis *a, double least, double most, int ticks)
{
	struct grid g = grid_for(most - least, ticks > 2 ? ticks - 1 : 1);
	double first = floor(least / grid_step(g) + 1e-9), last = ceil(most / grid_step(g) - 1e-9);

	a->n = 0;
	for (double m = first; m <= last && a->n < AXIS_TICKS; m++)
		set_tick(&a->tick[a->n++], m, g);
	a->from = a->tick[0].value;
	a->to = a->tick[a->n - 1].value;
}

#define DECADES 640 /* more than a double has */

/*
 * Fill `steps` with the 1-2-5 steps from the last one below `least` to the first one above `most`.
 * Returns how many.
 */
static int
list_log_steps(struct axis_tick *steps, int room, double least, double most)
{
	static const int mantissas[] = { 1, 2, 5 };
	int n = 0, low = (int)floor(log10(least) + 1e-9), high = (int)ceil(log10(most) - 1e-9);

	for (int p = low; p <= high + 1 && n < room; p++)
		for (int k = 0; k < 3; k++) {
			set_tick(&steps[n], 1, (struct grid){ mantissas[k], p });
			if (n > 0 && steps[n].value <= least * (1 + 1e-9))
				n--, steps[n] = steps[n + 1]; /* a closer lower limit */
			n++;
			if (n > 1 && steps[n - 2].value >= most * (1 - 1e-9))
				n--; /* past the upper limit */
		}
	return n;
}

/*
 * Limits on 1-2-5 steps. Ticks are all 1-2-5 steps between them where there is room, else the
 * decades, or every second, third ... decade, at least the two limits.
 */
static void
fit_log(struct axis *a, double least, double most, int ticks)
{
	struct axis_tick steps[3 * DECADES / 8];
	int n = list_log_steps(steps, (int)(sizeof steps / sizeof *steps) - 4, least, most),
	    low = (int)floor(log10(least) + 1e-9), every = 1, decades;

	a->from = steps[0].value;
	a->to = steps[n - 1].value;
	decades = (int)(log10(a->to / a->from) + 1);
	while (decades / every > (ticks > 2 ? ticks : 2))
		every++;
	a->n = 0;
	for (int i = 0; i < n && a->n < AXIS_TICKS; i++) {
		double p = log10(steps[i].value);
		bool decade = fabs(p - round(p)) < 1e-9 && ((int)lround(p) - low) % every == 0;

		if (n <= ticks || decade || (decades < 2 && (i == 0 || i == n - 1)))
			a->tick[a->n++] = steps[i];
	}
	if (a->n >= 2)
		return;
	a->n = 2; /* less than a decade: the limits */
	a->tick[0] = steps[0];
	a->tick[1] = steps[n - 1];
}

void
axis_fit(struct axis *a, double least, double most, bool log, int ticks)
{
	if (!(most > least)) { /* a single value: add a margin */
		double room = least == 0 ? 1 : fabs(least) / 2;

		most = least + room;
		least -= log && least > 0 ? least / 2 : room;
	}
	a->log = log && least > 0;
	if (a->log)
		fit_log(a, least, most, ticks);
	else
		fit_linear(a, least, most, ticks);
}

void
axis_percent(struct axis *a)
{
	a->from /= 100;
	a->to /= 100;
	for (int i = 0; i < a->n; i++) {
		struct axis_tick *t = &a->tick[i];
		size_t len = strlen(t->label);

		t->value /= 100;
		snprintf(t->label + len, sizeof t->label - len, "%%");
	}
}

double
axis_at(const struct axis *a, double x)
{
	if (a->log)
		return x > 0 ? log(x / a->from) / log(a->to / a->from) : -1;
	return (x - a->from) / (a->to - a->from);
}

uint32_t
axis_page(uint32_t last)
{
	uint32_t to = 256;

	while (to < last && to < 0x80000000u)
		to *= 2;
	return to;
}

const char *
axis_step(uint32_t step, char *buf, size_t size)
{
	if (step < 10000)
		snprintf(buf, size, "%u", step);
	else if (step < 1000000)
		snprintf(buf, size, "%.4gk", step / 1e3);
	else
		snprintf(buf, size, "%.4gM", step / 1e6);
	return buf;
}
