/* jsonscan.c: depth and number of values of a JSON text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/jsonscan.h"

#include <stdbool.h>

#define FREE ((size_t)64 << 20) /* bytes that any text may take */
#define TIMES 16                /* of its size */

int
jsonscan_check(const char *text, size_t size, int depth, struct err *e)
{
	size_t most = (FREE + TIMES * size) / JSONSCAN_VALUE, values = 1;
	bool in_string = false;
	int level = 0;

	for (size_t i = 0; i < size; i++) {
		char c = text[i];

		if (in_string) {
			i += c == '\\';
			in_string = c != '"';
			continue;
		}
		in_string = c == '"';
		level -= c == ']' || c == '}';
		values += c == ',' || c == '[' || c == '{';
		if ((c == '[' || c == '{') && ++level > depth)
			return err_set(e, "nested deeper than %d levels at byte %zu", depth, i);
		if (values > most)
			return err_set(
				e,
				"more than %zu values in %zu bytes (at byte %zu): they would "
				"take more than %d times its size",
				most, size, i, TIMES);
	}
	return 0;
}
