/* How alike two texts are. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TRANSLATE_TRIGRAM_COSINE_H
#define RETORT_DATA_TRANSLATE_TRIGRAM_COSINE_H

/*
 * The cosine of the counts of their runs of three characters, in lower case, with one blank for any
 * number of them and one at both ends: 1 for the same text, 0 where they have nothing in common.
 * Any bytes; O(n log n); any thread.
 */
double trigram_cosine_texts(const char *a, const char *b);

#endif
