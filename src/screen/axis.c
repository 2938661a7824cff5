/* axis.c: nice limits and ticks whose labels are exact decimals. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/screen/axis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Ticks are whole multiples of mantissa x 10^power: 1, 2 or 5 times a power of ten. */
struct grid {
	int mantissa, power;
};

static double
grid_step(struct grid g)
{
	return g.mantissa * pow(10, g.power);
}

/* The finest 1-2-5 step of which at most `ticks` span the range. */
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

/* The multiple as text with the decimals that its step needs, and the number that text says. */
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

/* 1, 2 and 5 of each decade where there is room, else the decades alone. */
static void
fit_log(struct axis *a, double least, double most, int ticks)
{
	static const int mantissas[] = { 1, 2, 5 };
	int low = (int)floor(log10(least) + 1e-9), high = (int)ceil(log10(most) - 1e-9);
	bool fine = 3 * (high - low) + 1 <= ticks || high - low < 2;
	int every = fine ? 1 : (high - low) / (ticks > 1 ? ticks : 1) + 1;

	high = high > low ? high : low + 1;
	a->n = 0;
	for (int p = low; p <= high && a->n + 3 < AXIS_TICKS; p += every)
		for (int k = 0; k < (fine && p < high ? 3 : 1); k++)
			set_tick(&a->tick[a->n++], 1, (struct grid){ mantissas[k], p });
	while (a->n > 2 && a->tick[1].value <= least) { /* limits close in on 1-2-5 steps */
		for (int i = 1; i < a->n; i++)
			a->tick[i - 1] = a->tick[i];
		a->n--;
	}
	while (a->n > 2 && a->tick[a->n - 2].value >= most)
		a->n--;
	a->from = a->tick[0].value;
	a->to = a->tick[a->n - 1].value < most ? most : a->tick[a->n - 1].value;
}

void
axis_fit(struct axis *a, double least, double most, bool log, int ticks)
{
	if (!(most > least)) { /* one value: make room around it */
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
