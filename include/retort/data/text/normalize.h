/* What tokenizers do to a text before they cut it: normal form, case, accents, blanks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_NORMALIZE_H
#define RETORT_DATA_TEXT_NORMALIZE_H

#include <stddef.h>

#include "retort/base/text.h"

/* Bits; done in this order. Of the forms one at most. */
enum normalize {
	NORMALIZE_CLEAN = 1,   /* controls, NUL and U+FFFD go, white space becomes a blank */
	NORMALIZE_CHINESE = 2, /* a blank on both sides of every ideograph, as BERT does */
	NORMALIZE_NFD = 4,
	NORMALIZE_NFC = 8,
	NORMALIZE_NFKD = 16,
	NORMALIZE_NFKC = 32,
	NORMALIZE_ACCENTS = 64, /* accents (Mn) go; with NFD in front, from letters too */
	NORMALIZE_LOWER = 128,
};

/*
 * Add the text as it is after that to `out`. Bytes that are no UTF-8 are copied as they are.
 * Memory is taken for what lies between two characters of ASCII, not for the whole text.
 */
void normalize_put(unsigned what, const char *text, size_t size, struct text *out);

#endif
