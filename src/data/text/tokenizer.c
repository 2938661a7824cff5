/* tokenizer.c: text to token ids and back; the table of kinds. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/tokenizer.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/data/text/normalize.h"
#include "retort/data/text/tokenizer_kinds.h"

static int
encode_bytes(const struct tokenizer *t, const char *text, size_t size, struct tokenizer_ids *out,
	     struct err *e)
{
	(void)t;
	(void)e;
	mem_grow(&out->id, &out->cap, out->n + size, sizeof *out->id);
	for (size_t i = 0; i < size; i++)
		out->id[out->n++] = (unsigned char)text[i];
	return 0;
}

static int
decode_bytes(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out)
{
	for (size_t i = 0; i < n; i++) {
		char byte = (char)ids[i];

		if (ids[i] >= 256)
			text_add(out, t->special_name[TOKENIZER_MASK]);
		else if (ids[i] >= 0)
			text_bytes(out, &byte, 1);
	}
	return 0;
}

/* One entry for each kind. Ids passed to decode are in the vocabulary, or -1. */
static const struct {
	const char *name;
	int (*finish)(struct tokenizer *t, struct err *e); /* NULL: without pieces */
	int (*encode)(const struct tokenizer *t, const char *text, size_t size,
		      struct tokenizer_ids *out, struct err *e);
	int (*decode)(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out);
	bool (*starts)(const struct tokenizer *t, int32_t id); /* NULL: each does */
	bool utf8;                                             /* accepts UTF-8 only */
} kinds[TOKENIZER_KINDS] = {
	[TOKENIZER_BYTE] = { "byte", NULL, encode_bytes, decode_bytes, NULL, false },
	[TOKENIZER_CHAR] = { "char", NULL, tokenizer_char_encode, tokenizer_char_decode, NULL,
			     false },
	[TOKENIZER_WORDPIECE] = { "wordpiece", tokenizer_wordpiece_finish,
				  tokenizer_wordpiece_encode, tokenizer_wordpiece_decode,
				  tokenizer_wordpiece_starts, true },
	[TOKENIZER_BPE] = { "bpe", tokenizer_bpe_finish, tokenizer_bpe_encode, tokenizer_bpe_decode,
			    tokenizer_bpe_starts, false },
	[TOKENIZER_UNIGRAM] = { "unigram", tokenizer_unigram_finish, tokenizer_unigram_encode,
				tokenizer_unigram_decode, tokenizer_unigram_starts, true },
};

const char *
tokenizer_kind_name(size_t kind)
{
	return kind < TOKENIZER_KINDS ? kinds[kind].name : NULL;
}

const char *
tokenizer_special_word(size_t i)
{
	static const char *const word[TOKENIZER_SPECIALS] = { "unknown", "begin", "end", "mask",
							      "padding" };

	return i < TOKENIZER_SPECIALS ? word[i] : NULL;
}

/* Names in published vocabularies. Of several present for one purpose, the first here counts. */
static const struct {
	const char *name;
	enum tokenizer_special what;
} specials[] = {
	{ "[UNK]", TOKENIZER_UNKNOWN },
	{ "<unk>", TOKENIZER_UNKNOWN },
	{ "\xEF\xBF\xBD", TOKENIZER_UNKNOWN },
	{ "[CLS]", TOKENIZER_BEGIN },
	{ "<s>", TOKENIZER_BEGIN },
	{ "<bos>", TOKENIZER_BEGIN },
	{ "<|begin_of_text|>", TOKENIZER_BEGIN },
	{ "<|startoftext|>", TOKENIZER_BEGIN },
	{ "[SEP]", TOKENIZER_END },
	{ "</s>", TOKENIZER_END },
	{ "<eos>", TOKENIZER_END },
	{ "<|end_of_text|>", TOKENIZER_END },
	{ "<|endoftext|>", TOKENIZER_END },
	{ "[MASK]", TOKENIZER_MASK },
	{ "<mask>", TOKENIZER_MASK },
	{ "<|mask|>", TOKENIZER_MASK },
	{ "[PAD]", TOKENIZER_PADDING },
	{ "<pad>", TOKENIZER_PADDING },
	{ "<|pad|>", TOKENIZER_PADDING },
};

int
tokenizer_special_of(const char *name, size_t len, const char **known)
{
	for (size_t i = 0; i < sizeof specials / sizeof *specials; i++)
		if (strlen(specials[i].name) == len && memcmp(specials[i].name, name, len) == 0) {
			*known = specials[i].name;
			return (int)specials[i].what;
		}
	return -1;
}

bool
tokenizer_is_special(const struct tokenizer *t, int32_t id)
{
	for (int i = 0; i < TOKENIZER_SPECIALS; i++)
		if (t->special[i] == id)
			return true;
	return false;
}

void
tokenizer_init(struct tokenizer *t, enum tokenizer_kind kind)
{
	*t = (struct tokenizer){ .kind = kind };
	memset(t->special, 0xFF, sizeof t->special);
	if (kind == TOKENIZER_BYTE)
		t->vocab = 256;
	else if (kind == TOKENIZER_CHAR)
		tokenizer_char_init(t);
}

void
tokenizer_release(struct tokenizer *t)
{
	tokenizer_char_release(t);
	tokenizer_bpe_release(t);
	token_trie_release(&t->pieces);
	token_trie_tree_release(&t->tree);
	pretoken_free(t->words);
	mem_free(t->score);
	memset(t, 0, sizeof *t);
}

int32_t
tokenizer_id(const struct tokenizer *t, uint32_t point)
{
	const int32_t *page = t->page[point / 256];

	return page ? page[point % 256] : -1;
}

int
tokenizer_add_chars(struct tokenizer *t, const char *text, size_t size, struct err *e)
{
	return t->kind == TOKENIZER_CHAR ? tokenizer_char_add(t, text, size, e) : 0;
}

int
tokenizer_assign_ids(struct tokenizer *t, struct err *e)
{
	return t->kind == TOKENIZER_CHAR ? tokenizer_char_assign_ids(t, e) : 0;
}

int
tokenizer_from_vocab(struct tokenizer *t, const char *bytes, size_t size, struct err *e)
{
	tokenizer_init(t, TOKENIZER_CHAR);
	if (tokenizer_char_vocab(t, bytes, size, e) == 0)
		return 0;
	tokenizer_release(t);
	return -1;
}

void
tokenizer_reserve_mask(struct tokenizer *t)
{
	size_t cap = t->vocab;

	if (t->special[TOKENIZER_MASK] >= 0)
		return;
	t->special_name[TOKENIZER_MASK] = "[MASK]";
	t->special[TOKENIZER_MASK] = (int32_t)t->vocab++;
	if (t->kind != TOKENIZER_CHAR)
		return;
	mem_grow(&t->point, &cap, t->vocab, sizeof *t->point);
	t->point[t->vocab - 1] = UINT32_MAX;
}

int
tokenizer_finish(struct tokenizer *t, struct err *e)
{
	t->vocab = t->pieces.n;
	if (t->vocab < 1)
		return err_set(e, "no tokens");
	for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
		int32_t id =
			token_trie_find(&t->pieces, specials[i].name, strlen(specials[i].name));

		if (id < 0 || t->special[specials[i].what] >= 0 ||
		    (t->kind == TOKENIZER_BPE && specials[i].name[0] == '\xEF'))
			continue;
		t->special[specials[i].what] = id;
		t->special_name[specials[i].what] = specials[i].name;
	}
	return kinds[t->kind].finish(t, e);
}

#define SLICE ((size_t)1 << 22) /* bytes of a text that are normalized at a time */

/*
 * Length of the next slice that can be encoded on its own: up to a blank after an ASCII letter or
 * digit, where a word begins and no normal form composes.
 */
static size_t
slice_length(const struct tokenizer *t, const char *text, size_t size)
{
	for (size_t at = SLICE; at < size && !t->crosses; at++)
		if (text[at] == ' ' && ((text[at - 1] >= 'a' && text[at - 1] <= 'z') ||
					(text[at - 1] >= 'A' && text[at - 1] <= 'Z') ||
					(text[at - 1] >= '0' && text[at - 1] <= '9')))
			return at;
	return size;
}

/* Normalize and encode slice by slice, with `blank` before the first. */
static int
encode_slices(const struct tokenizer *t, const char *text, size_t size, const char *blank,
	      struct tokenizer_ids *out, struct err *e)
{
	struct text normal = { 0 };
	int status = 0;

	for (size_t at = 0, n; at < size && status == 0; at += n) {
		n = slice_length(t, text + at, size - at);
		text_clear(&normal);
		text_add(&normal, at == 0 ? blank : "");
		normalize_put(t->normal, text + at, n, &normal);
		status = kinds[t->kind].encode(t, normal.s, normal.len, out, e);
	}
	text_release(&normal);
	return status;
}

int
tokenizer_encode(const struct tokenizer *t, const char *text, size_t size,
		 struct tokenizer_ids *out, struct err *e)
{
	size_t mark = kinds[t->kind].utf8 ? tokenizer_char_mark(text, size) : 0;
	bool blank;

	if (kinds[t->kind].utf8 && tokenizer_char_check(text, size, e) < 0)
		return -1;
	text += mark;
	size -= mark;
	if (!t->normal && !t->blank && t->kind != TOKENIZER_UNIGRAM)
		return kinds[t->kind].encode(t, text, size, out, e);
	blank = size && (t->blank == TOKENIZER_BLANK_ALWAYS || (t->blank && text[0] != ' '));
	return encode_slices(t, text, size, blank ? " " : "", out, e);
}

int
tokenizer_decode(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out,
		 struct err *e)
{
	size_t before = out->len;

	for (size_t i = 0; i < n; i++)
		if (ids[i] < -1 || (ids[i] >= 0 && (size_t)ids[i] >= t->vocab))
			return err_set(e, "token %zu: invalid id %d (expected 0 to %zu)", i, ids[i],
				       t->vocab - 1);
	kinds[t->kind].decode(t, ids, n, out);
	if (t->blank && out->len > before && out->s[before] == ' ') {
		memmove(out->s + before, out->s + before + 1, out->len - before); /* with the NUL */
		out->len--;
	}
	return 0;
}

bool
tokenizer_starts_word(const struct tokenizer *t, int32_t id)
{
	if (id < 0 || !kinds[t->kind].starts)
		return true;
	return tokenizer_is_special(t, id) || kinds[t->kind].starts(t, id);
}
