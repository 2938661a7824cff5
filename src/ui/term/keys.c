/* keys.c: decoding of terminal input into named keys. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "retort/base/text.h"

#define ESC '\033'
#define LONGEST 32 /* bytes of a sequence; longer ones are discarded */

/* Bytes after ESC, as sent by xterm, tmux, screen, the Linux console and rxvt. */
static const struct {
	const char *bytes, *name;
} sequences[] = {
	{ "[A", "Up" },    { "[B", "Down" },  { "[C", "Right" }, { "[D", "Left" },
	{ "OA", "Up" },    { "OB", "Down" },  { "OC", "Right" }, { "OD", "Left" },
	{ "[H", "Home" },  { "[F", "End" },   { "OH", "Home" },  { "OF", "End" },
	{ "[1~", "Home" }, { "[4~", "End" },  { "[7~", "Home" }, { "[8~", "End" },
	{ "[5~", "PgUp" }, { "[6~", "PgDn" }, { "[Z", "S-Tab" }, { "[3~", "Del" },
	{ "OP", "F1" },    { "OQ", "F2" },    { "OR", "F3" },    { "OS", "F4" },
	{ "[11~", "F1" },  { "[12~", "F2" },  { "[13~", "F3" },  { "[14~", "F4" },
	{ "[[A", "F1" },   { "[[B", "F2" },   { "[[C", "F3" },   { "[[D", "F4" },
	{ "[[E", "F5" },   { "[15~", "F5" },  { "[17~", "F6" },  { "[18~", "F7" },
	{ "[19~", "F8" },  { "[20~", "F9" },  { "[21~", "F10" }, { "[23~", "F11" },
	{ "[24~", "F12" },
};

/* Length of the sequence after ESC, 0 if it is incomplete. */
static size_t
sequence_len(const char *s, size_t len)
{
	size_t i = 1;

	if (len < 2)
		return 0;
	if (s[0] == 'O')
		return 2;
	if (s[1] == '[')
		return len < 3 ? 0 : 3;
	while (i < len && !(s[i] >= '@' && s[i] <= '~'))
		i++;
	return i < len ? i + 1 : 0;
}

static bool
parse_mouse(const char *s, size_t len, struct keys_mouse *m)
{
	char copy[LONGEST + 1];
	char *p, *end;
	long number[3];

	memcpy(copy, s, len);
	copy[len] = '\0';
	p = copy + 2;
	for (int i = 0; i < 3; i++, p = end + 1) {
		number[i] = strtol(p, &end, 10);
		if (end == p || (i < 2 && *end != ';'))
			return false;
	}
	*m = (struct keys_mouse){ (int)number[1] - 1, (int)number[2] - 1, (int)number[0],
				  *end == 'M' };
	return *end == 'M' || *end == 'm';
}

/* Decode a sequence after ESC. Returns its length, 0 if it is incomplete. */
static size_t
decode_escape(const char *s, size_t len, char *name, size_t size, struct keys_mouse *mouse)
{
	size_t n = sequence_len(s, len);

	if (n == 0 && len < LONGEST)
		return 0;
	if (n == 0 || n > LONGEST)
		return len < LONGEST ? len : LONGEST; /* no known terminal sends it */
	if (s[1] == '<' && parse_mouse(s, n, mouse)) {
		snprintf(name, size, "Mouse");
		return n;
	}
	for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
		if (strlen(sequences[i].bytes) == n && memcmp(sequences[i].bytes, s, n) == 0)
			snprintf(name, size, "%s", sequences[i].name);
	return n;
}

static void
name_control(unsigned char c, char *name, size_t size)
{
	if (c == '\t' || c == '\r' || c == '\n')
		snprintf(name, size, "%s", c == '\t' ? "Tab" : "Enter");
	else if (c == ' ')
		snprintf(name, size, "Space");
	else if (c == 0x7F || c == '\b')
		snprintf(name, size, "BSpace");
	else if (c == 0)
		snprintf(name, size, "C-@");
	else if (c <= 26)
		snprintf(name, size, "C-%c", 'a' + c - 1);
	else
		snprintf(name, size, "C-%c", '@' + c);
}

size_t
keys_torn(const char *bytes, size_t len)
{
	for (size_t back = 1; back <= 3 && back <= len; back++) {
		unsigned char c = (unsigned char)bytes[len - back];
		size_t need = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 0;

		if (need)
			return need > back ? back : 0;
		if (c < 0x80)
			return 0;
	}
	return 0;
}

size_t
keys_next(const char *bytes, size_t len, bool all, char *name, size_t size,
	  struct keys_mouse *mouse)
{
	unsigned char c;
	uint32_t cp;
	size_t n;

	name[0] = '\0';
	if (len == 0)
		return 0;
	c = (unsigned char)bytes[0];
	if (c == ESC && len > 1 && (bytes[1] == '[' || bytes[1] == 'O')) {
		n = decode_escape(bytes + 1, len - 1, name, size, mouse);
		if (n || !all)
			return n ? n + 1 : 0;
	}
	if (c == ESC && len > 1 && bytes[1] > ' ' && bytes[1] < 0x7F) {
		snprintf(name, size, "M-%c", bytes[1]);
		return 2;
	}
	if (c == ESC && len == 1 && !all)
		return 0;
	if (c == ESC) {
		snprintf(name, size, "Esc");
		return 1;
	}
	if (c <= ' ' || c == 0x7F) {
		name_control(c, name, size);
		return 1;
	}
	if (!all && keys_torn(bytes, len < 4 ? len : 4) == len)
		return 0;
	n = text_utf8(bytes, len, &cp);
	if (cp != 0xFFFD)
		snprintf(name, size, "%.*s", (int)n, bytes);
	return n;
}
