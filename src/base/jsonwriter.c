/* jsonwriter.c: JSON to a stream. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/jsonwriter.h"

#include <math.h>
#include <string.h>

#include "retort/base/text.h"
#include "retort/base/unicode.h"

static void
put_string(FILE *out, const char *s)
{
	size_t len = strlen(s), n;
	char bytes[4];
	uint32_t c;

	fputc('"', out);
	for (; (n = text_utf8(s, len, &c)) > 0; s += n, len -= n) {
		if (c == '"' || c == '\\')
			fprintf(out, "\\%c", (int)c);
		else if (unicode_is_terminal_control(c))
			fprintf(out, "\\u%04x", c);
		else
			fwrite(bytes, 1, unicode_encode(c, bytes), out);
	}
	fputc('"', out);
}

/* The separator and the key before a value. */
static void
begin_value(struct jsonwriter *w, const char *key)
{
	if (w->comma)
		fputc(',', w->out);
	w->comma = true;
	if (!key)
		return;
	put_string(w->out, key);
	fputc(':', w->out);
}

void
jsonwriter_begin(struct jsonwriter *w, const char *key, char bracket)
{
	begin_value(w, key);
	fputc(bracket, w->out);
	w->comma = false;
}

void
jsonwriter_end(struct jsonwriter *w, char bracket)
{
	fputc(bracket, w->out);
	w->comma = true;
}

void
jsonwriter_string(struct jsonwriter *w, const char *key, const char *s)
{
	begin_value(w, key);
	put_string(w->out, s);
}

void
jsonwriter_number(struct jsonwriter *w, const char *key, double x)
{
	char buf[40];

	begin_value(w, key);
	fputs(isfinite(x) ? text_number(buf, sizeof buf, x) : "null", w->out);
}

void
jsonwriter_integer(struct jsonwriter *w, const char *key, int64_t n)
{
	begin_value(w, key);
	fprintf(w->out, "%lld", (long long)n);
}

void
jsonwriter_bool(struct jsonwriter *w, const char *key, bool value)
{
	begin_value(w, key);
	fputs(value ? "true" : "false", w->out);
}

void
jsonwriter_null(struct jsonwriter *w, const char *key)
{
	begin_value(w, key);
	fputs("null", w->out);
}
