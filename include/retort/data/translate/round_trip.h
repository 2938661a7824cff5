/* Back-translations of the rows of a data set, as token ids. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TRANSLATE_ROUND_TRIP_H
#define RETORT_DATA_TRANSLATE_ROUND_TRIP_H

#include "retort/data/translate/bitext.h"
#include "retort/data/dataset.h"

struct round_trip {
	size_t n, length;
	int32_t *ids;   /* [n,length] tokens of the back-translation, by row of the data set;
			   undefined   for rows without one */
	float *cosine;  /* [n] trigram cosine of text and back-translation; -1: the row has none */
	size_t rows;    /* rows that have one */
	size_t found;   /* rows whose text is in the bitext, also if unchanged or empty there */
	size_t refused; /* rows whose back-translation has a character missing in the vocabulary */
};

/*
 * Tokenize the back-translations of the texts of `ds` like its rows; `b` must be measured.
 * Unchanged and empty ones do not count. Returns NULL with an error when the data are not texts,
 * none of them is in `b`, none can be tokenized, or memory is short. round_trip_free.
 */
struct round_trip *round_trip_new(const struct dataset *ds, const struct bitext *b, struct err *e);
void round_trip_free(struct round_trip *r);

#endif
