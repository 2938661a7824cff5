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

#endif
