/* csvline.c: lines of a table as text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/csvline.h"

#include <string.h>

#include "retort/base/mem.h"

size_t
csvline_length(const char *p, const char *end, const char **lf, bool *blank, bool *ended)
{
	const char *start = p, *cr;

	while (p < end && (*p == ' ' || *p == '\t'))
		p++;
	*blank &= p == end || *p == '\n' || *p == '\r';
	if (*lf < p) {
		*lf = memchr(p, '\n', (size_t)(end - p));
		*lf = *lf ? *lf : end;
	}
	cr = memchr(p, '\r', (size_t)(*lf - p));
	*ended = cr || *lf < end;
	if (cr)
		p = cr + 1 < end && cr[1] == '\n' ? cr + 2 : cr + 1;
	else
		p = *lf < end ? *lf + 1 : end;
	return (size_t)(p - start);
}

size_t
csvline_squeeze(struct csvline_squeezer *q, bool quotes, const char *p, size_t len)
{
	size_t n = 0;

	mem_grow(&q->line, &q->cap, len + 1, 1);
	for (size_t i = 0; i < len; i++) {
		bool end = p[i] == '\n' || p[i] == '\r';

		if (!q->quoted && (p[i] == ' ' || p[i] == '\t')) {
			q->blank = true;
			continue;
		}
		if (q->blank && q->within && !end)
			q->line[n++] = ' ';
		if (p[i] == '"' && quotes && (q->quoted || q->blank || !q->within))
			q->quoted = !q->quoted;
		q->blank = false;
		q->within = q->quoted || !end;
		q->line[n++] = p[i];
	}
	return n;
}
