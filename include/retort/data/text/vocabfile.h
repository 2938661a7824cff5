/* Vocabulary files: those of published tokenizers, and those that `tokenizer train` writes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_VOCABFILE_H
#define RETORT_DATA_TEXT_VOCABFILE_H

#include "retort/base/hash.h"
#include "retort/data/text/tokenizer.h"

/* clang-format off */
/*
 * Parse a vocabulary file. Its format is detected from its content:
 *
 *	a protobuf                    tokenizer.model of SentencePiece: Unigram, BPE
 *	an object with "model"        tokenizer.json
 *	an object of tokens and ids   encoder.json or vocab.json of byte-level BPE; `beside` has its merges
 *	an array of strings           WordPiece; U+2581 marks starts of words, or ## the other tokens
 *	an array of [token, score]    Unigram; leading tokens with score 0 are reserved
 *	lines, one of them [UNK]      vocab.txt of WordPiece; lower case if no token has a capital letter
 *	other lines                   characters, see tokenizer_from_vocab
 *
 * The bytes are followed by a NUL. Returns -1 with an error that has the place: duplicate tokens or
 * ids, missing ids, merges of unknown tokens, features that are not supported. Nothing to release
 * after an error.
 */
/* clang-format on */
int vocabfile_parse(const char *bytes, size_t size, const char *beside, size_t size_beside,
		    struct tokenizer *t, struct err *e);

/*
 * Read a vocabulary file of at most 64 MiB, compressed by gzip or not; for encoder.json or
 * vocab.json also the vocab.bpe or merges.txt in the same directory, and vice versa. *hash gets the
 * hash of all bytes read. The error names the file.
 */
int vocabfile_read(const char *path, struct tokenizer *t, struct hash *hash, struct err *e);

/* Append a tokenizer as a file: lines for CHAR, else tokenizer.json. Not for BYTE. */
void vocabfile_write(const struct tokenizer *t, struct text *out);

#endif
