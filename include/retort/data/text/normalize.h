/* Normalization of a text before it is tokenized: normal form, case, accents, blanks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_NORMALIZE_H
#define RETORT_DATA_TEXT_NORMALIZE_H

#include <stddef.h>

#include "retort/base/text.h"

/* Bits, applied in this order, a form before what follows it; at most one of the four forms. */
enum normalize {
	NORMALIZE_CLEAN = 1,   /* drop controls, NUL and U+FFFD; white space becomes a blank */
	NORMALIZE_CHINESE = 2, /* put a blank on both sides of each ideograph, as BERT does */
	NORMALIZE_NFD = 4,
	NORMALIZE_NFC = 8,
	NORMALIZE_NFKD = 16,
	NORMALIZE_NFKC = 32,
	NORMALIZE_ACCENTS = 64, /* drop non-spacing marks (Mn); after NFD, those of letters, too */
	NORMALIZE_MARKS = 128,  /* drop all marks (M*) */
	NORMALIZE_LOWER = 256,
	NORMALIZE_NMT = 512, /* with CLEAN: drop some controls, make blanks of others */
};

/*
 * Append the normalized text to `out`. Bytes that are not UTF-8 are copied unchanged. Memory is
 * allocated for runs between ASCII characters, not for the whole text.
 */
void normalize_put(unsigned what, const char *text, size_t size, struct text *out);

#endif
