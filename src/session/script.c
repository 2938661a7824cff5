/* script.c: queue of script lines. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "retort/session/script.h"

#include <string.h>

#include "retort/base/mem.h"
#include "retort/base/text.h"

struct script {
	size_t n, cap; /* line[next..n) remain */
	size_t next;
	struct script_line **line;
	uint64_t wait;
};

struct script *
script_new(void)
{
	struct script *s = mem_new(sizeof *s);

	s->wait = UINT64_MAX;
	return s;
}

void
script_line_free(struct script_line *l)
{
	if (!l)
		return;
	mem_free(l->text);
	mem_free(l->dir);
	mem_free(l->where);
	mem_free(l);
}

void
script_free(struct script *s)
{
	if (!s)
		return;
	script_clear(s);
	mem_free(s->line);
	mem_free(s);
}

static bool
is_empty(const char *text, size_t len)
{
	while (len && (*text == ' ' || *text == '\t' || *text == '\r')) {
		text++;
		len--;
	}
	return len == 0 || *text == '#';
}

static struct script_line *
line_new(const char *name, size_t number, const char *text, size_t len, const char *dir)
{
	struct script_line *l = mem_new(sizeof *l);
	struct text where = { 0 };

	l->text = mem_new(len + 1);
	memcpy(l->text, text, len);
	l->dir = mem_text(dir);
	text_addf(&where, "%s:%zu", name, number);
	l->where = where.s;
	return l;
}

long
script_add(struct script *s, const char *name, const char *text, const char *dir)
{
	size_t left = s->n - s->next, number = 1;
	struct script_line **rest = mem_array(left + 1, sizeof *rest);
	const char *p = text;

	if (left)
		memcpy(rest, s->line + s->next, left * sizeof *rest);
	s->n = s->next = 0;
	for (const char *end; (end = strchr(p, '\n')); p = end + 1, number++) {
		if (is_empty(p, (size_t)(end - p)))
			continue;
		mem_grow(&s->line, &s->cap, s->n + 1, sizeof *s->line);
		s->line[s->n++] = line_new(name, number, p, (size_t)(end - p), dir);
	}
	mem_grow(&s->line, &s->cap, s->n + left + 1, sizeof *s->line);
	if (left)
		memcpy(s->line + s->n, rest, left * sizeof *rest);
	s->n += left;
	mem_free(rest);
	return *p ? (long)(p - text) : -1;
}

const struct script_line *
script_peek(const struct script *s)
{
	return s->next < s->n ? s->line[s->next] : NULL;
}

bool
script_is_stamped(const struct script_line *l)
{
	return l->text[strspn(l->text, " \t")] == '@';
}

struct script_line *
script_take(struct script *s)
{
	return s->next < s->n ? s->line[s->next++] : NULL;
}

void
script_clear(struct script *s)
{
	while (script_peek(s))
		script_line_free(script_take(s));
	s->wait = UINT64_MAX;
}

void
script_wait(struct script *s, uint64_t step)
{
	s->wait = step;
}

bool
script_waits(const struct script *s, uint64_t *step)
{
	*step = s->wait;
	return s->wait != UINT64_MAX;
}
