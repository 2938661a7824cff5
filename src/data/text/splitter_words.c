/* splitter_words.c: words, one after the other. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/text/splitter.h"

void
splitter_words_clear(struct splitter_words *w)
{
	text_clear(&w->text);
	w->n = 0;
	w->at_start = true;
}

void
splitter_words_end(struct splitter_words *w)
{
	if (w->text.len == (w->n ? w->end[w->n - 1] : 0))
		return;
	mem_grow(&w->end, &w->cap, w->n + 1, sizeof *w->end);
	w->end[w->n++] = w->text.len;
}

void
splitter_words_add(struct splitter_words *w, const char *s, size_t len)
{
	text_bytes(&w->text, s, len);
	splitter_words_end(w);
}

void
splitter_words_release(struct splitter_words *w)
{
	text_release(&w->text);
	mem_free(w->end);
	*w = (struct splitter_words){ 0 };
}
