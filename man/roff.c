/* roff.c: text and macros of mdoc to standard output. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "roff.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>

void
roff_text(const char *s)
{
	if (*s == '.' || *s == '\'')
		fputs("\\&", stdout);
	for (; *s; s++) {
		bool ends = s[0] == '.' && s[1] == ' ' && isupper((unsigned char)s[2]);

		fputs(*s == '\\' ? "\\e" : ends ? ".\n" : (char[]){ *s, '\0' }, stdout);
		s += ends;
	}
	putchar('\n');
}

void
roff_argument(const char *s)
{
	fputs("\"\\&", stdout);
	for (; *s; s++)
		fputs(*s == '\\' ? "\\e" : *s == '"' ? "\\(dq" : (char[]){ *s, '\0' }, stdout);
	putchar('"');
}

void
roff_item(const char *macro, const char *s)
{
	printf(".It %s %s\n", macro, s);
}
