/* The characters that represent bytes in files of byte-level BPE (openai/gpt-2, bytes_to_unicode).
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef RETORT_DATA_TEXT_BYTE_LETTER_H
#define RETORT_DATA_TEXT_BYTE_LETTER_H

#include "retort/base/text.h"

/* Printable characters represent themselves, the others are U+0100 and up. */
uint32_t byte_letter_of(unsigned char byte);

/* The byte that a character represents; -1: none. */
int byte_letter_byte(uint32_t letter);

/* Append bytes as characters. */
void byte_letter_put(const char *text, size_t size, struct text *out);

#endif
