/* Similarity of two texts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TRANSLATE_TRIGRAM_COSINE_H
#define RETORT_DATA_TRANSLATE_TRIGRAM_COSINE_H

/*
 * Cosine similarity of the character trigram counts of two texts, in lower case, with white space
 * collapsed to one blank and a blank at both ends: 1 for equal texts, 0 for texts without a common
 * trigram. Accepts any bytes; O(n log n). Any thread.
 */
double trigram_cosine_texts(const char *a, const char *b);

#endif
