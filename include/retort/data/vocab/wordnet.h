/* Synonyms from a WordNet, read from its files in the format wndb(5). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_VOCAB_WORDNET_H
#define RETORT_DATA_VOCAB_WORDNET_H

#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/data/text/token_trie.h"

#define WORDNET_PARTS \
	4 /* parts of speech: noun, verb, adj, adv, each with an index and a data file */
#define WORDNET_LONGEST 64             /* bytes of a word; longer ones are skipped */
#define WORDNET_FILE ((size_t)1 << 28) /* maximum size of a file, bytes */

/*
 * The synonyms of a word are the other words of its first synset, one synset for each part of
 * speech. The first is its most frequent sense, because an index lists senses by frequency
 * (wndb(5)). If some parts of speech occur in tagged texts (tagsense_cnt), those that do not are
 * skipped: "like" is a verb, hardly a noun.
 *
 * Only words of three or more letters and apostrophes are used, and no names: synonyms with a
 * capital, digit, hyphen or underscore are skipped. Function words ("who", "have") are not lemmas
 * here: their entries are abbreviations, like a health organization. Inflected forms have no
 * entries.
 */
struct wordnet {
	struct token_trie word; /* lemmas in lower case, then synonyms that are not lemmas */
	size_t n_lemmas;        /* words 0..n_lemmas-1 are lemmas */
	size_t *first;    /* [n_lemmas + 1] synonyms of word i: other[first[i]..first[i + 1]-1] */
	int32_t *other;   /* word ids; for each lemma distinct, without itself */
	struct hash hash; /* SHA-256 of its files, joined in the order of the parts, index before
			     data */
};

/* Bytes of one part of speech; borrowed. */
struct wordnet_part {
	const char *index, *data;
	size_t index_size, data_size;
};

const char *wordnet_part_name(size_t i); /* "noun" ...; NULL past the last */

/*
 * Parse the files of all parts. Returns -1 with an error that has the file and line, or the byte of
 * a synset, for an invalid line or a synset that is not at its offset. Nothing to release after an
 * error.
 */
int wordnet_parse(const struct wordnet_part part[WORDNET_PARTS], struct wordnet *out,
		  struct err *e);

/* Read the files of a directory, in some tenths of a second. Returns NULL with an error that names
 * the directory. wordnet_free. */
struct wordnet *wordnet_read(const char *dir, struct err *e);

/* The directory of the files: $RETORT_WORDNET, default that of Debian's wordnet-base. Returns NULL
 * with an error that names the package if it does not exist. Caller frees. */
char *wordnet_dir(struct err *e);

/* The *n synonyms of a word in any case; NULL if there are none. */
const int32_t *wordnet_find(const struct wordnet *wn, const char *word, size_t len, size_t *n);

void wordnet_release(struct wordnet *wn);
void wordnet_free(struct wordnet *wn); /* NULL is accepted */

#endif
