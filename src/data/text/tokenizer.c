/* tokenizer.c: text to token ids and back; the table of kinds. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/tokenizer.h"

#include <stdio.h>
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

static const struct tokenizer_functions kinds[TOKENIZER_KINDS] = {
	[TOKENIZER_BYTE] = { "byte", NULL, encode_bytes, NULL, decode_bytes, NULL },
	[TOKENIZER_CHAR] = { "char", NULL, tokenizer_char_encode, NULL, tokenizer_char_decode,
			     NULL },
	[TOKENIZER_WORDPIECE] = { "wordpiece", tokenizer_wordpiece_finish,
				  tokenizer_wordpiece_encode, tokenizer_wordpiece_word,
				  tokenizer_wordpiece_decode, tokenizer_wordpiece_starts },
	[TOKENIZER_BPE] = { "bpe", tokenizer_bpe_finish, tokenizer_bpe_encode, tokenizer_bpe_word,
			    tokenizer_bpe_decode, tokenizer_bpe_starts },
	[TOKENIZER_UNIGRAM] = { "unigram", tokenizer_unigram_finish, NULL, tokenizer_unigram_word,
				tokenizer_unigram_decode, tokenizer_unigram_starts },
	[TOKENIZER_WORDLEVEL] = { "wordlevel", tokenizer_wordlevel_finish, NULL,
				  tokenizer_wordlevel_word, tokenizer_wordlevel_decode, NULL },
	[TOKENIZER_SPWORD] = { "word", tokenizer_spwords_finish, NULL, tokenizer_spwords_word,
			       tokenizer_unigram_decode, NULL },
	[TOKENIZER_SPCHAR] = { "character", tokenizer_spwords_finish, NULL, tokenizer_spwords_char,
			       tokenizer_unigram_decode, tokenizer_unigram_starts },
};

const struct tokenizer_functions *
tokenizer_functions(enum tokenizer_kind kind)
{
	return &kinds[kind];
}

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
	return t->role && t->role[id] & TOKENIZER_RESERVED;
}

bool
tokenizer_takes(const struct tokenizer *t, int32_t id)
{
	if (t->sentencepiece) /* a user-defined symbol may have the name of a special token */
		return t->role[id] & TOKENIZER_MODEL;
	return !tokenizer_is_special(t, id) && (!t->role || t->role[id] & TOKENIZER_MODEL);
}

int32_t
tokenizer_find(const struct tokenizer *t, const char *s, size_t len)
{
	int32_t id = token_trie_find(&t->pieces, s, len);

	return id >= 0 && tokenizer_takes(t, id) ? id : -1;
}

void
tokenizer_add_id(struct tokenizer_ids *out, int32_t id)
{
	mem_grow(&out->id, &out->cap, out->n + 1, sizeof *out->id);
	out->id[out->n++] = id;
}

void
tokenizer_find_bytes(struct tokenizer *t)
{
	char name[8];

	t->byte_id = mem_array(256, sizeof *t->byte_id);
	for (int i = 0; i < 256; i++) {
		snprintf(name, sizeof name, "<0x%02X>", (unsigned)i);
		t->byte_id[i] = token_trie_find(&t->pieces, name, 6);
	}
}

bool
tokenizer_add_bytes(const struct tokenizer *t, const char *s, size_t len, struct tokenizer_ids *out)
{
	for (size_t i = 0; i < len; i++)
		if (t->byte_id[(unsigned char)s[i]] < 0)
			return false;
	for (size_t i = 0; i < len; i++)
		tokenizer_add_id(out, t->byte_id[(unsigned char)s[i]]);
	return true;
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
	byte_trie_release(&t->tree);
	byte_trie_release(&t->symbols);
	mem_free(t->rank);
	added_release(&t->added);
	normalizer_free(t->normalizer);
	splitter_free(t->splitter);
	pretoken_free(t->words);
	mem_free(t->role);
	mem_free(t->prefix);
	mem_free(t->suffix);
	mem_free(t->score);
	mem_free(t->byte_id);
	mem_free(t->before);
	mem_free(t->after);
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

static void
name_specials(struct tokenizer *t)
{
	for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
		int32_t id =
			token_trie_find(&t->pieces, specials[i].name, strlen(specials[i].name));

		if (id < 0 || t->special[specials[i].what] >= 0 ||
		    (t->kind == TOKENIZER_BPE && specials[i].name[0] == '\xEF') ||
		    (t->has_model && specials[i].what == TOKENIZER_UNKNOWN))
			continue;
		t->special[specials[i].what] = id;
		t->special_name[specials[i].what] = specials[i].name;
	}
}

int
tokenizer_make_steps(struct tokenizer *t, struct err *e)
{
	unsigned form = t->normal & (NORMALIZE_NFC | NORMALIZE_NFKC);
	int status = 0;

	t->normalizer = normalizer_new();
	if (form)
		status = normalizer_add(t->normalizer, form, e);
	if (status == 0 && t->normal & ~form)
		status = normalizer_add(t->normalizer, t->normal & ~form, e);
	if (status < 0 || t->kind != TOKENIZER_UNIGRAM)
		return status;
	t->marks_blanks = true;
	t->splitter = splitter_new();
	if (t->blank == TOKENIZER_BLANK_UNLESS_THERE)
		return splitter_add_blanks(t->splitter, TOKENIZER_BLANK, SPLITTER_ALWAYS, true, e);
	status = t->blank ? normalizer_add_prepend(t->normalizer, " ", e) : 0;
	return status < 0 ? -1 : normalizer_add_replace(t->normalizer, " ", TOKENIZER_BLANK, e);
}

int
tokenizer_finish(struct tokenizer *t, struct err *e)
{
	t->vocab = t->pieces.n;
	if (t->vocab < 1)
		return err_set(e, "no tokens");
	name_specials(t);
	if (!t->normalizer && tokenizer_make_steps(t, e) < 0)
		return -1;
	if (added_finish(&t->added, t->normalizer, e) < 0 || kinds[t->kind].finish(t, e) < 0)
		return -1;
	t->crosses = t->added.n || !normalizer_cuts_at_blanks(t->normalizer) ||
		     !(t->splitter ? splitter_cuts_at_blanks(t->splitter)
				   : pretoken_cuts_at_blanks(t->words));
	return 0;
}

/* ---------------------------------------------------------------- decoding */

void
tokenizer_put_piece(const struct tokenizer *t, int32_t id, struct text *out)
{
	size_t len;
	const char *s = token_trie_get(&t->pieces, (size_t)id, &len), *mark;
	unsigned byte;
	char c;

	if (t->byte_fallback && len == 6 && sscanf(s, "<0x%2X>", &byte) == 1) {
		c = (char)byte;
		text_bytes(out, &c, 1);
		return;
	}
	for (; t->marks_blanks && (mark = memmem(s, len, TOKENIZER_BLANK, 3)); s = mark + 3) {
		text_bytes(out, s, (size_t)(mark - s));
		text_add(out, " ");
		len -= (size_t)(mark - s) + 3;
	}
	text_bytes(out, s, len);
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

int
tokenizer_frame(const struct tokenizer *t, const int32_t **before, size_t *n, const int32_t **after,
		size_t *m, struct err *e)
{
	*before = t->has_frame ? t->before : &t->special[TOKENIZER_BEGIN];
	*after = t->has_frame ? t->after : &t->special[TOKENIZER_END];
	*n = t->has_frame ? t->n_before : 1;
	*m = t->has_frame ? t->n_after : 1;
	if (!t->has_frame && (**before < 0 || **after < 0))
		return err_set(e, "frame: the vocabulary has no tokens for begin and end of a "
				  "text, as [CLS] and [SEP]");
	return 0;
}
