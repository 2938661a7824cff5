/* Normalization of a SentencePiece model: a map of characters, blanks as U+2581. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_SPNORMALIZE_H
#define RETORT_DATA_TEXT_SPNORMALIZE_H

#include <stdbool.h>

#include "retort/data/text/byte_trie.h"
#include "retort/data/text/charmap.h"

struct spnormalize {
	struct charmap *map;      /* owned; NULL: none */
	struct byte_trie symbols; /* owned: user-defined symbols, which are left as they are */
	bool blank;               /* a blank goes in front */
	bool at_end;              /* it goes at the end instead */
	bool trims;               /* blanks at both ends are dropped, several become one */
	bool marks;               /* blanks become U+2581 */
};

void spnormalize_free(struct spnormalize *n);

/* Append a text of valid UTF-8, normalized. */
void spnormalize_put(const struct spnormalize *n, const char *text, size_t size, struct text *out);

#endif
