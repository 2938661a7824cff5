/* Classes of characters, as the library tokenizers has them: those of Unicode 8, or of a later one.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_CHAR_CLASS_H
#define RETORT_DATA_TEXT_CHAR_CLASS_H

#include <stdbool.h>
#include <stdint.h>

enum char_class {
	CHAR_CLASS_ACCENT,      /* dropped by strip_accents of BertNormalizer: Mn */
	CHAR_CLASS_MARK,        /* dropped by StripAccents: Mn, Mc, Me */
	CHAR_CLASS_PUNCTUATION, /* P*, and every ASCII sign */
	CHAR_CLASS_CONTROL,     /* dropped by clean_text of BertNormalizer: Cc, Cf, Co, U+FFFD */
	CHAR_CLASS_COUNT
};

bool char_class_has(enum char_class which, uint32_t cp);

#endif
