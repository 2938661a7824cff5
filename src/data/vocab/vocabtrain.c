/* vocabtrain.c: counts words of texts and trains a vocabulary on them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/vocab/vocabtrain.h"

#include <stdlib.h>
#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/sig.h"
#include "retort/base/unicode.h"
#include "retort/data/text/normalize.h"
#include "retort/data/text/tokenizer_kinds.h"

#define WORD_MAX 4096 /* maximum length of a word, bytes; longer ones are split */

static const char *const specials[] = { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" };
#define SPECIALS (sizeof specials / sizeof *specials)

/* ---------------------------------------------------------------- characters */

struct char_count {
	uint32_t point;
	uint64_t count;
};

static int
by_count(const void *a, const void *b)
{
	const struct char_count *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return (x->point > y->point) - (x->point < y->point);
}

static int
by_point(const void *a, const void *b)
{
	const struct char_count *x = a, *y = b;

	return (x->point > y->point) - (x->point < y->point);
}

static int
count_chars(const char *text, size_t size, struct char_count *chars, struct err *e)
{
	uint32_t cp;

	for (size_t at = tokenizer_char_mark(text, size), n; at < size; at += n) {
		n = tokenizer_char_decode_at(text, size, at, &cp, e);
		if (n == 0 || sig_check(e) < 0)
			return -1;
		chars[cp].count++;
	}
	return 0;
}

/* Make a CHAR tokenizer of the most frequent characters, in code point order. */
static int
make_chars(const struct vocabtrain_options *o, struct char_count *chars, struct tokenizer *t,
	   size_t *words, struct err *e)
{
	struct text file = { 0 };
	size_t n = 0, kept;
	char utf8[4];
	int status;

	qsort(chars, 0x110000, sizeof *chars, by_count);
	while (n < 0x110000 && chars[n].count)
		n++;
	if (n == 0)
		return err_set(e, "no characters in the texts");
	kept = n < o->size - SPECIALS ? n : o->size - SPECIALS;
	kept = kept < TOKENIZER_CHARS - SPECIALS ? kept : TOKENIZER_CHARS - SPECIALS;
	qsort(chars, kept, sizeof *chars, by_point);
	for (size_t i = 0; i < SPECIALS; i++)
		text_addf(&file, "%s\n", specials[i]);
	for (size_t i = 0; i < kept; i++) {
		if (chars[i].point != '\n')
			text_bytes(&file, utf8, unicode_encode(chars[i].point, utf8));
		text_add(&file, "\n");
	}
	*words = n;
	status = tokenizer_from_vocab(t, file.s, file.len, e);
	text_release(&file);
	return status;
}

static int
train_chars(const struct vocabtrain_options *o, const char *const *text, const size_t *size,
	    size_t n, struct tokenizer *t, size_t *words, struct err *e)
{
	struct char_count *chars = mem_try(0x110000, sizeof *chars);
	int status = chars ? 0 : err_set(e, "no memory to count characters");

	for (uint32_t cp = 0; chars && cp < 0x110000; cp++)
		chars[cp].point = cp;
	for (size_t i = 0; i < n && status == 0; i++)
		if (count_chars(text[i], size[i], chars, e) < 0)
			status = err_wrap(e, "text %zu", i + 1);
	if (status == 0)
		status = make_chars(o, chars, t, words, e);
	mem_free(chars);
	return status;
}

/* ---------------------------------------------------------------- words */

static void
add_word(struct vocabtrain_words *w, const char *s, size_t len)
{
	int32_t id = token_trie_add(&w->word, s, len);

	mem_grow(&w->count, &w->cap, w->word.n, sizeof *w->count);
	w->count[id]++;
}

/* Length of the next part of a word, at most WORD_MAX, cut between characters where possible. */
static size_t
part_length(const char *s, size_t len)
{
	size_t n = len < WORD_MAX ? len : WORD_MAX;

	while (n < len && n > WORD_MAX - 4 && ((unsigned char)s[n] & 0xC0) == 0x80)
		n--;
	return n;
}

/* Normalize a text as the tokenizer will, with blanks as U+2581 for unigrams. */
static int
normalize_text(const struct tokenizer *t, const char *text, size_t size, struct text *out,
	       struct err *e)
{
	size_t mark = t->kind == TOKENIZER_BPE ? 0 : tokenizer_char_mark(text, size);
	struct splitter_words words[2] = { 0 };
	int status, at = 0;

	splitter_words_clear(&words[0]);
	status = normalizer_put(t->normalizer, text + mark, size - mark, &words[0].text, NULL, e);
	splitter_words_add(&words[0], "", 0);
	if (status == 0 && t->splitter)
		status = at = splitter_cut(t->splitter, words, e);
	if (status >= 0)
		text_bytes(out, text_get(&words[at].text), words[at].text.len);
	splitter_words_release(&words[0]);
	splitter_words_release(&words[1]);
	return status < 0 ? -1 : 0;
}

static int
count_words(const struct tokenizer *t, const char *text, size_t size, struct vocabtrain_words *w,
	    struct err *e)
{
	struct text normal = { 0 };
	struct pretoken_run run;
	size_t start, len;
	int status;

	if (t->kind != TOKENIZER_BPE && tokenizer_char_check(text, size, e) < 0)
		return -1;
	if (normalize_text(t, text, size, &normal, e) < 0) {
		text_release(&normal);
		return -1;
	}
	pretoken_begin(&run, t->words, text_get(&normal), normal.len);
	while ((status = pretoken_next(&run, &start, &len, e)) > 0)
		for (size_t i = 0, n; i < len; i += n) {
			n = part_length(normal.s + start + i, len - i);
			add_word(w, normal.s + start + i, n);
		}
	pretoken_end(&run);
	text_release(&normal);
	return status;
}

static int
init_tokenizer(const struct vocabtrain_options *o, struct tokenizer *t, struct err *e)
{
	enum pretoken_kind words = PRETOKEN_PATTERN;

	tokenizer_init(t, TOKENIZER_BYTE);
	t->kind = o->kind;
	switch (o->kind) {
	case TOKENIZER_WORDPIECE:
		words = PRETOKEN_BERT;
		t->normal = NORMALIZE_CLEAN | NORMALIZE_CHINESE |
			    (o->lower ? NORMALIZE_NFD | NORMALIZE_ACCENTS | NORMALIZE_LOWER : 0u);
		break;
	case TOKENIZER_UNIGRAM:
		words = PRETOKEN_BLANK;
		t->normal = NORMALIZE_NFC | (o->lower ? NORMALIZE_LOWER : 0u);
		t->blank = TOKENIZER_BLANK_UNLESS_THERE;
		break;
	default:
		t->normal = o->lower ? NORMALIZE_NFC | NORMALIZE_LOWER : 0u;
	}
	t->words = pretoken_new(words, NULL, false, e);
	if (!t->words || tokenizer_make_steps(t, e) < 0)
		return -1;
	t->bytes = t->kind == TOKENIZER_BPE;
	for (size_t i = 0; i < SPECIALS; i++)
		if (o->kind != TOKENIZER_BPE || strcmp(specials[i], "[UNK]") != 0)
			token_trie_add(&t->pieces, specials[i], strlen(specials[i]));
	return 0;
}

static int
train_words(const struct vocabtrain_options *o, const char *const *text, const size_t *size,
	    size_t n, struct tokenizer *t, size_t *words, struct err *e)
{
	struct vocabtrain_words w = { 0 };
	int status = 0;

	status = init_tokenizer(o, t, e);
	for (size_t i = 0; i < n && status == 0; i++)
		if (count_words(t, text[i], size[i], &w, e) < 0)
			status = err_wrap(e, "text %zu", i + 1);
	*words = w.word.n;
	if (status == 0 && w.word.n == 0)
		status = err_set(e, "no words in the texts");
	if (status == 0)
		status = o->kind == TOKENIZER_UNIGRAM ? vocabtrain_unigram_make(t, &w, o->size, e)
						      : vocabtrain_merge_make(t, &w, o->size, e);
	if (status == 0)
		status = tokenizer_finish(t, e);
	if (status < 0)
		tokenizer_release(t);
	token_trie_release(&w.word);
	mem_free(w.count);
	return status;
}

int
vocabtrain_make(const struct vocabtrain_options *o, const char *const *text, const size_t *size,
		size_t n, struct tokenizer *t, size_t *words, struct err *e)
{
	size_t least = o->kind == TOKENIZER_BPE ? 256 + SPECIALS - 1 : SPECIALS + 1;

	if (o->size < least || o->size > TOKENIZER_VOCAB)
		return err_set(e, "invalid size %zu (expected %zu to %d)", o->size, least,
			       TOKENIZER_VOCAB);
	return o->kind == TOKENIZER_CHAR ? train_chars(o, text, size, n, t, words, e)
					 : train_words(o, text, size, n, t, words, e);
}
