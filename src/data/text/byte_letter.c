/* byte_letter.c: characters that represent bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/text/byte_letter.h"

#include "retort/base/unicode.h"

/* Bytes without a printable character: 0x00..0x20, 0x7F..0xA0 and 0xAD, mapped in this order to
 * U+0100 and up. */
#define LOW_COUNT 0x21
#define HIGH_COUNT (0xA1 - 0x7F)

uint32_t
byte_letter_of(unsigned char byte)
{
	if (byte < LOW_COUNT)
		return 0x100u + byte;
	if (byte >= 0x7F && byte < 0x7F + HIGH_COUNT)
		return 0x100u + LOW_COUNT + (byte - 0x7Fu);
	return byte == 0xAD ? 0x100u + LOW_COUNT + HIGH_COUNT : byte;
}

int
byte_letter_byte(uint32_t letter)
{
	uint32_t after = letter - 0x100;

	if (letter < 0x100)
		return byte_letter_of((unsigned char)letter) == letter ? (int)letter : -1;
	if (after < LOW_COUNT)
		return (int)after;
	if (after < LOW_COUNT + HIGH_COUNT)
		return (int)(after - LOW_COUNT + 0x7F);
	return after == LOW_COUNT + HIGH_COUNT ? 0xAD : -1;
}

void
byte_letter_put(const char *text, size_t size, struct text *out)
{
	char utf8[4];

	for (size_t i = 0; i < size; i++)
		text_bytes(out, utf8, unicode_encode(byte_letter_of((unsigned char)text[i]), utf8));
}
