/* Extent of JSON objects in a text, without parsing them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_JSONSPAN_H
#define RETORT_DATA_READ_JSONSPAN_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a character ends a number, true, false or null. */
static inline bool
jsonspan_ends_word(char c)
{
	return c == ',' || c == '}' || c == ' ' || c == '\n' || c == ']' || c == '\t' ||
	       c == '\r' || c == '\0';
}

/* Length of the object at p, up to the brace that closes it; 0: it is not closed before the end. */
size_t jsonspan_object(const char *p, const char *end);

/* Whether a text begins with an object, or a list of objects. */
bool jsonspan_begins(const char *bytes, size_t size);

/* Whether each line is an object: the text begins with one that ends on its line. */
bool jsonspan_lines(const char *bytes, size_t size);

#endif
