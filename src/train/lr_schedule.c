/* lr_schedule.c: the learning rate of a step. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/train/lr_schedule.h"

#include <math.h>

double
lr_schedule_at(const struct knobs *k, uint64_t step, uint64_t from, uint64_t until)
{
	double done = (double)(step - from), warmup = (double)k->warmup,
	       rest = (double)(until - from) - warmup;
	double share = rest > 0 ? (done - warmup) / rest : 1;

	if (done < warmup)
		return k->lr * (done + 1) / warmup;
	switch ((enum knob_schedule)k->schedule) {
	case KNOB_LINEAR:
		return k->lr * (1 - share);
	case KNOB_COSINE:
		return k->lr * 0.5 * (1 + cos(3.141592653589793 * share));
	case KNOB_CONSTANT:
		break;
	}
	return k->lr;
}
