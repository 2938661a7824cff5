/* sweep_suggest.c: values for a sweep of one knob. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/lab/sweep_suggest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/text.h"

#define VALUES 5
#define LEAST_STEPS 100
#define MOST_STEPS 500

/* Value i of 0 to VALUES - 1. */
static double
value_at(const struct knob *k, double now, int i)
{
	static const double around_zero[VALUES] = { 0, 1e-3, 1e-2, 1e-1, 1 };
	double step = k->nudge && k->nudge[0] == '+' ? strtod(k->nudge + 1, NULL) : 0;

	if (step > 0)
		return now + 2 * (i - VALUES / 2) * step;
	if (now == 0)
		return k->type == KNOB_INT ? i : around_zero[i];
	return now * pow(2, i - VALUES / 2);
}

const char *
sweep_suggest_values(const struct knob *k, const struct knobs *now, char *buf, size_t size)
{
	char text[64], last[64] = "";
	struct text list = { 0 };
	struct knobs trial;

	for (size_t i = 0; k->type == KNOB_PICK && knob_choice(k, i, text, sizeof text); i++)
		text_addf(&list, "%s%s", i ? "," : "", text);
	for (int i = 0; k->type != KNOB_PICK && i < VALUES; i++) {
		double x = value_at(k, knob_value(now, k), i);

		snprintf(text, sizeof text, k->type == KNOB_INT ? "%.0f" : "%.6g",
			 fabs(x) < 1e-9 ? 0 : x);
		trial = *now;
		if (knob_set(&trial, k, text, NULL) < 0 || strcmp(text, last) == 0)
			continue;
		text_addf(&list, "%s%s", list.len ? "," : "", text);
		snprintf(last, sizeof last, "%s", text);
	}
	snprintf(buf, size, "%s", text_get(&list));
	text_release(&list);
	return buf;
}

uint64_t
sweep_suggest_steps(uint64_t from, uint64_t step, uint64_t until)
{
	uint64_t left = until > step ? until - step : until > from ? until - from : MOST_STEPS;

	return left < LEAST_STEPS ? LEAST_STEPS : left > MOST_STEPS ? MOST_STEPS : left;
}
