/* Rows of texts as they read after a translation there and back: as the network would be given
 * them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TRANSLATE_ROUND_TRIP_H
#define RETORT_DATA_TRANSLATE_ROUND_TRIP_H

#include "retort/data/translate/bitext.h"
#include "retort/data/dataset.h"

struct round_trip {
	size_t n, length;
	int32_t *ids; /* [n,length] by row of the data set; nothing of a row that has none */
	float *alike; /* [n]: how alike the text and its translation are, 0..1; below 0: the row has
			 none */
	size_t rows;  /* that have one */
	size_t found; /* whose text was translated, if only to what it was or to nothing */
	size_t refused; /* rows whose translation has a character that the vocabulary lacks */
};

/*
 * `b` is measured. Cut the translations of the texts of `ds` into tokens as its rows were. A text
 * that came back as it was, or as nothing, is no translation. NULL and an error: the data are no
 * texts, or none of them is in `b`, or there is no memory.
 */
struct round_trip *round_trip_new(const struct dataset *ds, const struct bitext *b, struct err *e);
void round_trip_free(struct round_trip *r);

#endif
