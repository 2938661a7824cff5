/* Tokenizers: text to token ids and back. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_TOKENIZER_H
#define RETORT_DATA_TEXT_TOKENIZER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "retort/base/err.h"
#include "retort/base/text.h"
#include "retort/data/text/added.h"
#include "retort/data/text/byte_trie.h"
#include "retort/data/text/normalizer.h"
#include "retort/data/text/pretoken.h"
#include "retort/data/text/splitter.h"
#include "retort/data/text/token_trie.h"

#define TOKENIZER_CHARS 65536     /* maximum size of a CHAR vocabulary */
#define TOKENIZER_VOCAB (1 << 20) /* maximum size of any other vocabulary */

enum tokenizer_kind {
	TOKENIZER_BYTE,      /* 256 tokens, id = byte; accepts any file */
	TOKENIZER_CHAR,      /* one token for each Unicode code point */
	TOKENIZER_WORDPIECE, /* greedy longest match within words: BERT */
	TOKENIZER_BPE,       /* byte-pair encoding, of bytes or characters: GPT-2, Llama */
	TOKENIZER_UNIGRAM,   /* most probable segmentation: SentencePiece */
	TOKENIZER_WORDLEVEL, /* one token for each word */
	TOKENIZER_SPWORD,    /* SentencePiece, type word */
	TOKENIZER_SPCHAR,    /* SentencePiece, type char */
	TOKENIZER_KINDS
};

/* Tokens that encoding a text does not produce, except the unknown one. */
enum tokenizer_special {
	TOKENIZER_UNKNOWN,
	TOKENIZER_BEGIN,
	TOKENIZER_END,
	TOKENIZER_MASK,
	TOKENIZER_PADDING,
	TOKENIZER_SPECIALS
};

enum tokenizer_blank { TOKENIZER_AS_IT_IS, TOKENIZER_BLANK_ALWAYS, TOKENIZER_BLANK_UNLESS_THERE };

/* Bits: what a token is. */
enum tokenizer_role {
	TOKENIZER_MODEL = 1,   /* a token of the model, not only an added one */
	TOKENIZER_RESERVED = 2 /* special: a text does not become it unless `cuts_special` */
};

struct tokenizer_bpe;

struct tokenizer {
	enum tokenizer_kind kind;
	size_t vocab;                                 /* ids are 0..vocab-1 */
	int32_t special[TOKENIZER_SPECIALS];          /* ids; -1: none */
	const char *special_name[TOKENIZER_SPECIALS]; /* as in the vocabulary; NULL: none */
	uint32_t *point; /* CHAR [vocab]: code point of an id; UINT32_MAX: special token */
	int32_t **page;  /* CHAR: ids of 256 code points each; NULL: none is a token; see
			    tokenizer_id */

	/* The other kinds but BYTE: how a text becomes words */
	struct token_trie pieces; /* tokens by id; raw bytes if `bytes` */
	uint8_t *role;            /* [vocab] enum tokenizer_role; NULL: all are of the model */
	unsigned
		normal; /* bits of enum normalize of a vocabulary without a normalizer of its own */
	enum tokenizer_blank blank;    /* added at the start of a text, removed by decoding */
	struct normalizer *normalizer; /* owned */
	struct added added;            /* tokens that are cut out of a text */
	struct splitter *splitter;     /* owned; NULL: `words` */
	struct pretoken *words;        /* owned: one step in place of a splitter */
	bool cuts_special;             /* special tokens in a text are cut out, too */
	bool crosses; /* a token or a word may continue after a blank: texts are not encoded in
			 slices */

	/* How a word becomes tokens */
	bool has_model;        /* its file says which token is the unknown one */
	bool bytes;            /* BPE: of bytes; else of characters */
	bool marks_blanks;     /* U+2581 in a token is a blank */
	bool byte_fallback;    /* BPE, UNIGRAM: unknown characters become tokens of bytes */
	bool fuse_unknown;     /* BPE: consecutive unknown characters are one token */
	bool ignore_merges;    /* BPE: a word that is a token is that */
	bool sentencepiece;    /* rules of SentencePiece: single precision, BPE by score */
	char *prefix, *suffix; /* owned: marks of tokens within a word, at its end; or NULL */
	struct byte_trie tree; /* WORDPIECE, UNIGRAM: tokens without special ones */
	bool marks_starts; /* WORDPIECE: U+2581 marks tokens that begin a word; else `prefix` marks
			      the others */
	size_t longest; /* WORDPIECE: maximum length of a word, characters, longer ones are unknown;
			   UNIGRAM: longest token, bytes */
	struct byte_trie symbols;  /* SentencePiece: user-defined symbols */
	uint32_t *rank;            /* BPE of SentencePiece [vocab]: order of merges */
	double *score;             /* UNIGRAM [vocab]: log probability */
	double unknown_score;      /* UNIGRAM: score of an unknown character */
	int32_t *byte_id;          /* [256] tokens of bytes; NULL: none */
	struct tokenizer_bpe *bpe; /* BPE: merges */

	/* Tokens that stand around a text with the option frame */
	bool has_frame; /* as the file has it; else BEGIN and END */
	int32_t *before, *after;
	size_t n_before, n_after;
};

/* A growable array of ids. */
struct tokenizer_ids {
	int32_t *id; /* owned; mem_free */
	size_t n, cap;
};

const char *tokenizer_kind_name(size_t kind); /* "byte", "char" ...; NULL past the last */
const char *tokenizer_special_word(size_t i); /* "unknown", "begin" ...; NULL past the last */

/* The special token that a published name stands for ("[MASK]", "<mask>"), -1: none. *known gets
 * the name as a static string. */
int tokenizer_special_of(const char *name, size_t len, const char **known);

/*
 * Initialize an empty tokenizer. For CHAR, pass each text to tokenizer_add_chars, in any order,
 * then tokenizer_assign_ids assigns ids by code point. A byte order mark at the start of a text is
 * skipped. Both return -1 with an error: bytes that are not UTF-8 ("byte 17: 0xFF is not UTF-8";
 * bytes count from 0), more than TOKENIZER_CHARS characters.
 */
void tokenizer_init(struct tokenizer *t, enum tokenizer_kind kind);
int tokenizer_add_chars(struct tokenizer *t, const char *text, size_t size, struct err *e);
int tokenizer_assign_ids(struct tokenizer *t, struct err *e);

/* Add an id for "[MASK]" to a BYTE or a settled CHAR tokenizer that has none. */
void tokenizer_reserve_mask(struct tokenizer *t);

/* CHAR: the id of a code point, -1 if it is not a token. point < 0x110000. */
int32_t tokenizer_id(const struct tokenizer *t, uint32_t point);

/*
 * Make a CHAR tokenizer from a vocabulary file: one token on each line, its id is the line's number
 * from 0. Lines end in LF; an empty line is the line feed itself; a line may name a special token.
 * Returns -1 with an error that has the line: another token of several characters, a duplicate,
 * bytes that are not UTF-8; an empty file. Nothing to release after an error.
 */
int tokenizer_from_vocab(struct tokenizer *t, const char *bytes, size_t size, struct err *e);

/*
 * Complete a tokenizer, neither BYTE nor CHAR, whose kind, pieces and members of the kind are
 * set: find special tokens by name, build what encoding needs. The caller calls tokenizer_release,
 * also after an error.
 */
int tokenizer_finish(struct tokenizer *t, struct err *e);

/*
 * Append the ids of a text. Added tokens in it are found first; names of special tokens are encoded
 * as text unless t->cuts_special is set. Characters missing
 * in the vocabulary become the unknown token; without one, -1 with an error that has the place.
 * BYTE and BPE of bytes accept any bytes, the others UTF-8. Any thread, each with its own ids.
 * Without normalization, an id covers at least one byte of the text.
 */
int tokenizer_encode(const struct tokenizer *t, const char *text, size_t size,
		     struct tokenizer_ids *out, struct err *e);

/*
 * Append the text of n ids; padding (-1) is skipped, special tokens appear by name. Decoding
 * inverts encoding, except for a byte order mark, normalization, the white space of WORDPIECE (the
 * ids round-trip), and one leading blank with TOKENIZER_BLANK_UNLESS_THERE. Returns -1 with an
 * error for an id outside the vocabulary.
 */
int tokenizer_decode(const struct tokenizer *t, const int32_t *ids, size_t n, struct text *out,
		     struct err *e);

/* Whether an id is that of a special token. */
bool tokenizer_is_special(const struct tokenizer *t, int32_t id);

/* The tokens that stand around a text with the option frame: n before it and m after it, of t, or
 * -1 with an error if the vocabulary has none. */
int tokenizer_frame(const struct tokenizer *t, const int32_t **before, size_t *n,
		    const int32_t **after, size_t *m, struct err *e);

/* Whether an id begins a word, for masking of whole words. */
bool tokenizer_starts_word(const struct tokenizer *t, int32_t id);

void tokenizer_release(struct tokenizer *t);

#endif
