/* csvblocks.c: blocks of a large table as UTF-8. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/read/csvblocks.h"

int
csvblocks_next(struct csvblocks *b, struct source *s, const char **bytes, size_t *size,
	       struct err *e)
{
	const char *encoding = s->options->dialect.encoding, *found = NULL;
	int status = stream_next(b->in, bytes, size, e);
	size_t mark = 0;

	if (status > 0 && !b->begun)
		found = recode_by_mark(*bytes, *size, &mark);
	if (status > 0 && !b->begun && (found || encoding) &&
	    !(b->recode = recode_open(found ? found : encoding, e)))
		return -1;
	if (found)
		s->dialect.encoding = found;
	b->begun = true;
	if (status < 0 || !b->recode || b->ended)
		return status;
	b->ended = status == 0;
	if (b->ended)
		*bytes = "";
	return recode_next(b->recode, *bytes + mark, b->ended ? 0 : *size - mark, b->ended, bytes,
			   size, e) < 0
		       ? -1
		       : status;
}

void
csvblocks_close(struct csvblocks *b)
{
	recode_close(b->recode);
	stream_close(b->in);
}
