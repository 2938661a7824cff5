/* jsonspan.c: extent of a JSON object. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/jsonspan.h"

#include <string.h>

size_t
jsonspan_object(const char *p, const char *end)
{
	const char *start = p;
	bool quoted = false;
	size_t depth = 0;

	for (; p < end; p++) {
		if (quoted && *p == '\\')
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (!quoted && *p == '{')
			depth++;
		else if (!quoted && *p == '}' && --depth == 0)
			return (size_t)(p + 1 - start);
	}
	return 0;
}

bool
jsonspan_lines(const char *bytes, size_t size)
{
	const char *p = bytes, *end = bytes + size, *lf;

	while (p < end && strchr(" \t\r\n", *p) && *p)
		p++;
	if (p == end || *p != '{')
		return false;
	lf = memchr(p, '\n', (size_t)(end - p));
	return jsonspan_object(p, lf ? lf : end) > 0;
}

bool
jsonspan_begins(const char *bytes, size_t size)
{
	size_t i = 0;

	while (i < size && strchr(" \t\r\n", bytes[i]) && bytes[i])
		i++;
	if (i < size && bytes[i] == '[')
		for (i++; i < size && strchr(" \t\r\n", bytes[i]) && bytes[i];)
			i++;
	return i < size && bytes[i] == '{';
}
