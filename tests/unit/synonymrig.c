/* synonymrig.c: a small WordNet, tokenizers that know its words, rows of texts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"
#include "synonymrig.h"

#include "retort/base/mem.h"
#include "retort/data/vocab/vocabtrain.h"

struct wordnet *synonymrig_wordnet;

int
synonymrig_read(void **state)
{
	struct err e = { .msg = "" };

	(void)state;
	synonymrig_wordnet = wordnet_read(SYNONYMRIG_VECTORS, &e);
	if (!synonymrig_wordnet)
		print_error("%s\n", e.msg);
	return synonymrig_wordnet ? 0 : -1;
}

int
synonymrig_drop(void **state)
{
	(void)state;
	wordnet_free(synonymrig_wordnet);
	return 0;
}

static const char text[] = "Movie good (movie) like FILM buy Good movie fine flick Flick film Fine "
			   "superb Superb enjoy purchase MOVIE FLICK SHOOT"
			   " shoot Shoot Film";

void
synonymrig_learn(struct tokenizer *t, enum tokenizer_kind kind, size_t size)
{
	struct vocabtrain_options o = { .kind = kind, .size = size };
	const char *texts[] = { text, text }; /* pairs of count 1 are not merged */
	size_t len[] = { sizeof text - 1, sizeof text - 1 }, words;
	struct err e = { .msg = "" };

	if (kind == TOKENIZER_BYTE)
		tokenizer_init(t, kind);
	else if (vocabtrain_make(&o, texts, len, 2, t, &words, &e) < 0)
		fail_msg("%s", e.msg);
}

struct dataset
synonymrig_rows(struct tokenizer *t, const char *const *texts, size_t n, size_t length)
{
	struct dataset ds = { .name = "texts",
			      .kind = DATASET_TOKENS,
			      .n = n,
			      .d = length,
			      .length = length,
			      .vocab = t->vocab,
			      .classes = 2,
			      .tokenizer = t };
	struct err e = { .msg = "" };

	ds.ids = mem_array(n * length, sizeof *ds.ids);
	ds.y = mem_array(n, sizeof *ds.y);
	memset(ds.ids, 0xFF, n * length * sizeof *ds.ids);
	for (size_t i = 0; i < n; i++) {
		struct tokenizer_ids ids = { 0 };

		if (tokenizer_encode(t, texts[i], strlen(texts[i]), &ids, &e) < 0)
			fail_msg("%s", e.msg);
		if (ids.n) /* an empty text is no array */
			memcpy(ds.ids + i * length, ids.id,
			       (ids.n < length ? ids.n : length) * sizeof *ids.id);
		mem_free(ids.id);
	}
	return ds;
}

void
synonymrig_release(struct dataset *ds)
{
	mem_free(ds->ids);
	mem_free(ds->y);
	tokenizer_release(ds->tokenizer);
}

void
synonymrig_decode(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out)
{
	text_clear(out);
	CHECK_INT(tokenizer_decode(t, ids, n, out, NULL), 0);
}
