/* unicode.c: characters through utf8proc. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/unicode.h"

#include <utf8proc.h>
#include <wchar.h>

size_t
unicode_decode(const char *s, size_t len, uint32_t *cp)
{
	utf8proc_int32_t c;
	/* No character is longer than 4 bytes; utf8proc takes a negative length for "up to NUL". */
	utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s,
					      len < 4 ? (utf8proc_ssize_t)len : 4, &c);

	if (n <= 0)
		return 0;
	*cp = (uint32_t)c;
	return (size_t)n;
}

size_t
unicode_encode(uint32_t cp, char *buf)
{
	return (size_t)utf8proc_encode_char((utf8proc_int32_t)cp, (utf8proc_uint8_t *)buf);
}

bool
unicode_is_terminal_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7F && cp < 0xA0);
}

int
unicode_width(uint32_t cp)
{
	int width = -1;

	if (cp == 0)
		return 0;
	if (unicode_is_terminal_control(cp))
		return -1;
	if (cp < 0x7F)
		return 1;
#ifdef __STDC_ISO_10646__ /* wchar_t is a Unicode code point */
	width = wcwidth((wchar_t)cp);
#endif
	return width >= 0 ? width : utf8proc_charwidth((utf8proc_int32_t)cp);
}

static utf8proc_category_t
category(uint32_t cp)
{
	return utf8proc_category((utf8proc_int32_t)cp);
}

/* The property White_Space, which no category covers. */
static bool
is_space(uint32_t cp)
{
	if (cp < 0x80)
		return cp == ' ' || (cp >= '\t' && cp <= '\r');
	return cp == 0x85 || cp == 0xA0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) ||
	       cp == 0x2028 || cp == 0x2029 || cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

enum unicode_kind
unicode_kind(uint32_t cp)
{
	utf8proc_category_t c;

	if (is_space(cp))
		return UNICODE_SPACE;
	c = category(cp);
	if (c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_LO)
		return UNICODE_LETTER;
	return c >= UTF8PROC_CATEGORY_ND && c <= UTF8PROC_CATEGORY_NO ? UNICODE_NUMBER
								      : UNICODE_OTHER;
}

bool
unicode_is_punctuation(uint32_t cp)
{
	utf8proc_category_t c;

	if (cp < 0x80) /* BERT counts $, +, ^ and the like as punctuation */
		return cp > ' ' && cp < 0x7F && unicode_kind(cp) == UNICODE_OTHER;
	c = category(cp);
	return c >= UTF8PROC_CATEGORY_PC && c <= UTF8PROC_CATEGORY_PO;
}

bool
unicode_is_control(uint32_t cp)
{
	utf8proc_category_t c = category(cp);

	if (cp == '\t' || cp == '\n' || cp == '\r')
		return false;
	return c == UTF8PROC_CATEGORY_CN ||
	       (c >= UTF8PROC_CATEGORY_CC && c <= UTF8PROC_CATEGORY_CO);
}

bool
unicode_is_accent(uint32_t cp)
{
	return category(cp) == UTF8PROC_CATEGORY_MN;
}

bool
unicode_is_starter(uint32_t cp)
{
	return utf8proc_get_property((utf8proc_int32_t)cp)->combining_class == 0;
}

bool
unicode_is_word(uint32_t cp)
{
	utf8proc_category_t c;

	if (cp < 0x80)
		return (cp >= '0' && cp <= '9') || (cp >= 'A' && cp <= 'Z') || cp == '_' ||
		       (cp >= 'a' && cp <= 'z');
	c = category(cp);
	if ((c >= UTF8PROC_CATEGORY_LU && c <= UTF8PROC_CATEGORY_NL) || c == UTF8PROC_CATEGORY_PC)
		return true;
	/* Other_Alphabetic among symbols: letters in circles and squares; Join_Control */
	return (cp >= 0x24B6 && cp <= 0x24E9) || (cp >= 0x1F130 && cp <= 0x1F149) ||
	       (cp >= 0x1F150 && cp <= 0x1F169) || (cp >= 0x1F170 && cp <= 0x1F189) ||
	       cp == 0x200C || cp == 0x200D;
}

size_t
unicode_grapheme(const char *text, size_t size)
{
	utf8proc_int32_t state = 0, before, cp;
	size_t at = unicode_decode(text, size, (uint32_t *)&before);

	if (at == 0)
		return size ? 1 : 0;
	if (at == 1 && size > 1 && (signed char)text[1] >= 0 && text[1] != '\n')
		return 1; /* between ASCII characters, CR LF apart */
	while (at < size) {
		size_t n = unicode_decode(text + at, size - at, (uint32_t *)&cp);

		if (n == 0 || utf8proc_grapheme_break_stateful(before, cp, &state))
			break;
		before = cp;
		at += n;
	}
	return at;
}

uint32_t
unicode_lower(uint32_t cp)
{
	return (uint32_t)utf8proc_tolower((utf8proc_int32_t)cp);
}

size_t
unicode_decompose(const char *text, size_t size, bool compatible, int32_t *buf, size_t cap)
{
	utf8proc_option_t how =
		UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | (compatible ? UTF8PROC_COMPAT : 0);
	utf8proc_ssize_t n =
		utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, buf,
				   (utf8proc_ssize_t)cap, how);

	return n > 0 ? (size_t)n : 0;
}

size_t
unicode_fold(const char *text, size_t size, int32_t *buf, size_t cap)
{
	utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT |
				UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
	utf8proc_ssize_t n =
		utf8proc_decompose((const utf8proc_uint8_t *)text, (utf8proc_ssize_t)size, buf,
				   (utf8proc_ssize_t)cap, how);

	return n > 0 ? (size_t)n : 0;
}

size_t
unicode_compose(int32_t *buf, size_t n)
{
	utf8proc_ssize_t left = utf8proc_normalize_utf32(buf, (utf8proc_ssize_t)n,
							 UTF8PROC_STABLE | UTF8PROC_COMPOSE);

	return left > 0 ? (size_t)left : 0;
}
