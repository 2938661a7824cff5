/* test_roundtrip.c: invariants of all tokenizers, on adversarial texts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "check.h"

#include <stdbool.h>

#include "retort/base/io.h"
#include "retort/base/mem.h"
#include "retort/base/rng.h"
#include "retort/data/text/normalize.h"
#include "retort/data/text/vocabfile.h"
#include "retort/data/vocab/vocabtrain.h"

#define TEXTS 400
#define PARTS 24 /* maximum length of a text */

/* Parts of texts, with their length, because one is a NUL. */
#define PART(s)                 \
	{                       \
		s, sizeof s - 1 \
	}
static const struct part {
	const char *s;
	size_t len;
} parts[] = {
	PART("the"),
	PART(" "),
	PART("  "),
	PART("\t"),
	PART("\n"),
	PART("\r\n"),
	PART("a"),
	PART("B"),
	PART("can't"),
	PART("12"),
	PART("-"),
	PART("..."),
	PART("<s>"),
	PART("[MASK]"),
	PART("##ing"),
	PART("\""),
	PART("\\"),
	PART("\0"),
	PART("\x01"),
	PART("\x1B[2J"),
	PART("\x7F"), /* controls */
	PART("床前"),
	PART("月"),
	PART("。"),
	PART("　"),
	PART("𠀀"),
	PART("ひら"),
	PART("한"),
	PART("ｘ"), /* wide characters, beyond 16 bits */
	PART("é"),
	PART("e\xCC\x81"),
	PART("\xCC\x81"),
	PART("a\xCC\x81\xCC\x82\xCC\x83"),
	PART("ﬁ"),
	PART("Å"),
	PART("\xE2\x84\xAB"), /* accents */
	PART("🌙"),
	PART("👩\xE2\x80\x8D👩\xE2\x80\x8D👧"),
	PART("👍🏽"),
	PART("🇫🇷"),
	PART("\xEF\xB8\x8F"), /* sequences of several characters */
	PART("שלום"),
	PART("مرحبا"),
	PART("\xE2\x80\xAE"),
	PART("\xE2\x80\x8F"), /* right to left, and marks of direction */
	PART("\xEF\xBB\xBF"),
	PART("\xE2\x80\x8B"),
	PART("\xC2\xA0"),
	PART("\xC2\xAD"),
	PART("\xEF\xBF\xBD"),
	PART("\xF4\x8F\xBF\xBF"),
	/* invalid UTF-8 from here: continuation byte, lead byte, truncated, overlong, surrogate,
	   above U+10FFFF */
	PART("\x80"),
	PART("\xC3"),
	PART("\xE6\x9C"),
	PART("\xF0\x9F\x8C"),
	PART("\xC0\x80"),
	PART("\xE0\x80\xAF"),
	PART("\xED\xA0\x80"),
	PART("\xF4\x90\x80\x80"),
	PART("\xFF"),
	PART("\xFE\xFF"),
};
#define BROKEN 10
#define WHOLE (sizeof parts / sizeof *parts - BROKEN)

static struct text texts[2][TEXTS]; /* valid texts, and possibly invalid ones */

static int
make_texts(void **state)
{
	(void)state;
	for (uint64_t broken = 0; broken < 2; broken++)
		for (uint64_t i = 0; i < TEXTS; i++) {
			struct rng r = rng_stream(11, "texts", broken, i);
			uint32_t n = rng_below(r, 0, PARTS);

			for (uint32_t k = 0; k < n; k++) {
				const struct part *p = &parts[rng_below(
					r, 1 + k, (uint32_t)(WHOLE + (broken ? BROKEN : 0)))];

				text_bytes(&texts[broken][i], p->s, p->len);
			}
		}
	return 0;
}

static int
drop_texts(void **state)
{
	(void)state;
	for (int i = 0; i < 2 * TEXTS; i++)
		text_release(&texts[i / TEXTS][i % TEXTS]);
	return 0;
}

/* A tokenizer of that kind, trained on the valid texts. */
static void
learn(struct tokenizer *t, enum tokenizer_kind kind)
{
	struct vocabtrain_options o = { .kind = kind, .size = 1000 };
	const char *s[TEXTS];
	size_t size[TEXTS], words;
	struct err e = { .msg = "" };

	for (size_t i = 0; i < TEXTS; i++) {
		s[i] = text_get(&texts[0][i]);
		size[i] = texts[0][i].len;
	}
	if (kind == TOKENIZER_BYTE)
		tokenizer_init(t, kind);
	else if (vocabtrain_make(&o, s, size, TEXTS, t, &words, &e) < 0)
		fail_msg("%s: %s", tokenizer_kind_name((size_t)kind), e.msg);
}

static bool
is_utf8(const struct text *s)
{
	uint32_t cp;

	for (size_t at = 0, n; at < s->len; at += n) {
		n = text_utf8(s->s + at, s->len - at, &cp);
		if (n == 1 && cp == 0xFFFD)
			return false;
	}
	return true;
}

/* Ids are in the vocabulary, not special except the unknown one, and appended. Returns false when
 * the text is refused with an error. */
static bool
encode(const struct tokenizer *t, const char *s, size_t len, struct tokenizer_ids *out)
{
	struct err e = { .msg = "" };

	mem_grow(&out->id, &out->cap, 1, sizeof *out->id);
	out->id[0] = 77;
	out->n = 1;
	if (tokenizer_encode(t, s, len, out, &e) < 0) {
		CHECK(e.msg[0]);
		return false;
	}
	CHECK_INT(out->id[0], 77);
	memmove(out->id, out->id + 1, --out->n * sizeof *out->id);
	for (size_t i = 0; i < out->n; i++) {
		CHECK(out->id[i] >= 0 && (size_t)out->id[i] < t->vocab);
		for (int k = TOKENIZER_UNKNOWN + 1; k < TOKENIZER_SPECIALS; k++)
			CHECK(out->id[i] != t->special[k]);
	}
	return true;
}

static bool
knows_all(const struct tokenizer *t, const struct tokenizer_ids *ids)
{
	for (size_t i = 0; i < ids->n; i++)
		if (ids->id[i] == t->special[TOKENIZER_UNKNOWN])
			return false;
	return true;
}

/* The text as decoding restores it: without byte order mark and leading blank where they are lost,
 * normalized. */
static void
want(const struct tokenizer *t, const struct text *s, struct text *out)
{
	bool mark = t->kind != TOKENIZER_BYTE && t->kind != TOKENIZER_BPE && s->len >= 3 &&
		    memcmp(s->s, "\xEF\xBB\xBF", 3) == 0;
	size_t skip = 3 * mark;

	skip += t->blank == TOKENIZER_BLANK_UNLESS_THERE && s->len > skip && s->s[skip] == ' ';
	text_clear(out);
	normalize_put(t->normal, text_get(s) + skip, s->len - skip, out);
}

/* Encoding the decoded text gives the same ids. */
static void
stays(const struct tokenizer *t, const struct tokenizer_ids *ids, const struct text *back)
{
	struct tokenizer_ids again = { 0 };

	CHECK(encode(t, text_get(back), back->len, &again));
	CHECK_INT(again.n, ids->n);
	CHECK(again.n == 0 || memcmp(again.id, ids->id, again.n * sizeof *again.id) == 0);
	mem_free(again.id);
}

/* Number of texts that a tokenizer accepts, and of these without unknown tokens. */
static void
check_texts(const struct tokenizer *t, size_t *taken, size_t *known)
{
	bool any_bytes = t->kind == TOKENIZER_BYTE || t->kind == TOKENIZER_BPE;
	struct text back = { 0 }, wanted = { 0 };
	struct tokenizer_ids ids = { 0 };

	*taken = *known = 0;
	for (int i = 0; i < 2 * TEXTS; i++) {
		const struct text *s = &texts[i / TEXTS][i % TEXTS];
		bool valid = is_utf8(s);

		CHECK(valid || i >= TEXTS);
		if (!encode(t, text_get(s), s->len, &ids)) {
			CHECK(!any_bytes && (!valid || t->kind == TOKENIZER_CHAR));
			continue;
		}
		CHECK(valid || any_bytes);
		++*taken;
		text_clear(&back);
		CHECK_INT(tokenizer_decode(t, ids.id, ids.n, &back, NULL), 0);
		if (!knows_all(t, &ids))
			continue;
		++*known;
		want(t, s, &wanted);
		if (t->kind == TOKENIZER_WORDPIECE) {
			stays(t, &ids, &back);
			continue;
		}
		CHECK_INT(back.len, wanted.len);
		CHECK(back.len == 0 || memcmp(back.s, wanted.s, back.len) == 0);
	}
	text_release(&back);
	text_release(&wanted);
	mem_free(ids.id);
}

static void
decoding_restores_texts_for_all_kinds(void **state)
{
	size_t taken, known;

	(void)state;
	for (int kind = 0; kind < TOKENIZER_WORDLEVEL; kind++) { /* the kinds that are trained */
		struct tokenizer t;

		learn(&t, (enum tokenizer_kind)kind);
		check_texts(&t, &taken, &known);
		CHECK_INT(known, taken);
		CHECK(taken >=
		      (t.kind == TOKENIZER_BYTE || t.kind == TOKENIZER_BPE ? 2 * TEXTS : TEXTS));
		tokenizer_release(&t);
	}
}

/* Each prefix and suffix of a text, cut at any byte. */
static void
texts_are_cut_at_any_byte(void **state)
{
	static const char text[] = "a 月\n🌙e\xCC\x81 שלום\0!";

	(void)state;
	for (int kind = 0; kind < TOKENIZER_WORDLEVEL; kind++) { /* the kinds that are trained */
		struct tokenizer_ids ids = { 0 };
		struct tokenizer t;

		learn(&t, (enum tokenizer_kind)kind);
		for (size_t from = 0; from < sizeof text; from++)
			for (size_t to = from; to < sizeof text; to++) {
				char *copy = mem_array(to - from + 1,
						       1); /* exact allocation: a sanitizer detects
							      reads past the end */
				struct text back = { 0 };

				memcpy(copy, text + from, to - from);
				if (encode(&t, copy, to - from, &ids))
					CHECK_INT(tokenizer_decode(&t, ids.id, ids.n, &back, NULL),
						  0);
				text_release(&back);
				mem_free(copy);
			}
		mem_free(ids.id);
		tokenizer_release(&t);
	}
}

/* The same for published vocabularies; tests/vectors/README explains how to fetch them. */
static void
published_vocabularies_have_the_same_invariants(void **state)
{
	static const char *const paths[] = { "gpt2/vocab.bpe", "qwen3/tokenizer.json",
					     "bert/vocab.json", "use-lite/vocab.json" };
	size_t taken, known;

	(void)state;
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		char *path = io_join(getenv("RETORT_VOCABS"), paths[i]);
		struct tokenizer t;
		struct hash hash;
		struct err e;

		if (vocabfile_read(path, &t, &hash, &e) < 0)
			fail_msg("%s", e.msg);
		check_texts(&t, &taken, &known);
		CHECK(taken >= TEXTS);
		CHECK(known >= 40); /* the smallest has 8,000 English tokens */
		tokenizer_release(&t);
		mem_free(path);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(decoding_restores_texts_for_all_kinds), TEST(texts_are_cut_at_any_byte),
		TEST(published_vocabularies_have_the_same_invariants), /* the last: skipped if there
									  are none */
	};

	/* cmocka's skip() writes "not ok", which automake counts as a failure */
	return _cmocka_run_group_tests("tests", tests,
				       sizeof tests / sizeof *tests - !getenv("RETORT_VOCABS"),
				       make_texts, drop_texts);
}
