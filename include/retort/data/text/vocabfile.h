/* Files of vocabularies: what published tokenizers come as, and what `tokenizer train` writes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_VOCABFILE_H
#define RETORT_DATA_TEXT_VOCABFILE_H

#include "retort/base/hash.h"
#include "retort/data/text/tokenizer.h"

/*
 * What a file is, is found from its contents:
 *
 * an object with "model"        tokenizer.json: BPE on bytes, WordPiece, Unigram
 * an object of tokens and ids   encoder.json or vocab.json of byte-level BPE; its merges are
 * `beside` an array of strings           WordPiece, whose word starts are marked with U+2581, or
 * others with ## an array of [token, score]    unigram; tokens at the front whose score is 0 are
 * reserved lines, among them [UNK]       vocab.txt of WordPiece; lower-cased when no token has a
 * capital other lines                   characters, see tokenizer_from_vocab
 *
 * A NUL stands behind the bytes. Refused, with the place: duplicate tokens or ids, ids that are
 * missing, merges of what is no token, what a file asks for and this program does not do. Nothing
 * to release after an error.
 */
int vocabfile_parse(const char *bytes, size_t size, const char *beside, size_t size_beside,
		    struct tokenizer *t, struct err *e);

/*
 * Read one, gzip'd or not, of at most 64 MiB; encoder.json or vocab.json with the vocab.bpe or
 * merges.txt beside it, whichever of the two is named. *hash is that of what was read. The error
 * names the file.
 */
int vocabfile_read(const char *path, struct tokenizer *t, struct hash *hash, struct err *e);

/* A tokenizer as a file: lines for CHAR, else tokenizer.json. Not for BYTE. */
void vocabfile_write(const struct tokenizer *t, struct text *out);

#endif
