/* fuzz_encoding.c: the encoding of a data set, from the notes of a network. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include <math.h>

#include "retort/data/encoding.h"

/* Check what encoding_parse promises. */
static void
check_fields(const struct encoding *enc)
{
	size_t width = 0;

	MUST(enc->d >= 1 && enc->d <= ENCODING_FEATURES);
	MUST(enc->kind != DATASET_IMAGE || enc->height * enc->width * enc->channels == enc->d);
	MUST(enc->n_scale == 0 || enc->n_scale == (enc->kind == DATASET_IMAGE ? 1 : enc->d));
	for (size_t i = 0; i < enc->n_scale; i++)
		MUST(isfinite(enc->mean[i]) && isfinite(enc->spread[i]) && enc->spread[i] > 0);
	for (size_t i = 0; i < enc->n_columns; i++) {
		const struct encoding_column *c = &enc->column[i];

		MUST(c->name && c->n_words <= ENCODING_WORDS);
		for (size_t k = 1; k < c->n_words; k++)
			MUST(strcmp(c->word[k - 1], c->word[k]) < 0);
		width += c->n_words ? c->n_words : 1;
	}
	MUST(enc->n_columns == 0 || width == enc->d);
	MUST(enc->classes >= 0 && enc->classes <= DATASET_CLASSES);
	MUST(!enc->next_token || (enc->classes == 0 && enc->kind == DATASET_TOKENS));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *json = fuzz_text(data, size);
	struct encoding enc, again;
	struct text first = { 0 }, second = { 0 };
	struct err e = { .msg = "" };

	if (encoding_parse(json, size, &enc, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		check_fields(&enc);
		MUST(encoding_print(&enc, &first, &e) == 0);
		MUST(encoding_parse(first.s, first.len, &again, &e) == 0);
		MUST(encoding_print(&again, &second, &e) == 0);
		MUST(strcmp(first.s, second.s) == 0);
		encoding_release(&enc);
		encoding_release(&again);
	}
	text_release(&first);
	text_release(&second);
	free(json);
	return 0;
}
