/* fuzz_vocab.c: a vocabulary file and, after a NUL, its merges, or a model of SentencePiece; valid
 * ones encode texts, with and without special tokens. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/base/mem.h"
#include "retort/data/text/vocabfile.h"

static void
encode(const struct tokenizer *t, const char *text, size_t size)
{
	struct tokenizer_ids ids = { 0 };
	struct text back = { 0 };
	struct err e = { .msg = "" };

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

/* Use a tokenizer that was read, and release it. */
static void
use(struct tokenizer *t, const char *text, size_t size)
{
	const int32_t *side[2];
	size_t n[2];
	struct err e;

	MUST(t->vocab >= 1);
	for (int i = 0; i < TOKENIZER_SPECIALS; i++)
		MUST(t->special[i] >= -1 && t->special[i] < (int32_t)t->vocab);
	if (tokenizer_frame(t, &side[0], &n[0], &side[1], &n[1], &e) == 0)
		for (int i = 0; i < 2; i++)
			for (size_t k = 0; k < n[i]; k++)
				MUST(side[i][k] >= 0 && (size_t)side[i][k] < t->vocab);
	encode(t, text, size);
	encode(t, " a ab\tAb \xE6\x9C\x88\xFF.", 15);
	t->cuts_special = true;
	encode(t, " a ab\tAb  12 <s>x \xE6\x9C\x88.", 21);
	tokenizer_release(t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	size_t len = strlen(text);
	bool merges = len < size;
	struct err e = { .msg = "" };
	struct tokenizer t;

	if (vocabfile_parse(text, len, merges ? text + len + 1 : NULL, merges ? size - len - 1 : 0,
			    &t, &e) == 0) {
		use(&t, text, size);
	} else {
		MUST(e.msg[0]);
	}
	if (vocabfile_parse(text, size, NULL, 0, &t, &e) == 0)
		use(&t, text, size);
	free(text);
	return 0;
}
