/* framing.c: texts as messages: lines, or Apertium's stream format. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/data/translate/framing.h"

#include <string.h>

static char
blank_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7F ? ' ' : c;
}

void
framing_encode(struct text *out, const char *text, bool framed)
{
	for (const char *p = text; *p; p++) {
		char c = blank_control(*p);

		if (framed && strchr("\\[]{}^$/@<>", c))
			text_bytes(out, "\\", 1);
		text_bytes(out, &c, 1);
	}
	text_bytes(out, framed ? "[]" : "\n", framed ? 3 : 1); /* with the NUL */
}

void
framing_decode(struct text *out, const char *bytes, size_t size, bool framed)
{
	text_clear(out);
	for (size_t i = 0; i < size; i++) {
		char c = bytes[i];

		if (framed && (c == '[' || c == ']'))
			continue;
		if (framed && c == '\\' && i + 1 < size)
			c = bytes[++i];
		c = blank_control(c);
		if (c != ' ' || out->len)
			text_bytes(out, &c, 1);
	}
	while (out->len && out->s[out->len - 1] == ' ')
		out->s[--out->len] = '\0';
}

bool
framing_is_utf8(const char *text, size_t len)
{
	uint32_t cp;

	for (size_t i = 0, n; i < len; i += n) {
		n = text_utf8(text + i, len - i, &cp);
		if (n == 1 && cp == 0xFFFD)
			return false;
	}
	return true;
}
