/* A sweep of one knob, as it is offered in the prompt. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_LAB_SWEEP_SUGGEST_H
#define RETORT_LAB_SWEEP_SUGGEST_H

#include <stddef.h>

#include "retort/conf/knob.h"

/*
 * Write five values around the present one, "1,2,4,8,16", fewer at an end of the range: of a knob
 * whose key multiplies it, halves and doubles; of others, two and four key presses away; around 0
 * powers of ten; of words all. Returns buf.
 */
const char *sweep_suggest_values(const struct knob *k, const struct knobs *now, char *buf,
				 size_t size);

/*
 * Steps of it: as many as the run has left, but 100 to 500; of a run that is not in training 500,
 * or those of its last run if they are fewer. A function of steps alone, not of the rate.
 */
uint64_t sweep_suggest_steps(uint64_t from, uint64_t step, uint64_t until);

#endif
