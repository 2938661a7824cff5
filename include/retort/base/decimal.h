/* Exact comparison of decimal numbers as text, of any number of digits. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_BASE_DECIMAL_H
#define RETORT_BASE_DECIMAL_H

#include <stdbool.h>

/*
 * Whether the string is one decimal number: a sign, digits with at most one point, an exponent; the
 * forms that text_to_double accepts, but of any size.
 */
bool decimal_is(const char *s);

/* Whether it has no fraction: "12", "1.0", "1e3". */
bool decimal_is_whole(const char *s);

/* Compare two decimal numbers, which decimal_is accepts, digit by digit: below, at or above 0. "1",
 * "1.0" and "10e-1" are equal, 9007199254740992 and 9007199254740993 are not. */
int decimal_compare(const char *a, const char *b);

#endif
