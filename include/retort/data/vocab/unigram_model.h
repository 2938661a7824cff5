/* A unigram model of words: pieces with probabilities, fitted by EM (Kudo 2018). */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_VOCAB_UNIGRAM_MODEL_H
#define RETORT_DATA_VOCAB_UNIGRAM_MODEL_H

#include "retort/data/vocab/vocabtrain.h"

/* A candidate token. */
struct unigram_model_piece {
	double score; /* log probability */
	double count; /* expected count, or count in the best segmentations */
	double loss;  /* loss of log likelihood without it */
	bool single;  /* one character: never pruned */
};

struct unigram_model {
	const struct vocabtrain_words *words;
	struct token_trie pieces;
	struct unigram_model_piece *piece; /* [pieces.n] */
	size_t cap;
	struct token_trie_tree tree;
	double *forward, *backward; /* [longest word + 1] */
	int32_t *best; /* [longest word + 1] piece of the best segmentation that ends here */
	size_t longest;
};

/* No pieces yet; words of up to `least` bytes have room, and those of `w`. */
void unigram_model_init(struct unigram_model *m, const struct vocabtrain_words *w, size_t least);
void unigram_model_release(struct unigram_model *m);

/* Build the tree of the pieces: before the functions below, whenever pieces changed. 0, or -1 with
 * an error. */
int unigram_model_prepare(struct unigram_model *m, struct err *e);

/* One EM step: expected counts, then scores. */
void unigram_model_em(struct unigram_model *m);

/* Estimate the loss without each piece: in the best segmentations, its own best segmentation would
 * replace it. */
void unigram_model_losses(struct unigram_model *m);

#endif
