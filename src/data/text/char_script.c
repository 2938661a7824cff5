/* char_script.c: scripts of characters by binary search in ranges, and words of one script. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/char_script.h"

#include <stddef.h>

#define SCRIPT(first, last, number) { first, last, number },

static const struct {
	uint32_t first, last;
	int number;
} range[] = {
#include "retort/data/text/char_script.def"
};

int
char_script_of(uint32_t cp)
{
	size_t low = 0, high = sizeof range / sizeof *range;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (range[mid].last < cp)
			low = mid + 1;
		else
			high = mid;
	}
	return low < sizeof range / sizeof *range && range[low].first <= cp ? range[low].number : 0;
}

void
char_script_cut(const char *text, size_t size, struct splitter_words *to)
{
	size_t from = 0;
	int last = 0;
	uint32_t cp;

	for (size_t at = 0, n; at < size; at += n) {
		int script;

		n = text_utf8(text + at, size - at, &cp);
		script = char_script_of(cp);
		if (!script || script == last)
			continue;
		if (last)
			splitter_words_add(to, text + from, at - from);
		else if (to->n == 0 && at > 0)
			to->at_start = false;
		from = at;
		last = script;
	}
	if (last)
		splitter_words_add(to, text + from, size - from);
}
