/* char_class.c: classes of characters by binary search in ranges. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/char_class.h"

#include <stddef.h>

struct range {
	uint32_t first, last;
};

#define NONE(first, last)
#define RANGE(first, last) { first, last },

static const struct range accent[] = {
#define ACCENT RANGE
#define MARK NONE
#define PUNCTUATION NONE
#define CONTROL NONE
#include "retort/data/text/char_class.def"
#undef ACCENT
#undef MARK
};

static const struct range mark[] = {
#define ACCENT NONE
#define MARK RANGE
#include "retort/data/text/char_class.def"
#undef MARK
#undef PUNCTUATION
};

static const struct range punctuation[] = {
#define MARK NONE
#define PUNCTUATION RANGE
#include "retort/data/text/char_class.def"
#undef PUNCTUATION
#undef CONTROL
};

static const struct range control[] = {
#define PUNCTUATION NONE
#define CONTROL RANGE
#include "retort/data/text/char_class.def"
};

#define CLASS(a)                        \
	{                               \
		a, sizeof a / sizeof *a \
	}

static const struct {
	const struct range *range;
	size_t n;
} class[CHAR_CLASS_COUNT] = {
	[CHAR_CLASS_ACCENT] = CLASS(accent),
	[CHAR_CLASS_MARK] = CLASS(mark),
	[CHAR_CLASS_PUNCTUATION] = CLASS(punctuation),
	[CHAR_CLASS_CONTROL] = CLASS(control),
};

bool
char_class_has(enum char_class which, uint32_t cp)
{
	const struct range *range = class[which].range;
	size_t low = 0, high = class[which].n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (range[mid].last < cp)
			low = mid + 1;
		else
			high = mid;
	}
	return low < class[which].n && range[low].first <= cp;
}
