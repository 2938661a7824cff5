/* test_spmodel.c: models of SentencePiece against the ids of Debian's sentencepiece
 * (tests/vectors/make_sentencepiece.js), and damaged ones. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <jansson.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/data/text/vocabfile.h"

#define FOLDER RETORT_SRCDIR "/tests/vectors/"

static uint32_t
hash_text(const struct tokenizer *t, const char *s)
{
	struct tokenizer_ids ids = { 0 };
	uint32_t h = 2166136261u;
	struct err e;

	if (tokenizer_encode(t, s, strlen(s), &ids, &e) < 0)
		fail_msg("%s: %s", s, e.msg);
	for (size_t i = 0; i < ids.n; i++)
		for (int shift = 0; shift < 32; shift += 8)
			h = (h ^ ((uint32_t)ids.id[i] >> shift & 0xFF)) * 16777619u;
	mem_free(ids.id);
	return h;
}

/* Compare all texts that are one line. Returns the number of those that differ. */
static size_t
check_model(const json_t *one, json_t *texts)
{
	const char *want = json_string_value(json_object_get(one, "ids"));
	char *path = io_join(FOLDER "sentencepiece",
			     json_string_value(json_object_get(one, "model"))),
	     got[9];
	size_t wrong = 0, n = 0, i;
	struct tokenizer t;
	struct hash hash;
	struct err e;
	json_t *s;

	if (vocabfile_read(path, &t, &hash, &e) < 0)
		fail_msg("%s", e.msg);
	json_array_foreach(texts, i, s)
	{
		const char *text = json_string_value(s);

		if (!*text || strlen(text) != json_string_length(s) || strpbrk(text, "\r\n"))
			continue;
		snprintf(got, sizeof got, "%08x", (unsigned)hash_text(&t, text));
		if (strncmp(got, want + 9 * n++, 8) != 0 && wrong++ == 0)
			print_message("%s: text %zu: %s\n", path, i, text);
	}
	CHECK_INT(9 * n - 1, strlen(want));
	tokenizer_release(&t);
	mem_free(path);
	return wrong;
}

static void
ids_are_those_of_sentencepiece(void **state)
{
	json_t *file = json_load_file(FOLDER "sentencepiece/ids.json", 0, NULL),
	       *vectors = json_load_file(FOLDER "tokenizers.json", JSON_ALLOW_NUL, NULL), *one;
	size_t wrong = 0, i;

	(void)state;
	json_array_foreach(json_object_get(file, "cases"), i, one)
	{
		wrong += check_model(one, json_object_get(vectors, "texts"));
	}
	CHECK_INT(i, 12);
	CHECK_INT(wrong, 0);
	json_decref(file);
	json_decref(vectors);
}

#define UNK "\n\016\n\005<unk>\025\0\0\0\0\030\002"

static void
damaged_models_are_refused_with_the_byte(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *message;
	} cases[] = {
#define CASE(bytes, message) { bytes, sizeof bytes - 1, message }
		CASE(UNK "\n\014\n\003<s>",
		     "SentencePiece model: byte 16: a field of 12 bytes, 5 are left"),
		CASE(UNK "\n\014\n\005<unk>\025\0\0\0\0", "piece 1: '<unk>' is piece 0, too"),
		CASE(UNK "\n\010\n\001a\025\0\0\300\177", "piece 1: the score is not finite"),
		CASE(UNK "\n\002\n\0", "piece 1: expected a text in UTF-8"),
		CASE(UNK "\022\002\030\005",
		     "unsupported model type 5 (expected 1 to 4: unigram, bpe, word, char)"),
		CASE(UNK "\032\005\022\003abc", "precompiled_charsmap: a map of 3 bytes"),
		CASE("\n\010\n\001a\025\0\0\0\0", "no unknown piece"),
		CASE(UNK "\377", "byte 17: a number without an end"),
		CASE(UNK "\013", "byte 16: a field of unknown type 3"),
#undef CASE
	};
	struct tokenizer t;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CHECK_INT(vocabfile_parse(cases[i].bytes, cases[i].size, NULL, 0, &t, &e), -1);
		if (!strstr(e.msg, cases[i].message))
			fail_msg("case %zu says %s", i, e.msg);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ids_are_those_of_sentencepiece),
		TEST(damaged_models_are_refused_with_the_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
