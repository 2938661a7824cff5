/* tokenizer_wordlevel.c: one token for each word; and what kinds have in common. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/text/tokenizer_kinds.h"

int
tokenizer_wordlevel_finish(struct tokenizer *t, struct err *e)
{
	(void)t;
	(void)e;
	return 0;
}

int
tokenizer_wordlevel_word(const struct tokenizer *t, const char *word, size_t size,
			 struct tokenizer_ids *out, struct err *e)
{
	int32_t id = tokenizer_find(t, word, size);

	if (id < 0)
		id = t->special[TOKENIZER_UNKNOWN];
	if (id < 0)
		return err_set(e, "the vocabulary has neither the word '%.*s' nor an unknown token",
			       (int)(size < 40 ? size : 40), word);
	tokenizer_add_id(out, id);
	return 0;
}

/* Words joined by blanks: ids do not record what was between. */
int
tokenizer_wordlevel_decode(const struct tokenizer *t, const int32_t *ids, size_t n,
			   struct text *out)
{
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		if (ids[i] < 0)
			continue;
		text_add(out, any && !t->marks_blanks ? " " : "");
		tokenizer_put_piece(t, ids[i], out);
		any = true;
	}
	return 0;
}
