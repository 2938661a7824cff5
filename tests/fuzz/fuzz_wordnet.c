/* fuzz_wordnet.c: an index of nouns and, after the first NUL, its synsets. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fuzz.h"

#include "retort/data/vocab/wordnet.h"

static void
check(const struct wordnet *wn)
{
	MUST(wn->n_lemmas <= wn->word.n);
	for (size_t i = 0; i < wn->n_lemmas; i++) {
		size_t len, n;
		const char *word = token_trie_get(&wn->word, i, &len);
		const int32_t *other = wordnet_find(wn, word, len, &n);

		MUST(len > 0 && n == wn->first[i + 1] - wn->first[i]);
		for (size_t k = 0; k < n; k++)
			MUST(other[k] >= 0 && (size_t)other[k] < wn->word.n &&
			     (size_t)other[k] != i);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *bytes =
		malloc(size + (size ==
			       0)); /* not NUL-terminated: a sanitizer detects reads past the end */
	struct wordnet_part part[WORDNET_PARTS] = { 0 };
	struct err e = { .msg = "" };
	struct wordnet wn;
	const char *nul;

	if (!bytes)
		abort();
	if (size)
		memcpy(bytes, data, size);
	nul = memchr(bytes, '\0', size);
	part[0].index = bytes;
	part[0].index_size = nul ? (size_t)(nul - bytes) : size;
	part[0].data = nul ? nul + 1 : bytes + size;
	part[0].data_size = size - part[0].index_size - (nul != NULL);
	if (wordnet_parse(part, &wn, &e) < 0) {
		MUST(e.msg[0]);
	} else {
		check(&wn);
		wordnet_release(&wn);
	}
	free(bytes);
	return 0;
}
