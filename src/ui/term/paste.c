/* paste.c: collect a bracketed paste. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/ui/term/paste.h"

#include <string.h>

#define MARK 6 /* bytes of each mark */

static const char first[] = "\033[200~", last[] = "\033[201~";

/* Offset of a mark, or of a beginning of it at the end. */
static size_t
find_mark(const char *mark, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		size_t left = n - i < MARK ? n - i : MARK;

		if (memcmp(bytes + i, mark, left) == 0)
			return i;
	}
	return n;
}

size_t
paste_mark(const char *bytes, size_t n)
{
	return find_mark(first, bytes, n);
}

size_t
paste_begin(struct paste *p, const char *bytes, size_t n)
{
	if (n < MARK || memcmp(bytes, first, MARK) != 0)
		return 0;
	text_clear(&p->text);
	p->on = true;
	p->too_long = false;
	return MARK;
}

/* Append one byte; terminals send the end of a line as CR, some as CR LF. */
static void
add_byte(struct paste *p, char c)
{
	struct text *t = &p->text;

	if (t->len >= PASTE_MAX) {
		p->too_long = true;
		return;
	}
	if (c == '\n' && t->len && t->s[t->len - 1] == '\r')
		t->s[t->len - 1] = '\n';
	else
		text_bytes(t, c ? &c : " ", 1);
}

/* Lines that ended with CR alone end with LF. */
static void
end_lines(struct text *t)
{
	for (size_t i = 0; i < t->len; i++)
		if (t->s[i] == '\r')
			t->s[i] = '\n';
}

size_t
paste_take(struct paste *p, const char *bytes, size_t n)
{
	size_t end = find_mark(last, bytes, n);

	for (size_t i = 0; i < end; i++)
		add_byte(p, bytes[i]);
	if (n - end < MARK)
		return end;
	end_lines(&p->text);
	p->on = false;
	return end + MARK;
}

void
paste_release(struct paste *p)
{
	text_release(&p->text);
}
