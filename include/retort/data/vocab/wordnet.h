/* Words and others that mean the same, of a WordNet: its files of the format wndb(5). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_VOCAB_WORDNET_H
#define RETORT_DATA_VOCAB_WORDNET_H

#include <stddef.h>

#include "retort/base/err.h"
#include "retort/base/hash.h"
#include "retort/data/text/token_trie.h"

#define WORDNET_PARTS 4                /* noun, verb, adj, adv: each has an index and a data file */
#define WORDNET_FILE ((size_t)1 << 28) /* bytes of one file, at most */

/*
 * What stands in for a word are the other words of its first synset, which is its most frequent
 * sense, because an index lists the senses of a word by how often they were met (wndb(5)); one
 * synset for each part of speech that the word is. Where some of these were met in texts at all
 * (tagsense_cnt), those that never were are passed over: "like" is a verb, hardly a noun.
 *
 * Only words of one part of three or more letters and apostrophes are kept, and no names: an
 * alternative with a capital, a digit, a hyphen or an underscore is passed over. Words of grammar
 * are no lemmas here ("who", "have"): their entries mean other things, like a health organization.
 * Inflected forms have no entry of their own.
 */
struct wordnet {
	struct token_trie word; /* lemmas in lower case, and alternatives */
	size_t n_lemmas;        /* words 0..n_lemmas-1 are in an index */
	size_t *first; /* [n_lemmas + 1] alternatives of word i are other[first[i]..first[i + 1]) */
	int32_t *other;   /* words; none twice for one lemma, none the lemma itself */
	struct hash hash; /* SHA-256 of its files' contents, joined in the order of the parts, index
			     before data */
};

/* Bytes of one part of speech; borrowed. */
struct wordnet_part {
	const char *index, *data;
	size_t index_size, data_size;
};

const char *wordnet_part_name(size_t i); /* "noun" ...; NULL past the last */

/*
 * Read the files of all parts. Refused, with the file and its line or the byte of a synset: a line
 * that is not of the format, a synset that is not where an index says. Nothing to release after an
 * error.
 */
int wordnet_parse(const struct wordnet_part part[WORDNET_PARTS], struct wordnet *out,
		  struct err *e);

/* The same from a folder. The error names it. Main thread; takes some tenths of a second. NULL:
 * could not be read. Owned. */
struct wordnet *wordnet_read(const char *dir, struct err *e);

/* Where it is: $RETORT_WORDNET, else where Debian's wordnet-base puts it. NULL with an error that
 * names the package. Owned. */
char *wordnet_dir(struct err *e);

/* Alternatives of a word, in whatever case; *n of them, NULL where there are none. Of a word of one
 * part only. */
const int32_t *wordnet_find(const struct wordnet *wn, const char *word, size_t len, size_t *n);

void wordnet_release(struct wordnet *wn);
void wordnet_free(struct wordnet *wn); /* NULL is fine */

#endif
