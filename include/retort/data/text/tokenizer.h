/* Text becomes token ids, and ids become text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_TOKENIZER_H
#define RETORT_DATA_TEXT_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/data/text/token_trie.h"
#include "retort/data/text/pretoken.h"

#define TOKENIZER_CHARS 65536     /* characters of a vocabulary, at most */
#define TOKENIZER_VOCAB (1 << 20) /* tokens of any other, at most */

enum tokenizer_kind {
	TOKENIZER_BYTE,      /* a byte is a token and its own id: 256 of them, any file */
	TOKENIZER_CHAR,      /* a Unicode code point of UTF-8 is a token */
	TOKENIZER_WORDPIECE, /* the longest token that a word begins with, again and again: BERT */
	TOKENIZER_BPE,       /* bytes of a word, merged by rank: GPT-2, Qwen */
	TOKENIZER_UNIGRAM,   /* the likeliest tokens that make up the text: SentencePiece */
	TOKENIZER_KINDS
};

/* Tokens that no text is cut into. */
enum tokenizer_special {
	TOKENIZER_UNKNOWN,
	TOKENIZER_BEGIN,
	TOKENIZER_END,
	TOKENIZER_MASK,
	TOKENIZER_PADDING,
	TOKENIZER_SPECIALS
};

enum tokenizer_blank { TOKENIZER_AS_IT_IS, TOKENIZER_BLANK_ALWAYS, TOKENIZER_BLANK_UNLESS_THERE };

struct tokenizer_bpe;

struct tokenizer {
	enum tokenizer_kind kind;
	size_t vocab;                                 /* ids are 0..vocab-1 */
	int32_t special[TOKENIZER_SPECIALS];          /* their ids, -1 where there is none */
	const char *special_name[TOKENIZER_SPECIALS]; /* as the vocabulary has it; NULL where there
							 is none */
	uint32_t *point; /* CHAR [vocab]: the code point of an id; UINT32_MAX for a special one */
	int32_t **page;  /* CHAR: ids of 256 code points each, NULL where none is a token; see
			    tokenizer_id */

	/* WORDPIECE, BPE, UNIGRAM */
	struct token_trie pieces; /* the tokens; of BPE as the bytes they stand for */
	unsigned normal;          /* bits of enum normalize: what is done to a text first */
	struct pretoken *words; /* owned: how a text is cut into words; NULL: UNIGRAM, not at all */
	enum tokenizer_blank
		blank; /* what is put in front of a text, and taken away when it is decoded */
	struct token_trie_tree tree; /* WORDPIECE, UNIGRAM: tokens that texts are cut into */
	bool marks_starts; /* WORDPIECE: U+2581 marks tokens that begin a word; else ## marks those
			      that do not */
	size_t longest; /* WORDPIECE: characters of a word, a longer one is unknown; UNIGRAM: bytes
			   of a token */
	double *score;  /* UNIGRAM [vocab]: logarithm of the probability */
	bool crosses;   /* a token or a word may continue behind a blank: texts are not encoded in
			   slices */
	double unknown_score;      /* UNIGRAM: of a character that no token begins with */
	struct tokenizer_bpe *bpe; /* BPE: ranks of pairs */
};

/* Ids that grow as they are added to. */
struct tokenizer_ids {
	int32_t *id; /* owned; mem_free */
	size_t n, cap;
};

const char *tokenizer_kind_name(size_t kind); /* "byte", "char" ...; NULL past the last */
const char *tokenizer_special_word(size_t i); /* "unknown", "begin" ...; NULL past the last */

/* Which special token a name is known for ("[MASK]", "<mask>"), -1: none. *known is the same name,
 * for ever. */
int tokenizer_special_of(const char *name, size_t len, const char **known);

/*
 * An empty tokenizer; all characters of a CHAR tokenizer's texts are shown to it with
 * tokenizer_see, in any order, then tokenizer_settle numbers them by code point. A byte order
 * mark in front of a text is skipped. Refused: bytes that are no UTF-8 ("byte 17: 0xFF is not
 * UTF-8"; bytes count from 0), more than TOKENIZER_CHARS characters.
 */
void tokenizer_init(struct tokenizer *t, enum tokenizer_kind kind);
int tokenizer_see(struct tokenizer *t, const char *text, size_t size, struct err *e);
int tokenizer_settle(struct tokenizer *t, struct err *e);

/* One id more, for the mask, in a BYTE or a settled CHAR tokenizer that has none: "[MASK]". */
void tokenizer_reserve_mask(struct tokenizer *t);

/* The id of a code point of a CHAR tokenizer, -1 where it is no token. point < 0x110000. */
int32_t tokenizer_id(const struct tokenizer *t, uint32_t point);

/*
 * A CHAR tokenizer of a vocabulary file: one token on each line, the number of the line from 0 is
 * its id. Lines end in LF alone, and an empty line is the line feed itself. A line may name a
 * special token. Refused, with the line: another token of several characters, one that was there
 * before, bytes that are no UTF-8; no line at all. Nothing to release after an error.
 */
int tokenizer_from_vocab(struct tokenizer *t, const char *bytes, size_t size, struct err *e);

/*
 * WORDPIECE, BPE and UNIGRAM, once kind, pieces and what belongs to the kind are set: find special
 * tokens by their names, and build what encoding needs. tokenizer_release is called by whoever
 * called this, also after an error.
 */
int tokenizer_finish(struct tokenizer *t, struct err *e);

/*
 * Add the ids of a text. Special tokens are never made of it, but for the unknown one where there
 * is such; without, what the vocabulary lacks is refused with its place. BYTE and BPE take any
 * bytes; the others refuse what is no UTF-8. Any thread, when each has ids of its own. Where
 * nothing is normalised each id takes at least one byte of the text.
 */
int tokenizer_encode(const struct tokenizer *t, const char *text, size_t size,
		     struct tokenizer_ids *out, struct err *e);

/*
 * Add the text of n ids; padding (-1) is passed over, and special tokens are named. Text that was
 * encoded comes back as it was, but for a byte order mark and what normalisation took, WORDPIECE's
 * white space, whose ids come back, and with TOKENIZER_BLANK_UNLESS_THERE one blank in front, which
 * is not told from the one that was put there. Refused: an id that there is not.
 */
int tokenizer_decode(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out,
		     struct err *e);

/* Whether an id begins a word, so that those up to the next that does can be masked together. */
bool tokenizer_starts_word(const struct tokenizer *t, int32_t id);

void tokenizer_release(struct tokenizer *t);

#endif
