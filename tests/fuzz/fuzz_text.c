/* fuzz_text.c: a text, a vocabulary file or token ids, up to a data set of tokens. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/base/mem.h"
#include "retort/data/read/corpus.h"
#include "retort/data/read/idsfile.h"
#include "retort/data/text/tokenizer.h"

/* Invariants of data sets of tokens. */
static void
check_set(struct dataset *ds)
{
	size_t n = ds->n * ds->length + ds->next_token;

	MUST(ds->kind == DATASET_TOKENS && ds->n >= DATASET_ROWS && ds->length >= 1 && !ds->x);
	MUST(!ds->next_token || (size_t)ds->classes == ds->vocab);
	for (size_t i = 0; i < n; i++)
		MUST(ds->ids[i] >= (ds->next_token ? 0 : -1) &&
		     (ds->ids[i] < 0 || (size_t)ds->ids[i] < ds->vocab));
	for (size_t i = 0; i < ds->n; i++) {
		const int32_t *row = ds->ids + i * ds->length;

		MUST(ds->y[i] >= -1 && ds->y[i] < ds->classes);
		for (size_t t = 1; t < ds->length; t++)
			MUST(row[t] < 0 || row[t - 1] >= 0); /* padding is at the end */
	}
	dataset_free(ds);
}

/* Decoding restores an encoded text, except for a byte order mark. */
static void
round_trip(const struct tokenizer *t, const char *text, size_t size)
{
	struct tokenizer_ids ids = { 0 };
	struct text back = { 0 };
	struct err e = { .msg = "" };

	if (tokenizer_encode(t, text, size, &ids, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		MUST(tokenizer_decode(t, ids.id, ids.n, &back, &e) == 0);
		MUST(back.len == size || back.len + 3 == size);
		MUST(back.len == 0 || memcmp(back.s, text + (size - back.len), back.len) == 0);
	}
	mem_free(ids.id);
	text_release(&back);
}

static void
as_text(const char *text, size_t size, const char *tokens)
{
	struct dataset_options o = { .tokens = tokens, .length = 3 };
	struct tokenizer t;
	struct dataset *ds;
	struct err e = { .msg = "" };

	tokenizer_init(&t, strcmp(tokens, "byte") == 0 ? TOKENIZER_BYTE : TOKENIZER_CHAR);
	if (tokenizer_add_chars(&t, text, size, &e) == 0 && tokenizer_assign_ids(&t, &e) == 0)
		round_trip(&t, text, size);
	else
		MUST(e.msg[0]);
	tokenizer_release(&t);
	if (corpus_stream(text, size, &o, &ds, &e) == 0)
		check_set(ds);
	else
		MUST(e.msg[0]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dataset_options o = { .length = 3 };
	char *text = fuzz_text(data, size);
	struct err e = { .msg = "" };
	struct tokenizer t;
	struct dataset *ds;

	as_text(text, size, "byte");
	as_text(text, size, "char");
	if (tokenizer_from_vocab(&t, text, size, &e) == 0) {
		MUST(t.vocab >= 1 && t.vocab <= size);
		for (size_t i = 0; i < t.vocab; i++)
			MUST(t.point[i] == UINT32_MAX ||
			     tokenizer_id(&t, t.point[i]) == (int32_t)i);
		round_trip(&t, text, size);
		tokenizer_release(&t);
	} else {
		MUST(e.msg[0]);
	}
	if (idsfile_make(text, size, &o, &ds, &e) == 0)
		check_set(ds);
	else
		MUST(e.msg[0]);
	free(text);
	return 0;
}
