/* Depth and number of values of a JSON text, before it is parsed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_JSONSCAN_H
#define RETORT_BASE_JSONSCAN_H

#include <stddef.h>

#include "retort/base/err.h"

/*
 * Refuse a text that nests deeper than `depth`, or that has so many values that parsed they could
 * take more than 16 times its size and 64 MiB: Jansson needs up to JSONSCAN_VALUE bytes for each,
 * however short it is. The text need not be valid. 0, or -1 and an error with the place.
 */
#define JSONSCAN_VALUE 160
int jsonscan_check(const char *text, size_t size, int depth, struct err *e);

#endif
