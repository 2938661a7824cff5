/* A large table in blocks, as UTF-8 whatever its encoding. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_READ_CSVBLOCKS_H
#define RETORT_DATA_READ_CSVBLOCKS_H

#include "retort/base/recode.h"
#include "retort/base/stream.h"
#include "retort/data/read/source.h"

struct csvblocks {
	struct stream *in;     /* owned */
	struct recode *recode; /* owned; NULL: the file is UTF-8 */
	bool begun, ended;
};

/* The next block: 1, 0 at the end, or -1 and an error. The encoding is that of the options, or that
 * of a byte order mark, which is stored in s->dialect. */
int csvblocks_next(struct csvblocks *b, struct source *s, const char **bytes, size_t *size,
		   struct err *e);
void csvblocks_close(struct csvblocks *b);

#endif
