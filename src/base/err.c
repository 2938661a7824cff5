/* err.c: one error, by value. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "retort/base/text.h"

/* Remove an incomplete UTF-8 character from the end of a truncated message. */
static void
trim_utf8(char *s)
{
	size_t len = strlen(s), start = len;

	while (start > 0 && ((unsigned char)s[start - 1] & 0xC0) == 0x80)
		start--;
	if (start == 0)
		return;
	start--;
	{
		unsigned char lead = (unsigned char)s[start];
		size_t want = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;

		if (len - start < want)
			s[start] = '\0';
	}
}

const char *
err_options(const struct err *e)
{
	return e->msg + ERR_TEXT;
}

int
err_set(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	va_start(ap, fmt);
	vsnprintf(e->msg, ERR_TEXT, fmt, ap);
	va_end(ap);
	trim_utf8(e->msg);
	e->msg[ERR_TEXT] = '\0';
	e->rules = 0;
	return -1;
}

int
err_ask(struct err *e, const char *options, const char *fmt, ...)
{
	va_list ap;
	size_t n;

	if (!e)
		return -1;
	va_start(ap, fmt);
	vsnprintf(e->msg, ERR_TEXT, fmt, ap);
	va_end(ap);
	trim_utf8(e->msg);
	e->rules = 0;
	n = strlen(e->msg);
	snprintf(e->msg + n, ERR_TEXT - n, " (add ");
	snprintf(e->msg + ERR_TEXT, ERR_OPTIONS, "%s", options);
	for (const char *p = options; *p; p += *p == '|') {
		size_t len = strcspn(p, "|");

		n = strlen(e->msg);
		snprintf(e->msg + n, ERR_TEXT - n, "%s`%.*s`", p == options ? "" : " or ", (int)len,
			 p);
		p += len;
	}
	n = strlen(e->msg);
	snprintf(e->msg + n, ERR_TEXT - n, ")");
	return -1;
}

int
err_wrap(struct err *e, const char *fmt, ...)
{
	char inner[ERR_TEXT];
	va_list ap;
	size_t n;

	if (!e)
		return -1;
	memcpy(inner, e->msg, sizeof inner);
	va_start(ap, fmt);
	vsnprintf(e->msg, ERR_TEXT, fmt, ap);
	va_end(ap);
	n = strlen(e->msg);
	snprintf(e->msg + n, ERR_TEXT - n, ": %s", inner);
	trim_utf8(e->msg);
	return -1;
}

void
err_print(const char *fmt, ...)
{
	char message[8192]; /* room for two names of files */
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	trim_utf8(message);
	fprintf(stderr, "%s\n", text_printable(message));
}
