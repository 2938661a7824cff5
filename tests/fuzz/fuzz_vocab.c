/* fuzz_vocab.c: a vocabulary file and, after a NUL, its merges; valid ones encode texts and are
 * written and read again. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/base/mem.h"
#include "retort/data/text/vocabfile.h"

static void
encode(const struct tokenizer *t, const char *text, size_t size)
{
	struct tokenizer_ids ids = { 0 };
	struct text back = { 0 };
	struct err e = { "" };

	if (tokenizer_encode(t, text, size, &ids, &e) < 0)
		MUST(e.msg[0]);
	for (size_t i = 0; i < ids.n; i++) {
		MUST(ids.id[i] >= 0 && (size_t)ids.id[i] < t->vocab);
		tokenizer_starts_word(t, ids.id[i]);
	}
	MUST(tokenizer_decode(t, ids.id, ids.n, &back, &e) == 0);
	mem_free(ids.id);
	text_release(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	size_t len = strlen(text);
	bool merges = len < size;
	struct err e = { "" };
	struct tokenizer t;

	if (vocabfile_parse(text, len, merges ? text + len + 1 : NULL, merges ? size - len - 1 : 0,
			    &t, &e) == 0) {
		MUST(t.vocab >= 1);
		for (int i = 0; i < TOKENIZER_SPECIALS; i++)
			MUST(t.special[i] >= -1 && t.special[i] < (int32_t)t.vocab);
		encode(&t, text, size);
		encode(&t, " a ab\tAb \xE6\x9C\x88\xFF.", 15);
		encode(&t, " a ab\tAb \xE6\x9C\x88.", 13);
		tokenizer_release(&t);
	} else {
		MUST(e.msg[0]);
	}
	if (vocabfile_parse(text, size, NULL, 0, &t, &e) == 0)
		tokenizer_release(&t);
	free(text);
	return 0;
}
